"""A batch exists as a whole or not at all; the same thing twice is one; the latest batch wins."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from orchestration.contract import load_contract
from orchestration.errors import BadInput, ConfigurationError, RunBusy
from orchestration.home import Home
from orchestration.landing import LandedMonth, create_landing_views, land_month, open_month
from orchestration.privacy.keys import KEY_VARIABLE
from orchestration.run.private import create_private_database
from orchestration.sources import open_deliveries
from tests.unit.delivery import HOSPITAL, MONTH, csv_text, place_of, rows_of, write_delivery

Land = Callable[[], LandedMonth]
CHARGE = load_contract()["his_charge"]


def write_charges(source: Path, rows: list[dict[str, str]], part: str = "") -> Path:
    """Write charges into `his_charge<part>.csv`."""
    path = place_of(source, CHARGE, suffix=f"{part}.csv")
    path.write_text(csv_text(rows), encoding="utf-8")
    return path


def seen_charges(landed: LandedMonth, tmp_path: Path) -> dict[str, str]:
    """charge_id → amount as a run sees them."""
    with create_private_database(tmp_path / f"{landed.batch_id}.duckdb") as con:
        create_landing_views(con, landed)
        return {k: str(v) for k, v in con.execute("select charge_id, amount from landing.his_charge").fetchall()}


def test_every_contract_table_lands_sorted_typed_and_described(
    tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "v1:a-key-for-tests-only-a-key-for-tests")
    (delivery,) = open_deliveries(source=write_delivery(tmp_path / "all"))
    landed = land_month(home, HOSPITAL, MONTH, delivery)
    assert set(landed.tables) == {t.name for t in load_contract()}
    assert [f.batch_key for f in landed.files] == list(range(1, len(landed.tables) + 1))
    with create_private_database(tmp_path / "warehouse.duckdb") as con:
        create_landing_views(con, landed)
        for table in load_contract():
            described = con.execute(f"describe landing.{table.name}").fetchall()
            assert [(n, t.lower()) for n, t, *_ in described][:-2] == [(c.name, c.data_type.lower()) for c in table.columns]
            assert con.execute(f"select count(*), min(source_row), count(batch_key) from landing.{table.name}").fetchone() == (
                2,
                2,
                2,
            )
        assert con.execute("select count(*) from run.delivery where is_delivered").fetchone() == (len(landed.tables),)
        assert con.execute("select count(*) from run.batch where received_rows = 2 and landed_rows = 2").fetchone() == (
            len(landed.files),
        )


def test_manifest_and_files_are_complete_and_read_only(source: Path, land: Land, home: Home) -> None:
    landed = land()
    folder = home.landing / HOSPITAL / "2025-01" / landed.batch_id
    manifest = json.loads((folder / "manifest.json").read_text())
    entry = manifest["tables"]["his_charge"]["files"][0]
    assert entry["sha256"] and entry["rows"] == 2 and entry["control"]["amount"]["landed"] == "3.5000"
    assert entry["min_business_date"] == "2025-01-02" and entry["source"]["encoding"] == "utf-8"
    assert manifest["contract_version"] and manifest["extracted_at"] and manifest["pseudonym_key"].startswith("v1:")
    assert all(path.stat().st_mode & 0o222 == 0 for path in folder.rglob("*") if path.is_file())
    kept = folder / "original" / f"{HOSPITAL}__2025-01__his_charge.csv"
    assert kept.read_bytes() == place_of(source, CHARGE).read_bytes()


def test_persons_are_pseudonymised_at_the_border(land: Land) -> None:
    table = pq.read_table(land().tables["his_outpatient_visit"].files[0].path)
    for name in ("patient_id", "person_id"):
        assert all(len(value) >= 32 and not value.startswith(name[:3]) for value in table.column(name).to_pylist())


def test_f50_no_key_no_start(source: Path, land: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE)
    with pytest.raises(ConfigurationError, match="F50"):
        land()


def test_f19_the_same_delivery_again_is_a_no_op(land: Land, home: Home) -> None:
    first, second = land(), land()
    assert (first.batch_id, second.batch_id) == ("b0001", "b0001")
    assert len(list((home.landing / HOSPITAL / "2025-01").glob("b*"))) == 1


def test_f19_the_same_file_under_two_names_counts_once(source: Path, land: Land) -> None:
    shutil.copy(place_of(source, CHARGE), place_of(source, CHARGE, suffix=".copy.csv"))
    table = land().tables["his_charge"]
    assert table.rows == 2
    assert table.notes == ("F19 T1/2025-01/his_charge.copy.csv is a duplicate of T1/2025-01/his_charge.csv",)


def test_f19_a_copy_that_comes_later_changes_nothing(source: Path, land: Land) -> None:
    land()
    shutil.copy(place_of(source, CHARGE), place_of(source, CHARGE, suffix=".copy.csv"))
    assert land().batch_id == "b0001"


def test_f20_overlapping_files_count_each_row_once(source: Path, land: Land, tmp_path: Path) -> None:
    rows = rows_of(CHARGE, 5)
    write_charges(source, rows[:3])
    write_charges(source, rows[2:], ".02")
    table = land().tables["his_charge"]
    assert [(f.received_rows, f.landed_rows, f.duplicate_rows) for f in table.files] == [(3, 3, 0), (3, 2, 1)]


def test_f20_one_key_with_two_contents_in_one_batch_is_refused(source: Path, land: Land) -> None:
    rows = rows_of(CHARGE, 3)
    write_charges(source, [*rows, rows[1] | {"amount": "77.00"}])
    with pytest.raises(BadInput, match="F20") as caught:
        land()
    assert "row 3" in str(caught.value) and "row 5" in str(caught.value)


def test_a_file_sent_again_replaces_the_one_before(source: Path, land: Land, tmp_path: Path) -> None:
    rows = rows_of(CHARGE, 3)
    write_charges(source, rows)
    first = land()
    write_charges(source, [rows[0] | {"amount": "9.00"}, rows[1]])
    second = land()
    assert second.batch_id == "b0002"
    assert second.tables["his_department"].files[0].batch_id == "b0001"
    assert seen_charges(second, tmp_path) == {"cha1": "9.00", "cha2": "2.25"}
    assert pq.read_table(first.tables["his_charge"].files[0].path).num_rows == 3


def test_a_later_file_corrects_keys_of_an_earlier_batch(source: Path, land: Land, tmp_path: Path) -> None:
    rows = rows_of(CHARGE, 3)
    write_charges(source, rows)
    land()
    write_charges(source, [rows[0] | {"amount": "9.00"}, rows[1], rows[2] | {"charge_id": "new"}], ".late")
    landed = land()
    assert landed.tables["his_charge"].has_corrections
    assert seen_charges(landed, tmp_path) == {"cha1": "9.00", "cha2": "2.25", "cha3": "3.25", "new": "3.25"}
    place_of(source, load_contract()["performance_score"]).write_text(csv_text(rows_of(load_contract()["performance_score"], 3)))
    later = land()
    assert later.batch_id == "b0003"
    assert seen_charges(later, tmp_path) == {"cha1": "9.00", "cha2": "2.25", "cha3": "3.25", "new": "3.25"}


def test_a_delivery_of_corrections_leaves_the_rest_as_it_was(source: Path, land: Land, tmp_path: Path) -> None:
    land()
    shutil.rmtree(source / HOSPITAL / "2025-01")
    place_of(source, CHARGE).parent.mkdir()
    write_charges(source, [rows_of(CHARGE)[0] | {"amount": "9.00"}], ".fix")
    manifest = {"files": {"his_charge.fix.csv": {"kind": "correction"}}}
    (source / HOSPITAL / "2025-01" / "manifest.json").write_text(json.dumps(manifest))
    landed = land()
    assert landed.tables["emr_front_page"].rows == 2
    assert seen_charges(landed, tmp_path) == {"cha1": "9.00", "cha2": "2.25"}


@pytest.mark.parametrize("harm", ["flip", "delete"])
def test_f42_an_altered_or_missing_file_is_never_opened(land: Land, home: Home, harm: str) -> None:
    path = land().tables["his_charge"].files[0].path
    if harm == "delete":
        path.unlink()
    else:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.chmod(0o644)
        path.write_bytes(content)
    with pytest.raises(BadInput, match="F42"):
        open_month(home, HOSPITAL, MONTH)


def test_open_month_gives_what_was_landed(land: Land, home: Home) -> None:
    landed = land()
    assert open_month(home, HOSPITAL, MONTH).files == landed.files


def test_two_at_a_time_the_second_is_refused(land: Land, home: Home) -> None:
    folder = home.landing / HOSPITAL / "2025-01"
    folder.mkdir(parents=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(RunBusy):
            land()


def test_corrected_rows_are_seen_with_bound_files_only(land: Land, tmp_path: Path) -> None:
    landed = land()
    with create_private_database(tmp_path / "warehouse.duckdb") as con:
        create_landing_views(con, landed)
        sql = con.execute("select sql from duckdb_views() where view_name = 'his_charge'").fetchone()
    assert sql is not None and "*" not in sql[0] and str(landed.tables["his_charge"].files[0].path) in sql[0]


def test_duckdb_is_the_reader_of_what_is_landed(land: Land) -> None:
    path = land().tables["his_charge"].files[0].path
    keys = [k for (k,) in duckdb.sql(f"select charge_id from '{path}'").fetchall()]
    assert keys == sorted(keys)
