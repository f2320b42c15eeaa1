"""The grants of the policy as rows of the server, and which of its accounts may see numbers of persons and stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from orchestration.contract import load_policy_contract
from orchestration.errors import ConfigurationError
from orchestration.policy.folder import PARAMETER
from orchestration.policy.model import Policy, is_in_force, rows_for
from orchestration.policy.reading import Row
from orchestration.privacy.visitor import EVERYTHING

# Roles that work with persons and cases; every other role, known or not, sees none of their numbers.
IDENTIFIED_ROLES = frozenset({"finance", "auditor"})
MIN_CELL = "min_cell"


def grant_rows(policy_rows: Iterable[Row], smallest: Mapping[str, int]) -> list[dict[str, Any]]:
    """One row per account, role, hospital of the release and department; `*` becomes every hospital of it.

    Args:
        policy_rows: rows of `access_grant.csv`.
        smallest: persons a row must be about before it leaves a hospital, by hospital.
    """
    rows = []
    for row in policy_rows:
        granted = [hospital for hospital in smallest if row["hospital_id"] in (EVERYTHING, hospital)]
        reads_aggregates = row["role"] not in IDENTIFIED_ROLES and row["dept_id"] is None
        names = ("grantee", "role", "dept_id", "valid_from", "valid_to")
        rows += [
            {name: row[name] for name in names}
            | {"hospital_id": hospital, "min_cell": smallest[hospital] if reads_aggregates else None}
            for hospital in granted
        ]
    return rows


def smallest_cell(policy: Policy, hospital_id: str) -> int:
    """The policy's `min_cell` that is in force for a hospital today.

    Raises:
        ConfigurationError: there is none; nothing may leave a hospital unguarded.
    """
    today = datetime.now(UTC).date()
    for row in rows_for(load_policy_contract()[PARAMETER], policy.rows[PARAMETER], hospital_id):
        if row["parameter_code"] == MIN_CELL and is_in_force(row, today) and str(row["value"]).isdigit():
            return int(row["value"])
    raise ConfigurationError(
        f"no {MIN_CELL} is in force for {hospital_id}",
        remedy="give it a row in parameter.csv that is valid today",
        zh=f"机构 {hospital_id} 缺少最小单元参数",
    )


def memberships(rows: Iterable[Mapping[str, Any]]) -> dict[str, bool]:
    """Accounts, and whether they may see numbers: only an account all of whose roles may."""
    roles: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        roles[row["grantee"]].add(row["role"])
    return {grantee: held <= IDENTIFIED_ROLES for grantee, held in sorted(roles.items())}
