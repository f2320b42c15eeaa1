"""What a release was computed from, checked against its record: landing files, their manifests and originals, snapshots."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from orchestration.errors import BadInput, Place
from orchestration.home import Home
from orchestration.landing.month import MANIFEST, ORIGINALS
from orchestration.release.files import sha256_of
from orchestration.release.record import Record
from orchestration.run.snapshots import open_packs, open_policy


def verify_evidence(home: Home, records: Iterable[Record]) -> None:
    """Check landing and snapshots behind every run of the records, each file once.

    Raises:
        BadInput: F42, the first file that is missing or not what a record says, named with the release.
    """
    seen: set[object] = set()
    for record in records:
        for run in record.content["runs"]:
            _verify_landing(home, record, run, seen)
            _verify_snapshots(home, run, seen)


def _verify_landing(home: Home, record: Record, run: Mapping[str, Any], seen: set[object]) -> None:
    folder = home.landing / run["hospital_id"] / run["month"][:7]
    for batch_id, sha256 in sorted(run["landing"]["manifests"].items()):
        path = folder / batch_id / MANIFEST
        if (path, sha256) in seen:
            continue
        seen.add((path, sha256))
        _require(record, path, sha256)
        _verify_batch(record, path.parent)
    for batch in run["batches"]:
        name = (folder, batch["batch_id"], batch["table"], batch["landed_sha256"])
        if name not in seen:
            seen.add(name)
            _require_listed(record, folder, batch)


def _verify_batch(record: Record, folder: Path) -> None:
    """Files the batch itself brought, and the originals kept beside them."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    for table in manifest["tables"].values():
        for file in table["files"]:
            if file["batch_id"] != folder.name:
                continue
            _require(record, folder / file["name"], file["sha256"])
            for original in file["source"]["originals"]:
                path = folder / ORIGINALS / original["name"].replace("/", "__")
                if path.exists():
                    _require(record, path, original["sha256"])


def _require_listed(record: Record, folder: Path, batch: Mapping[str, Any]) -> None:
    """The manifest of the batch names a file of the table with the hash the record states."""
    path = folder / batch["batch_id"] / MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    hashes = {file["sha256"] for file in manifest["tables"].get(batch["table"], {"files": []})["files"]}
    if batch["landed_sha256"] not in hashes:
        raise _bad(record, path, f"does not name the file of {batch['table']} the release was computed from", "与发布记录不符")


def _verify_snapshots(home: Home, run: Mapping[str, Any], seen: set[object]) -> None:
    policy = run["policy"]["sha256"]
    if policy not in seen:
        seen.add(policy)
        open_policy(home, policy)
    packs = [pack["sha256"] for pack in run["packs"] if pack["sha256"] not in seen]
    seen.update(packs)
    open_packs(home, packs)


def _require(record: Record, path: Path, sha256: str) -> None:
    if not path.is_file():
        raise _bad(record, path, "is missing", "缺失")
    if sha256_of(path) != sha256:
        raise _bad(record, path, "was altered", "被改动")


def _bad(record: Record, path: Path, why: str, zh: str) -> BadInput:
    return BadInput(
        f"landed file {path.name} behind release {record.release_id} {why}",
        rule="F42",
        place=Place(file=str(path)),
        remedy="restore the batch from a backup; the published release itself is intact, but can no longer be explained",
        zh=f"发布版本 {record.release_id} 所依据的入湖文件{zh}",
    )
