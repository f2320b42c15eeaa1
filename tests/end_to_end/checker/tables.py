"""Rows of landed tables and policy files as plain dictionaries; every number becomes a fraction."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

Row = dict[str, Any]
FOREVER = date.max


def exact(value: Any) -> Any:
    """Decimals and floats of a source as fractions, everything else as it is."""
    return Fraction(value) if isinstance(value, Decimal) else value


def on(value: date | datetime) -> date:
    """The day of a moment."""
    return value.date() if isinstance(value, datetime) else value


def next_month(month: date) -> date:
    """First day of the month after."""
    return shift(month, 1)


def shift(month: date, months: int) -> date:
    """First day of the month so many months later."""
    index = month.year * 12 + month.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


@dataclass(frozen=True)
class Month:
    """What a hospital delivered for one month: `rows('his_charge')` reads the landed files of the table."""

    folder: Path
    first: date

    @property
    def end(self) -> date:
        """First day of the next month."""
        return next_month(self.first)

    def rows(self, table: str) -> list[Row]:
        """Rows of a table, in no particular order; none when it was not delivered."""
        return _landed(self.folder, table)


@cache
def _landed(folder: Path, table: str) -> list[Row]:
    files = sorted(folder.glob(f"*/{table}.parquet"))
    return [{k: exact(v) for k, v in row.items()} for file in files for row in pq.read_table(file).to_pylist()]


class Policy:
    """Policy rows of one hospital, read from the CSV files of a folder laid over the default one."""

    def __init__(self, folders: Iterable[Path], hospital_id: str) -> None:
        self.folders = list(folders)
        self.hospital_id = hospital_id

    def rows(self, table: str, day: date) -> list[Row]:
        """Rows in force on a day, empty cells as None; a row of the hospital displaces the one for all."""
        found = [r for r in self._read(table) if date.fromisoformat(r["valid_from"]) <= day < _until(r)]
        named = {r.get("parameter_code") for r in found if r.get("hospital_id") == self.hospital_id}
        kept = (self.hospital_id, "*", None)
        return [
            r
            for r in found
            if r.get("hospital_id") in kept and (r.get("hospital_id") != "*" or r.get("parameter_code") not in named or not named)
        ]

    def parameter(self, code: str, day: date) -> str | None:
        """Value of a scalar decision; None for the word none."""
        values = [r["value"] for r in self.rows("parameter", day) if r["parameter_code"] == code]
        return None if not values or values[0] == "none" else str(values[0])

    def number(self, code: str, day: date) -> Fraction | None:
        """Value of a numeric decision."""
        value = self.parameter(code, day)
        return None if value is None else Fraction(value)

    def _read(self, table: str) -> list[Row]:
        """Rows of the last folder that has the file; of parameter.csv those it does not name come from the folders before."""
        rows: list[Row] = []
        for folder in self.folders:
            path = folder / f"{table}.csv"
            if path.exists():
                with path.open(encoding="utf-8-sig", newline="") as file:
                    read = [{k: v or None for k, v in row.items()} for row in csv.DictReader(file)]
                named = {(r["hospital_id"], r["parameter_code"]) for r in read} if table == "parameter" else set()
                kept = [r for r in rows if (r["hospital_id"], r["parameter_code"]) not in named] if table == "parameter" else []
                rows = [*kept, *read]
        return rows


def _until(row: Row) -> date:
    return date.fromisoformat(row["valid_to"]) if row.get("valid_to") else FOREVER


def valid(rows: Iterable[Row], day: date) -> list[Row]:
    """Rows of a reference table that are valid on a day."""
    return [r for r in rows if on(r["valid_from"]) <= day and (r["valid_to"] is None or day < on(r["valid_to"]))]


def of_month(rows: Iterable[Row], key: str, month: Month) -> dict[str, Row]:
    """The latest row of each key that is valid on some day of the month."""
    found: dict[str, Row] = {}
    for row in sorted(rows, key=lambda r: on(r["valid_from"])):
        if on(row["valid_from"]) < month.end and (row["valid_to"] is None or on(row["valid_to"]) > month.first):
            found[row[key]] = row
    return found
