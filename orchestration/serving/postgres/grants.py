"""The grants of the policy as rows of the server, and which of its accounts may see numbers of persons and stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from orchestration.policy.reading import Row
from orchestration.privacy.visitor import EVERYTHING

# Roles that work with persons and cases; every other role, known or not, sees none of their numbers.
IDENTIFIED_ROLES = frozenset({"finance", "auditor"})


def grant_rows(policy_rows: Iterable[Row], hospitals: Sequence[str]) -> list[dict[str, Any]]:
    """One row per account, role, hospital of the release and department; `*` becomes every hospital of it."""
    rows = []
    for row in policy_rows:
        granted = hospitals if row["hospital_id"] == EVERYTHING else [h for h in hospitals if h == row["hospital_id"]]
        names = ("grantee", "role", "dept_id", "valid_from", "valid_to")
        rows += [{name: row[name] for name in names} | {"hospital_id": hospital} for hospital in granted]
    return rows


def memberships(rows: Iterable[Mapping[str, Any]]) -> dict[str, bool]:
    """Accounts, and whether they may see numbers: only an account all of whose roles may."""
    roles: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        roles[row["grantee"]].add(row["role"])
    return {grantee: held <= IDENTIFIED_ROLES for grantee, held in sorted(roles.items())}
