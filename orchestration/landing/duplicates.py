"""Rows that were handed over more than once: equal ones count once, differing ones are corrections or an error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.contract import Table
from orchestration.contract.model import HOSPITAL
from orchestration.errors import BadInput, Place
from orchestration.landing.model import LandedFile
from orchestration.sources.text import identifier, literal
from orchestration.sources.workbench import Workbench

SHOWN = 20


@dataclass(frozen=True)
class Candidate:
    """Typed rows that may be accepted for a table, in order of acceptance; `batch_id` tells new from landed ones."""

    sql: str
    source_name: str
    batch_id: str

    @classmethod
    def of_file(cls, file: LandedFile) -> Candidate:
        """The rows of an already landed file."""
        return cls(f"select * from read_parquet({literal(str(file.path))})", file.source_name, file.batch_id)


def find_duplicates(bench: Workbench, table: Table, candidates: Sequence[Candidate]) -> tuple[dict[int, list[int]], bool]:
    """Source rows to leave out per candidate, and whether a later batch corrects keys of an earlier one.

    Uniqueness is first tested on 64-bit hashes of the keys, exactly only where a hash occurs twice.

    Raises:
        BadInput: F20 when one batch gives two different rows for a key.
    """
    key = ", ".join(identifier(k) for k in table.key if k != HOSPITAL)
    keys = " union all ".join(f"select hash({key}) as h from ({c.sql})" for c in candidates)
    rows, distinct = bench.con.execute(f"select count(*), count(distinct h) from ({keys})").fetchone() or (0, 0)
    if rows == distinct:
        return {}, False
    bench.con.execute(f"create or replace temp table repeated as select h from ({keys}) group by h having count(*) > 1")
    bench.con.execute(f"create or replace temp table candidate_row as {_candidate_rows(table, candidates, key)}")
    try:
        return _judge(bench, table, candidates)
    finally:
        bench.con.execute("drop table repeated; drop table candidate_row")


def _candidate_rows(table: Table, candidates: Sequence[Candidate], key: str) -> str:
    """Rows with a repeated key: place, batch rank, key and content; `is_repeat` when the row before it says the same."""
    batches = sorted({c.batch_id for c in candidates})
    named = ", ".join(f"'k{i}': {identifier(k)}" for i, k in enumerate(k for k in table.key if k != HOSPITAL))
    content = " || '|' || ".join(f"coalesce(cast({identifier(c.name)} as varchar), '∅')" for c in table.columns)
    selects = [
        f"select {place} as place, {batches.index(c.batch_id)} as batch, source_row, {{{named}}} as row_key, "
        f"md5({content}) as content from ({c.sql}) where hash({key}) in (select h from repeated)"
        for place, c in enumerate(candidates)
    ]
    return (
        "select *, content is not distinct from lag(content) over (partition by row_key order by batch, place, source_row) "
        "and row_number() over (partition by row_key order by batch, place, source_row) > 1 as is_repeat "
        f"from ({' union all '.join(selects)})"
    )


def _judge(bench: Workbench, table: Table, candidates: Sequence[Candidate]) -> tuple[dict[int, list[int]], bool]:
    conflicts = bench.con.execute(
        "select place, source_row from candidate_row where not is_repeat "
        "qualify count(*) over (partition by row_key, batch) > 1 "
        f"order by row_key, place, source_row limit {SHOWN}"
    ).fetchall()
    if conflicts:
        raise _conflict(table, candidates, conflicts)
    dropped: dict[int, list[int]] = {}
    for place, source_row in bench.con.execute(
        "select place, source_row from candidate_row where is_repeat order by 1, 2"
    ).fetchall():
        dropped.setdefault(place, []).append(source_row)
    found = bench.con.execute(
        "select count(*) from (select row_key from candidate_row where not is_repeat group by row_key having count(*) > 1)"
    )
    return dropped, bool((found.fetchone() or (0,))[0])


def _conflict(table: Table, candidates: Sequence[Candidate], rows: list[tuple[int, int]]) -> BadInput:
    shown = ", ".join(f"{candidates[place].source_name} row {row}" for place, row in rows)
    place, row = rows[0]
    return BadInput(
        f"{table.name} has one key with different content in one delivery: {shown}.",
        rule="F20",
        zh=f"{table.zh}：同一主键在同一批次中内容不一致",
        place=Place(candidates[place].source_name, row, ", ".join(k for k in table.key if k != HOSPITAL)),
        remedy="Keep the right row, or hand the corrected row over later as a correction.",
    )
