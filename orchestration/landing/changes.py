"""What differs between two states of a landed month, row by row: new rows, corrected rows, rows that are gone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from orchestration.contract import Table, load_contract
from orchestration.contract.model import HOSPITAL
from orchestration.landing.model import LandedMonth, LandedTable
from orchestration.landing.views import view_sql
from orchestration.sources.text import identifier, literal

ADDED = "added"
CORRECTED = "corrected"
REMOVED = "removed"
COLUMNS = ("table", "change", "key", "columns", "before", "after", "yuan")


@dataclass(frozen=True)
class RowChange:
    """One row that differs. `before` and `after` are addresses (batch, file and row); no value of a column is kept.

    `columns` names what differs, joined by ``|``; `yuan` is the difference in the table's first money column.
    """

    table: str
    change: str
    key: str
    columns: str
    before: str | None
    after: str | None
    yuan: Decimal


def find_changes(before: LandedMonth, after: LandedMonth) -> list[RowChange]:
    """Rows that differ, by table and key; unchanged rows keep their key and are not listed, whatever file they are in."""
    changes: list[RowChange] = []
    with duckdb.connect() as con:
        for table in load_contract():
            old, new = before.tables[table.name], after.tables[table.name]
            if [file.landed_sha256 for file in old.files] != [file.landed_sha256 for file in new.files]:
                changes += _table_changes(con, table, old, new)
    return changes


def summarise(changes: list[RowChange]) -> str:
    """Counts and yuan by table and kind: the estimate of what the changes move."""
    found: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for change in changes:
        rows, yuan = found.get((change.table, change.change), (0, Decimal(0)))
        found[change.table, change.change] = rows + 1, yuan + change.yuan
    return "; ".join(f"{table} {rows} {kind} {yuan:+.2f} yuan" for (table, kind), (rows, yuan) in sorted(found.items()))


def to_csv(changes: list[RowChange]) -> str:
    """The report as a CSV file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([c.table, c.change, c.key, c.columns, c.before, c.after, c.yuan] for c in changes)
    return text.getvalue()


def _table_changes(con: duckdb.DuckDBPyConnection, table: Table, old: LandedTable, new: LandedTable) -> Iterator[RowChange]:
    """Full outer join on the key; two rows of one key cannot be, landing has seen to that."""
    key = [name for name in table.key if name != HOSPITAL] or [HOSPITAL]
    rest = [c.name for c in table.columns if c.name not in table.key]
    money = next((c.name for c in table.columns if c.contract_type == "money"), None)
    differs = " || ".join(
        [f"case when o.{identifier(n)} is distinct from n.{identifier(n)} then {literal(n + '|')} else '' end" for n in rest]
        or ["''"]
    )
    joined = " and ".join(f"o.{identifier(k)} is not distinct from n.{identifier(k)}" for k in key)
    shown = " || ' ' || ".join(f"coalesce(cast(coalesce(n.{identifier(k)}, o.{identifier(k)}) as varchar), '')" for k in key)
    yuan = f"coalesce(n.{identifier(money)}, 0) - coalesce(o.{identifier(money)}, 0)" if money else "0"
    query = f"""
        select o.source_row is not null, n.source_row is not null, {shown} as row_key, rtrim({differs}, '|') as changed,
            o.batch_key, o.source_row, n.batch_key, n.source_row, cast({yuan} as decimal(38, 2))
        from ({_rows(table, old)}) as o full outer join ({_rows(table, new)}) as n on {joined}
        where o.source_row is null or n.source_row is null or {differs} <> ''
        order by row_key, o.source_row, n.source_row"""
    for in_old, in_new, shown_key, columns, old_batch, old_row, new_batch, new_row, difference in con.execute(query).fetchall():
        yield RowChange(
            table=table.name,
            change=CORRECTED if in_old and in_new else ADDED if in_new else REMOVED,
            key=shown_key,
            columns=columns if in_old and in_new else "",
            before=_address(old, old_batch, old_row),
            after=_address(new, new_batch, new_row),
            yuan=difference,
        )


def _rows(table: Table, state: LandedTable) -> str:
    if state.files:
        return view_sql(table, state)
    empty = ", ".join(f"cast(null as {c.data_type}) as {identifier(c.name)}" for c in table.columns)
    return f"select {empty}, cast(null as integer) as batch_key, cast(null as bigint) as source_row where false"


def _address(state: LandedTable, batch_key: int | None, source_row: int | None) -> str | None:
    for file in state.files:
        if file.batch_key == batch_key:
            return f"{file.batch_id}/{file.path.name}:{source_row}"
    return None
