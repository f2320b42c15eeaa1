"""Answers written as a mart, and a stopped run told in words a user can follow to file and row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import duckdb

from orchestration.contract import load_mart_columns
from orchestration.errors import GateStopped
from orchestration.gates.answers import GateAnswer, stopping

MART = "fct_gate_result"
ADDRESS = re.compile(r"(?P<table>\w+)\[(?P<batch_key>\d+):(?P<row>\d+)\]")


def write_gate_results(con: duckdb.DuckDBPyConnection, answers: Iterable[GateAnswer]) -> None:
    """Write the answers of a month to `audit.fct_gate_result`, replacing what is there.

    Args:
        con: the private database, open for writing.
        answers: answers of every checkpoint the run reached.
    """
    columns = load_mart_columns()[MART]
    con.execute("create schema if not exists audit")
    con.execute(f"create or replace table audit.{MART} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
    rows = [[getattr(answer, name) for name in columns] for answer in sorted(answers, key=lambda a: a.gate_id)]
    if rows:
        con.executemany(f"insert into audit.{MART} values ({', '.join('?' * len(columns))})", rows)


def resolve_addresses(con: duckdb.DuckDBPyConnection, sample_keys: str | None) -> str | None:
    """Sample keys with ``table[batch_key:source_row]`` replaced by the source's name and row.

    An address whose batch the run does not know stays as it is.
    """
    if not sample_keys or not ADDRESS.search(sample_keys):
        return sample_keys
    names = dict(con.execute("select batch_key, source_name from run.batch").fetchall())
    return ADDRESS.sub(lambda m: _place(m, names), sample_keys)


def _place(match: re.Match[str], names: dict[int, str]) -> str:
    name = names.get(int(match["batch_key"]))
    return f"{name} row {match['row']}" if name else match[0]


def require_passed(con: duckdb.DuckDBPyConnection, answers: Sequence[GateAnswer]) -> None:
    """Raise when a gate of severity stop failed.

    Raises:
        GateStopped: names every such gate with its figures and its rows (file, row).
    """
    failed = stopping(answers)
    if not failed:
        return
    details = [detail for answer in failed for detail in (answer.message_en, _rows(con, answer)) if detail]
    raise GateStopped(
        f"{len(failed)} gate(s) stopped {failed[0].hospital_id} {failed[0].month:%Y-%m}\n" + "\n".join(details),
        rule=", ".join(answer.gate_id for answer in failed),
        remedy="correct the rows at the source and run the month again; gates are described in docs/gates.md",
        zh="\n".join(answer.message_zh for answer in failed),
    )


def _rows(con: duckdb.DuckDBPyConnection, answer: GateAnswer) -> str | None:
    resolved = resolve_addresses(con, answer.sample_keys)
    return f"  rows: {resolved}" if resolved else None
