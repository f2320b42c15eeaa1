"""Where a reader is: everything a page depends on stands in the URL, so that every view can be sent to a colleague."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from cockpit.texts import CHINESE, LANGUAGES

REGION = "*"
LANGUAGE, HOSPITAL, MONTH = "lang", "hospital", "month"
SHARED = (LANGUAGE, HOSPITAL, MONTH)
FIRST_PAGE = "overview"


@dataclass(frozen=True)
class Place:
    """Language, hospital and month, which every page has, and the parameters of the page."""

    language: str
    hospital_id: str
    month: date
    parameters: Mapping[str, str]

    @property
    def previous(self) -> date:
        """First day of the month before."""
        return date(self.month.year - (self.month.month == 1), (self.month.month - 2) % 12 + 1, 1)

    @property
    def is_region(self) -> bool:
        """Whether all hospitals are looked at together."""
        return self.hospital_id == REGION

    def get(self, name: str, default: str = "") -> str:
        """A parameter of the page."""
        return self.parameters.get(name) or default

    def link(self, page: str, **parameters: str | None) -> str:
        """Address of a page, relative to any page; hospital, month and language come along unless named."""
        here = {LANGUAGE: self.language, HOSPITAL: self.hospital_id, MONTH: f"{self.month:%Y-%m}"}
        given = {name: value for name, value in (here | parameters).items() if value}
        return f"{'./' if page == FIRST_PAGE else page}?{urlencode(given)}"


def find_place(
    query: Mapping[str, str], remembered: Mapping[str, str], published: Mapping[str, list[date]], *, sees_region: bool
) -> Place:
    """The place a URL names; what it leaves out is remembered or the newest month of the first hospital.

    Args:
        query: parameters of the URL.
        remembered: language, hospital and month of the session.
        published: months of every hospital the visitor may see, ascending; not empty.
        sees_region: whether the visitor may see all hospitals together.
    """
    asked = {name: query.get(name) or remembered.get(name, "") for name in SHARED}
    language = asked[LANGUAGE] if asked[LANGUAGE] in LANGUAGES else CHINESE
    hospitals = [*([REGION] if sees_region and len(published) > 1 else []), *published]
    hospital = asked[HOSPITAL] if asked[HOSPITAL] in hospitals else next(iter(published))
    months = months_of(published, hospital)
    month = next((m for m in months if f"{m:%Y-%m}" == asked[MONTH]), months[-1])
    return Place(language, hospital, month, {name: value for name, value in query.items() if name not in SHARED})


def months_of(published: Mapping[str, list[date]], hospital_id: str) -> list[date]:
    """Months of a hospital, or of any where all are meant, ascending."""
    chosen = published.values() if hospital_id == REGION else [published[hospital_id]]
    return sorted({month for months in chosen for month in months})
