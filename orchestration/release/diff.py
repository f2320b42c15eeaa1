"""What differs between two releases, by mart, hospital and month."""

from __future__ import annotations

from decimal import Decimal

from orchestration.errors import ConfigurationError
from orchestration.home import Home
from orchestration.release.partition import MART, PartitionFile
from orchestration.release.record import RECORD_FILE, read_record


def diff_releases(home: Home, earlier: str, later: str) -> list[tuple[str, str, str, str, str, str]]:
    """Rows of mart, hospital, month, kind of change, difference of rows, differences of control sums.

    Raises:
        ConfigurationError: a release does not exist.
    """
    before, after = _marts(home, earlier), _marts(home, later)
    rows = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old is None or new is None or old.figures.logical_sha256 != new.figures.logical_sha256:
            relation, hospital_id, month = key
            kind = "added" if old is None else "removed" if new is None else "changed"
            rows.append((relation, hospital_id, f"{month:%Y-%m}", kind, f"{_rows(new) - _rows(old):+d}", _sums(old, new)))
    return rows


def _marts(home: Home, release_id: str) -> dict[tuple[str, str, object], PartitionFile]:
    folder = home.published / release_id
    if release_id in ("", ".", "..") or "/" in release_id or not (folder / RECORD_FILE).is_file():
        raise ConfigurationError(
            f"there is no release {release_id}", remedy="casemix status names the present one", zh="发布版本不存在"
        )
    return {file.key: file for file in read_record(folder).partitions if file.kind == MART}


def _rows(file: PartitionFile | None) -> int:
    return file.figures.rows if file else 0


def _sums(old: PartitionFile | None, new: PartitionFile | None) -> str:
    before = old.figures.control_sums if old else {}
    after = new.figures.control_sums if new else {}
    changes = {c: Decimal(after.get(c, 0)) - Decimal(before.get(c, 0)) for c in sorted(before.keys() | after.keys())}
    return ", ".join(f"{column} {change:+f}" for column, change in changes.items() if change)
