"""Every fault the sample can plant, run as a user would run the month.

A refused month names the fault's rule and the file; nothing is published, the source is kept, and the warehouse stays usable.
A month that can bear its fault is published.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.home import Home
from orchestration.sample import write_sample
from orchestration.sample.faults import FAULTS, Outcome
from tests.end_to_end.conftest import Casemix, casemix, published

CHARGES = 600
HOSPITAL = "H1"
EXIT_CODES = {Outcome.ACCEPTED: {0}, Outcome.REJECTED: {2, 3}, Outcome.STOPPED: {2}, Outcome.MISCONFIGURED: {4}}
FOUND_BY_A_GATE = {"F21": "REC-03", "F25": "REC-02"}
BORNE = [code for code, fault in FAULTS.items() if fault.outcome is Outcome.ACCEPTED]
LATE = [code for code, fault in FAULTS.items() if fault.outcome is Outcome.STOPPED]
EARLY = [code for code in FAULTS if code not in {*BORNE, *LATE}]

__all__ = ["casemix"]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound month, to see that a warehouse works again after a refusal."""
    folder = tmp_path_factory.mktemp("sound") / "region"
    write_sample(folder, scale=CHARGES, months=1, hospitals=(HOSPITAL,), form="contract")
    return folder


def run_with(casemix: Casemix, fault: str, folder: Path):
    source = folder / "region"
    write_sample(source, scale=CHARGES, months=1, hospitals=(HOSPITAL,), fault=fault)
    policy = ["--policy", source / "policy"] if (source / "policy").is_dir() else []
    before = {path: path.read_bytes() for path in source.rglob("*") if path.is_file()}
    done = casemix("run", "--source", source, "--month", "2025-01", "--simulation", "--home", folder / "home", *policy)
    assert {path: path.read_bytes() for path in source.rglob("*") if path.is_file()} == before
    return done


@pytest.mark.parametrize("fault", EARLY)
def test_a_bad_delivery_is_refused_by_name_and_nothing_is_published(casemix: Casemix, tmp_path: Path, fault: str) -> None:
    done = run_with(casemix, fault, tmp_path)
    assert done.exit_code in EXIT_CODES[FAULTS[fault].outcome], done.err
    assert FOUND_BY_A_GATE.get(fault, f"[{fault}]") in done.err
    assert not Home(tmp_path / "home").current.exists()


@pytest.mark.slow
@pytest.mark.parametrize("fault", LATE)
def test_a_month_that_cannot_close_is_stopped_and_nothing_is_published(casemix: Casemix, tmp_path: Path, fault: str) -> None:
    done = run_with(casemix, fault, tmp_path)
    assert done.exit_code == 2, done.err
    assert not Home(tmp_path / "home").current.exists()


@pytest.mark.slow
@pytest.mark.parametrize("fault", BORNE)
def test_a_month_that_can_bear_its_fault_is_published(casemix: Casemix, tmp_path: Path, fault: str) -> None:
    done = run_with(casemix, fault, tmp_path)
    assert done.exit_code == 0, done.err
    assert published(Home(tmp_path / "home")).months_of(HOSPITAL)


def test_a_warehouse_works_again_after_a_refusal(casemix: Casemix, tmp_path: Path, sound: Path) -> None:
    assert run_with(casemix, "F11", tmp_path).exit_code == 3
    done = casemix("run", "--source", sound, "--month", "2025-01", "--simulation", "--home", tmp_path / "home")
    assert done.exit_code == 0, done.err
