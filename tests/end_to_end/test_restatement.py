"""A hospital's first months as they come: out of order, late, corrected, restated, posted late, and computed again."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.cli.sample import MARKER
from orchestration.home import DEFAULT_POLICY, Home
from orchestration.release.record import read_records
from orchestration.run.approvals import approvals, late_batches
from orchestration.sample import write_sample
from tests.conftest import Casemix, Done, published

pytestmark = pytest.mark.slow
HOSPITAL = "H2"
Row = dict[str, str]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("restatement") / "region"
    write_sample(folder, months=3, hospitals=(HOSPITAL,), form="contract")
    (folder / MARKER).touch()
    for manifest in folder.rglob("manifest.json"):
        manifest.unlink()
    return folder


@pytest.fixture(scope="module")
def home(source: Path) -> Home:
    return Home(source.parent / "warehouse")


def edit_charges(source: Path, month: str, edit: Callable[[list[Row]], None]) -> None:
    path = source / HOSPITAL / month / "his_charge.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    edit(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def outpatient(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["encounter_type"] == "outpatient" and Decimal(row["amount"]) > 0]


def add_late_row(booked_at: str, charge_id: str) -> Callable[[list[Row]], None]:
    return lambda rows: rows.append(outpatient(rows)[0] | {"charge_id": charge_id, "booked_at": booked_at})


def correct_one(rows: list[Row]) -> None:
    row = outpatient(rows)[1]
    row["amount"] = str(Decimal(row["amount"]) + 10)


@pytest.fixture
def run(casemix: Casemix, source: Path, home: Home) -> Callable[[str], Done]:
    return lambda month: casemix("run", "--source", source, "--month", month, "--simulation", "--home", home.root)


def test_f26_a_month_before_its_turn_is_landed_but_does_not_close(run: Callable[[str], Done], home: Home) -> None:
    assert run("2025-01").exit_code == 0
    done = run("2025-03")
    assert done.exit_code == 3
    assert "[F26]" in done.err and "2025-02" in done.err
    assert (home.landing / HOSPITAL / "2025-03" / "b0001" / "manifest.json").is_file()
    assert published(home).months_of(HOSPITAL) == [date(2025, 1, 1)]
    assert run("2025-02").exit_code == 0


def test_f22_f23_a_published_month_never_changes_in_place(run: Callable[[str], Done], source: Path, home: Home) -> None:
    before = published(home)
    edit_charges(source, "2025-01", correct_one)
    edit_charges(source, "2025-01", add_late_row("2025-01-30 10:00:00", "LATE1"))
    done = run("2025-01")
    assert done.exit_code == 3
    said = " ".join(done.err.split())
    assert "[F22]" in said and "1 added" in said and "1 corrected +10.00 yuan" in said
    assert published(home) == before


def test_f22_a_late_batch_is_let_in_only_with_a_recorded_approval(casemix: Casemix, home: Home) -> None:
    before = published(home)
    asked = ("--hospital", HOSPITAL, "--home", home.root)
    done = casemix("restate", "--from", "2025-01", *asked)
    assert done.exit_code == 3
    assert "[F22]" in done.err and "casemix approve" in done.err
    assert published(home) == before
    assert casemix("approve", "--month", "2025-01", "--reason", "补录手术材料", *asked).exit_code == 0
    (batch,) = late_batches(home, HOSPITAL, date(2025, 1, 1))
    assert approvals(home)[batch.subject]["reason"] == "补录手术材料"
    assert casemix("verify", "--home", home.root).exit_code == 0
    assert casemix("approve", "--month", "2025-02", "--reason", "x", *asked).exit_code == 4


def test_a_restatement_gives_every_changed_number_its_cause(casemix: Casemix, home: Home) -> None:
    before = published(home)
    done = casemix("restate", "--hospital", HOSPITAL, "--from", "2025-01", "--reason", "补录", "--home", home.root)
    assert done.exit_code == 0, done.err
    record = published(home)
    said = record.content["restatement"]
    assert (said["reason"], [m["causes"] for m in said["months"]]) == ("补录", [["corrected rows", "late rows"], []])
    (approval,) = said["approvals"]
    assert (approval["month"], approval["reason"]) == ("2025-01", "补录手术材料")
    rows = duckdb.sql(
        f"""select month, mart, row_key, figure, min(before), sum(difference), max(after), count(distinct cause)
            from '{home.current}/delta.parquet' where mart = 'scored.fct_department_bonus' and figure = 'bonus_yuan'
            group by all"""
    ).fetchall()
    assert {row[0].isoformat() for row in rows} == {"2025-01-01", "2025-02-01"}
    for month, _, dept_id, _, _, difference, _, _ in rows:
        assert difference == bonus(home, record.release_id, month, dept_id) - bonus(home, before.release_id, month, dept_id)
    shown = casemix("diff", before.release_id, record.release_id, "--home", home.root)
    assert "late rows" in shown.out and "carried" in shown.out


def bonus(home: Home, release_id: str, month: date, dept_id: str) -> Decimal:
    with duckdb.connect(str(home.published / release_id / "warehouse.duckdb"), read_only=True) as con:
        query = "select bonus_yuan from scored.fct_department_bonus where month = ? and dept_id = ?"
        (found,) = con.execute(query, [month, dept_id]).fetchone() or (Decimal(0),)
    return Decimal(found)


def test_late_rows_post_into_the_open_month_at_their_own_rates(run: Callable[[str], Done], source: Path, home: Home) -> None:
    edit_charges(source, "2025-03", add_late_row("2025-02-26 10:00:00", "LATE2"))
    assert run("2025-03").exit_code == 0
    with duckdb.connect(str(home.current / "warehouse.duckdb"), read_only=True) as con:
        lines = con.execute("select month, business_month, line_count from audit.fct_prior_period").fetchall()
        gate = con.execute(
            "select status from audit.fct_gate_result where gate_id = 'REC-04' and month = '2025-03-01'"
        ).fetchone()
    assert lines == [(date(2025, 3, 1), date(2025, 2, 1), 1)]
    assert gate == ("passed",)


def test_a_changed_parameter_is_a_cause_of_its_own(casemix: Casemix, home: Home, tmp_path: Path) -> None:
    header, *rows = (DEFAULT_POLICY / "parameter.csv").read_text(encoding="utf-8").splitlines()
    row = next(row for row in rows if row.startswith("*,uncontrollable_ratio,"))
    value = row.split(",")[2]
    (tmp_path / "parameter.csv").write_text("\n".join([header, row.replace(f",{value},", ",0.4,", 1)]) + "\n", encoding="utf-8")
    before = published(home)
    done = casemix("restate", "--hospital", HOSPITAL, "--from", "2025-03", "--policy", tmp_path, "--preview", "--home", home.root)
    assert done.exit_code == 0, done.err
    assert "parameter change" in done.out and "late rows" not in done.out
    assert published(home) == before


def test_an_old_release_comes_out_the_same_again(casemix: Casemix, home: Home) -> None:
    first = read_records(home)[0]
    done = casemix("verify", "--reperform", first.release_id, "--home", home.root)
    assert done.exit_code == 0, done.err
    assert "all equal" in done.out
