"""SQL of an edge: the macros of the dbt project rendered without dbt, so that models and traces share one text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import jinja2

from orchestration.home import DBT_PROJECT
from orchestration.lineage.declaration import Edge

PARAMETER = re.compile(r"(?<![:\w]):([a-z]\w*)")


@cache
def _macros() -> Any:
    text = (DBT_PROJECT / "macros" / "lineage" / "edges.sql").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=False, undefined=jinja2.StrictUndefined)  # noqa: S701 - renders SQL
    return environment.from_string(text).module


class EdgeSql:
    """The pieces of one edge. `relations` maps what declarations name to SQL, `parameters` codes to literals."""

    def __init__(self, edge: Edge, relations: Mapping[str, str], parameters: Mapping[str, str]) -> None:
        self._edge = edge
        self._relations = relations
        self._parameters = parameters

    def rows(self, child: str, equals: str = "is not distinct from") -> str:
        """From clause: rows of a relation called `child` with their parent rows; `=` serves where no key of it is null."""
        return self._render("lineage_rows", child, self._relations, equals)

    @property
    def of(self) -> str:
        """Which child rows the edge is about."""
        return self._fill(self._edge.of or "true")

    def column(self, sql: Mapping[str, str]) -> str:
        """What a parent row counts; `sql` has the parent's measures that are no columns."""
        return self._render("lineage_column", sql)

    def amount(self, sql: Mapping[str, str]) -> str:
        """What a parent row counts, weighed; wide enough for the largest hospital."""
        return self._render("lineage_amount", sql)

    @property
    def weight(self) -> str:
        """What one unit of it counts."""
        return self._fill(self._edge.weight)

    def _render(self, macro: str, *arguments: Any) -> str:
        return self._fill(str(getattr(_macros(), macro)(self._edge.entry, *arguments)).strip())

    def _fill(self, text: str) -> str:
        return PARAMETER.sub(lambda found: self._parameters.get(found[1], "null"), text)
