"""What is generated from lineage declarations: identities and covers fail on the fault they are for, sums are the sums."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import duckdb
import pytest

from orchestration.lineage.declaration import load_declarations
from orchestration.lineage.words import REASONS
from tests.models.lineage_macros import lineage_macro

DECLARATIONS: dict[str, dict[str, Any]] = {
    "cost": {"key": ["dept", "kind"], "measure": "yuan", "source": "ledger_voucher_line"},
    "pool": {
        "key": ["dept"],
        "measure": "yuan",
        "parents": [
            {"kind": "sum", "from": "cost", "match": ["dept"], "where": "parent.kind <> 'drug'"},
            {"kind": "sum", "from": "gift", "weight": -1, "match": {"dept": "giver"}, "unmatched": "no department"},
        ],
    },
    "gift": {"key": ["giver"], "measure": "yuan", "source": "ledger_voucher_line"},
    "share": {
        "key": ["dept", "stay"],
        "measure": "yuan",
        "parents": [{"kind": "split", "from": "pool", "match": ["dept"]}],
    },
    "line": {
        "key": ["dept", "component"],
        "measure": "micro",
        "digits": 0,
        "parents": [
            {
                "kind": "sum",
                "from": "share",
                "column": "yuan",
                "weight": -1000000,
                "match": ["dept"],
                "of": "child.component = 'COST'",
            }
        ],
    },
}
MONTH = """
create schema toy; set schema = 'toy';
create table cost (dept varchar, kind varchar, yuan decimal(18, 2));
create table gift (giver varchar, yuan decimal(18, 2));
create table pool (dept varchar, yuan decimal(18, 2));
create table share (dept varchar, stay varchar, yuan decimal(18, 2));
create table line (dept varchar, component varchar, micro bigint);
insert into cost values ('A', 'room', 70), ('A', 'drug', 5), ('B', 'room', 30), ('C', 'room', 0);
insert into gift values ('A', 10), ('GONE', 4);
insert into pool values ('A', 60), ('B', 30);
insert into share values ('A', 's1', 20.01), ('A', 's2', 39.99), ('B', 's3', 30);
insert into line values ('A', 'COST', -60000000), ('B', 'COST', -30000000), ('B', 'CARRY', 7);
"""
FAULTS = {
    "a sum is off by a fen": ("update pool set yuan = 60.01 where dept = 'A'", {("pool", "sum"), ("share", "split by dept")}),
    "a sum loses a department": ("delete from pool where dept = 'B'", {("pool", "sum"), ("share", "split by dept")}),
    "a sum has a department twice": ("insert into pool values ('B', 30.00)", {("pool", "sum"), ("share", "split by dept")}),
    "a split loses a part": ("delete from share where stay = 's1'", {("share", "split by dept"), ("line", "sum")}),
    "a split loses a pool": (
        "delete from share where dept = 'B'; delete from line where dept = 'B' and component = 'COST'",
        {("share", "split by dept")},
    ),
    "a line is lost": ("delete from line where dept = 'A'", {("line", "cover of share.yuan by dept")}),
    "a line stands twice": (
        "insert into line values ('A', 'COST', -60000000)",
        {("line", "cover of share.yuan by dept")},
    ),
    "parents changed afterwards": ("update cost set yuan = 31 where dept = 'B'", {("pool", "sum")}),
}


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(MONTH)
    return con


def stated(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Every identity and cover of the month."""
    found = con.execute(lineage_macro("lineage_identities", DECLARATIONS)(["pool", "share", "line"]))
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def open_of(con: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    return {(row["relation"].partition(".")[2], row["kind"]) for row in stated(con) if row["failing_rows"]}


def test_an_honest_month_is_closed(con: duckdb.DuckDBPyConnection) -> None:
    rows = stated(con)
    assert [row["kind"] for row in rows] == ["sum", "split by dept", "sum", "cover of share.yuan by dept"]
    assert open_of(con) == set()
    assert [(row["stated_amount"], row["derived_amount"]) for row in rows[:2]] == [(Decimal(90), Decimal(90))] * 2


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_named(con: duckdb.DuckDBPyConnection, fault: str) -> None:
    change, named = FAULTS[fault]
    con.execute(change)
    assert open_of(con) == named


def test_what_parents_hold_for_nobody_is_left_with_its_reason(con: duckdb.DuckDBPyConnection) -> None:
    (pool,) = [row for row in stated(con) if row["relation"] == "toy.pool"]
    assert (pool["excluded_rows"], pool["excluded_amount"], pool["exclusion_reason"]) == (1, Decimal(-4), "no department")


def test_a_lost_parent_is_told_with_its_amount(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("delete from line where dept = 'A'")
    (cover,) = [row for row in stated(con) if row["kind"].startswith("cover")]
    assert (cover["checked_rows"], cover["failing_rows"], cover["difference_amount"]) == (2, 1, Decimal(60_000_000))


def test_a_generated_sum_is_what_the_declaration_says(con: duckdb.DuckDBPyConnection) -> None:
    sql = lineage_macro("lineage_sum", DECLARATIONS)("pool", {"cost": "toy.cost", "gift": "toy.gift"})
    rows = con.execute(f"select dept, yuan from ({sql}) where yuan <> 0 order by dept").fetchall()
    assert rows == [("A", Decimal(60)), ("B", Decimal(30)), ("GONE", Decimal(-4))]


def test_every_reason_for_leaving_parents_is_told_in_chinese() -> None:
    reasons = {edge.entry["unmatched"] for d in load_declarations().values() for edge in d.parents if "unmatched" in edge.entry}
    assert len(reasons) > 10
    assert reasons - set(REASONS) == set()
