"""A reader's session: the place the URL names in the present release; what was read is kept for the next page."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import streamlit as st

from cockpit.aggregates import open_reader, smallest_shown
from cockpit.names import Names
from cockpit.place import SHARED, find_place
from cockpit.reader import PostgresReader, Row
from cockpit.view import Cockpit, DirectRelease
from orchestration.errors import ConfigurationError
from orchestration.home import Home
from orchestration.privacy.visitor import Grant, Visitor, identify
from orchestration.release.record import Record
from orchestration.release.serving import release_folder

Where = tuple[Path, Path, str | None, int | None]
SESSION = "cockpit"
URL_VARIABLE = "CASEMIX_COCKPIT_URL"
NEWEST = "select release_id, cast(current_user as varchar) as account from audit.dim_release order by sequence desc limit 1"
GRANTS = "select role, hospital_id, dept_id from access.account_grant"
MONTHS = "select distinct hospital_id, month from audit.dim_release order by hospital_id, month"


@dataclass(frozen=True)
class KeptRelease:
    """A release of which every answer is kept: a release never changes, so what was read of it once stays true.

    `server` is the address of the server it is read from; None: its own warehouse file. `smallest` is the number of persons a
    row of that file must be about to be shown; None: any number.
    """

    home: Home
    folder: Path
    server: str | None = None
    smallest: int | None = None

    @property
    def _where(self) -> Where:
        return self.folder, self.home.root, self.server, self.smallest

    @property
    def names(self) -> Names:
        """Names by code."""
        return _direct(*self._where).names

    @property
    def record(self) -> Record:
        """Its record."""
        return _direct(*self._where).record

    def rows(self, query: str, parameters: Mapping[str, object]) -> list[Row]:
        """Rows of a query."""
        return _rows(self._where, query, parameters)

    def has(self, relation: str) -> bool:
        """Whether it holds a relation."""
        return _has(self._where, relation)


def open_cockpit() -> Cockpit | None:
    """The cockpit at the place the URL names, remembered for the next page; None while the visitor may see no month.

    Raises:
        ConfigurationError: nothing is published.
    """
    home = Home.resolve()
    release, visitor = _present(home)
    months: dict[str, list[date]] = {}
    for row in release.rows(MONTHS, {}):
        if _sees_any(visitor, row["hospital_id"]):
            months.setdefault(row["hospital_id"], []).append(row["month"])
    if not months:
        return None
    remembered = {name: st.session_state.get(name, "") for name in SHARED}
    sees_region = all(visitor.may_see(hospital_id) for hospital_id in months)
    place = find_place(st.query_params.to_dict(), remembered, months, sees_region=sees_region)
    shared = {"lang": place.language, "hospital": place.hospital_id, "month": f"{place.month:%Y-%m}"}
    for name, value in shared.items():
        st.session_state[name] = value
        if st.query_params.get(name) != value:
            st.query_params[name] = value
    cockpit = Cockpit(home, release, place, months, visitor)
    st.session_state[SESSION] = cockpit
    return cockpit


def _present(home: Home) -> tuple[KeptRelease, Visitor]:
    """The release that is present and who asks: on a server its newest release and the account's own grants."""
    server = os.environ.get(URL_VARIABLE)
    if not server:
        folder, visitor = release_folder(home), identify(home)
        return KeptRelease(home, folder, smallest=smallest_shown(home, folder, visitor)), visitor
    reader = PostgresReader(server)
    newest = reader.rows(NEWEST, {})
    if not newest:
        raise ConfigurationError(
            "the server shows this account no release", remedy="casemix publish", zh="该账户在服务器上没有可见的发布版本"
        )
    grants = tuple(Grant(row["role"], row["hospital_id"], row["dept_id"]) for row in reader.rows(GRANTS, {}))
    account = str(newest[0]["account"])
    return KeptRelease(home, home.published / str(newest[0]["release_id"]), server), Visitor(account, grants)


def opened() -> Cockpit:
    """The cockpit of the page that is being drawn."""
    cockpit: Cockpit = st.session_state[SESSION]
    return cockpit


def _sees_any(visitor: Visitor, hospital_id: str) -> bool:
    return any(grant.hospital_id in ("*", hospital_id) for grant in visitor.grants)


@st.cache_resource(max_entries=4, show_spinner=False)
def _direct(folder: Path, root: Path, server: str | None, smallest: int | None) -> DirectRelease:
    return DirectRelease(Home(root), folder, PostgresReader(server) if server else open_reader(folder, smallest))


@st.cache_data(max_entries=2_000, show_spinner=False)
def _rows(where: Where, query: str, parameters: Mapping[str, object]) -> list[Row]:
    return _direct(*where).rows(query, parameters)


@st.cache_data(max_entries=200, show_spinner=False)
def _has(where: Where, relation: str) -> bool:
    return _direct(*where).has(relation)
