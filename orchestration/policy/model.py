"""A policy: all rows of a validated folder, and what of it holds for one hospital."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from orchestration.contract import Column, Table, load_policy_contract
from orchestration.contract.model import HOSPITAL
from orchestration.policy.cells import DECIMAL_TYPE
from orchestration.policy.reading import Row

if TYPE_CHECKING:
    import pyarrow as pa

EVERY_HOSPITAL = "*"
FOREVER = date.max
# A hospital that names rows of its own here means the whole set, not a mixture of steps.
WHOLE_SETS = frozenset({"allocation_step"})
# These name hospitals as their subject, or grant something to several: no row hides another.
PLAIN_LISTS = frozenset({"benchmark_hospital", "access_grant", "gate_waiver"})
VALIDITY = ("valid_from", "valid_to")


@dataclass(frozen=True)
class Policy:
    """Rows by table, typed by the contract; read with `load_policy`, which has refused anything inconsistent.

    `kept_as` is the hash a policy was kept under before tables or columns existed that are empty in it now.
    """

    rows: Mapping[str, tuple[Row, ...]]
    kept_as: str | None = None

    @cached_property
    def table_sha256(self) -> dict[str, str]:
        """Hash of the rows of each table: independent of file order, column order and formatting."""
        return {table.name: hash_rows(table, self.rows[table.name]) for table in load_policy_contract()}

    @cached_property
    def sha256(self) -> str:
        """Hash of the whole snapshot: the policy version on journal lines."""
        return self.kept_as or self.sha256_of(self.table_sha256)

    def sha256_of(self, tables: Iterable[str]) -> str:
        """Hash of some tables alone, as the whole was hashed when there were no others."""
        return hash_of_tables({name: self.table_sha256[name] for name in tables})

    def known_by(self, as_of: date) -> Policy:
        """The policy as it was known on a day: rows recorded later are left out, undated rows count as known."""
        known = {n: tuple(r for r in rows if (r["recorded_at"] or as_of) <= as_of) for n, rows in self.rows.items()}
        return self if all(len(known[name]) == len(rows) for name, rows in self.rows.items()) else Policy(known)

    def for_hospital(self, hospital_id: str) -> dict[str, pa.Table]:
        """Arrow tables by name, reduced to one hospital: its own rows, and common rows where it has none of its own."""
        return {
            table.name: to_arrow(table, rows_for(table, self.rows[table.name], hospital_id)) for table in load_policy_contract()
        }


def is_in_force(row: Row | Mapping[str, Any], on: date) -> bool:
    """Whether a row is valid on a day; the day `valid_to` is the first on which it no longer is."""
    return bool(row["valid_from"] <= on < (row["valid_to"] or FOREVER))


def rows_for(table: Table, rows: Sequence[Row], hospital_id: str) -> list[dict[str, Any]]:
    """Values that hold for one hospital, in the order of the key: its own, and common ones for what it does not say."""
    chosen = _chosen(table, rows, hospital_id)
    return sorted(chosen, key=lambda values: [str(values[name] or "") for name in (*table.key, *VALIDITY)])


def _chosen(table: Table, rows: Sequence[Row], hospital_id: str) -> list[dict[str, Any]]:
    if HOSPITAL not in table.key or table.name == "benchmark_hospital":
        return [row.values for row in rows]
    own = [row.values for row in rows if row[HOSPITAL] == hospital_id]
    common = [row.values for row in rows if row[HOSPITAL] == EVERY_HOSPITAL]
    if table.name in PLAIN_LISTS:
        return own + common
    if table.name in WHOLE_SETS:
        return own or common
    key = [name for name in table.key if name != HOSPITAL]
    named: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for values in own:
        named.setdefault(tuple(values[name] for name in key), []).append(values)
    return own + [rest for values in common for rest in _outside(values, named.get(tuple(values[name] for name in key), []))]


def _outside(values: dict[str, Any], own: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The parts of a common row's validity that no row of the hospital covers."""
    start, end = values["valid_from"], values["valid_to"] or FOREVER
    for row in sorted(own, key=lambda r: r["valid_from"]):
        if start < min(row["valid_from"], end):
            yield values | {"valid_from": start, "valid_to": min(row["valid_from"], end)}
        start = max(start, row["valid_to"] or FOREVER)
    if start < end:
        yield values | {"valid_from": start, "valid_to": None if end == FOREVER else end}


def hash_of_tables(hashes: Mapping[str, str]) -> str:
    """Hash of a snapshot from the hashes of its tables."""
    return hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()


def hash_rows(table: Table, rows: Sequence[Row], columns: Sequence[str] | None = None) -> str:
    """Hash of a table by content: the order of rows and columns does not matter.

    Args:
        table: its contract.
        rows: its rows.
        columns: those it had when it was hashed; without them all of the contract.
    """
    names = columns or table.column_names
    lines = sorted(json.dumps([None if row[n] is None else str(row[n]) for n in names], ensure_ascii=False) for row in rows)
    return hashlib.sha256("\n".join([",".join(names), *lines]).encode()).hexdigest()


def to_arrow(table: Table, rows: Sequence[dict[str, Any]]) -> pa.Table:
    """Values as an Arrow table, typed by the contract."""
    import pyarrow as pa

    columns = [pa.array([values[column.name] for values in rows], _arrow_type(column)) for column in table.columns]
    return pa.table(columns, names=list(table.column_names))


def _arrow_type(column: Column) -> pa.DataType:
    import pyarrow as pa

    shape = DECIMAL_TYPE.fullmatch(column.data_type)
    if shape is not None:
        return pa.decimal128(int(shape[1]), int(shape[2]))
    return {"varchar": pa.string(), "integer": pa.int32(), "boolean": pa.bool_(), "date": pa.date32()}[column.data_type]
