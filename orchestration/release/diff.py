"""What differs between two releases, by mart, hospital and month, and what it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orchestration.home import Home
from orchestration.release.partition import MART, PartitionFile
from orchestration.release.record import Record, find_record, publishing_record, recorded_run
from orchestration.run.restate import compare_runs, is_code_changed

NEW_MONTH = "new month"
CARRIED = "carried from an earlier month"


@dataclass(frozen=True)
class Difference:
    """One mart of one hospital-month. `sums` are the changes of its control sums; `cause` what its input differs in."""

    relation: str
    hospital_id: str
    month: date
    kind: str
    rows: int
    sums: dict[str, Decimal]
    cause: str


def diff_releases(home: Home, earlier: str, later: str) -> list[Difference]:
    """Differences of every mart whose logical hash is not the same in both releases.

    Raises:
        ConfigurationError: a release does not exist.
        BadInput: F42, what tells the cause cannot be trusted any more.
    """
    before, after = find_record(home, earlier), find_record(home, later)
    old = {file.key: file for file in before.partitions if file.kind == MART}
    new = {file.key: file for file in after.partitions if file.kind == MART}
    changed = sorted(key for key in old.keys() | new.keys() if _hash(old.get(key)) != _hash(new.get(key)))
    months = sorted({(hospital_id, month) for _, hospital_id, month in changed})
    causes = {month: _cause(home, before, after, *month) for month in months}
    return [_difference(key, old.get(key), new.get(key), causes[key[1], key[2]]) for key in changed]


def _cause(home: Home, before: Record, after: Record, hospital_id: str, month: date) -> str:
    """What differs between the two runs that computed the month."""
    releases = [publishing_record(home, record, hospital_id, month) for record in (before, after)]
    if releases[0] is None or releases[1] is None:
        return NEW_MONTH
    old, new = (recorded_run(release, hospital_id, month) for release in releases if release)
    if old is None or new is None:
        return NEW_MONTH
    causes, detail = compare_runs(home, old, new, is_new_code=is_code_changed(releases[0].content, releases[1].content))
    return f"{', '.join(sorted(causes)) or CARRIED}{f' ({detail})' if detail else ''}"


def _difference(key: tuple[str, str, date], old: PartitionFile | None, new: PartitionFile | None, cause: str) -> Difference:
    relation, hospital_id, month = key
    kind = "added" if old is None else "removed" if new is None else "changed"
    return Difference(relation, hospital_id, month, kind, _rows(new) - _rows(old), _sums(old, new), cause)


def _hash(file: PartitionFile | None) -> str | None:
    return file.figures.logical_sha256 if file else None


def _rows(file: PartitionFile | None) -> int:
    return file.figures.rows if file else 0


def _sums(old: PartitionFile | None, new: PartitionFile | None) -> dict[str, Decimal]:
    before = old.figures.control_sums if old else {}
    after = new.figures.control_sums if new else {}
    changes = {c: Decimal(after.get(c, 0)) - Decimal(before.get(c, 0)) for c in sorted(before.keys() | after.keys())}
    return {column: change for column, change in changes.items() if change}
