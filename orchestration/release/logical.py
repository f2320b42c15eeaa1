"""The logical hash of a relation: equal for equal rows, whatever their order, the threads or the engine.

A canonical row is its columns in contract order, joined by the unit separator (U+001F). Each value is text: decimals in
the fixed scale of the contract, dates as ISO, booleans as true/false; in text a backslash is doubled and the separator
is written ``\\s``, so that no two rows look alike; null is ``\\N`` and differs from the empty text. Of the md5 of the row
in hexadecimal, digits 1-15 and 16-30 are the two 60-bit numbers that are summed. Sums of partitions add up to the sums
of the whole, so a release is hashed from its partitions without reading them again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal

import duckdb

SEPARATOR = "chr(31)"


@dataclass(frozen=True)
class Figures:
    """Row count, the two 60-bit md5 sums, and the sum of every decimal column (as text, exact)."""

    rows: int
    md5_sum_1: int
    md5_sum_2: int
    control_sums: dict[str, str]

    @property
    def logical_sha256(self) -> str:
        """Hash over row count and md5 sums as 38-digit integers."""
        text = f"{self.rows:038d}|{self.md5_sum_1:038d}|{self.md5_sum_2:038d}"
        return hashlib.sha256(text.encode()).hexdigest()

    def to_json(self) -> dict[str, object]:
        """As kept in a record; the sums are text because JSON numbers are not exact."""
        return asdict(self) | {"md5_sum_1": str(self.md5_sum_1), "md5_sum_2": str(self.md5_sum_2)}

    @classmethod
    def from_json(cls, entry: Mapping[str, object]) -> Figures:
        """The inverse of `to_json`."""
        return cls(
            rows=int(str(entry["rows"])),
            md5_sum_1=int(str(entry["md5_sum_1"])),
            md5_sum_2=int(str(entry["md5_sum_2"])),
            control_sums=dict(entry["control_sums"]),  # type: ignore[call-overload]
        )


def add_figures(parts: Iterable[Figures]) -> Figures:
    """Figures of the union of disjoint partitions."""
    rows = sum_1 = sum_2 = 0
    sums: dict[str, Decimal] = {}
    for part in parts:
        rows, sum_1, sum_2 = rows + part.rows, sum_1 + part.md5_sum_1, sum_2 + part.md5_sum_2
        for column, value in part.control_sums.items():
            sums[column] = sums.get(column, Decimal(0)) + Decimal(value)
    return Figures(rows, sum_1, sum_2, {column: str(value) for column, value in sums.items()})


def measure(con: duckdb.DuckDBPyConnection, relation: str, columns: Mapping[str, str]) -> Figures:
    """Figures of a relation.

    Args:
        con: connection that sees the relation.
        relation: table, view or table function, as written in a from clause.
        columns: names and DuckDB types in contract order; others are left out.
    """
    decimals = {name: kind for name, kind in columns.items() if kind.lower().startswith("decimal")}
    sums = "".join(f', coalesce(sum(cast("{name}" as {kind})), 0)::varchar' for name, kind in decimals.items())
    query = f"""
        select count(*), coalesce(sum(('0x' || h[1:15])::bigint), 0), coalesce(sum(('0x' || h[16:30])::bigint), 0){sums}
        from (select *, md5({canonical_row(columns)}) as h from {relation}) as hashed"""
    row = con.execute(query).fetchone()
    assert row is not None  # noqa: S101 - an aggregate without grouping is one row
    rows, sum_1, sum_2, *totals = row
    return Figures(int(rows), int(sum_1), int(sum_2), dict(zip(decimals, totals, strict=True)))


def canonical_row(columns: Mapping[str, str]) -> str:
    """SQL expression of a canonical row."""
    return f" || {SEPARATOR} || ".join(_canonical(name, kind) for name, kind in columns.items())


def _canonical(name: str, kind: str) -> str:
    value = f'cast("{name}" as {kind})::varchar'
    if kind.lower().startswith(("varchar", "text")):
        value = f"replace(replace({value}, '\\', '\\\\'), {SEPARATOR}, '\\s')"
    return f"coalesce({value}, '\\N')"
