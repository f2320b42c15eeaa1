"""A delta statement holds every changed number with its cause, and the causes add up to the whole."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import BadInput
from orchestration.home import Home
from orchestration.release import catalogue, delta, partition, warehouse
from orchestration.release.delta import CORRECTED, LATE, Stage, Statement, keep_statement, read_statement, write_delta
from orchestration.release.publish import GatedMonth, publish
from orchestration.release.verify import verify_home
from tests.unit.release.releases import FEBRUARY, JANUARY, RELATION, TOY, gated, home_in


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for module in (catalogue, partition, warehouse, delta):
        monkeypatch.setattr(module, "load_marts", lambda: {RELATION: TOY})
    monkeypatch.setattr(delta, "KEY_FIGURES", {RELATION: ("amount_yuan",)})
    return home_in(tmp_path)


def stage(cause: str | None, *months: GatedMonth) -> Stage:
    files = {file.key: (month.folder, file) for month in months for file in month.files if file.kind == "mart"}
    return Stage(cause, files)


@pytest.fixture
def stages(home: Home) -> list[Stage]:
    """January was 10.00, is 11.50 once corrected rows are let in, and 9.00 with the late ones; February never changes."""
    february = gated(home, "f", "H1", FEBRUARY, "5")
    amounts = [(None, "10"), (CORRECTED, "11.50"), (LATE, "9")]
    return [stage(cause, gated(home, f"j{amount}", "H1", JANUARY, amount), february) for cause, amount in amounts]


def test_each_stage_adds_one_cause_and_they_add_up(stages: list[Stage], tmp_path: Path) -> None:
    write_delta(stages, tmp_path / "delta.parquet")
    rows = duckdb.sql(
        f"select mart, row_key, figure, before, after, difference, cause from '{tmp_path}/delta.parquet' order by cause"
    ).fetchall()
    assert rows == [
        (RELATION, "D1", "amount_yuan", Decimal(10), Decimal("11.5"), Decimal("1.5"), CORRECTED),
        (RELATION, "D1", "amount_yuan", Decimal("11.5"), Decimal(9), Decimal("-2.5"), LATE),
    ]
    assert sum(row[5] for row in rows) == Decimal(9) - Decimal(10)


def test_key_figures_sum_the_statement_up(stages: list[Stage], tmp_path: Path) -> None:
    figures = write_delta(stages, tmp_path / "delta.parquet")
    assert [(f["month"], f["cause"], f["changed"], f["net_yuan"], f["gross_yuan"]) for f in figures] == [
        ("2025-01-01", CORRECTED, 1, "1.50", "1.50"),
        ("2025-01-01", LATE, 1, "-2.50", "2.50"),
    ]


def test_rows_that_come_and_go_are_changes_from_and_to_nothing(home: Home, tmp_path: Path) -> None:
    only = gated(home, "a", "H1", JANUARY, "3")
    write_delta([stage(None), stage(LATE, only), stage(CORRECTED)], tmp_path / "delta.parquet")
    rows = duckdb.sql(f"select before, after, difference from '{tmp_path}/delta.parquet' order by cause").fetchall()
    assert rows == [(Decimal(3), None, Decimal(-3)), (None, Decimal(3), Decimal(3))]


def test_a_stage_that_changes_nothing_leaves_the_statement_empty(home: Home, tmp_path: Path) -> None:
    same = gated(home, "a", "H1", JANUARY, "3")
    assert write_delta([stage(None, same), stage(LATE, same)], tmp_path / "delta.parquet") == []


def test_a_release_carries_its_statement_and_verify_reads_it(home: Home, stages: list[Stage], tmp_path: Path) -> None:
    publish(home, [gated(home, "a", "H1", JANUARY, "10")])
    folder = home.root / "statement"
    folder.mkdir()
    write_delta(stages, folder / "delta.parquet")
    kept = keep_statement(Statement(folder / "delta.parquet", {"reason": "补录", "from": "2025-01-01"}))
    record = publish(home, [gated(home, "b", "H1", JANUARY, "9")], statement=read_statement(kept))
    assert record.content["restatement"]["reason"] == "补录"
    assert verify_home(home) == record
    path = home.published / record.release_id / "delta.parquet"
    path.unlink()
    path.write_bytes(b"nothing changed")
    with pytest.raises(BadInput, match="altered"):
        verify_home(home)
