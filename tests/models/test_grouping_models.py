"""The grouping models on real packs: the cases of the reference data, each under one of two versions in one month."""

from __future__ import annotations

import csv
import os
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from orchestration.contract import load_pack_tables, load_policy_contract
from orchestration.grouping import load_pack, load_packs, write_packs
from tests.models.macro_sql import render_model
from tests.unit.grouping.small_pack import edited, write_pack

REFERENCE = os.environ.get("CASEMIX_REFERENCE_DATA")
PACKS = Path(REFERENCE or ".") / "packs"
NUMBERS = {
    "sex": "gender",
    "age_years": "age",
    "age_days": "age_days",
    "birth_weight_g": "birth_weight",
    "length_of_stay_days": "los",
    "discharge_way": "leaving_type",
}


def _choose(case_key: int, row: dict[str, str]) -> dict[str, object]:
    numbers = {name: int(row[column]) if row[column] else None for name, column in NUMBERS.items()}
    key = {"case_key": case_key, "stay_id": row["case_id"], "pack_key": 1 + case_key % 2}
    return key | {"discharged_on": date(2025, 1, 10)} | numbers


def _codes(rows: list[dict[str, str]], column: str, kind: str) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {"stay_id": row["case_id"], "sequence": place, f"{kind}_code": code}
            for row in rows
            for place, code in enumerate(row[column].split("|") if row[column] else [], start=1)
        ]
    )


@pytest.mark.reference
@pytest.mark.skipif(not REFERENCE, reason="CASEMIX_REFERENCE_DATA names no folder")
def test_two_versions_in_one_month_each_give_the_expected_groups() -> None:
    with (PACKS / "cases_with_expected_groups.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    con = open_database()
    write_packs(con, load_packs(PACKS))
    versions = con.execute("select version from pack order by pack_key").fetchall()
    assert versions == [("1.1",), ("2.0",)]
    create(con, "int_grouping__choose_grouper", pa.Table.from_pylist([_choose(n, row) for n, row in enumerate(rows)]))
    create(con, "stg_emr__diagnosis", _codes(rows, "dx", "diagnosis"))
    create(con, "stg_emr__procedure", _codes(rows, "procs", "procedure"))
    build(con, "int_grouping__standardise_codes", "int_grouping__assign_drg")
    found = dict(con.execute("select case_key, drg_code from int_grouping__assign_drg").fetchall())
    assert found == {n: row[("expected_chs_drg_11", "expected_chs_drg_20")[n % 2]] for n, row in enumerate(rows)}


def test_groups_shift_against_the_month_before() -> None:
    """Only the month before counts; a group may be new or gone; a department without cases this month is left out."""
    con = open_database()
    columns = ("month", "dept_id", "group_code", "status", "weight")
    now, before, earlier = date(2025, 1, 1), date(2024, 12, 1), date(2024, 11, 1)
    this_month = [(now, "D", "A", "grouped", 0.8)] * 2 + [(now, "D", "B", "grouped", 2.0), (now, "D", "0000", "ungrouped", None)]
    history = [(before, "D", "A", "grouped", 0.8), (before, "E", "CQY", "ambiguous", None), (earlier, "D", "B", "grouped", 2.0)]
    create(con, "scope", _rows(("hospital_id", "month_start"), [("H", now)]))
    create(con, "fct_case", _rows(columns, this_month))
    con.execute("create schema history")
    create(con, "history.fct_case", _rows(columns, history))
    build(con, "rpt_group_shift")
    found = con.execute(
        """select level, subject_id, group_code, case_count, earlier_case_count, case_share::varchar, earlier_case_share::varchar,
        share_change::varchar, total_weight::double, earlier_total_weight::double
        from rpt_group_shift order by level desc, group_code"""
    ).fetchall()
    assert found == [
        ("hospital", "H", "A", 2, 1, "0.666667", "0.500000", "0.166667", 1.6, 0.8),
        ("hospital", "H", "B", 1, 0, "0.333333", "0.000000", "0.333333", 2.0, 0.0),
        ("hospital", "H", "CQY", 0, 1, "0.000000", "0.500000", "-0.500000", 0.0, 0.0),
        ("department", "D", "A", 2, 1, "0.666667", "1.000000", "-0.333333", 1.6, 0.8),
        ("department", "D", "B", 1, 0, "0.333333", "0.000000", "0.333333", 2.0, 0.0),
    ]


def test_a_swap_of_the_principal_diagnosis_is_grouped_anew(tmp_path: Path) -> None:
    """B01 excludes the complication C01, B02 does not; C01 leads to no group; the other version stays out of it."""
    con = open_database()
    first, second = write_pack(tmp_path / "one"), write_pack(tmp_path / "two", scheme=edited("scheme", "version,1", "version,2"))
    write_packs(con, [load_pack(first), load_pack(second)])
    case = {"case_key": 7, "stay_id": "s", "pack_key": 1, "scheme": "TEST", "version": "1", "hospital_level": "L"}
    case |= {"discharged_on": date(2025, 1, 10)} | dict.fromkeys(NUMBERS, 40)
    create(con, "int_grouping__choose_grouper", pa.Table.from_pylist([case]))
    create(con, "stg_emr__diagnosis", _codes([{"case_id": "s", "dx": "B01|C01|B02|B01"}], "dx", "diagnosis"))
    create(con, "stg_emr__procedure", _codes([{"case_id": "s", "procs": "40.0"}], "procs", "procedure"))
    for code, weight in (("AB11", 2.5), ("AB15", 1.5)):
        con.execute(
            """insert into group_payment by name select 'TEST' as scheme, '1' as version, ? as group_code, 'L' as hospital_level,
            ? as weight, date '2000-01-01' as valid_from""",
            [code, weight],
        )
    columns = ("hospital_id", "month", "stay_id", "dept_id", "doctor_id", "group_code", "status", "weight")
    create(con, "fct_case", _rows(columns, [("H", date(2025, 1, 1), "s", "D", "X", "AB15", "grouped", 1.5)]))
    build(con, "int_grouping__standardise_codes", "int_grouping__assign_drg", "rpt_coding_what_if")
    assert con.execute("select drg_code, complication from int_grouping__assign_drg").fetchall() == [("AB15", "none")]
    found = con.execute(
        """select stay_id, sequence, principal_code, swapped_code, group_code, swapped_group_code, weight_change::double
        from rpt_coding_what_if"""
    ).fetchall()
    assert found == [("s", 3, "B01", "B02", "AB15", "AB11", 1.0)]


def _rows(columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in rows])


def open_database() -> duckdb.DuckDBPyConnection:
    """A database in memory with every policy and pack table, empty, on its search path."""
    con = duckdb.connect()
    con.execute("create schema policy")
    tables = {table.name: {column.name: column.data_type for column in table.columns} for table in load_policy_contract()}
    for name, columns in (tables | load_pack_tables()).items():
        con.execute(f"create table policy.{name} ({', '.join(f'{column} {kind}' for column, kind in columns.items())})")
    con.execute("set search_path = 'main,policy'")
    return con


def create(con: duckdb.DuckDBPyConnection, relation: str, rows: pa.Table) -> None:
    """A table of these rows."""
    con.register("given", rows)
    con.execute(f"create table {relation} as select * from given")
    con.unregister("given")


def build(con: duckdb.DuckDBPyConnection, *names: str) -> None:
    """The tables of these models, in this order."""
    for name in names:
        con.execute(f"create table {name} as {render_model(name)}")
