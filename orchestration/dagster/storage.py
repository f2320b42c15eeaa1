"""Storage of the Dagster instance of a home.

Belongs here: dagster.yaml and the event log behind it. Not here: anything a release depends on; the event log is history
for people, the record of a release is the proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import yaml
from dagster import DagsterInstance
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import StaticPool

from orchestration.home import Home
from orchestration.release.files import write_atomically

if TYPE_CHECKING:
    from dagster._serdes import ConfigurableClassData

BUSY_SECONDS = 60


class PooledSqliteEventLogStorage(SqliteEventLogStorage):
    """The SQLite event log with one connection kept per file.

    Dagster opens a new engine for each statement; with two hundred assets a month that was four fifths of a run's
    overhead (15 s of CPU against 3.6 s).
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        self._known_tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        """Built by Dagster from dagster.yaml."""
        return cls(inst_data=inst_data, **config_value)

    def has_table(self, table_name: str) -> bool:
        """Whether the index has the table; tables never go away."""
        if table_name not in self._known_tables and super().has_table(table_name):
            self._known_tables.add(table_name)
        return table_name in self._known_tables

    def dispose(self) -> None:
        """Close every file."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._engine(shard).connect() as connection, connection.begin():
            yield connection

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            options = {"timeout": BUSY_SECONDS, "check_same_thread": False}
            engine = create_engine(self.conn_string_for_shard(shard), poolclass=StaticPool, connect_args=options)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection:
                # A power loss may cost the last lines of history; waiting for the disk cost half of a run's wall time.
                connection.exec_driver_sql("pragma synchronous = off")
            self._engines[shard] = engine
        return self._engines[shard]


def open_instance(home: Home) -> DagsterInstance:
    """The persistent instance of a home, the one the web interface shows; made at first use."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    content = yaml.safe_dump(instance_configuration(home), sort_keys=False).encode()
    path = home.dagster / "dagster.yaml"
    if not path.is_file() or path.read_bytes() != content:
        write_atomically(path, content)
    return DagsterInstance.from_config(str(home.dagster))


def instance_configuration(home: Home) -> dict[str, Any]:
    """Content of dagster.yaml: nothing leaves the machine."""
    return {
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},
        "event_log_storage": {
            "module": PooledSqliteEventLogStorage.__module__,
            "class": PooledSqliteEventLogStorage.__name__,
            "config": {"base_dir": str(home.dagster / "event_log")},
        },
    }
