"""Re-performance: a published release computed again from landing and record, and compared by logical hashes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.home import Home
from orchestration.release.partition import MART, PartitionFile
from orchestration.release.record import Record, code_version, find_record
from orchestration.run.perform import perform_month, recorded_inputs
from orchestration.run.settings import DEFAULT_THREADS

CODE = ("project_sha256", "lock_sha256")


@dataclass(frozen=True)
class Repeated:
    """One mart of one hospital-month: the logical hash the record states, and the one it has when computed again."""

    hospital_id: str
    month: date
    relation: str
    recorded_sha256: str
    computed_sha256: str | None

    @property
    def is_equal(self) -> bool:
        """Whether the same rows came out."""
        return self.recorded_sha256 == self.computed_sha256


def reperform(
    home: Home, release_id: str, *, threads: int = DEFAULT_THREADS, on_month: Callable[[str, date], None] = lambda *_: None
) -> list[Repeated]:
    """Compute every month a release published again.

    Args:
        home: the warehouse; nothing of it is changed.
        release_id: the release.
        threads: threads of dbt and of the engine.
        on_month: called before each month, for progress.

    Raises:
        ConfigurationError: there is no such release.
        BadInput: F42, landing, a snapshot or the release is missing or was altered.
    """
    record = find_record(home, release_id)
    folder = home.published / release_id
    home.cache.mkdir(parents=True, exist_ok=True)
    found: list[Repeated] = []
    for run in record.content["runs"]:
        on_month(run["hospital_id"], date.fromisoformat(run["month"]))
        with tempfile.TemporaryDirectory(dir=home.cache, prefix="reperform-") as scratch:
            inputs = recorded_inputs(home, run, folder, record.partitions)
            computed = {file.key: file for file in perform_month(home, inputs, Path(scratch), threads)}
        found += [_compare(file, computed) for file in record.partitions if _is_of(file, run["hospital_id"], run["month"])]
    return found


def changed_code(record: Record) -> list[str]:
    """Parts of the code that are not those the release was computed with."""
    now = code_version()
    return [name for name in CODE if record.content["code"].get(name) != now[name]]


def _is_of(file: PartitionFile, hospital_id: str, month: str) -> bool:
    return file.kind == MART and file.hospital_id == hospital_id and file.month.isoformat() == month


def _compare(file: PartitionFile, computed: dict[tuple[str, str, date], PartitionFile]) -> Repeated:
    again = computed.get(file.key)
    return Repeated(
        file.hospital_id, file.month, file.relation, file.figures.logical_sha256, again.figures.logical_sha256 if again else None
    )
