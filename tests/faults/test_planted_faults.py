"""Every fault the sample can plant.

A refused delivery is refused at landing by the rule of its fault; nothing of it is landed and the source is kept. One
fault of every kind also goes through the command line as a user would run it: exit code, rule on stderr, nothing
published. A month that can bear its fault is published.
"""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from orchestration.errors import BadInput
from orchestration.home import Home
from orchestration.landing import land_month
from orchestration.privacy.keys import KEY_VARIABLE
from orchestration.sample import write_sample
from orchestration.sample.faults import FAULTS, DeliveryEditor, Outcome
from orchestration.sources import open_deliveries
from tests.conftest import Casemix, Done, published

HOSPITAL, MONTH = "H1", "2025-01"
SMALL = 600
"""Charges enough to land; the pools of the sample fit only a month of the default scale."""
FOUND_BY_A_GATE = {"F21": "REC-03", "F25": "REC-02"}
REFUSED_AT_LANDING = [code for code, fault in FAULTS.items() if fault.outcome is Outcome.REJECTED and code not in FOUND_BY_A_GATE]
AS_A_USER = {
    "F11": (3, "[F11]"),
    "F33": (4, "[F33]"),
    **{code: (2, f"[{gate}]") for code, gate in FOUND_BY_A_GATE.items()},
}
LATE = {"F31": "staff_in_one_department_a_day", "F34": "BON-02", "F35": "COST-04"}
BORNE = [code for code, fault in FAULTS.items() if fault.outcome is Outcome.ACCEPTED]


@pytest.fixture(autouse=True)
def _pseudonym_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "v1:a-key-for-tests-only-a-key-for-tests")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sound months of one hospital: one fault is that a month is unfinished while others are not."""
    folder = tmp_path_factory.mktemp("small") / "region"
    write_sample(folder, scale=SMALL, months=2, hospitals=(HOSPITAL,), form="contract")
    return folder


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One sound month of one hospital at the default scale."""
    folder = tmp_path_factory.mktemp("full") / "region"
    write_sample(folder, months=1, hospitals=(HOSPITAL,), form="contract")
    return folder


def plant(region: Path, fault: str, folder: Path) -> Path:
    """A copy of the region with the fault in its first month."""
    source = folder / "region"
    shutil.copytree(region, source)
    FAULTS[fault].plant(DeliveryEditor(source, HOSPITAL, MONTH))
    return source


def contents(source: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in source.rglob("*") if path.is_file()}


def run(casemix: Casemix, source: Path, home: Path) -> Done:
    """The month of the source through the command line, which must leave the source as it was."""
    policy = ["--policy", source / "policy"] if (source / "policy").is_dir() else []
    before = contents(source)
    done = casemix("run", "--source", source, "--month", MONTH, "--simulation", "--home", home, *policy)
    assert contents(source) == before
    return done


def test_every_fault_is_tried() -> None:
    assert {*REFUSED_AT_LANDING, *AS_A_USER, *LATE, *BORNE} == set(FAULTS)


@pytest.mark.parametrize("fault", REFUSED_AT_LANDING)
def test_a_bad_delivery_is_refused_by_its_rule_and_nothing_is_landed(small: Path, tmp_path: Path, fault: str) -> None:
    source, home = plant(small, fault, tmp_path), Home(tmp_path / "home")
    before = contents(source)
    [delivery] = open_deliveries(source)
    with pytest.raises(BadInput) as refused:
        land_month(home, HOSPITAL, date(2025, 1, 1), delivery)
    assert refused.value.rule == fault
    assert refused.value.zh and refused.value.remedy
    assert (refused.value.place.file or "").startswith(f"{HOSPITAL}/{MONTH}")
    assert not list(home.landing.rglob("*.parquet"))
    assert contents(source) == before


@pytest.mark.parametrize("fault", AS_A_USER)
def test_a_refusal_names_its_rule_and_publishes_nothing(casemix: Casemix, small: Path, tmp_path: Path, fault: str) -> None:
    exit_code, rule = AS_A_USER[fault]
    done = run(casemix, plant(small, fault, tmp_path), tmp_path / "home")
    assert done.exit_code == exit_code, done.err
    assert rule in done.err
    assert not Home(tmp_path / "home").current.exists()


@pytest.mark.slow
@pytest.mark.parametrize("fault", LATE)
def test_a_month_that_cannot_close_is_stopped(casemix: Casemix, full: Path, tmp_path: Path, fault: str) -> None:
    done = run(casemix, plant(full, fault, tmp_path), tmp_path / "home")
    assert done.exit_code == 2, done.err
    assert LATE[fault] in done.err
    assert fault != "F31" or re.search(r"his_staff\.csv row \d+", " ".join(done.err.split()))
    assert not Home(tmp_path / "home").current.exists()


@pytest.mark.slow
@pytest.mark.parametrize("fault", BORNE)
def test_a_month_that_can_bear_its_fault_is_published(casemix: Casemix, full: Path, tmp_path: Path, fault: str) -> None:
    done = run(casemix, plant(full, fault, tmp_path), tmp_path / "home")
    assert done.exit_code == 0, done.err
    assert published(Home(tmp_path / "home")).months_of(HOSPITAL)


@pytest.mark.slow
def test_a_warehouse_works_again_after_a_refusal(casemix: Casemix, full: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert run(casemix, plant(full, "F11", tmp_path), home).exit_code == 3
    done = run(casemix, full, home)
    assert done.exit_code == 0, done.err
    assert published(Home(home)).months_of(HOSPITAL)
