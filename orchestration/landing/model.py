"""What is landed: files, tables and months, and the landing manifest they are kept in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

Control = tuple[Decimal, Decimal | None, Decimal]


@dataclass(frozen=True)
class LandedFile:
    """One Parquet file of a batch, with the source it was read from.

    `control` holds per money and quantity column the landed sum, the declared sum (None when not declared) and the
    source total minus the landed total where money was rounded.
    """

    path: Path
    batch_id: str
    batch_key: int
    source_name: str
    source_kind: str
    source_sha256: str | None
    landed_sha256: str
    reading_sha256: str
    content_hash: str | None
    encoding: str | None
    query: str | None
    received_rows: int
    landed_rows: int
    duplicate_rows: int
    bytes: int
    min_business_date: date | None
    max_business_date: date | None
    sequence_no: int | None
    sequence_count: int | None
    control: Mapping[str, Control]
    originals: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, ...]:
        """What makes a second delivery of the same thing a no-op."""
        return (self.source_name, self.source_sha256 or self.content_hash or "", self.reading_sha256)

    def to_json(self) -> dict[str, Any]:
        """The manifest entry."""
        return {
            "name": self.path.name,
            "batch_id": self.batch_id,
            "sha256": self.landed_sha256,
            "bytes": self.bytes,
            "rows": self.landed_rows,
            "received_rows": self.received_rows,
            "duplicate_rows": self.duplicate_rows,
            "min_business_date": self.min_business_date and self.min_business_date.isoformat(),
            "max_business_date": self.max_business_date and self.max_business_date.isoformat(),
            "sequence_no": self.sequence_no,
            "sequence_count": self.sequence_count,
            "control": {
                column: {
                    "landed": str(landed),
                    "declared": None if declared is None else str(declared),
                    "rounding_difference": str(difference),
                }
                for column, (landed, declared, difference) in self.control.items()
            },
            "source": {
                "name": self.source_name,
                "kind": self.source_kind,
                "sha256": self.source_sha256,
                "encoding": self.encoding,
                "query": self.query,
                "originals": [dict(original) for original in self.originals],
            },
            "reading_sha256": self.reading_sha256,
            "content_hash": self.content_hash,
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, folder: Path, entry: Mapping[str, Any], batch_key: int) -> LandedFile:
        """From a manifest entry; `folder` is the folder of the file's batch."""
        source = entry["source"]
        return cls(
            path=folder / entry["name"],
            batch_id=entry["batch_id"],
            batch_key=batch_key,
            source_name=source["name"],
            source_kind=source["kind"],
            source_sha256=source["sha256"],
            landed_sha256=entry["sha256"],
            reading_sha256=entry["reading_sha256"],
            content_hash=entry["content_hash"],
            encoding=source["encoding"],
            query=source["query"],
            received_rows=entry["received_rows"],
            landed_rows=entry["rows"],
            duplicate_rows=entry["duplicate_rows"],
            bytes=entry["bytes"],
            min_business_date=_date(entry["min_business_date"]),
            max_business_date=_date(entry["max_business_date"]),
            sequence_no=entry["sequence_no"],
            sequence_count=entry["sequence_count"],
            control={column: _control(figures) for column, figures in entry["control"].items()},
            originals=tuple(source["originals"]),
            notes=tuple(entry["notes"]),
        )


@dataclass(frozen=True)
class LandedTable:
    """A contract table of a month: not delivered, or its accepted files in ascending order of batch.

    With `has_corrections` a key may stand in several files; the row of the latest batch counts.
    """

    name: str
    is_delivered: bool
    files: tuple[LandedFile, ...] = ()
    has_corrections: bool = False
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Rows landed, corrected ones included."""
        return sum(file.landed_rows for file in self.files)


@dataclass(frozen=True)
class LandedMonth:
    """The accepted delivery of one hospital and month as of its latest batch."""

    hospital_id: str
    month: date
    batch_id: str
    tables: Mapping[str, LandedTable]
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def files(self) -> tuple[LandedFile, ...]:
        """Every accepted file, by batch_key."""
        return tuple(sorted((f for t in self.tables.values() for f in t.files), key=lambda f: f.batch_key))

    @property
    def batch_ids(self) -> tuple[str, ...]:
        """Every batch that holds an accepted file."""
        return tuple(sorted({file.batch_id for file in self.files}))


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _control(figures: Mapping[str, Any]) -> Control:
    declared = figures["declared"]
    return Decimal(figures["landed"]), None if declared is None else Decimal(declared), Decimal(figures["rounding_difference"])
