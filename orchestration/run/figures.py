"""Rows and yuan of the relations of a private database, for those who watch a run."""

from __future__ import annotations

from pathlib import Path

import duckdb

LARGEST_SUMMED_ROWS = 2_000_000
SCHEMAS_WITHOUT_FIGURES = ("run", "landing", "policy", "history")


def table_figures(warehouse: Path) -> dict[str, dict[str, int | str]]:
    """Rows of every built table by ``schema.name``, and the sum of its `amount_yuan` where it has one.

    Tables of more than two million rows are counted but not summed.
    """
    with duckdb.connect(str(warehouse), read_only=True) as con:
        tables = con.execute(
            """select schema_name || '.' || table_name, estimated_size from duckdb_tables()
               where not list_contains(?, schema_name) order by 1""",
            [list(SCHEMAS_WITHOUT_FIGURES)],
        ).fetchall()
        with_yuan = con.execute(
            "select schema_name || '.' || table_name from duckdb_columns() where column_name = 'amount_yuan' order by 1"
        ).fetchall()
        rows = {name: int(size) for name, size in tables}
        summed = [name for (name,) in with_yuan if rows.get(name, LARGEST_SUMMED_ROWS + 1) <= LARGEST_SUMMED_ROWS]
        yuan = _sums(con, summed)
    return {name: {"rows": count} | ({"yuan": yuan[name]} if name in yuan else {}) for name, count in rows.items()}


def _sums(con: duckdb.DuckDBPyConnection, relations: list[str]) -> dict[str, str]:
    if not relations:
        return {}
    selects = [f"select '{name}', coalesce(sum(amount_yuan), 0)::varchar from {name}" for name in relations]
    return dict(con.execute(" union all ".join(selects)).fetchall())
