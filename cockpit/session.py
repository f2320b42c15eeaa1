"""A reader's session: the place the URL names in the present release; what was read is kept for the next page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import streamlit as st

from cockpit.names import Names
from cockpit.place import SHARED, find_place
from cockpit.reader import DuckDBReader, Row
from cockpit.view import Cockpit, DirectRelease
from orchestration.home import Home
from orchestration.privacy.visitor import Visitor, identify
from orchestration.release.record import Record
from orchestration.release.serving import release_folder

SESSION = "cockpit"
MONTHS = "select distinct hospital_id, month from audit.dim_release order by hospital_id, month"


@dataclass(frozen=True)
class KeptRelease:
    """A release of which every answer is kept: a release never changes, so what was read of it once stays true."""

    home: Home
    folder: Path

    @property
    def names(self) -> Names:
        """Names by code."""
        return _direct(self.folder, self.home.root).names

    @property
    def record(self) -> Record:
        """Its record."""
        return _direct(self.folder, self.home.root).record

    def rows(self, query: str, parameters: Mapping[str, object]) -> list[Row]:
        """Rows of a query."""
        return _rows(self.folder, self.home.root, query, parameters)

    def has(self, relation: str) -> bool:
        """Whether it holds a relation."""
        return _has(self.folder, self.home.root, relation)


def open_cockpit() -> Cockpit | None:
    """The cockpit at the place the URL names, remembered for the next page; None while the visitor may see no month.

    Raises:
        ConfigurationError: nothing is published.
    """
    home = Home.resolve()
    release = KeptRelease(home, release_folder(home))
    visitor = identify(home)
    months: dict[str, list[date]] = {}
    for row in release.rows(MONTHS, {}):
        if _sees_any(visitor, row["hospital_id"]):
            months.setdefault(row["hospital_id"], []).append(row["month"])
    if not months:
        return None
    remembered = {name: st.session_state.get(name, "") for name in SHARED}
    place = find_place(st.query_params.to_dict(), remembered, months, sees_region=visitor.may_see("*"))
    shared = {"lang": place.language, "hospital": place.hospital_id, "month": f"{place.month:%Y-%m}"}
    for name, value in shared.items():
        st.session_state[name] = value
        if st.query_params.get(name) != value:
            st.query_params[name] = value
    cockpit = Cockpit(home, release, place, months, visitor)
    st.session_state[SESSION] = cockpit
    return cockpit


def opened() -> Cockpit:
    """The cockpit of the page that is being drawn."""
    cockpit: Cockpit = st.session_state[SESSION]
    return cockpit


def _sees_any(visitor: Visitor, hospital_id: str) -> bool:
    return any(grant.hospital_id in ("*", hospital_id) for grant in visitor.grants)


@st.cache_resource(max_entries=4, show_spinner=False)
def _direct(folder: Path, root: Path) -> DirectRelease:
    return DirectRelease(Home(root), folder, DuckDBReader(folder))


@st.cache_data(max_entries=2_000, show_spinner=False)
def _rows(folder: Path, root: Path, query: str, parameters: Mapping[str, object]) -> list[Row]:
    return _direct(folder, root).rows(query, parameters)


@st.cache_data(max_entries=200, show_spinner=False)
def _has(folder: Path, root: Path, relation: str) -> bool:
    return _direct(folder, root).has(relation)
