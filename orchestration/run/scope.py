"""Write the scope of a run: the one row from which the models learn their hospital and month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import duckdb


@dataclass(frozen=True)
class Scope:
    """Row of `run.scope`; column texts are in the source's YAML."""

    hospital_id: str
    month_start: date
    parent_release_id: str | None
    policy_sha256: str
    is_simulation: bool


def write_scope(con: duckdb.DuckDBPyConnection, scope: Scope) -> None:
    """Fill `run.scope` with its single row."""
    con.execute("delete from run.scope")
    con.execute(
        """insert into run.scope (hospital_id, month_start, next_month_start, parent_release_id, policy_sha256, is_simulation)
           values (?, ?, ?, ?, ?, ?)""",
        [
            scope.hospital_id,
            scope.month_start,
            next_month(scope.month_start),
            scope.parent_release_id,
            scope.policy_sha256,
            scope.is_simulation,
        ],
    )


def write_published_months(con: duckdb.DuckDBPyConnection, months: Iterable[date]) -> None:
    """Fill `run.published_month`."""
    con.execute("delete from run.published_month")
    for month in sorted(months):
        con.execute("insert into run.published_month values (?)", [month])


def next_month(month: date) -> date:
    """First day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
