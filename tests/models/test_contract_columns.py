"""The contract of a mart is held against what its query gives; dbt's own comparison only words the difference."""

from __future__ import annotations

from types import SimpleNamespace

import duckdb
import jinja2
import pytest

from orchestration.home import DBT_PROJECT

MACRO = DBT_PROJECT / "macros" / "materializations" / "contract_columns.sql"
CONTRACT = {"month": "date", "amount_yuan": "decimal(18, 2)", "is_closed": "boolean"}
KEPT = "select true as is_closed, cast(1 as decimal(18, 2)) as amount_yuan, date '2025-01-01' as month"


def columns_of(sql: str) -> list[SimpleNamespace]:
    """What dbt's adapter answers."""
    rows = duckdb.sql(f"describe ({sql})").fetchall()
    return [SimpleNamespace(name=row[0], dtype=row[1]) for row in rows]


def is_refused(sql: str) -> bool:
    """Whether the macro hands the query to dbt's own comparison, which refuses it."""
    refused: list[str] = []
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    environment.globals.update(
        adapter=SimpleNamespace(get_column_schema_from_query=columns_of),
        model=SimpleNamespace(columns={name: SimpleNamespace(name=name, data_type=kind) for name, kind in CONTRACT.items()}),
        assert_columns_equivalent=lambda query: refused.append(query) or "",
    )
    module = environment.from_string(MACRO.read_text(encoding="utf-8")).module
    module.duckdb__get_assert_columns_equivalent(sql)  # type: ignore[attr-defined]
    return refused == [sql]


def test_columns_may_come_in_any_order() -> None:
    """Names and types are what a contract fixes."""
    assert not is_refused(KEPT)


@pytest.mark.parametrize(
    "sql",
    [
        KEPT.replace("decimal(18, 2)", "decimal(18, 4)"),
        KEPT.replace("amount_yuan", "amount"),
        KEPT.replace("true as is_closed, ", ""),
        f"{KEPT}, 1 as more",
    ],
    ids=["type", "name", "missing", "more"],
)
def test_a_difference_is_refused(sql: str) -> None:
    """A narrower or wider amount, another name, a column too few or too many."""
    assert is_refused(sql)
