"""Great Expectations on DuckDB: an execution engine and a data source, both subclasses of the SQL ones.

Importing this module costs seconds and registers `add_duckdb`; only `judge` imports it, and only inside a run.
"""

from __future__ import annotations

import builtins
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import sqlalchemy
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from sqlalchemy.dialects import postgresql
from sqlalchemy.pool import NullPool


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """SQL engine that keeps one connection open.

    The base class closes the connection before the rows of a result are fetched; DuckDB's results end with their
    connection, so every metric came back empty. DuckDB shares PostgreSQL's types and regular expressions.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dialect_module = postgresql
        self._held: sqlalchemy.Connection | None = None

    @contextmanager
    def get_connection(self) -> Generator[sqlalchemy.Connection, None, None]:
        """The one connection of this engine, opened at first use."""
        if self._held is None:
            self._held = self.engine.connect()
        yield self._held

    def close(self) -> None:
        """Give the connection back, so that another mode may open the file."""
        if self._held is not None:
            self._held.close()
            self._held = None
        super().close()


class DuckDBDatasource(SQLDatasource):
    """Data source `add_duckdb(name, connection_string)`."""

    type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]
    connection_string: str

    @property
    def execution_engine_type(self) -> builtins.type[SqlAlchemyExecutionEngine]:
        """The engine this source runs on."""
        return DuckDBExecutionEngine


def read_only_arguments(warehouse: Path) -> dict[str, Any]:
    """Arguments of `add_duckdb` that open the file read-only and let go of it with the last connection."""
    return {
        "connection_string": f"duckdb:///{warehouse.absolute()}",
        "kwargs": {"connect_args": {"read_only": True}, "poolclass": NullPool},
    }
