"""A part: the rows of one contract table from one file or query, readable twice by DuckDB."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True)
class Month:
    """A calendar month."""

    start: date

    @classmethod
    def parse(cls, text: str) -> Month:
        """From ``YYYY-MM``; ValueError otherwise."""
        return cls(date.fromisoformat(f"{text}-01"))

    @property
    def next_start(self) -> date:
        """First day of the next month."""
        return date(self.start.year + self.start.month // 12, self.start.month % 12 + 1, 1)

    def __str__(self) -> str:
        return f"{self.start:%Y-%m}"


@dataclass(frozen=True)
class Original:
    """A source file as first read: its place, its name below the delivery, its size and hash."""

    path: Path
    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Declaration:
    """What a delivery's manifest says about a file; unknown parts stay None."""

    sha256: str | None = None
    bytes: int | None = None
    rows: int | None = None
    encoding: str | None = None
    control: Mapping[str, Decimal] = field(default_factory=dict)
    sequence_no: int | None = None
    sequence_count: int | None = None
    is_correction: bool = False
    empty_approved_by: str | None = None


@dataclass(frozen=True)
class RawColumn:
    """How one contract column reads from a part.

    `expression` is SQL over the part's relation and has the DuckDB type `data_type`; `label` is the column's name in the
    source, for messages; `unmapped` is a SQL predicate that holds for codes without translation; `cell_kind` is SQL giving
    the kind of an Excel cell (text, number, date, bool); `untranslated` is SQL giving the code before translation.
    """

    expression: str
    data_type: str
    label: str
    unmapped: str | None = None
    date_format: str | None = None
    cell_kind: str | None = None
    untranslated: str | None = None


@dataclass(frozen=True)
class Part:
    """One readable piece of a contract table.

    `relation` is a SQL table expression with the source's columns and `source_row` (the header of a file counts as row 1);
    `kind` is one of csv, xlsx, parquet, database, query. Where `selects_month` is false the rows of the month are picked
    by the month column after typing. `cell_columns` gives the Excel column letter of a label.
    """

    table: str
    source_name: str
    kind: str
    relation: str
    columns: Mapping[str, RawColumn]
    originals: tuple[Original, ...] = ()
    encoding: str | None = None
    query: str | None = None
    declared: Declaration = field(default_factory=Declaration)
    cell_columns: Mapping[str, str] = field(default_factory=dict)
    selects_month: bool = True
    round_money: bool = False
    notes: tuple[str, ...] = ()

    @property
    def is_number_allowed_as_text(self) -> bool:
        """Whether whole numbers may fill a text column, as the keys of a database do."""
        return self.kind in ("database", "query")

    @property
    def sha256(self) -> str | None:
        """Hash of the source file; of the list of hashes where there are several; None for a database."""
        return combined_sha256(self.originals)


def combined_sha256(originals: tuple[Original, ...]) -> str | None:
    """One hash for the files a part was read from."""
    if len(originals) <= 1:
        return originals[0].sha256 if originals else None
    text = "\n".join(f"{o.sha256}  {o.name}" for o in sorted(originals, key=lambda o: o.name))
    return hashlib.sha256(text.encode()).hexdigest()
