"""The delta statement of a restatement: every changed number, and what changed it.

A restatement is computed in stages, each adding one cause to the stage before; a number's change between two stages is
the change by that cause, exactly, and the causes add up to the whole. The last stage is what is published.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from orchestration.release.catalogue import Mart, load_marts
from orchestration.release.files import fsync_file
from orchestration.release.partition import MART, PartitionFile

CODE = "code change"
PARAMETER = "parameter change"
CORRECTED = "corrected rows"
LATE = "late rows"
CAUSES = (CODE, PARAMETER, CORRECTED, LATE)
CAUSE_ZH = {CODE: "程序变更", PARAMETER: "参数变更", CORRECTED: "更正记录", LATE: "迟到记录"}
DELTA_FILE = "delta.parquet"
CONTENT_FILE = "statement.json"
# Answers of gates say how sure the numbers are; they are no numbers of the statement.
LEFT_OUT = frozenset({"audit.fct_gate_result"})
KEY_FIGURES = {
    "scored.fct_department_bonus": ("bonus_yuan",),
    "scored.fct_staff_bonus": ("bonus_yuan",),
    "costed.fct_department_cost": ("amount_yuan",),
    "costed.fct_case_cost": ("cost_yuan",),
    "settled.fct_case_settlement": ("fund_pay_yuan",),
    "settled.fct_true_up": ("true_up_yuan",),
}

Key = tuple[str, str, date]


@dataclass(frozen=True)
class Stage:
    """Files of every restated month once a cause has been let in, with the folder each is below. The first has no cause."""

    cause: str | None
    files: Mapping[Key, tuple[Path, PartitionFile]]

    @classmethod
    def of(cls, cause: str | None, root: Path, files: Sequence[PartitionFile]) -> Stage:
        """A stage whose files are below one folder."""
        return cls(cause, {file.key: (root, file) for file in files if file.kind == MART})


@dataclass(frozen=True)
class Statement:
    """A delta statement: its file, and what the release record says of it."""

    file: Path
    content: dict[str, Any] = field(default_factory=dict)


def write_delta(stages: Sequence[Stage], target: Path) -> list[dict[str, Any]]:
    """Write every changed number of every stage.

    Args:
        stages: published state first, then one per cause.
        target: Parquet file; columns hospital_id, month, mart, row_key, figure, before, after, difference, cause.

    Returns:
        Per hospital, month, mart, key figure and cause: numbers changed, their net and their gross change in yuan as text.
    """
    with duckdb.connect() as con:
        con.execute(
            """create table delta (hospital_id varchar, month date, mart varchar, row_key varchar, figure varchar,
               before decimal(38, 6), after decimal(38, 6), difference decimal(38, 6), cause varchar)"""
        )
        for before, after in pairwise(stages):
            for key in sorted(before.files.keys() | after.files.keys()):
                _compare(con, key, before.files.get(key), after.files.get(key), str(after.cause))
        con.execute("copy (select * from delta order by all) to ? (format parquet, compression zstd)", [str(target)])
        fsync_file(target)
        return key_figures(con, "delta")


def keep_statement(statement: Statement) -> Path:
    """Write what the record will say beside the statement's file; the folder of both."""
    content = json.dumps(statement.content, ensure_ascii=False, indent=1)
    (statement.file.parent / CONTENT_FILE).write_text(content, encoding="utf-8")
    return statement.file.parent


def read_statement(folder: Path) -> Statement:
    """The inverse of `keep_statement`."""
    return Statement(folder / DELTA_FILE, json.loads((folder / CONTENT_FILE).read_text(encoding="utf-8")))


def key_figures(con: duckdb.DuckDBPyConnection, relation: str) -> list[dict[str, Any]]:
    """The statement summed up over the rows of each mart."""
    names = [f"{mart}.{figure}" for mart, figures in KEY_FIGURES.items() for figure in figures]
    marks = ", ".join("?" * len(names))
    rows = con.execute(
        f"""select hospital_id, month, mart, figure, cause, count(*), sum(difference), sum(abs(difference))
            from {relation} where mart || '.' || figure in ({marks}) group by all order by all""",
        names,
    ).fetchall()
    return [
        {
            "hospital_id": hospital,
            "month": month.isoformat(),
            "mart": mart,
            "figure": figure,
            "cause": cause,
            "changed": count,
            "net_yuan": _yuan(net),
            "gross_yuan": _yuan(gross),
        }
        for hospital, month, mart, figure, cause, count, net, gross in rows
    ]


def _compare(
    con: duckdb.DuckDBPyConnection,
    key: Key,
    before: tuple[Path, PartitionFile] | None,
    after: tuple[Path, PartitionFile] | None,
    cause: str,
) -> None:
    relation, hospital_id, month = key
    mart = load_marts().get(relation)
    if mart is None or relation in LEFT_OUT or _hash(before) == _hash(after):
        return
    numbers = [
        c.name for c in mart.columns if c.name not in mart.key and c.data_type.startswith(("decimal", "bigint", "integer"))
    ]
    joined = " and ".join(f'b."{k}" is not distinct from a."{k}"' for k in mart.key)
    shown = " || ' ' || ".join(
        f"""coalesce(cast(coalesce(a."{k}", b."{k}") as varchar), '')""" for k in mart.key if k not in ("hospital_id", "month")
    )
    pairs = ", ".join(
        f"""{{'figure': '{n}', 'before': cast(b."{n}" as decimal(38, 6)), 'after': cast(a."{n}" as decimal(38, 6))}}"""
        for n in numbers
    )
    con.execute(
        f"""insert into delta
        select ?, ?, ?, row_key, number.figure, number.before, number.after,
            coalesce(number.after, 0) - coalesce(number.before, 0), ?
        from (
            select {shown or "''"} as row_key, unnest([{pairs}]) as number
            from ({_rows(mart, before)}) as b full outer join ({_rows(mart, after)}) as a on {joined}
        )
        where number.before is distinct from number.after""",
        [hospital_id, month, relation, cause],
    )


def _rows(mart: Mart, entry: tuple[Path, PartitionFile] | None) -> str:
    """Rows of a file in the columns of the mart; a column it did not have yet reads as null."""
    columns = mart.column_types
    if entry is None:
        return "select " + ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in columns.items()) + " where false"
    root, file = entry
    path = str(file.verified(root)).replace("'", "''")
    with duckdb.connect() as con:
        there = {row[0] for row in con.execute(f"describe select * from read_parquet('{path}')").fetchall()}
    values = {name: f'"{name}"' if name in there else "null" for name in columns}
    body = ", ".join(f'cast({values[name]} as {kind}) as "{name}"' for name, kind in columns.items())
    return f"select {body} from read_parquet('{path}', hive_partitioning = false)"


def _hash(entry: tuple[Path, PartitionFile] | None) -> str | None:
    return entry[1].figures.logical_sha256 if entry else None


def _yuan(value: Decimal) -> str:
    return f"{value:.2f}"
