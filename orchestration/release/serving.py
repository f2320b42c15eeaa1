"""Connections to a published warehouse for those it serves: read-only, without files or network, and locked so."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.errors import ConfigurationError
from orchestration.home import Home
from orchestration.release.record import current_record, find_record
from orchestration.release.warehouse import WAREHOUSE_FILE

LOCKED = {"enable_external_access": "false", "lock_configuration": "true"}


def release_folder(home: Home, release_id: str | None = None) -> Path:
    """Folder of a release, by default of the present one.

    Raises:
        ConfigurationError: there is no such release, or none at all.
    """
    record = find_record(home, release_id) if release_id else current_record(home)
    if record is None:
        raise ConfigurationError("nothing is published yet", remedy="casemix run publishes a month", zh="尚无发布版本")
    return home.published / record.release_id


def connect_locked(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a database file for reading; a query can neither reach another file nor change a setting."""
    return duckdb.connect(str(path), read_only=True, config=dict(LOCKED))


def open_release(home: Home, release_id: str | None = None) -> duckdb.DuckDBPyConnection:
    """The warehouse of a release, by default of the present one, opened locked.

    Raises:
        ConfigurationError: there is no such release, or none at all.
    """
    return connect_locked(release_folder(home, release_id) / WAREHOUSE_FILE)
