"""A small delivery in contract form for tests: two plausible rows for every contract table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

from orchestration.contract import Column, Table, load_contract

MONTH = date(2025, 1, 1)
HOSPITAL = "T1"


def cell(column: Column, table: Table, row: int) -> str:
    """A value of the column's type, different per row in key columns."""
    if column.name == "hospital_id":
        return HOSPITAL
    if column.values:
        return column.values[(row - 1) % len(column.values)]
    kind = column.contract_type
    if kind in ("date", "timestamp"):
        day = "2024-01-01" if table.is_reference or column.name.startswith("valid_") else f"2025-01-{row + 1:02d}"
        day = "2025-01-01" if column.name in ("month", "statement_month") else day
        return day if kind == "date" else f"{day} 08:30:00"
    if kind == "int":
        return str(row)
    if kind in ("money", "quantity", "price", "ratio", "rate"):
        return f"{Decimal(row) + Decimal('0.25')}"
    if kind == "bool":
        return "true"
    return f"{column.name[:3]}{row}"


def rows_of(table: Table, count: int = 2) -> list[dict[str, str]]:
    """`count` rows with distinct keys."""
    return [{c.name: cell(c, table, i) for c in table.columns} for i in range(1, count + 1)]


def csv_text(rows: list[dict[str, str]], columns: list[str] | None = None) -> str:
    """The rows as CSV with LF line ends."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns or list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def place_of(folder: Path, table: Table, month: str = "2025-01", suffix: str = ".csv") -> Path:
    """Where the table's file belongs."""
    return folder / HOSPITAL / ("reference" if table.is_reference else month) / f"{table.name}{suffix}"


def write_delivery(folder: Path, tables: Iterable[str] | None = None, count: int = 2) -> Path:
    """The tables (all of the contract by default) of one hospital and month as CSV; returns the source folder."""
    if tables is not None:
        (folder / HOSPITAL).mkdir(parents=True, exist_ok=True)
        (folder / HOSPITAL / "mapping.yml").write_text(f"delivers: [{', '.join(tables)}]\n", encoding="utf-8")
    for table in load_contract():
        if tables is not None and table.name not in tables:
            continue
        path = place_of(folder, table)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(csv_text(rows_of(table, count)), encoding="utf-8")
    return folder
