"""The command line in this process, and a small sample region to run it on."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from orchestration.cli import main
from orchestration.home import Home
from orchestration.release.record import Record, current_record

# Files of a minute and more go first, so that two processes end together. The first makes the month most others read; those come
# after files that need none, or the second process would wait for it.
LONG = (
    "end_to_end/test_checker.py",
    "end_to_end/test_goldens.py",
    "end_to_end/test_sample_month.py",
    "models/test_dbt_unit_tests.py",
    "models/test_allocation.py",
    "faults/test_kills.py",
    "end_to_end/test_postgres.py",
    "end_to_end/test_trace.py",
    "end_to_end/test_what_if.py",
    "end_to_end/real_month/test_real_month.py",
    "models/scoring/test_against_checker.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long files before short ones; within a file nothing moves."""
    turns = {f"tests/{name}": turn for turn, name in enumerate(LONG)}
    items.sort(key=lambda item: turns.get(item.nodeid.partition("::")[0], len(LONG)))


@pytest.fixture(scope="session", autouse=True)
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The homes of all tests share the compiled project, which would otherwise be made anew for each of them."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CASEMIX_COMPILED", str(_everybody(tmp_path_factory) / "compiled"))
        yield


@pytest.fixture
def own_project(monkeypatch: pytest.MonkeyPatch) -> None:
    """Homes of this test compile for themselves, or have no project at all."""
    monkeypatch.delenv("CASEMIX_COMPILED", raising=False)


def _everybody(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder all test processes of a run have in common."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    exit_code: int
    out: str
    err: str


Casemix = Callable[..., Done]


@pytest.fixture
def casemix(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Casemix:
    """Run a command as a user would; returns exit code and what it printed."""

    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["casemix", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Done(int(ended.value.code or 0), printed.out, printed.err)

    return run


Once = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Make a costly folder once for all test processes: the first to ask makes it, the others wait."""
    everybody = _everybody(tmp_path_factory)

    def made(name: str, make: Callable[[Path], None]) -> Path:
        folder = everybody / name
        with FileLock(everybody / f"{name}.lock"):
            if not (everybody / f"{name}.made").exists():
                shutil.rmtree(folder, ignore_errors=True)
                make(folder)
                (everybody / f"{name}.made").touch()
        return folder

    return made


@pytest.fixture(scope="session")
def sample(once: Once) -> Path:
    """Two months of both sample hospitals, each as its own systems hand them over; nobody changes them."""

    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patched, pytest.raises(SystemExit):
            patched.setattr(sys, "argv", ["casemix", "sample", str(folder), "--months", "2"])
            main()

    return once("sample", make)


def published(home: Home) -> Record:
    """Record of the present release."""
    record = current_record(home)
    assert record is not None
    return record
