"""Landing one contract table: judged rows are typed, pseudonymised, sorted by key and written once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from orchestration.contract import Table
from orchestration.contract.model import HOSPITAL
from orchestration.landing.duplicates import Candidate, find_duplicates
from orchestration.landing.durable import file_sha256, sync_file
from orchestration.landing.late import already_landed
from orchestration.landing.model import Control, LandedFile, LandedTable
from orchestration.landing.rounding import round_money
from orchestration.privacy import PseudonymKey, pseudonym_table
from orchestration.sources.inspection import Inspection
from orchestration.sources.part import Month, Original
from orchestration.sources.text import identifier, literal
from orchestration.sources.workbench import Workbench

FIGURES = ("money", "quantity")
ROW_GROUP = 122_880


@dataclass(frozen=True)
class Border:
    """What a batch brings to every table: where it is written, its identity, the pseudonym key, and earlier months."""

    bench: Workbench
    folder: Path
    batch_id: str
    hospital_id: str
    key: PseudonymKey | None
    contract_version: str
    month: Month
    open_earlier: Callable[[str, Month], LandedTable | None]


def land_table(
    border: Border, table: Table, judged: Sequence[Inspection], kept: Sequence[LandedFile], *, adds: bool
) -> LandedTable:
    """Write the judged parts of one table; parts that are already landed unchanged are taken over from `kept`.

    Args:
        border: the batch that is being written.
        table: contract table.
        judged: parts without issues, in delivery order.
        kept: files of the batch before.
        adds: whether the parts add to all kept files (a correction) instead of replacing them.
    """
    known = {file.identity: file for file in kept}
    readings = [(part, reading_sha256(border, part)) for part in judged]
    identities = {_identity(part, reading) for part, reading in readings}
    old = [file for file in kept if adds or file.identity in identities]
    new, notes = _first_of_each([(p, r) for p, r in readings if _identity(p, r) not in known], old)
    if not new and len(old) <= 1:
        return LandedTable(table.name, True, tuple(old), notes=notes)
    candidates = [Candidate.of_file(file) for file in old]
    candidates += [Candidate(_typed(border, table, part), part.part.source_name, border.batch_id) for part, _ in new]
    dropped, has_corrections = find_duplicates(border.bench, table, candidates)
    files = []
    for number, (part, reading) in enumerate(new, start=1):
        name = f"{table.name}.parquet" if len(new) == 1 else f"{table.name}.{number:02d}.parquet"
        place = len(old) + number - 1
        files.append(_write_once(border, table, part, reading, name, candidates[place].sql, dropped.get(place, ())))
    return _without_repeats(border, table, kept, old, files, has_corrections=has_corrections, notes=notes)


def reading_sha256(border: Border, judged: Inspection) -> str:
    """Hash of everything but the source that decides the landed rows: contract, mapping, key, encoding."""
    part = judged.part
    raw = {name: [c.expression, c.data_type, c.unmapped, c.date_format] for name, c in sorted(part.columns.items())}
    key = border.key.fingerprint if border.key else None
    said = [border.contract_version, raw, part.kind, part.query, part.encoding, part.round_money, part.selects_month, key]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _identity(judged: Inspection, reading: str) -> tuple[str, ...]:
    return (judged.part.source_name, judged.part.sha256 or "", reading)


def _first_of_each(
    readings: Sequence[tuple[Inspection, str]], old: Sequence[LandedFile]
) -> tuple[list[tuple[Inspection, str]], tuple[str, ...]]:
    """The same file under two names counts once (F19)."""
    seen = {file.source_sha256: file.source_name for file in old if file.source_sha256}
    first, notes = [], []
    for judged, reading in readings:
        sha256 = judged.part.sha256
        if sha256 is not None and sha256 in seen:
            notes.append(f"F19 {judged.part.source_name} is a duplicate of {seen[sha256]}")
            continue
        if sha256 is not None:
            seen[sha256] = judged.part.source_name
        first.append((judged, reading))
    return first, tuple(notes)


def _typed(border: Border, table: Table, judged: Inspection) -> str:
    """SQL of the typed rows with pseudonyms in place of personal numbers."""
    sql = round_money(table, judged)
    columns = [c for c in table.columns if c.pseudonym and c.name in judged.part.columns]
    if not columns or border.key is None:
        return sql
    joins, replaced = [], []
    for column in columns:
        name = identifier(column.name)
        values = [
            v
            for (v,) in border.bench.con.execute(
                f"select distinct {name} from ({sql}) where {name} is not null order by 1"
            ).fetchall()
        ]
        relation = border.bench.register(pseudonym_table(values, border.key, str(column.pseudonym), border.hospital_id))
        alias = f"pseudonym_{column.name}"
        joins.append(f"left join {relation} as {alias} on {alias}.plain = typed.{name}")
        replaced.append(f"{alias}.pseudonym as {name}")
    return f"select typed.* replace ({', '.join(replaced)}) from ({sql}) as typed {' '.join(joins)}"


def _write_once(
    border: Border, table: Table, judged: Inspection, reading: str, name: str, sql: str, dropped: Sequence[int]
) -> LandedFile:
    """Write the rows; rows an earlier month already holds are found when they are written, and left out the second time."""
    file = _write(border, table, judged, reading, name, sql, dropped)
    if not table.posts_late:
        return file
    again = already_landed(border.bench, table, file, border.month, lambda month: border.open_earlier(table.name, month))
    if not again:
        return file
    file.path.unlink()
    return _write(border, table, judged, reading, name, sql, [*dropped, *again])


def _write(
    border: Border, table: Table, judged: Inspection, reading: str, name: str, sql: str, dropped: Sequence[int]
) -> LandedFile:
    part, con = judged.part, border.bench.con
    path = border.folder / name
    order = ", ".join(f"{identifier(k)} nulls first" for k in table.key if k != HOSPITAL)
    repeats = border.bench.register(pa.table({"source_row": pa.array(dropped, pa.int64())})) if dropped else None
    kept = f"where source_row not in (select source_row from {repeats})" if repeats else ""
    con.execute(
        f"copy (select * from ({sql}) {kept} order by {order}, source_row) to {literal(str(path))} "
        f"(format parquet, compression zstd, compression_level 1, row_group_size {ROW_GROUP})"
    )
    figures = _figures(border, table, judged, path)
    sync_file(path)
    return LandedFile(
        path=path,
        batch_id=border.batch_id,
        batch_key=0,
        source_name=part.source_name,
        source_kind=part.kind,
        source_sha256=part.sha256,
        landed_sha256=file_sha256(path),
        reading_sha256=reading,
        content_hash=figures.content_hash,
        encoding=part.encoding,
        query=part.query,
        received_rows=judged.month_rows,
        landed_rows=figures.rows,
        duplicate_rows=len(dropped),
        bytes=path.stat().st_size,
        min_business_date=figures.first,
        max_business_date=figures.last,
        sequence_no=part.declared.sequence_no,
        sequence_count=part.declared.sequence_count,
        control=figures.control,
        originals=tuple(_original(o) for o in part.originals),
        notes=judged.warnings,
    )


def _original(original: Original) -> dict[str, object]:
    return {"name": original.name, "bytes": original.bytes, "sha256": original.sha256}


@dataclass(frozen=True)
class _Figures:
    rows: int
    first: date | None
    last: date | None
    content_hash: str | None
    control: dict[str, Control]


def _figures(border: Border, table: Table, judged: Inspection, path: Path) -> _Figures:
    """Control figures of a written file; a database gets a content hash, by which a repeated extract is recognised."""
    columns = [c for c in table.columns if c.contract_type in FIGURES]
    sums = [f"coalesce(sum(cast({identifier(c.name)} as decimal(38, 4))), 0)" for c in columns]
    day = f"cast({identifier(table.month_column)} as date)" if table.month_column else "cast(null as date)"
    row = ", ".join(identifier(c.name) for c in table.columns)
    content = f"cast(sum(cast(hash({row}) as hugeint)) as varchar)" if judged.part.sha256 is None else "null"
    selected = ", ".join(["count(*)", f"min({day})", f"max({day})", content, *sums])
    found = border.bench.con.execute(f"select {selected} from read_parquet({literal(str(path))})").fetchone()
    rows, first, last, content_hash, *totals = found or ()
    exact = _source_totals(border, judged) if judged.part.round_money else {}
    declared = judged.part.declared.control
    control = {
        c.name: (Decimal(total), declared.get(c.name), exact.get(c.name, Decimal(total)) - Decimal(total))
        for c, total in zip(columns, totals, strict=True)
    }
    return _Figures(rows, first, last, content_hash and f"{rows}:{content_hash}", control)


def _source_totals(border: Border, judged: Inspection) -> dict[str, Decimal]:
    money = [c.column.name for c in judged.casts if c.column.contract_type == "money"]
    if not money:
        return {}
    sums = ", ".join(f"coalesce(sum({identifier(name)}), 0)" for name in money)
    found = border.bench.con.execute(f"select {sums} from ({judged.typed})").fetchone()
    return dict(zip(money, found or (), strict=True))


def _without_repeats(
    border: Border,
    table: Table,
    kept: Sequence[LandedFile],
    old: Sequence[LandedFile],
    files: Sequence[LandedFile],
    *,
    has_corrections: bool,
    notes: tuple[str, ...],
) -> LandedTable:
    """A database extract equal to the one before is the same delivery: the file just written is dropped again."""
    before: dict[tuple[str, str | None, str], LandedFile] = {
        (f.source_name, f.content_hash, f.reading_sha256): f for f in kept if f.content_hash
    }
    final = []
    for file in files:
        same = before.get((file.source_name, file.content_hash, file.reading_sha256))
        if same is not None:
            file.path.unlink()
        final.append(same or file)
    return LandedTable(table.name, True, (*old, *final), has_corrections, notes)
