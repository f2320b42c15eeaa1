"""What is looked at: a place in a release, by a visitor, in a language. Pages and reports start from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from cockpit.names import Names, read_names
from cockpit.place import Place
from cockpit.reader import Reader, Row
from cockpit.texts import Texts
from orchestration.home import Home
from orchestration.privacy.visitor import Visitor
from orchestration.release.record import Record, read_record


class Release(Protocol):
    """A published release as it is read."""

    @property
    def folder(self) -> Path:
        """Its folder."""
        ...

    @property
    def names(self) -> Names:
        """Names by code."""
        ...

    @property
    def record(self) -> Record:
        """Its record."""
        ...

    def rows(self, query: str, parameters: Mapping[str, object]) -> list[Row]:
        """Rows of a query."""
        ...

    def has(self, relation: str) -> bool:
        """Whether it holds a relation."""
        ...


@dataclass(frozen=True)
class DirectRelease:
    """A release read anew by every query; names of indicators and the record come from the home."""

    home: Home
    folder: Path
    reader: Reader

    @cached_property
    def names(self) -> Names:
        """Names by code."""
        return read_names(self.reader, self.home)

    @cached_property
    def record(self) -> Record:
        """Its record."""
        return read_record(self.folder)

    def rows(self, query: str, parameters: Mapping[str, object]) -> list[Row]:
        """Rows of a query."""
        return self.reader.rows(query, parameters)

    def has(self, relation: str) -> bool:
        """Whether it holds a relation."""
        return self.reader.has(relation)


@dataclass(frozen=True)
class Cockpit:
    """Release, place and visitor; everything a page shows goes through here."""

    home: Home
    release: Release
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
        return self.release.names

    @property
    def record(self) -> Record:
        """Record of the release."""
        return self.release.record

    @property
    def sees_hospital(self) -> bool:
        """Whether the visitor may see figures of the hospital, or the region, as a whole."""
        seen = self.published if self.place.is_region else [self.place.hospital_id]
        return all(self.visitor.may_see(hospital_id) for hospital_id in seen)

    @property
    def sees_region(self) -> bool:
        """Whether there are several hospitals, and the visitor may see all of them."""
        return len(self.published) > 1 and all(self.visitor.may_see(hospital_id) for hospital_id in self.published)

    def has(self, *relations: str) -> bool:
        """Whether the release holds all the relations."""
        return all(self.release.has(relation) for relation in relations)

    def rows(self, query: str, **parameters: object) -> list[Row]:
        """Rows of a query at this place; rows of departments the visitor may not see are left out."""
        place = self.place
        here = {"hospital_id": place.hospital_id, "month": place.month, "previous": place.previous}
        return [row for row in self.release.rows(query, here | parameters) if self._may_see(row)]

    def row(self, query: str, **parameters: object) -> Row | None:
        """The first row of a query, None where there is none."""
        found = self.rows(query, **parameters)
        return found[0] if found else None

    def _may_see(self, row: Mapping[str, Any]) -> bool:
        if "dept_id" not in row:
            return True
        return self.visitor.may_see(str(row.get("hospital_id", self.place.hospital_id)), row["dept_id"])
