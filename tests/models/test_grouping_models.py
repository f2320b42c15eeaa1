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
from orchestration.grouping import load_packs, write_packs
from tests.models.macro_sql import render_model

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
