"""Publish gated months as one immutable release, or nothing.

The release is built beside the published ones under a hidden name, flushed, renamed, and only then does `current` point
to it. A process killed at any point leaves the old release or the new one; a half-built folder is removed by the next
publisher.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.errors import ConfigurationError, GateStopped, RunBusy
from orchestration.home import Home
from orchestration.privacy.access import log_head
from orchestration.privacy.visitor import account
from orchestration.release.delta import DELTA_FILE, Statement
from orchestration.release.documentation import DOCS_FOLDER, documentation
from orchestration.release.files import fsync_folder, fsync_tree, sha256_of, write_atomically
from orchestration.release.logical import add_figures
from orchestration.release.partition import MART, PartitionFile
from orchestration.release.record import (
    FORMAT,
    RECORD_FILE,
    Record,
    canonical_json,
    code_version,
    current_record,
    engine_versions,
    record_sha256,
)
from orchestration.release.recover import SWAP, recover_current
from orchestration.release.signature import sign
from orchestration.release.warehouse import WAREHOUSE_FILE, months_of, write_warehouse

UNFINISHED = ".new-"


@dataclass(frozen=True)
class GatedMonth:
    """A month ready to publish.

    `folder` holds the files; `evidence` is what the record keeps of the run (batches, policy, packs, gates, engine);
    `history` maps each published file the run read back to the sha256 it had then.
    """

    run_id: str
    folder: Path
    files: tuple[PartitionFile, ...]
    history: dict[str, str]
    evidence: dict[str, Any]


def publish(
    home: Home, months: Sequence[GatedMonth], on_step: Callable[[], None] = lambda: None, statement: Statement | None = None
) -> Record:
    """Publish months as one release on top of the present one. The caller holds the publish lock.

    Args:
        home: the warehouse.
        months: gated months; of one hospital in ascending order.
        on_step: called after each of the four steps (link, warehouse, record, swap), for progress.
        statement: delta statement of a restatement, which becomes part of the release.

    Returns:
        The record of the new release, already current.

    Raises:
        GateStopped: a month lacks the answers of its gates.
        RunBusy: something a month read back was published anew meanwhile.
        ConfigurationError: a later published month would no longer follow from this one.
    """
    _require_gated(months)
    recover_current(home)
    parent = current_record(home)
    _require_unchanged_history(parent, months)
    own = [file for month in months for file in month.files]
    _require_no_stale_successor(parent, own)
    _remove_unfinished(home)
    sequence = parent.sequence + 1 if parent else 1
    release_id = _release_id(sequence, parent, own, months)
    folder = home.published / f"{UNFINISHED}{release_id}"
    folder.mkdir(parents=True)
    files = _link_files(home, folder, parent, months, release_id)
    on_step()
    published_at = datetime.now(UTC).replace(microsecond=0)
    content = _content(home, release_id, sequence, parent, months, files, published_at)
    warehouse = home.published / parent.release_id / WAREHOUSE_FILE if parent else None
    if statement is not None:
        _link(statement.file, folder / DELTA_FILE)
        content["restatement"] = statement.content
    for page in documentation(home):
        _link(page, folder / DOCS_FOLDER / page.name)
    write_warehouse(folder, warehouse, own, _release_rows(content, months), release_id)
    on_step()
    record = _write_record(home, folder, content)
    fsync_tree(folder)
    on_step()
    _make_current(home, folder, release_id)
    on_step()
    return record


def _require_gated(months: Sequence[GatedMonth]) -> None:
    """Publishing needs positive evidence: every gate of the index answered, none stopping."""
    for month in months:
        gates = month.evidence.get("gates")
        if not gates or any(gate["stops"] for gate in gates):
            raise GateStopped(
                f"run {month.run_id} has no complete set of passed gates", rule="F45", zh="质量门结果不完整，不能发布"
            )


def _require_unchanged_history(parent: Record | None, months: Sequence[GatedMonth]) -> None:
    own = {file.sha256 for month in months for file in month.files}
    present = {file.path: file.sha256 for file in parent.partitions} if parent else {}
    for month in months:
        changed = sorted(path for path, sha256 in month.history.items() if sha256 not in own and present.get(path) != sha256)
        if changed:
            raise RunBusy(
                f"run {month.run_id} read {changed[0]}, which another run has published anew since",
                rule="F40",
                remedy="run the month again: it will read the present release",
                zh="运行期间所读的历史月份已被重新发布",
            )


def _require_no_stale_successor(parent: Record | None, own: list[PartitionFile]) -> None:
    """A changed month below a published one would leave later months computed from figures nobody can see any more."""
    present = {file.key: file.figures.logical_sha256 for file in parent.partitions if file.kind == MART} if parent else {}
    changed = {(f.hospital_id, f.month) for f in own if f.kind == MART and present.get(f.key) != f.figures.logical_sha256}
    for hospital_id, month in sorted(changed):
        replaced = {m for h, m in months_of(own) if h == hospital_id}
        later = [m for m in (parent.months_of(hospital_id) if parent else []) if m > month and m not in replaced]
        if later:
            raise ConfigurationError(
                f"{hospital_id} {month:%Y-%m} would change, but {later[0]:%Y-%m} was computed from it and is published",
                rule="F22" if month in (parent.months_of(hospital_id) if parent else []) else "F26",
                remedy=f"casemix restate --hospital {hospital_id} --from {month:%Y-%m}; a month before the first published one "
                "needs the whole range: casemix run --from --to",
                zh=f"{hospital_id} {month:%Y-%m} 将改变，而其后月份已发布；请用 restate 重述",
            )


def _release_id(sequence: int, parent: Record | None, own: list[PartitionFile], months: Sequence[GatedMonth]) -> str:
    """Number in the chain and eight digits that depend on the parent, the inputs and every published figure."""
    content = {
        "parent": parent.sha256 if parent else None,
        "files": sorted((f.relation, f.hospital_id, f.month.isoformat(), f.figures.logical_sha256) for f in own),
        "inputs": [
            [m.evidence.get("policy", {}).get("sha256"), sorted(b["landed_sha256"] for b in m.evidence.get("batches", []))]
            for m in months
        ],
    }
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return f"r{sequence:04d}-{digest[:8]}"


def _link_files(
    home: Home, folder: Path, parent: Record | None, months: Sequence[GatedMonth], release_id: str
) -> list[PartitionFile]:
    """Hard-link the run's files and every untouched file of the parent; no byte is copied."""
    replaced = {(file.hospital_id, file.month) for month in months for file in month.files}
    files = []
    for file in parent.partitions if parent else []:
        if (file.hospital_id, file.month) not in replaced:
            _link(home.published / parent.release_id / file.path, folder / file.path)  # type: ignore[union-attr]
            files.append(file)
    for month in months:
        for file in month.files:
            _link(month.folder / file.path, folder / file.path)
            files.append(replace(file, release_id=release_id))
    return sorted(files, key=lambda f: f.key)


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    os.link(source, target)


