"""Everything a month is computed from, and writing it into a private database. Models know nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.release.partition import remove_private_database
from orchestration.run.history import HistoryFile, write_history
from orchestration.run.private import create_private_database
from orchestration.run.scope import Scope, next_month, write_published_months, write_scope

if TYPE_CHECKING:
    from orchestration.grouping import Pack
    from orchestration.landing import LandedMonth
    from orchestration.policy import Policy

LOCAL_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")


@dataclass(frozen=True)
class MonthInputs:
    """What one hospital and month is computed from.

    `history` are the files read back, by mart; `parent_release_id` the release they belong to. With `keys_of` only rows
    whose key that earlier state of the month already had are seen: its corrections without what came late.
    """

    hospital_id: str
    month: date
    landed: LandedMonth
    policy: Policy
    packs: Sequence[Pack]
    history: Mapping[str, list[HistoryFile]]
    parent_release_id: str | None
    is_simulation: bool
    keys_of: LandedMonth | None = None

    @property
    def earlier_months(self) -> list[date]:
        """Months before this one that are published, or gated in the same range."""
        return sorted({entry.file.month for files in self.history.values() for entry in files})


def write_inputs(warehouse: Path, inputs: MonthInputs) -> dict[str, Any]:
    """Write a new private database.

    Args:
        warehouse: where it goes; an old one is replaced.
        inputs: what goes in.

    Returns:
        What the record of a release keeps of the inputs.

    Raises:
        ConfigurationError: a parameter has no value in force in the month.
    """
    from orchestration.grouping import write_packs
    from orchestration.landing import create_landing_views
    from orchestration.policy import require_parameters, write_policy

    remove_private_database(warehouse)
    with create_private_database(warehouse) as con:
        scope = Scope(
            inputs.hospital_id, inputs.month, inputs.parent_release_id, inputs.policy.sha256, is_simulation=inputs.is_simulation
        )
        write_scope(con, scope)
        write_published_months(con, inputs.earlier_months)
        create_landing_views(con, inputs.landed, inputs.keys_of)
        write_policy(con, inputs.policy, inputs.hospital_id)
        require_parameters(con)
        write_packs(con, inputs.packs)
        write_history(con, inputs.history)
        return {
            "parent_release_id": inputs.parent_release_id,
            "is_simulation": inputs.is_simulation,
            "policy": {
                "sha256": inputs.policy.sha256,
                "tables": inputs.policy.table_sha256,
                "parameters": _parameters(con),
            },
            "packs": [{"scheme": pack.scheme, "version": pack.version, "sha256": pack.sha256} for pack in inputs.packs],
        }


def today() -> date:
    """The day in the hospitals' time zone; a policy row recorded later is not known yet."""
    return datetime.now(LOCAL_TIME).date()


def skipped_month(earlier: Sequence[date], month: date) -> date | None:
    """The month that has to be published before this one can close; None when it follows on the earlier ones."""
    return next_month(earlier[-1]) if earlier and next_month(earlier[-1]) < month else None


def _parameters(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Scalar decisions in force on the first day of the month."""
    query = """select p.parameter_code, p.value from policy.parameter as p, run.scope as s
               where p.valid_from <= s.month_start and (p.valid_to is null or s.month_start < p.valid_to) order by 1"""
    return dict(con.execute(query).fetchall())
