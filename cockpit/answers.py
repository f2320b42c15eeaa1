"""Kept answers of `casemix what-if`: folders with a summary and tables, read as they were written."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from orchestration.home import Home
from orchestration.whatif.files import SUMMARY, results_folder

YUAN = "_yuan"
COUNT = "_count"


@dataclass(frozen=True)
class Answer:
    """One answer: its folder and its summary; amounts in the summary are texts in yuan."""

    folder: Path
    summary: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Name of the folder, which begins with the time of asking."""
        return self.folder.name

    def concerns(self, hospital_id: str) -> bool:
        """Whether a hospital is among the months settled again."""
        return any(month["hospital_id"] == hospital_id for month in self.summary["months"])

    def totals(self) -> dict[str, Decimal]:
        """Sums over all cases, yuan."""
        return {name: Decimal(value) for name, value in self.summary["totals"].items()}

    def causes(self, hospital_id: str) -> list[dict[str, Any]]:
        """What moved the payment of a hospital, by cause and month."""
        return [_typed(row) for row in self.summary["causes"] if row["hospital_id"] == hospital_id]

    def rows(self, table: str, hospital_id: str) -> list[dict[str, Any]]:
        """Rows of one of its tables that are about a hospital."""
        path = self.folder / self.summary["files"][table]["file"]
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [_typed(row) for row in csv.DictReader(file) if row["hospital_id"] == hospital_id]


def read_answers(home: Home) -> list[Answer]:
    """Every kept answer, the newest first."""
    found = sorted(results_folder(home).glob(f"[!.]*/{SUMMARY}"), key=lambda path: path.parent.name, reverse=True)
    return [Answer(path.parent, json.loads(path.read_text(encoding="utf-8"))) for path in found]


def _typed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in row.items()}


def _value(name: str, value: Any) -> Any:
    if value in (None, ""):
        return None
    if name.endswith(YUAN):
        return Decimal(str(value))
    return int(Decimal(str(value))) if name.endswith(COUNT) else value
