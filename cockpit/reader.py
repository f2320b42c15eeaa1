"""What the cockpit reads from: one published release, through one small interface.

Queries name their parameters as ``:name``; each reader turns them into the form of its database.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from orchestration.release.serving import connect_locked
from orchestration.release.warehouse import WAREHOUSE_FILE

Row = dict[str, Any]
PARAMETER = re.compile(r"(?<![:\w]):([a-z_]+)\b")
EXISTS = "select 1 from information_schema.tables where table_schema = :schema and table_name = :name"


class Reader(Protocol):
    """A source of published rows."""

    def rows(self, query: str, parameters: Mapping[str, object]) -> list[Row]:
        """Rows of a query with named parameters; only those the query names are sent."""
        ...

    def has(self, relation: str) -> bool:
        """Whether the release holds a relation, named with its schema."""
        ...


class DuckDBReader:
    """The warehouse file of a release, opened locked: no other file, no network, no writing."""

    def __init__(self, folder: Path) -> None:
        self._con = connect_locked(folder / WAREHOUSE_FILE)

    def rows(self, query: str, parameters: Mapping[str, object]) -> list[Row]:
        """Rows of a query; a cursor of its own, so that sessions do not wait for each other."""
        named = {name: parameters[name] for name in PARAMETER.findall(query)}
        cursor = self._con.cursor().execute(PARAMETER.sub(r"$\1", query), named)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def has(self, relation: str) -> bool:
        """Whether the release holds a relation."""
        schema, _, name = relation.partition(".")
        return bool(self.rows(EXISTS, {"schema": schema, "name": name}))
