"""What surrounds an invocation of dbt in this process: the database profiles.yml names, and connections that end with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def dbt_surroundings(warehouse: Path, threads: int) -> Iterator[None]:
    """Let dbt work on a database.

    Args:
        warehouse: the DuckDB file; spilled rows lie beside it.
        threads: threads of the engine.
    """
    values = {
        "CASEMIX_WAREHOUSE": str(warehouse),
        "CASEMIX_THREADS": str(threads),
        "CASEMIX_SPILL": str(warehouse.parent / "spill"),
    }
    with _environment(values), _closed_connections():
        yield


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """What profiles.yml reads; restored afterwards."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _closed_connections() -> Iterator[None]:
    """dbt keeps the file open for writing after a run, which would shut out every reader in this process."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
