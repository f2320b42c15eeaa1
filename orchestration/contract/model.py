"""Shapes of the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

HOSPITAL = "hospital_id"


@dataclass(frozen=True)
class Column:
    """A contract column.

    `contract_type` is one of text, int, date, timestamp, money, price, quantity, rate, ratio, bool;
    `data_type` is the DuckDB type; `pseudonym` names the domain of the keyed hash, if any.
    """

    name: str
    contract_type: str
    data_type: str
    nullable: bool
    pii: str
    zh: str
    description: str
    values: tuple[str, ...] = ()
    pseudonym: str | None = None


@dataclass(frozen=True)
class Table:
    """A contract table; columns are in delivery order and start with hospital_id where the table has one.

    With `posts_late` a row of an earlier, published month may come with a later one and posts there.
    """

    source: str
    name: str
    zh: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    delivery: str | None = None
    month_column: str | None = None
    may_be_absent: bool = False
    posts_late: bool = False

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name}.{name}")

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, in the order of the contract."""
        return tuple(column.name for column in self.columns)

    @property
    def is_reference(self) -> bool:
        """Whether the table describes the hospital rather than one month."""
        return self.delivery == "reference"


@dataclass(frozen=True)
class Contract:
    """Every table of one kind, by name."""

    tables: Mapping[str, Table]

    def __iter__(self) -> Iterator[Table]:
        return iter(self.tables.values())

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def __contains__(self, name: object) -> bool:
        return name in self.tables
