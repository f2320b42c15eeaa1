"""The logical hash depends on rows alone, and tells apart what must be told apart."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.release.logical import Figures, add_figures, canonical_row, measure

COLUMNS = {"code": "varchar", "amount_yuan": "decimal(18,2)", "month": "date", "is_open": "boolean"}


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(
        """create table mart as
           select 'k' || i as code, cast(i as decimal(18, 2)) / 1 as amount_yuan, date '2025-01-01' as month, i % 2 = 0 as is_open
           from range(10000) as t(i)"""
    )
    con.execute("alter table mart alter amount_yuan type decimal(18, 2)")
    return con


def test_order_of_rows_and_threads_do_not_matter(con: duckdb.DuckDBPyConnection) -> None:
    before = measure(con, "mart", COLUMNS)
    con.execute("set threads = 1")
    assert measure(con, "(select * from mart order by code desc)", COLUMNS) == before


def test_control_sums_are_exact(con: duckdb.DuckDBPyConnection) -> None:
    assert measure(con, "mart", COLUMNS).control_sums == {"amount_yuan": "49995000.00"}


def test_one_changed_fen_changes_the_hash(con: duckdb.DuckDBPyConnection) -> None:
    before = measure(con, "mart", COLUMNS).logical_sha256
    con.execute("update mart set amount_yuan = amount_yuan + 0.01 where code = 'k7'")
    assert measure(con, "mart", COLUMNS).logical_sha256 != before


def test_partitions_add_up_to_the_whole(con: duckdb.DuckDBPyConnection) -> None:
    parts = [measure(con, f"(select * from mart where is_open = {value})", COLUMNS) for value in ("true", "false")]
    assert add_figures(parts) == measure(con, "mart", COLUMNS)


def test_an_empty_relation_has_a_hash() -> None:
    assert measure(duckdb.connect(), "(select 'x' as code where false)", {"code": "varchar"}).rows == 0


def test_nulls_empty_texts_and_separators_are_told_apart() -> None:
    con = duckdb.connect()
    rows = [(None, ""), ("", None), (r"\N", ""), (None, r"\N"), ("a\x1fb", ""), ("a", "b\x1f"), ("a\\", "sb")]
    con.execute("create table t (x varchar, y varchar)")
    con.executemany("insert into t values (?, ?)", rows)
    canonical = con.execute(f"select {canonical_row({'x': 'varchar', 'y': 'varchar'})} from t").fetchall()
    assert len(set(canonical)) == len(rows)


def test_decimals_are_hashed_in_the_scale_of_the_contract() -> None:
    con = duckdb.connect()
    wide = measure(con, "(select cast(1.5 as decimal(38, 6)) as x)", {"x": "decimal(18,2)"})
    assert wide == measure(con, "(select cast(1.50 as decimal(18, 2)) as x)", {"x": "decimal(18,2)"})


def test_json_keeps_every_digit() -> None:
    figures = Figures(3, 10**37, 2**63, {"amount_yuan": "12345678901234567890.12"})
    assert Figures.from_json(figures.to_json()) == figures
