"""Walk the chain of releases: every record, signature, file and link, and what each release was computed from."""

from __future__ import annotations

from pathlib import Path

from orchestration.errors import BadInput, Place
from orchestration.home import Home
from orchestration.privacy.access import LogHead, verify_log
from orchestration.release.evidence import verify_evidence
from orchestration.release.files import sha256_of
from orchestration.release.record import RECORD_FILE, Record, canonical_json, current_record, find_record, read_records
from orchestration.release.recover import unfinished_release
from orchestration.release.signature import is_signed


def verify_home(home: Home, anchor: str | None = None, release_id: str | None = None) -> Record:
    """Verify every release of a home: records, signatures, links, files, landing, snapshots, access log.

    Args:
        home: the warehouse.
        anchor: record hash of a release, noted outside when it was the newest; without it the removal of the newest cannot be
            seen. Releases may have followed since.
        release_id: read the files behind this release alone; the chain is walked whole all the same.

    Returns:
        The newest record.

    Raises:
        BadInput: F42, the first bad link, named.
        ConfigurationError: there is no such release.
    """
    current = current_record(home)
    unfinished = unfinished_release(home)
    records = [r for r in read_records(home) if r.release_id != unfinished or r == current]
    if current is None or not records:
        raise _bad(home.published, "nothing is published", "尚无发布版本")
    wanted = [find_record(home, release_id)] if release_id else records
    previous: Record | None = None
    for record in records:
        _verify_link(home.published / record.release_id, record, previous)
        previous = record
    verified: dict[str, str] = {}
    for record in wanted:
        _verify_files(home.published / record.release_id, record, verified)
    if current.sha256 != records[-1].sha256:
        raise _bad(
            home.current,
            f"current is {current.release_id}, the newest release {records[-1].release_id}",
            "current 未指向最新版本",
        )
    if anchor is not None and anchor not in {record.sha256 for record in records}:
        raise _bad(home.current, f"no release up to head {current.sha256} has the anchor {anchor}", "发布链中无锚点所指版本")
    verify_evidence(home, wanted)
    verify_log(home, LogHead(**current.content["access_log"]))
    return current


def _verify_link(folder: Path, record: Record, previous: Record | None) -> None:
    content = record.content
    if content["release_id"] != folder.name or record.sequence != (previous.sequence + 1 if previous else 1):
        raise _bad(folder / RECORD_FILE, "a release is missing before it, or it was renamed", "发布链缺失一环")
    if content["previous_record_sha256"] != (previous.sha256 if previous else None):
        raise _bad(folder / RECORD_FILE, "it does not follow from the release before it", "与上一发布记录不衔接")
    if not is_signed(canonical_json(content), content["signature"], content["public_key"]):
        raise _bad(folder / RECORD_FILE, "its signature does not hold", "签名无效")
    if previous and content["public_key"] != previous.content["public_key"]:
        raise _bad(folder / RECORD_FILE, "it was signed with another key than the release before it", "签名密钥已更换")


def _verify_files(folder: Path, record: Record, verified: dict[str, str]) -> None:
    """Every file of the release; a file linked from an earlier release is hashed once."""
    files = {entry["path"]: entry["sha256"] for entry in record.content["partitions"]}
    files |= {name: entry["sha256"] for name, entry in record.content["files"].items()}
    for path, sha256 in files.items():
        file = folder / path
        if not file.is_file():
            raise _bad(file, "the file is missing", "文件缺失")
        state = file.stat()
        identity = f"{state.st_dev}:{state.st_ino}"
        if identity not in verified:
            verified[identity] = sha256_of(file)
        if verified[identity] != sha256:
            raise _bad(file, "the file was altered", "文件被改动")


def _bad(place: Path, why: str, zh: str) -> BadInput:
    return BadInput(
        why,
        rule="F42",
        place=Place(file=str(place)),
        remedy="restore the release from a backup; earlier releases stay valid",
        zh=zh,
    )
