"""What the cockpit reads from: one published release, through one small interface.

Queries name their parameters as ``:name``; each reader turns them into the form of its database.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from orchestration.errors import AccessDenied, ConfigurationError
from orchestration.release.serving import connect_locked
from orchestration.release.warehouse import WAREHOUSE_FILE

Row = dict[str, Any]
PARAMETER = re.compile(r"(?<![:\w]):([a-z_]+)\b")
TYPE_NAME = b"ADBC:postgresql:typname"
INSUFFICIENT_PRIVILEGE = "42501"
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


class PostgresReader:
    """A server `casemix publish` keeps, read with the rights of an account: its row policies and column grants decide."""

    def __init__(self, url: str) -> None:
        self._url = url

    def rows(self, query: str, parameters: Mapping[str, object]) -> list[Row]:
        """Rows of a query, on a connection of its own.

        Raises:
            AccessDenied: F49, the account may not see a column, such as numbers of persons and stays.
            ConfigurationError: the server cannot be reached or refuses the query.
        """
        import adbc_driver_manager
        import adbc_driver_postgresql.dbapi as adbc

        names = list(dict.fromkeys(PARAMETER.findall(query)))
        numbered = PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", query)
        try:
            with adbc.connect(self._url) as con, con.cursor() as cursor:
                cursor.execute(numbered, [parameters[name] for name in names] or None)
                answer = cursor.fetch_arrow_table()
        except adbc_driver_manager.Error as error:
            raise _refused(error) from error
        exact = {field.name for field in answer.schema if (field.metadata or {}).get(TYPE_NAME) == b"numeric"}
        return [{name: _exact(value) if name in exact else value for name, value in row.items()} for row in answer.to_pylist()]

    def has(self, relation: str) -> bool:
        """Whether the server holds a relation the account may see."""
        schema, _, name = relation.partition(".")
        return bool(self.rows(EXISTS, {"schema": schema, "name": name}))


def _exact(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _refused(error: Exception) -> AccessDenied | ConfigurationError:
    if getattr(error, "sqlstate", None) == INSUFFICIENT_PRIVILEGE:
        return AccessDenied(
            "this account does not see numbers of persons and stays",
            rule="F49",
            zh="当前账户无权查看人员与住院编号",
            remedy="ask for a role that may",
        )
    return ConfigurationError(
        f"the server refuses: {str(error).splitlines()[0]}",
        remedy="check the address and run casemix publish",
        zh="数据库服务器无法读取",
    )
