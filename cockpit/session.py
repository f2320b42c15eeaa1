"""One reader at one place in one release: what every page starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

from cockpit.names import Names, read_names
from cockpit.place import SHARED, Place, find_place
from cockpit.reader import DuckDBReader, Reader, Row
from cockpit.texts import Texts
from orchestration.home import Home
from orchestration.privacy.visitor import Visitor, identify
from orchestration.release.record import Record, read_record
from orchestration.release.serving import release_folder

SESSION = "cockpit"
MONTHS = "select distinct hospital_id, month from audit.dim_release order by hospital_id, month"


@dataclass(frozen=True)
class Cockpit:
    """Release, place, language and visitor of a page that is being drawn."""

    home: Home
    folder: Path
    place: Place
    published: Mapping[str, list[date]]
    visitor: Visitor

    @property
    def texts(self) -> Texts:
        """Texts in the language of the place."""
        return Texts(self.place.language)

    @property
    def names(self) -> Names:
        """Names of the release."""
        return _names(str(self.folder), str(self.home.root))

    @property
    def record(self) -> Record:
        """Record of the release."""
        return _record(str(self.folder))

    @property
    def sees_hospital(self) -> bool:
        """Whether the visitor may see figures of the hospital, or the region, as a whole."""
        return self.visitor.may_see(self.place.hospital_id)

    def has(self, *relations: str) -> bool:
        """Whether the release holds all the relations."""
        return all(_has(str(self.folder), relation) for relation in relations)

    def rows(self, query: str, **parameters: object) -> list[Row]:
        """Rows of a query at this place; rows of departments the visitor may not see are left out."""
        place = self.place
        here = {"hospital_id": place.hospital_id, "month": place.month, "previous": place.previous}
        return [row for row in _rows(str(self.folder), query, here | parameters) if self._may_see(row)]

    def row(self, query: str, **parameters: object) -> Row | None:
        """The first row of a query, None where there is none."""
        found = self.rows(query, **parameters)
        return found[0] if found else None

    def _may_see(self, row: Mapping[str, Any]) -> bool:
        if "dept_id" not in row:
            return True
        return self.visitor.may_see(str(row.get("hospital_id", self.place.hospital_id)), row["dept_id"])


def open_cockpit() -> Cockpit | None:
    """The cockpit at the place the URL names, remembered for the next page; None while the visitor may see no month.

    Raises:
        ConfigurationError: nothing is published.
    """
    home = Home.resolve()
    folder = release_folder(home)
    visitor = identify(home)
    published = {h: months for h, months in _months(str(folder)).items() if _sees_any(visitor, h)}
    if not published:
        return None
    remembered = {name: st.session_state.get(name, "") for name in SHARED}
    place = find_place(st.query_params.to_dict(), remembered, published, sees_region=visitor.may_see("*"))
    shared = {"lang": place.language, "hospital": place.hospital_id, "month": f"{place.month:%Y-%m}"}
    for name, value in shared.items():
        st.session_state[name] = value
        if st.query_params.get(name) != value:
            st.query_params[name] = value
    cockpit = Cockpit(home, folder, place, published, visitor)
    st.session_state[SESSION] = cockpit
    return cockpit


def opened() -> Cockpit:
    """The cockpit of the page that is being drawn."""
    cockpit: Cockpit = st.session_state[SESSION]
    return cockpit


def _sees_any(visitor: Visitor, hospital_id: str) -> bool:
    return any(grant.hospital_id in ("*", hospital_id) for grant in visitor.grants)


# A release never changes: what was read of it once stays true.
@st.cache_resource(max_entries=4, show_spinner=False)
def _reader(folder: str) -> Reader:
    return DuckDBReader(Path(folder))


@st.cache_resource(max_entries=4, show_spinner=False)
def _names(folder: str, home: str) -> Names:
    return read_names(_reader(folder), Home(Path(home)))


@st.cache_resource(max_entries=4, show_spinner=False)
def _record(folder: str) -> Record:
    return read_record(Path(folder))


@st.cache_data(max_entries=2_000, show_spinner=False)
def _rows(folder: str, query: str, parameters: Mapping[str, object]) -> list[Row]:
    return _reader(folder).rows(query, parameters)


@st.cache_data(max_entries=100, show_spinner=False)
def _has(folder: str, relation: str) -> bool:
    return _reader(folder).has(relation)


@st.cache_data(max_entries=4, show_spinner=False)
def _months(folder: str) -> dict[str, list[date]]:
    months: dict[str, list[date]] = {}
    for row in _reader(folder).rows(MONTHS, {}):
        months.setdefault(row["hospital_id"], []).append(row["month"])
    return months
