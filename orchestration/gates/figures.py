"""What a private database says about its gates: scope, rows of the gate models, thresholds and waivers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from orchestration.errors import ConfigurationError
from orchestration.gates.index import Gate


@dataclass(frozen=True)
class Scope:
    """Hospital and month of the run."""

    hospital_id: str
    month: date


@dataclass(frozen=True)
class Figures:
    """The row of a gate's relation."""

    gate_id: str
    hospital_id: str
    month: date
    checked_rows: int | None
    failing_rows: int | None
    amount_yuan: Decimal | None
    figure: Decimal | None
    sample_keys: str | None
    hint: str | None


@dataclass(frozen=True)
class Threshold:
    """The policy row of a gate."""

    gate_id: str
    threshold: Decimal
    severity: str
    reason: str


@dataclass(frozen=True)
class Waiver:
    """A waiver row of the month; `is_in_force` is false once the month begins on or after `expires_on`."""

    gate_id: str
    reason: str
    approver: str
    expires_on: date
    is_in_force: bool


def read_scope(con: duckdb.DuckDBPyConnection) -> Scope:
    """Hospital and month of the database."""
    row = con.execute("select hospital_id, month_start from run.scope").fetchone()
    if row is None:
        raise ConfigurationError("run.scope is empty", remedy="write the scope before the gates run", zh="运行范围为空")
    return Scope(*row)


def existing_relations(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Names of the gate relations that were built."""
    rows = con.execute("select table_name from information_schema.tables where table_schema = 'audit'").fetchall()
    return frozenset(name for (name,) in rows)


def read_figures(con: duckdb.DuckDBPyConnection, gates: Iterable[Gate]) -> dict[str, list[Figures]]:
    """Rows of the gates' relations by the gate that was asked, so that a row of another gate shows."""
    columns = ", ".join(Figures.__dataclass_fields__)
    parts = [f"select '{g.gate_id}' as asked, {columns} from audit.{g.relation}" for g in gates]
    found: dict[str, list[Figures]] = {g.gate_id: [] for g in gates}
    if parts:
        for asked, *row in con.execute(" union all ".join(parts)).fetchall():
            found[asked].append(Figures(*row))
    return found


def read_thresholds(con: duckdb.DuckDBPyConnection, month: date) -> dict[str, Threshold]:
    """Policy rows of the gates in force on the first day of the month."""
    rows = con.execute(
        """
        select gate_id, threshold, severity, reason from policy.gate
        where valid_from <= $month and (valid_to is null or $month < valid_to)
        """,
        {"month": month},
    ).fetchall()
    return {row[0]: Threshold(*row) for row in rows}


def read_waivers(con: duckdb.DuckDBPyConnection, scope: Scope) -> dict[str, Waiver]:
    """Waivers written for this hospital and month; one in force wins over one that is not."""
    rows = con.execute(
        """
        select gate_id, reason, approver, expires_on,
            $month < expires_on and valid_from <= $month and (valid_to is null or $month < valid_to) as is_in_force
        from policy.gate_waiver
        where hospital_id in ($hospital_id, '*') and month = $month
        order by is_in_force, gate_id, expires_on, approver, reason
        """,
        {"month": scope.month, "hospital_id": scope.hospital_id},
    ).fetchall()
    return {row[0]: Waiver(*row) for row in rows}
