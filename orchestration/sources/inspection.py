"""Judging the values of a part: one pass that counts failures, and a second only where there are any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from orchestration.contract import Column, Table
from orchestration.contract.model import HOSPITAL
from orchestration.sources.casts import Cast, cast_column
from orchestration.sources.files import corrupt_parquet
from orchestration.sources.issues import SHOWN, Issue
from orchestration.sources.part import Month, Part, RawColumn
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
    casts = tuple(_cast(table, column, part, hospital_id) for column in table.columns)
    if not part.relation:
        return Inspection(part, casts, _no_rows(table), 0, 0)
    chosen = _month_predicate(table, casts, part, month)
    counts = _count(bench, part, casts, chosen)
    issues = [i for cast, n in zip(casts, counts.failures, strict=True) if n for i in _issues(bench, table, part, cast, chosen)]
    selected = ", ".join(f'{cast.value} as "{cast.column.name}"' for cast in casts)
    typed = f"select {selected}, source_row from {part.relation} where {chosen}"
    return Inspection(part, casts, typed, counts.rows, counts.month_rows, tuple(issues), _warnings(table, part, counts))


@dataclass(frozen=True)
class _Counts:
    rows: int
    month_rows: int
    failures: tuple[int, ...]
    private_use: tuple[int, ...]


def _cast(table: Table, column: Column, part: Part, hospital_id: str) -> Cast:
    if column.name != HOSPITAL:
        return cast_column(table, column, part)
    own = literal(hospital_id)
    if HOSPITAL not in part.columns:
        return Cast(column, HOSPITAL, own, "false", "null")
    given = cast_column(table, column, part)
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


def _count(bench: Workbench, part: Part, casts: Sequence[Cast], chosen: str) -> _Counts:
    texts = [c for c in casts if _is_plain_text(part, c)]
    failures = [f"count(*) filter (where {chosen} and ({c.failure}))" for c in casts]
    private = [f"count(*) filter (where {chosen} and {_has_private_use(part.columns[c.column.name])})" for c in texts]
    figures = ["count(*)", f"count(*) filter (where {chosen})", *failures, *private]
    row = _read(bench, part, f"select {', '.join(figures)} from {part.relation}")[0]
    return _Counts(row[0], row[1], tuple(row[2 : 2 + len(casts)]), tuple(row[2 + len(casts) :]))


def _is_plain_text(part: Part, cast: Cast) -> bool:
    raw = part.columns.get(cast.column.name)
    return cast.column.contract_type == "text" and raw is not None and raw.data_type == "VARCHAR" and part.kind != "database"


def _has_private_use(raw: RawColumn) -> str:
    x = raw.expression
    return f"strlen({x}) <> length({x}) and regexp_matches({x}, '{PRIVATE_USE}')"


def _read(bench: Workbench, part: Part, sql: str) -> list[tuple]:
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
    found = _read(
        bench,
        part,
        f"select reason, count(*), min(source_row) from (select {cast.reason} as reason, source_row from {bad}) group by reason order by 3, 1",
    )
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
    sql = f"select cast({raw.expression} as varchar) as code, count(*) as n from {bad} group by 1 order by n desc, code limit {SHOWN}"
    return tuple(f"{code} × {n}" for code, n in _read(bench, part, sql))


def _warnings(table: Table, part: Part, counts: _Counts) -> tuple[str, ...]:
    texts = [c.name for c in table.columns if c.contract_type == "text" and c.name in part.columns and part.columns[c.name].data_type == "VARCHAR"]
    if part.kind == "database":
        return part.notes
    private = (f"{n} cells of {name} hold private-use characters" for name, n in zip(texts, counts.private_use, strict=False) if n)
    return (*part.notes, *private)
