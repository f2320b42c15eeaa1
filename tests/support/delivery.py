"""Write a hospital's delivery in contract form from a few literal rows; what is not said takes a plain default."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

from orchestration.contract import Column, load_contract, load_policy_contract

VALIDITY = {
    "valid_from": "2020-01-01",
    "valid_to": "",
    "source_type": "local",
    "source_ref": "test",
    "approved_by": "test",
    "recorded_at": "2020-01-01",
}
PLAIN = {"text": "-", "int": "0", "date": "2025-01-15", "timestamp": "2025-01-15 10:00:00", "bool": "false"}


def plain_value(column: Column) -> str:
    """A harmless value of a column: empty where allowed, else the first listed value or a zero."""
    if column.nullable:
        return ""
    if column.values:
        return column.values[0]
    return PLAIN.get(column.contract_type, "0")


class Delivery:
    """Rows of one hospital, by contract table and month."""

    def __init__(self, hospital_id: str) -> None:
        self.hospital_id = hospital_id
        self.reference: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.monthly: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))

    def add(self, table: str, month: str | None = None, /, **values: Any) -> None:
        """Add a row; reference tables take no month."""
        if load_contract()[table].is_reference:
            self.reference[table].append(values)
        else:
            assert month is not None
            self.monthly[month][table].append(values)

    def write(self, folder: Path, delivers: list[str] | None = None) -> Path:
        """Write `<folder>/<hospital_id>/…` and return the folder."""
        home = folder / self.hospital_id
        for table, rows in self.reference.items():
            self._write_table(home / "reference", table, rows)
        for month, tables in self.monthly.items():
            for table, rows in tables.items():
                self._write_table(home / month, table, rows)
        named = sorted({*self.reference, *(t for tables in self.monthly.values() for t in tables)})
        (home / "mapping.yml").write_text(yaml.safe_dump({"delivers": delivers or named}), encoding="utf-8")
        return folder

    def _write_table(self, folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
        columns = load_contract()[name].columns
        defaults = {c.name: plain_value(c) for c in columns} | {"hospital_id": self.hospital_id, "valid_from": "2020-01-01"}
        write_csv(folder / f"{name}.csv", [c.name for c in columns], [defaults | row for row in rows])


def write_policy_table(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    """Write a policy file; validity and source columns have defaults, other columns are empty unless given."""
    columns = [c.name for c in load_policy_contract()[name].columns]
    defaults = dict.fromkeys(columns, "") | VALIDITY
    write_csv(folder / f"{name}.csv", columns, [defaults | row for row in rows])


def write_csv(path: Path, columns: list[str], rows: list[dict[str, Any]]) -> None:
    """Write rows under a header; None is an empty cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
