"""Published homes of the sample region, computed once for all tests that read them; who changes one takes a copy."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.home import Home
from tests.conftest import Once


@dataclass(frozen=True)
class Published:
    """A home and what the command printed that published it."""

    home: Home
    output: str


def publish(home: Path, sample: Path, *arguments: str) -> None:
    """Run months of the sample region into a home, and keep beside it what the command printed."""
    from orchestration.cli.app import app

    asked = ["run", "--config", str(sample / "casemix.yml"), *arguments, "--simulation", "--home", str(home)]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, (done.output, done.exception)
    home.with_name(f"{home.name}.out").write_text(done.output, encoding="utf-8")


def copy_home(home: Home, folder: Path) -> Home:
    """A home that may be changed."""
    shutil.copytree(home.root, folder, symlinks=True)
    return Home(folder)


@pytest.fixture(scope="session")
def shared_january(once: Once, sample: Path) -> Path:
    """January of both hospitals, made once for all test processes."""
    return once("january", lambda home: publish(home, sample, "--month", "2025-01"))


@pytest.fixture(scope="session")
def january(shared_january: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """January of both hospitals; a copy, since reading a release writes the access log."""
    home = copy_home(Home(shared_january), tmp_path_factory.mktemp("january") / "warehouse")
    return Published(home, shared_january.with_name(f"{shared_january.name}.out").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def february(once: Once, shared_january: Path, sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """January of both hospitals, then February of the first."""

    def make(home: Path) -> None:
        copy_home(Home(shared_january), home)
        publish(home, sample, "--month", "2025-02", "--hospital", "H1")

    return copy_home(Home(once("february", make)), tmp_path_factory.mktemp("february") / "warehouse")
