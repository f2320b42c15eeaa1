"""The record of a release: what went in, what came out, and the hash of the record before it."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from orchestration.errors import BadInput, ConfigurationError, Place
from orchestration.home import PROJECT_ROOT, Home
from orchestration.release.files import sha256_of
from orchestration.release.partition import PartitionFile
from orchestration.run.project import project_hash

RECORD_FILE = "record.json"
FORMAT = 1
RELEASE_NAME = re.compile(r"r[0-9]{4,}-[0-9a-f]{8}")
UNHASHED = ("record_sha256", "signature", "public_key")
ENGINE_PACKAGES = ("duckdb", "dbt-core", "dbt-duckdb", "great-expectations", "dagster", "pyarrow")


@dataclass(frozen=True)
class Record:
    """A release record as read from disk; `content` is the whole JSON object."""

    content: dict[str, Any]

    @property
    def release_id(self) -> str:
        """Name of the release and of its folder."""
        return str(self.content["release_id"])

    @property
    def sequence(self) -> int:
        """Number in the chain, starting at 1."""
        return int(self.content["sequence"])

    @property
    def sha256(self) -> str:
        """Hash of the record."""
        return str(self.content["record_sha256"])

    @property
    def partitions(self) -> list[PartitionFile]:
        """Files of the release, by relation, hospital and month."""
        return [PartitionFile.from_json(entry) for entry in self.content["partitions"]]

    def months_of(self, hospital_id: str) -> list[date]:
        """Published months of a hospital, ascending."""
        return sorted({p.month for p in self.partitions if p.hospital_id == hospital_id})


def canonical_json(content: dict[str, Any]) -> bytes:
    """The bytes of a record that are hashed and signed: sorted keys, no spaces, UTF-8, without hash and signature."""
    hashed = {key: value for key, value in content.items() if key not in UNHASHED}
    return json.dumps(hashed, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def record_sha256(content: dict[str, Any]) -> str:
    """Hash of a record; the next record repeats it, which makes the chain."""
    return hashlib.sha256(canonical_json(content)).hexdigest()


def current_record(home: Home) -> Record | None:
    """Record of the release readers see; None before the first."""
    if not home.current.is_symlink():
        return None
    return read_record(home.current.resolve())


def read_record(folder: Path) -> Record:
    """Record of a release folder.

    Raises:
        BadInput: F42, the record is missing, not JSON, or does not have the hash it states.
    """
    path = folder / RECORD_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _broken(path, str(error)) from error
    if content.get("record_sha256") != record_sha256(content):
        raise _broken(path, "its content does not have the hash it states")
    return Record(content)


def find_record(home: Home, release_id: str) -> Record:
    """Record of a release by its name.

    Raises:
        ConfigurationError: there is no such release.
        BadInput: F42, the record cannot be trusted.
    """
    folder = home.published / release_id
    if not RELEASE_NAME.fullmatch(release_id) or not (folder / RECORD_FILE).is_file():
        raise ConfigurationError(
            f"there is no release {release_id}", remedy="casemix status names the present one", zh="发布版本不存在"
        )
    return read_record(folder)


def read_records(home: Home) -> list[Record]:
    """Every release under the home in the order of the chain."""
    folders = [p.parent for p in home.published.glob(f"r*/{RECORD_FILE}")] if home.published.is_dir() else []
    return sorted((read_record(folder) for folder in folders), key=lambda r: r.sequence)


def recorded_run(record: Record, hospital_id: str, month: date) -> Mapping[str, Any] | None:
    """The entry of a hospital-month among the runs a release published; None when it published none."""
    wanted = (hospital_id, month.isoformat())
    return next((run for run in record.content["runs"] if (run["hospital_id"], run["month"]) == wanted), None)


def publishing_record(home: Home, record: Record, hospital_id: str, month: date) -> Record | None:
    """The release that computed a hospital-month as a release shows it."""
    found = next((f.release_id for f in record.partitions if (f.hospital_id, f.month) == (hospital_id, month)), None)
    return find_record(home, found) if found else None


@cache
def code_version() -> dict[str, Any]:
    """Commit of the code that runs (None outside a git checkout), and hashes of the models and of the pinned packages."""
    lock = PROJECT_ROOT / "requirements.lock"
    return {
        "project_sha256": project_hash(),
        "git_commit": _git("rev-parse", "HEAD"),
        "is_modified": bool(_git("status", "--porcelain", "--untracked-files=no")),
        "lock_sha256": sha256_of(lock) if lock.is_file() else None,
    }


@cache
def engine_versions() -> dict[str, str]:
    """Versions of the packages that compute, judge and write."""
    return {package: version(package) for package in ENGINE_PACKAGES}


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True, timeout=10)  # noqa: S603, S607
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _broken(path: Path, why: str) -> BadInput:
    return BadInput(
        f"release record cannot be trusted: {why}",
        rule="F42",
        place=Place(file=str(path)),
        remedy="run casemix verify; restore the release from a backup",
        zh="发布记录不可信",
    )
