"""The private database of a run and the empty, typed relations its schemas start with."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.contract import (
    Table,
    load_contract,
    load_history_tables,
    load_mart_columns,
    load_pack_tables,
    load_policy_contract,
    load_run_tables,
)

SCHEMAS = ("run", "landing", "policy", "history")
ADDRESS = {"batch_key": "integer", "source_row": "bigint"}


def create_private_database(path: Path) -> duckdb.DuckDBPyConnection:
    """Create the file with every relation the models may name, empty and typed.

    Views over landed files and policy rows replace the empty tables afterwards, so a table a hospital does not
    deliver is simply one that nothing replaced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(str(path))
    for schema in SCHEMAS:
        con.execute(f"create schema if not exists {schema}")
    for name, columns in load_run_tables().items():
        _create_empty(con, "run", name, columns)
    for table in load_contract():
        _create_empty(con, "landing", table.name, landing_columns(table))
    for table in load_policy_contract():
        _create_empty(con, "policy", table.name, {c.name: c.data_type for c in table.columns})
    for name, columns in load_pack_tables().items():
        _create_empty(con, "policy", name, columns)
    marts = load_mart_columns()
    for name in load_history_tables():
        if name in marts:
            _create_empty(con, "history", name, marts[name])
    return con


def landing_columns(table: Table) -> dict[str, str]:
    """Columns of a landing relation: the contract's, then the address of the row."""
    return {c.name: c.data_type for c in table.columns} | ADDRESS


def _create_empty(con: duckdb.DuckDBPyConnection, schema: str, name: str, columns: dict[str, str]) -> None:
    body = ", ".join(f'"{column}" {data_type}' for column, data_type in columns.items())
    con.execute(f'create or replace table {schema}."{name}" ({body})')
