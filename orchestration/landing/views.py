"""The landing schema of a run: views over an explicit list of verified files, and what the run knows about them."""

from __future__ import annotations

from typing import Any

import duckdb

from orchestration.contract import Table, load_contract
from orchestration.landing.model import LandedMonth, LandedTable
from orchestration.sources.text import identifier, literal


def create_landing_views(con: duckdb.DuckDBPyConnection, landed: LandedMonth, keys_of: LandedMonth | None = None) -> None:
    """Replace the empty landing tables by views and fill run.batch, run.control_total and run.delivery.

    With `keys_of` the views leave out rows whose key that other state of the month does not have.
    """
    for table in load_contract():
        accepted = landed.tables[table.name]
        if accepted.files:
            name = f"landing.{identifier(table.name)}"
            con.execute(f"drop table if exists {name}")
            sql = view_sql(table, accepted)
            if keys_of is not None and keys_of.tables[table.name].files:
                sql = _with_keys_of(table, sql, keys_of.tables[table.name])
            con.execute(f"create or replace view {name} as {sql}")
    for name, rows in {"batch": _batches(landed), "control_total": _controls(landed), "delivery": _deliveries(landed)}.items():
        con.execute(f"delete from run.{name}")
        _insert(con, f"run.{name}", rows)


def view_sql(table: Table, accepted: LandedTable) -> str:
    """Rows of the accepted files with their address; of a corrected key only the row of the latest batch."""
    columns = ", ".join(identifier(c.name) for c in table.columns)
    rows = "\nunion all\n".join(
        f"select {columns}, cast({file.batch_key} as integer) as batch_key, source_row "
        f"from read_parquet({literal(str(file.path))})"
        for file in accepted.files
    )
    if not accepted.has_corrections:
        return rows
    key = ", ".join(identifier(k) for k in table.key)
    return (
        f"select * from (\n{rows}\n)\nqualify row_number() over (partition by {key} order by batch_key desc, source_row desc) = 1"
    )


def _with_keys_of(table: Table, rows: str, other: LandedTable) -> str:
    key = " and ".join(f"seen.{identifier(k)} is not distinct from known.{identifier(k)}" for k in table.key)
    return f"select seen.* from (\n{rows}\n) as seen semi join (\n{view_sql(table, other)}\n) as known on {key}"


def _insert(con: duckdb.DuckDBPyConnection, relation: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    columns = ", ".join(identifier(name) for name in rows[0])
    places = ", ".join("(" + ", ".join("?" for _ in row) + ")" for row in rows)
    con.execute(f"insert into {relation} ({columns}) values {places}", [value for row in rows for value in row.values()])


def _batches(landed: LandedMonth) -> list[dict[str, Any]]:
    return [
        {
            "batch_key": file.batch_key,
            "batch_id": file.batch_id,
            "table_name": table.name,
            "source_name": file.source_name,
            "source_sha256": file.source_sha256,
            "landed_sha256": file.landed_sha256,
            "received_rows": file.received_rows,
            "landed_rows": file.landed_rows,
            "duplicate_rows": file.duplicate_rows,
            "min_business_date": file.min_business_date,
            "max_business_date": file.max_business_date,
            "sequence_no": file.sequence_no,
            "sequence_count": file.sequence_count,
        }
        for table in landed.tables.values()
        for file in table.files
    ]


def _controls(landed: LandedMonth) -> list[dict[str, Any]]:
    return [
        {
            "batch_key": file.batch_key,
            "table_name": table.name,
            "column_name": column,
            "landed_sum": total,
            "declared_sum": declared,
            "rounding_difference": difference,
        }
        for table in landed.tables.values()
        for file in table.files
        for column, (total, declared, difference) in file.control.items()
    ]


def _deliveries(landed: LandedMonth) -> list[dict[str, Any]]:
    return [{"table_name": t.name, "is_delivered": t.is_delivered, "landed_rows": t.rows} for t in landed.tables.values()]
