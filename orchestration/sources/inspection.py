"""Judging the values of a part: one pass that counts failures, and a second only where there are any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.contract import Column, Table
from orchestration.contract.model import HOSPITAL
from orchestration.sources.casts import Cast, cast_column, strange_text
from orchestration.sources.files import corrupt_parquet
from orchestration.sources.issues import SHOWN, Issue
from orchestration.sources.part import Month, Part
from orchestration.sources.text import PRIVATE_USE, literal
from orchestration.sources.workbench import Workbench

SAMPLED_REASONS = ("CROSS", "LIST")


@dataclass(frozen=True)
class Inspection:
    """A judged part: SQL of its typed rows, how many there are, and what is wrong or remarkable with them."""

    part: Part
    casts: tuple[Cast, ...]
    typed: str
    source_rows: int
    month_rows: int
    issues: tuple[Issue, ...] = ()
    warnings: tuple[str, ...] = ()


def inspect_part(bench: Workbench, table: Table, part: Part, month: Month, hospital_id: str) -> Inspection:
    """Judge every value of the part that belongs to the month; nothing is written."""
    if not part.relation:
        return Inspection(part, (), _no_rows(table), 0, 0)
    look = _look(bench, table, part)
    casts = tuple(_cast(table, column, part, hospital_id, is_plain=column.name in look.plain) for column in table.columns)
    chosen = _month_predicate(table, casts, part, month)
    month_rows, failures = _count(bench, part, casts, chosen)
    issues = [i for cast, n in zip(casts, failures, strict=True) if n for i in _issues(bench, table, part, cast, chosen)]
    selected = ", ".join(f'{cast.value} as "{cast.column.name}"' for cast in casts)
    typed = f"select {selected}, source_row from {part.relation} where {chosen}"
    return Inspection(part, casts, typed, look.rows, month_rows, tuple(issues), _warnings(bench, part, look))


@dataclass(frozen=True)
class _Look:
    """A first look at the texts of a part: how many rows, which columns are plain and which are not."""

    rows: int
    plain: frozenset[str]
    strange: tuple[str, ...]


def _look(bench: Workbench, table: Table, part: Part) -> _Look:
    texts = [c.name for c in table.columns if c.contract_type == "text" and c.name in part.columns]
    texts = [name for name in texts if part.columns[name].data_type == "VARCHAR" and part.columns[name].cell_kind is None]
    figures = ["count(*)", *(f"count(*) filter (where {strange_text(part.columns[name])})" for name in texts)]
    rows, *counts = _read(bench, part, f"select {', '.join(figures)} from {part.relation}")[0]
    strange = tuple(name for name, count in zip(texts, counts, strict=True) if count)
    return _Look(rows, frozenset(texts) - set(strange), strange)


def _cast(table: Table, column: Column, part: Part, hospital_id: str, *, is_plain: bool) -> Cast:
    if column.name != HOSPITAL:
        return cast_column(table, column, part, is_plain=is_plain)
    own = literal(hospital_id)
    if HOSPITAL not in part.columns:
        return Cast(column, HOSPITAL, own, "false", "null")
    given = cast_column(table, column, part, is_plain=is_plain)
    return Cast(column, given.label, own, f"({given.value}) is distinct from {own}", "'OTHER'")


def _no_rows(table: Table) -> str:
    columns = ", ".join(f'cast(null as {c.data_type}) as "{c.name}"' for c in table.columns)
    return f"select {columns}, cast(null as bigint) as source_row where false"


def _month_predicate(table: Table, casts: Sequence[Cast], part: Part, month: Month) -> str:
    """Rows of the month where the source could not select them; unreadable dates stay in, to be reported."""
    if part.selects_month or table.is_reference or table.month_column is None:
        return "true"
    value = {cast.column.name: f"({cast.value})" for cast in casts}
    start, after = f"date '{month.start}'", f"date '{month.next_start}'"
    if table.name == "his_inpatient_stay":
        discharged, admitted = value["discharged_at"], value["admitted_at"]
        return f"(({discharged} is null or {discharged} >= {start}) and ({admitted} is null or {admitted} < {after}))"
    column = value[table.month_column]
    return f"({column} is null or ({column} >= {start} and {column} < {after}))"


def _count(bench: Workbench, part: Part, casts: Sequence[Cast], chosen: str) -> tuple[int, list[int]]:
    """Rows of the month, and failing rows per cast."""
    judged = [cast for cast in casts if cast.failure != "false"]
    figures = [
        f"count(*) filter (where {chosen})",
        *(f"count(*) filter (where {chosen} and ({cast.failure}))" for cast in judged),
    ]
    month_rows, *counts = _read(bench, part, f"select {', '.join(figures)} from {part.relation}")[0]
    failures = {cast.column.name: count for cast, count in zip(judged, counts, strict=True)}
    return month_rows, [failures.get(cast.column.name, 0) for cast in casts]


def _read(bench: Workbench, part: Part, sql: str) -> list[tuple[Any, ...]]:
    try:
        return bench.con.execute(sql).fetchall()
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        if part.kind == "parquet":
            raise corrupt_parquet(part.source_name) from None
        raise


def _issues(bench: Workbench, table: Table, part: Part, cast: Cast, chosen: str) -> list[Issue]:
    bad = f"{part.relation} where {chosen} and ({cast.failure})"
    reasons = f"select {cast.reason} as reason, source_row from {bad}"
    found = _read(bench, part, f"select reason, count(*), min(source_row) from ({reasons}) group by reason order by 3, 1")
    return [_issue(bench, table, part, cast, bad, reason or "F11", count) for reason, count, _ in found]


def _issue(bench: Workbench, table: Table, part: Part, cast: Cast, bad: str, reason: str, count: int) -> Issue:
    same = f"coalesce({cast.reason}, 'F11') = {literal(reason)}"
    rows = tuple(r for (r,) in _read(bench, part, f"select source_row from {bad} and {same} order by source_row limit {SHOWN}"))
    letter = part.cell_columns.get(cast.label)
    return Issue(
        table=table.name,
        source_name=part.source_name,
        column=cast.label,
        reason=reason,
        count=count,
        rows=rows,
        cells=tuple(f"{letter}{row}" for row in rows) if letter else (),
        samples=_samples(bench, part, cast, f"{bad} and {same}") if reason in SAMPLED_REASONS else (),
    )


def _samples(bench: Workbench, part: Part, cast: Cast, bad: str) -> tuple[str, ...]:
    """The codes themselves, where they are no personal data."""
    raw = part.columns.get(cast.column.name)
    if raw is None or cast.column.pii != "none":
        return ()
    code = raw.untranslated or f"cast({raw.expression} as varchar)"
    sql = f"select {code} as code, count(*) as n from {bad} group by 1 order by n desc, code limit {SHOWN}"
    return tuple(f"{code} × {n}" for code, n in _read(bench, part, sql))


def _warnings(bench: Workbench, part: Part, look: _Look) -> tuple[str, ...]:
    """Notes of the reader, and columns with private-use characters, which only this hospital can read (F02)."""
    if not look.strange:
        return part.notes
    columns = {name: part.columns[name].expression for name in look.strange}
    figures = [
        f"count(*) filter (where strlen({x}) <> length({x}) and regexp_matches({x}, '{PRIVATE_USE}'))" for x in columns.values()
    ]
    counts = _read(bench, part, f"select {', '.join(figures)} from {part.relation}")[0]
    found = (
        f"F02 {count} cells of {name} hold private-use characters" for name, count in zip(columns, counts, strict=True) if count
    )
    return (*part.notes, *found)
