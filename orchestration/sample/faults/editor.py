"""Changing files of a written sample, and keeping its manifest in step where the fault is not about the manifest."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

Rows = list[list[str]]


class Outcome(Enum):
    """What a run of the month has to do about a fault."""

    ACCEPTED = "accepted"
    """The month is published; the fault is counted, listed or set aside."""
    REJECTED = "bad input"
    STOPPED = "stopped by a gate"
    MISCONFIGURED = "configuration refused"


@dataclass(frozen=True)
class Fault:
    """A way to spoil a sample, and what must happen then."""

    plant: Callable[[DeliveryEditor], None]
    outcome: Outcome

    @property
    def description(self) -> str:
        """What is planted, in which file and row."""
        return (self.plant.__doc__ or "").strip()


@dataclass(frozen=True)
class DeliveryEditor:
    """The first month of one hospital in contract form (CSV)."""

    root: Path
    hospital_id: str
    month: str

    @property
    def folder(self) -> Path:
        """Folder of the month."""
        return self.root / self.hospital_id / self.month

    @property
    def reference(self) -> Path:
        """Folder of the reference tables."""
        return self.root / self.hospital_id / "reference"

    def path(self, table: str) -> Path:
        """File of a table, monthly or reference."""
        monthly = self.folder / f"{table}.csv"
        return monthly if monthly.exists() else self.reference / f"{table}.csv"

    def rows(self, table: str) -> Rows:
        """Header and rows of a table as texts."""
        with self.path(table).open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    def write_rows(self, table: str, rows: Sequence[Sequence[str]]) -> None:
        """Replace a table and seal it."""
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(rows)
        self.write_bytes(self.path(table), text.getvalue().encode())

    def write_bytes(self, path: Path, content: bytes) -> None:
        """Replace a file and seal it."""
        path.write_bytes(content)
        self.seal(path)

    def set_cell(self, table: str, row: int, column: str, value: str) -> None:
        """Change one cell; rows count the header as row 1, and a row beyond the end means the last."""
        rows = self.rows(table)
        rows[min(row, len(rows)) - 1][rows[0].index(column)] = value
        self.write_rows(table, rows)

    def seal(self, path: Path, **changes: Any) -> None:
        """Bring the manifest entry of a file up to date; `changes` overwrite what it says."""
        content = path.read_bytes()
        rows = content.count(b"\n") - 1
        entry = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content), "rows": rows} | changes
        manifest = self.manifest(path.parent)
        manifest["files"][path.name] = entry
        self.write_manifest(path.parent, manifest)

    def manifest(self, folder: Path) -> dict[str, Any]:
        """The manifest of a folder."""
        found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return found

    def write_manifest(self, folder: Path, manifest: dict[str, Any]) -> None:
        """Replace the manifest of a folder."""
        (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def forget(self, path: Path) -> None:
        """Delete a file and its manifest entry."""
        path.unlink()
        manifest = self.manifest(path.parent)
        manifest["files"].pop(path.name, None)
        self.write_manifest(path.parent, manifest)


def plus(text: str, amount: str) -> str:
    """A decimal text increased by an amount."""
    return format(Decimal(text) + Decimal(amount), "f")
