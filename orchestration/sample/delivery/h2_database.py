"""H2 hands over its database: one SQLite file with the tables of its own product, and a mapping with queries."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.contract import Column, Table, load_contract
from orchestration.sample.delivery.native import (
    code_values,
    column_mapping,
    month_span,
    own_columns,
    read_layout,
    translate,
    write_yaml,
)
from orchestration.sample.months import HospitalSample

DATABASE = "his.sqlite"
DAY_FORMAT, TIME_FORMAT, MONTH_FORMAT = "%Y%m%d", "%Y%m%d%H%M%S", "%Y%m"
COMPACT_TABLES = frozenset(
    {"his_department", "his_staff", "his_item", "his_stock_issue", "ledger_voucher_line", "his_settlement"}
)
"""Tables whose days are kept as eight digits."""
MONTH_TABLES = ("performance_", "ledger_allocation_driver")


def write_database(folder: Path, sample: HospitalSample) -> None:
    """Write `<folder>/<hospital_id>/his.sqlite` with all months, and `mapping.yml` beside it."""
    home = folder / sample.hospital.hospital_id
    home.mkdir(parents=True, exist_ok=True)
    (home / DATABASE).unlink(missing_ok=True)
    with closing(sqlite3.connect(home / DATABASE)) as connection:
        connection.execute("pragma journal_mode = off")
        for name in read_layout("h2_layout.yml"):
            connection.execute(_create(load_contract()[name]))
        for name, table in sample.reference_tables().items():
            _insert(connection, sample.hospital.hospital_id, name, table)
        for month in sample.settings.month_numbers:
            sample.write_month(month, lambda name, table: _insert(connection, sample.hospital.hospital_id, name, table))
        connection.commit()
    write_yaml(home / "mapping.yml", _mapping(sample), "江州市人民医院：HIS 数据库（SQLite）到数据契约的映射")


def source_names(name: str) -> list[str]:
    """Source columns of a contract table, in contract order without hospital_id."""
    names: list[str] = read_layout("h2_layout.yml")[name]["columns"].split()
    return names


def date_format(table: Table, column: Column) -> str | None:
    """How the database writes a date, if not as the contract does."""
    if column.contract_type != "date":
        return None
    if column.name == "month" and table.name.startswith(MONTH_TABLES):
        return MONTH_FORMAT
    return DAY_FORMAT if table.name in COMPACT_TABLES else None


def _create(table: Table) -> str:
    layout = read_layout("h2_layout.yml")[table.name]
    columns = [
        f"{source} {_affinity(column)}" for source, column in zip(source_names(table.name), own_columns(table), strict=True)
    ]
    key = [f"primary key ({layout['key']})"] if "key" in layout else []
    return f"create table {layout['table']} ({', '.join(columns + key)})"


def _affinity(column: Column) -> str:
    if code_values("H2", column) or column.contract_type in ("text", "date", "timestamp"):
        return "text"
    return "integer" if column.contract_type in ("int", "bool") else "numeric"


def _insert(connection: sqlite3.Connection, hospital_id: str, name: str, table: pa.Table) -> None:
    """Add rows; a row that is sent again (an open stay) takes the place of the old one."""
    contract = load_contract()[name]
    values = []
    for column in own_columns(contract):
        texts = translate(hospital_id, column, table.column(column.name))
        if written := date_format(contract, column):
            texts = pc.strftime(table.column(column.name), written)
        elif column.contract_type == "bool":
            texts = table.column(column.name).cast(pa.int8())
        values.append(texts.to_pylist())
    marks = ", ".join("?" * len(values))
    target = read_layout("h2_layout.yml")[name]["table"]
    connection.executemany(f"insert or replace into {target} values ({marks})", zip(*values, strict=True))


def _mapping(sample: HospitalSample) -> dict[str, Any]:
    layout, contract = read_layout("h2_layout.yml"), load_contract()
    return {
        "hospital_id": sample.hospital.hospital_id,
        "description": "江州市人民医院",
        "delivers": list(layout),
        "months": month_span(sample.settings),
        "connections": {"his": {"url": f"sqlite:///{DATABASE}"}},
        "defaults": {"connection": "his"},
        "tables": {name: _table_mapping(sample.hospital.hospital_id, contract[name], entry) for name, entry in layout.items()},
    }


def _table_mapping(hospital_id: str, table: Table, layout: dict[str, Any]) -> dict[str, Any]:
    names = source_names(table.name)
    columns = {
        column.name: column_mapping(hospital_id, column, source, date_format(table, column))
        for column, source in zip(own_columns(table), names, strict=True)
    }
    if "as_known" not in layout:
        month_filter = {"month_filter": layout["filter"]} if "filter" in layout else {}
        return {"table": layout["table"], **month_filter, "columns": columns}
    return {"query": _query(layout, names), "columns": columns}


def _query(layout: dict[str, Any], names: list[str]) -> str:
    """Today's rows as they were known at the end of the month."""
    until, empties = layout["as_known"]["until"], layout["as_known"]["empties"]
    selected = [f"case when {until} < :next_month_start then {name} end as {name}" if name in empties else name for name in names]
    chosen = layout.get("filter") or f"RYRQ < :next_month_start and ({until} is null or {until} >= :month_start)"
    return f"select {', '.join(selected)} from {layout['table']} where {chosen}"
