"""F37, F38, F41: killed or refused the disk at any file operation, and after a power loss; then the oath is checked."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.contract import load_contract
from orchestration.home import Home
from orchestration.landing import land_month, open_month
from orchestration.privacy.keys import KEY_VARIABLE
from orchestration.release import catalogue, partition, warehouse
from orchestration.release.publish import GatedMonth, publish
from orchestration.release.record import Record, current_record
from orchestration.release.recover import recover_current
from orchestration.sources import open_deliveries
from tests.support.harm import Harm, kill, refuse_space, survives, survives_file_limit
from tests.support.oath import check_oath
from tests.unit.delivery import HOSPITAL, MONTH, csv_text, place_of, rows_of, write_delivery
from tests.unit.release.releases import FEBRUARY, JANUARY, MARCH, RELATION, TOY, gated, home_in, rows

MOST_OPERATIONS = 500
FILE_LIMITS = (0, 100, 1_000, 10_000, 100_000)
HARMS = pytest.mark.parametrize("harm", [kill, refuse_space], ids=["kill -9", "no space"])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_project: None) -> Home:
    for module in (catalogue, partition, warehouse):
        monkeypatch.setattr(module, "load_marts", lambda: {RELATION: TOY})
    monkeypatch.setenv(KEY_VARIABLE, "v1:a-key-for-tests-only-a-key-for-tests")
    return home_in(tmp_path)


@pytest.fixture
def first(home: Home) -> Record:
    """A published release that nothing may take away."""
    return publish(home, [gated(home, "a", "H1", JANUARY, "1")])


@pytest.fixture
def month(home: Home, first: Record) -> GatedMonth:
    """The month whose publishing is harmed."""
    return gated(home, "b", "H1", FEBRUARY, "2")


def until_it_passes(action: Callable[[], object], harm: Harm, root: Path, check: Callable[[], object]) -> int:
    """fail_at(1), fail_at(2), … until the action gets through; operations it has."""
    for at in range(1, MOST_OPERATIONS):
        if survives(action, harm, at, root):
            return at - 1
        check()
    raise AssertionError("the action never gets through")


@HARMS
def test_f37_f38_publishing_harmed_at_every_file_operation(home: Home, first: Record, month: GatedMonth, harm: Harm) -> None:
    states: set[int] = set()

    def check() -> None:
        present = check_oath(home, [first])
        assert present is not None
        states.add(present.sequence)
        if present.sequence > 1:  # killed after the swap: the release is there; publish the next on top of it
            (home.current).unlink()
            home.current.symlink_to(first.release_id)

    operations = until_it_passes(lambda: publish(home, [month]), harm, home.root, check)
    assert operations > 15
    assert 1 in states
    present = check_oath(home, [first])
    assert present is not None and present.sequence == 2
    assert len(rows(home)) == 2


@HARMS
def test_f37_f38_the_first_publishing_harmed_leaves_nothing_or_a_release(home: Home, harm: Harm) -> None:
    month = gated(home, "a", "H1", JANUARY, "1")
    for at in range(1, MOST_OPERATIONS, 3):
        if survives(lambda: publish(home, [month]), harm, at, home.root):
            break
        check_oath(home)
    assert check_oath(home) is not None


@HARMS
def test_f37_f38_landing_harmed_at_every_file_operation(home: Home, tmp_path: Path, harm: Harm) -> None:
    source = write_delivery(tmp_path / "source", ("his_department", "his_charge", "emr_front_page"))

    def land() -> object:
        [delivery] = open_deliveries(source)
        return land_month(home, HOSPITAL, MONTH, delivery)

    land()
    charge = load_contract()["his_charge"]
    place_of(source, charge).write_text(csv_text(rows_of(charge, 4)), encoding="utf-8")

    def check() -> None:
        assert open_month(home, HOSPITAL, MONTH).tables["his_charge"].rows in (2, 4)

    assert until_it_passes(land, harm, home.root, check) > 10
    assert open_month(home, HOSPITAL, MONTH).tables["his_charge"].rows == 4
    assert not list((home.landing / HOSPITAL / "2025-01").glob(".b*"))


@pytest.mark.parametrize("limit", FILE_LIMITS)
def test_f38_a_file_size_limit_publishes_nothing(home: Home, first: Record, month: GatedMonth, limit: int) -> None:
    survives_file_limit(lambda: publish(home, [month]), limit)
    assert check_oath(home, [first]) is not None
    publish(home, [month]) if (current_record(home) or first).sequence == 1 else None
    assert len(rows(home)) == 2


def test_f37_killed_at_random_moments(home: Home, first: Record) -> None:
    """Twenty-five publishers, each killed at a moment of its own; every release that was acknowledged stays."""
    chance = random.Random(20250101)
    acknowledged = [first]
    for number in range(25):
        month = gated(home, f"k{number}", "H1", MARCH, str(number))
        pause = chance.random() * 0.25
        was = survives_for(pause, lambda month=month: publish(home, [month]))  # type: ignore[misc]
        present = check_oath(home, acknowledged)
        assert present is not None
        if was:
            acknowledged.append(present)
    month = gated(home, "last", "H1", MARCH, "99")
    assert check_oath(home, [*acknowledged, publish(home, [month])]) is not None


def survives_for(seconds: float, action: Callable[[], object]) -> bool:
    """Run the action in a child that is killed after some time; True when it had ended before."""
    child = os.fork()
    if child == 0:
        try:
            action()
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize("loss", ["record", "warehouse", "file", "folder"])
def test_f41_after_a_power_loss_the_last_complete_release_is_current(home: Home, first: Record, loss: str) -> None:
    second = publish(home, [gated(home, "b", "H1", FEBRUARY, "2")])
    folder = home.published / second.release_id
    own = next(f.path for f in second.partitions if f.month == FEBRUARY)
    if loss == "folder":
        folder.rename(home.root / "gone")
    else:
        path = folder / {"record": "record.json", "warehouse": "warehouse.duckdb", "file": own}[loss]
        path.unlink()
        path.write_bytes(b"")
    assert recover_current(home) == first
    assert check_oath(home, [first]) == first
    again = publish(home, [gated(home, "c", "H1", FEBRUARY, "2")])
    assert check_oath(home, [first, again]) == again
    assert [p.name for p in home.published.glob(".lost-*")] == ([] if loss == "folder" else [f".lost-{second.release_id}"])


def test_f41_a_lost_link_is_found_again(home: Home, first: Record) -> None:
    home.current.unlink()
    assert recover_current(home) == first
    assert recover_current(home) is None
