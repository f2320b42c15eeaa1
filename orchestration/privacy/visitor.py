"""Who asks, and what they may see.

The account is the one of the operating system, or ``CASEMIX_USER`` where a service started by a trusted account speaks for
somebody else. The role comes from `access_grant.csv` of the home's policy. Whoever owns the folder of the home could read
its files anyway, and has the role `operator` with everything.
"""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from datetime import UTC, date, datetime

from orchestration.home import Home
from orchestration.policy.folder import load_table
from orchestration.policy.model import is_in_force
from orchestration.run.settings import read_settings

USER_VARIABLE = "CASEMIX_USER"
OPERATOR = "operator"
NOBODY = "none"
EVERYTHING = "*"
# Roles that work with persons and cases; every other role, known or not, sees none of their numbers.
IDENTIFIED_ROLES = frozenset({"finance", "auditor"})


@dataclass(frozen=True)
class Grant:
    """A hospital (``*``: every one) and a department of it (None: every one)."""

    role: str
    hospital_id: str
    dept_id: str | None

    def covers(self, hospital_id: str, dept_id: str | None) -> bool:
        """Whether the grant holds for a department; None asks for the whole hospital."""
        return self.hospital_id in (EVERYTHING, hospital_id) and self.dept_id in (None, dept_id)


@dataclass(frozen=True)
class Visitor:
    """An account and its grants in force."""

    user: str
    grants: tuple[Grant, ...]

    @property
    def role(self) -> str:
        """Every role the account has, joined by ``+``; ``none`` without a grant."""
        return "+".join(sorted({grant.role for grant in self.grants})) or NOBODY

    def may_see(self, hospital_id: str, dept_id: str | None = None) -> bool:
        """Whether a grant covers the department, or the whole hospital when none is named."""
        return any(grant.covers(hospital_id, dept_id) for grant in self.grants)

    @property
    def reads_aggregates(self) -> bool:
        """Whether whole hospitals are open to it only as aggregates of enough persons; one such grant decides."""
        with_persons = IDENTIFIED_ROLES | {OPERATOR}
        return any(grant.dept_id is None and grant.role not in with_persons for grant in self.grants)


def identify(home: Home, on: date | None = None) -> Visitor:
    """The visitor behind this process.

    Args:
        home: the warehouse; its settings name the policy folder.
        on: day on which grants must be in force; today by default.
    """
    user = os.environ.get(USER_VARIABLE)
    if not user and _owns(home):
        return Visitor(account(), (Grant(OPERATOR, EVERYTHING, None),))
    user = user or account()
    day = on or datetime.now(UTC).date()
    rows = load_table("access_grant", read_settings(home).policy)
    valid = [row for row in rows if is_in_force(row, day)]
    return Visitor(user, tuple(Grant(r["role"], r["hospital_id"], r["dept_id"]) for r in valid if r["grantee"] == user))


def _owns(home: Home) -> bool:
    """Whether this account owns the home; a home that does not exist yet will be its own."""
    return not home.root.exists() or home.root.stat().st_uid == os.geteuid()


def account() -> str:
    """Name of the account; its number where the system, as a container may, knows no name for it."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"uid{os.geteuid()}"
