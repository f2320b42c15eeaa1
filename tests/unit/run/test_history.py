"""A run reads its own hospital's earlier months, verified, and nothing else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import BadInput
from orchestration.home import Home
from orchestration.release import catalogue, partition, warehouse
from orchestration.release.partition import write_partition
from orchestration.release.publish import publish
from orchestration.release.record import current_record
from orchestration.run import history as room
from orchestration.run.history import collect_history, read_back, write_history
from tests.unit.release.releases import FEBRUARY, JANUARY, MARCH, RELATION, TOY, gated, home_in

COLUMNS = {"fct_toy": TOY.column_types}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for module in (catalogue, partition, warehouse):
        monkeypatch.setattr(module, "load_marts", lambda: {RELATION: TOY})
    monkeypatch.setattr(room, "load_history_tables", lambda: ("fct_toy",))
    monkeypatch.setattr(room, "load_mart_columns", lambda: COLUMNS)
    return home_in(tmp_path)


def private() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("create schema history")
    con.execute("create table history.fct_toy (hospital_id varchar, month date, dept_id varchar, amount_yuan decimal(18,2))")
    return con


def read(home: Home, month: date, earlier_runs: tuple[str, ...] = ()) -> list[tuple[date, Decimal]]:
    con = private()
    write_history(con, collect_history(home, current_record(home), earlier_runs, "H1", month))
    return con.execute("select month, amount_yuan from history.fct_toy order by all").fetchall()


def test_the_first_month_reads_an_empty_relation(home: Home) -> None:
    assert read(home, JANUARY) == []


def test_only_earlier_months_of_the_hospital_are_read(home: Home) -> None:
    publish(
        home, [gated(home, "a", "H1", JANUARY, "1"), gated(home, "b", "H1", FEBRUARY, "2"), gated(home, "c", "H2", JANUARY, "9")]
    )
    assert read(home, FEBRUARY) == [(JANUARY, Decimal(1))]
    assert read(home, MARCH) == [(JANUARY, Decimal(1)), (FEBRUARY, Decimal(2))]


def test_gated_months_of_the_range_replace_the_published_ones(home: Home) -> None:
    publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    again = gated(home, "b", "H1", JANUARY, "5")
    write_partition(again.folder, list(again.files))
    assert read(home, FEBRUARY, ("b",)) == [(JANUARY, Decimal(5))]


def test_what_was_read_back_is_kept_with_its_hash(home: Home) -> None:
    record = publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    file = next(f for f in record.partitions if f.relation == RELATION)
    assert read_back(collect_history(home, record, (), "H1", FEBRUARY)) == {file.path: file.sha256}


def test_an_altered_file_is_never_read(home: Home) -> None:
    record = publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    path = home.published / record.release_id / next(f.path for f in record.partitions if f.relation == RELATION)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()
    path.write_bytes(content)
    with pytest.raises(BadInput, match="altered"):
        read(home, FEBRUARY)


def test_a_column_the_mart_gained_reads_as_null(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    monkeypatch.setattr(room, "load_mart_columns", lambda: {"fct_toy": TOY.column_types | {"new_yuan": "decimal(18,2)"}})
    con = private()
    write_history(con, collect_history(home, current_record(home), (), "H1", FEBRUARY))
    assert con.execute("select amount_yuan, new_yuan from history.fct_toy").fetchall() == [(Decimal(1), None)]
