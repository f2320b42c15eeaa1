"""F20, F22, F23, F24: what comes after its month was closed, or together with a later month."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from orchestration.contract import load_contract
from orchestration.errors import BadInput
from orchestration.home import Home
from orchestration.landing import LandedMonth, accept_late_batches, create_landing_views, land_month, open_month
from orchestration.landing.changes import ADDED, CORRECTED, REMOVED, find_changes, summarise
from orchestration.run.private import create_private_database
from orchestration.sources import open_deliveries
from tests.unit.delivery import HOSPITAL, MONTH, csv_text, place_of, rows_of

CHARGE = load_contract()["his_charge"]
FEBRUARY = date(2025, 2, 1)
Rows = list[dict[str, str]]


def land(source: Path, home: Home, month: date = MONTH, *, is_published: bool = False) -> LandedMonth:
    (delivery,) = open_deliveries(source=source)
    return land_month(home, HOSPITAL, month, delivery, is_published=is_published)


def write_charges(source: Path, rows: Rows, month: str = "2025-01", part: str = "") -> None:
    place_of(source, CHARGE, month, f"{part}.csv").write_text(csv_text(rows), encoding="utf-8")


def february(source: Path, rows: Rows) -> None:
    """A second month: the tables of January moved by a month, with these charges."""
    folder = source / HOSPITAL / "2025-02"
    shutil.copytree(source / HOSPITAL / "2025-01", folder)
    for path in folder.glob("*.csv"):
        path.write_text(path.read_text(encoding="utf-8").replace("2025-01", "2025-02"), encoding="utf-8")
    write_charges(source, rows, "2025-02")


def moved(row: dict[str, str]) -> dict[str, str]:
    return {name: value.replace("2025-01", "2025-02") for name, value in row.items()}


def report(folder: Path) -> Rows:
    with (folder / "changes.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_f22_a_late_delivery_is_kept_aside_with_its_estimate(source: Path, home: Home) -> None:
    rows = rows_of(CHARGE, 3)
    write_charges(source, rows[:2])
    land(source, home)
    write_charges(source, rows)
    with pytest.raises(BadInput, match="F22") as caught:
        land(source, home, is_published=True)
    assert "his_charge 1 added +3.25 yuan" in caught.value.message
    assert "casemix restate --hospital T1 --from 2025-01" in str(caught.value.remedy)
    assert open_month(home, HOSPITAL, MONTH).tables["his_charge"].rows == 2
    [line] = report(home.landing / HOSPITAL / "2025-01" / "late" / "b0002")
    assert (line["change"], line["key"], line["before"], line["after"]) == ("added", "cha3", "", "b0002/his_charge.parquet:4")


def test_f22_the_same_late_delivery_again_makes_no_second_batch(source: Path, home: Home) -> None:
    write_charges(source, rows_of(CHARGE, 2))
    land(source, home)
    write_charges(source, rows_of(CHARGE, 3))
    for _ in range(2):
        with pytest.raises(BadInput, match="F22"):
            land(source, home, is_published=True)
    assert [p.name for p in (home.landing / HOSPITAL / "2025-01" / "late").iterdir()] == ["b0002"]


def test_f22_a_published_month_sent_again_row_for_row_is_no_change(source: Path, home: Home) -> None:
    rows = rows_of(CHARGE, 3)
    write_charges(source, rows)
    before = land(source, home)
    write_charges(source, rows[::-1])
    assert land(source, home, is_published=True).batch_id == before.batch_id


def test_f22_late_batches_are_accepted_in_order_by_a_restatement(source: Path, home: Home) -> None:
    for count in (2, 3, 4):
        write_charges(source, rows_of(CHARGE, count))
        if count == 2:
            land(source, home)
        else:
            with pytest.raises(BadInput, match="F22"):
                land(source, home, is_published=True)
    assert accept_late_batches(home, HOSPITAL, MONTH) == ["b0002", "b0003"]
    landed = open_month(home, HOSPITAL, MONTH)
    assert (landed.batch_id, landed.tables["his_charge"].rows) == ("b0003", 4)
    assert open_month(home, HOSPITAL, MONTH, "b0001").tables["his_charge"].rows == 2
    assert accept_late_batches(home, HOSPITAL, MONTH) == []


def test_f22_a_restatement_lands_on_top_of_what_came_late(source: Path, home: Home) -> None:
    write_charges(source, rows_of(CHARGE, 2))
    land(source, home)
    write_charges(source, rows_of(CHARGE, 3))
    with pytest.raises(BadInput, match="F22"):
        land(source, home, is_published=True)
    assert land(source, home).batch_id == "b0002"


def test_f23_corrected_rows_of_a_closed_month_wait_and_the_old_version_stays(source: Path, home: Home) -> None:
    rows = rows_of(CHARGE, 3)
    write_charges(source, rows)
    land(source, home)
    write_charges(source, [rows[0] | {"amount": "9.00"}], part=".fix")
    with pytest.raises(BadInput, match=r"his_charge 1 corrected \+7.75 yuan"):
        land(source, home, is_published=True)
    accept_late_batches(home, HOSPITAL, MONTH)
    assert open_month(home, HOSPITAL, MONTH).tables["his_charge"].has_corrections
    assert open_month(home, HOSPITAL, MONTH, "b0001").tables["his_charge"].rows == 3


def test_f24_a_full_extract_again_reports_its_changed_rows_alone(source: Path, home: Home) -> None:
    rows = rows_of(CHARGE, 6)
    write_charges(source, rows)
    before = land(source, home)
    fixed = [rows[0] | {"amount": "9.00"}, rows[1], rows[2] | {"item_id": "other"}, *rows[4:], rows[3] | {"charge_id": "new"}]
    write_charges(source, fixed)
    after = land(source, home)
    found = {(c.change, c.key, c.columns, c.yuan) for c in find_changes(before, after)}
    assert found == {
        (CORRECTED, "cha1", "amount", Decimal("7.75")),
        (CORRECTED, "cha3", "item_id", Decimal(0)),
        (REMOVED, "cha4", "", Decimal("-4.25")),
        (ADDED, "new", "", Decimal("4.25")),
    }
    assert len(report(home.landing / HOSPITAL / "2025-01" / "b0002")) == 4


def test_f24_the_report_holds_no_value_of_a_person(source: Path, home: Home) -> None:
    visit = load_contract()["his_outpatient_visit"]
    before = land(source, home)
    place_of(source, visit).write_text(csv_text([r | {"patient_id": "secret-person"} for r in rows_of(visit)]), encoding="utf-8")
    after = land(source, home)
    changes = find_changes(before, after)
    assert {change.columns for change in changes} == {"patient_id"}
    assert "secret" not in summarise(changes) + "".join(map(repr, changes))


def test_f20_rows_the_month_before_already_holds_count_once(source: Path, home: Home) -> None:
    rows = rows_of(CHARGE, 3)
    write_charges(source, rows)
    land(source, home)
    february(source, [rows[1], rows[2], moved(rows[0]) | {"charge_id": "new"}])
    table = land(source, home, FEBRUARY).tables["his_charge"]
    assert [(f.received_rows, f.landed_rows, f.duplicate_rows) for f in table.files] == [(3, 1, 2)]


def test_late_rows_that_come_with_the_next_month_stay_there(source: Path, home: Home) -> None:
    rows = rows_of(CHARGE, 3)
    write_charges(source, rows[:2])
    land(source, home)
    february(source, [rows[2], moved(rows[0]) | {"charge_id": "new"}])
    table = land(source, home, FEBRUARY).tables["his_charge"]
    assert table.rows == 2
    assert table.files[0].min_business_date == date(2025, 1, 4)


def test_f23_a_correction_comes_with_its_own_month(source: Path, home: Home) -> None:
    rows = rows_of(CHARGE, 3)
    write_charges(source, rows)
    land(source, home)
    february(source, [rows[2] | {"amount": "77.00"}])
    with pytest.raises(BadInput, match="F23") as caught:
        land(source, home, FEBRUARY)
    assert caught.value.place.row == 2
    assert "restate --from 2025-01" in str(caught.value.remedy)
    assert not list((home.landing / HOSPITAL / "2025-02").glob("b*"))


def test_a_stage_sees_corrections_without_what_came_late(source: Path, home: Home, tmp_path: Path) -> None:
    rows = rows_of(CHARGE, 3)
    write_charges(source, rows[:2])
    before = land(source, home)
    write_charges(source, [rows[0] | {"amount": "9.00"}, rows[1], rows[2]])
    after = land(source, home)
    with create_private_database(tmp_path / "warehouse.duckdb") as con:
        create_landing_views(con, after, before)
        seen = con.execute("select charge_id, amount from landing.his_charge order by 1").fetchall()
    assert seen == [("cha1", Decimal("9.00")), ("cha2", Decimal("2.25"))]