def _content(
    home: Home,
    release_id: str,
    sequence: int,
    parent: Record | None,
    months: Sequence[GatedMonth],
    files: list[PartitionFile],
    published_at: datetime,
) -> dict[str, Any]:
    """The record without the hashes that depend on finished files."""
    return {
        "format": FORMAT,
        "release_id": release_id,
        "sequence": sequence,
        "parent_release_id": parent.release_id if parent else None,
        "previous_record_sha256": parent.sha256 if parent else None,
        "published_at": published_at.isoformat(),
        "published_by": account(),
        "code": code_version(),
        "engine": engine_versions(),
        "access_log": asdict(log_head(home)),
        "is_simulation": any(month.evidence.get("is_simulation") for month in months),
        "runs": [{"run_id": m.run_id, **m.evidence, "history": m.history} for m in months],
        "months": [{"hospital_id": h, "month": m.isoformat()} for h, m in months_of(files)],
        "marts": _mart_totals(files),
        "partitions": [file.to_json() for file in files],
    }


def _mart_totals(files: list[PartitionFile]) -> dict[str, dict[str, Any]]:
    """Rows, control sums and logical hash of every mart over all its hospital-months."""
    totals = {}
    for relation in sorted({f.relation for f in files if f.kind == MART}):
        figures = add_figures(f.figures for f in files if f.relation == relation)
        totals[relation] = {"rows": figures.rows, "control_sums": figures.control_sums, "logical_sha256": figures.logical_sha256}
    return totals


def _release_rows(content: dict[str, Any], months: Sequence[GatedMonth]) -> list[dict[str, Any]]:
    shared = {name: content[name] for name in ("release_id", "sequence", "parent_release_id", "published_by")}
    return [
        shared
        | {
            "published_at": datetime.fromisoformat(content["published_at"]).replace(tzinfo=None),
            "hospital_id": month.evidence["hospital_id"],
            "month": month.evidence["month"],
            "is_simulation": bool(month.evidence.get("is_simulation")),
            "policy_sha256": month.evidence.get("policy", {}).get("sha256"),
            "git_commit": content["code"]["git_commit"],
        }
        for month in months
    ]


def _write_record(home: Home, folder: Path, content: dict[str, Any]) -> Record:
    files = [folder / name for name in (WAREHOUSE_FILE, DELTA_FILE) if (folder / name).is_file()]
    files += sorted((folder / DOCS_FOLDER).glob("*"))
    content["files"] = {
        str(file.relative_to(folder)): {"bytes": file.stat().st_size, "sha256": sha256_of(file)} for file in files
    }
    content["record_sha256"] = record_sha256(content)
    content["signature"], content["public_key"] = sign(home, canonical_json(content))
    write_atomically(folder / RECORD_FILE, json.dumps(content, ensure_ascii=False, indent=1).encode())
    return Record(content)


def _make_current(home: Home, folder: Path, release_id: str) -> None:
    """The link that is to become `current` is made first: it tells an unfinished release from one somebody hid."""
    link = home.published / SWAP
    link.unlink(missing_ok=True)
    link.symlink_to(release_id, target_is_directory=True)
    folder.rename(home.published / release_id)
    fsync_folder(home.published)
    link.replace(home.current)
    fsync_folder(home.published)


def _remove_unfinished(home: Home) -> None:
    """Remove what a killed publisher left: folders under construction, and complete ones that never became current."""
    present = current_record(home)
    kept = present.sequence if present else 0
    for folder in home.published.glob("*") if home.published.is_dir() else []:
        is_unfinished = folder.name.startswith(UNFINISHED)
        is_orphan = folder.name.startswith("r") and not folder.is_symlink() and int(folder.name[1:5]) > kept
        if folder.is_symlink() and is_unfinished:
            folder.unlink()
        elif is_unfinished or is_orphan:
            shutil.rmtree(folder)
