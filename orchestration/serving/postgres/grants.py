"""The grants of the policy as rows of the server, and which of its accounts may see numbers of persons and stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from orchestration.policy.reading import Row
from orchestration.privacy.visitor import EVERYTHING, IDENTIFIED_ROLES


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


def memberships(rows: Iterable[Mapping[str, Any]]) -> dict[str, bool]:
    """Accounts, and whether they may see numbers: only an account all of whose roles may."""
    roles: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        roles[row["grantee"]].add(row["role"])
    return {grantee: held <= IDENTIFIED_ROLES for grantee, held in sorted(roles.items())}
