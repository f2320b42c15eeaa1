"""Who let late and corrected rows into a closed month: an approval names each batch, and stands in the access log.

The log is append-only and chained, and every release record repeats its head, so an approval can be neither changed nor
taken back unseen. What was approved is the manifest of a batch, by its hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.errors import BadInput, ConfigurationError, Place
from orchestration.home import Home
from orchestration.landing.late import LATE
from orchestration.landing.month import MANIFEST
from orchestration.privacy.access import read_log, record_access
from orchestration.release.files import sha256_of
from orchestration.release.record import current_record, publishing_record, recorded_run

ACTION = "approve late batch"


@dataclass(frozen=True)
class Batch:
    """A batch that is not part of what was published, by the hash of its manifest."""

    hospital_id: str
    month: str
    batch_id: str
    manifest_sha256: str

    @property
    def subject(self) -> str:
        """How the log names it."""
        return f"{self.hospital_id} {self.month} {self.batch_id} manifest {self.manifest_sha256}"


def late_batches(home: Home, hospital_id: str, month: date) -> list[Batch]:
    """Batches of a published month that its release was not computed from, oldest first: in the late area, or taken out of it."""
    folder = home.landing / hospital_id / f"{month:%Y-%m}"
    record = current_record(home)
    published = publishing_record(home, record, hospital_id, month) if record else None
    run = recorded_run(published, hospital_id, month) if published else None
    if run is None:
        return []
    paths = sorted([*folder.glob(f"b[0-9]*/{MANIFEST}"), *folder.glob(f"{LATE}/b[0-9]*/{MANIFEST}")], key=lambda p: p.parent.name)
    batches = [_batch(hospital_id, month, path) for path in paths]
    return [batch for batch in batches if run["landing"]["manifests"].get(batch.batch_id) != batch.manifest_sha256]


def batches_let_in(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Batch]:
    """Batches a new run of a month was computed from and the published one was not."""
    known = old["landing"]["manifests"].items()
    added = sorted(new["landing"]["manifests"].items() - known)
    return [Batch(new["hospital_id"], new["month"][:7], batch_id, sha256) for batch_id, sha256 in added]


def approve_late(home: Home, hospital_id: str, month: date, reason: str) -> list[Batch]:
    """Approve every batch that came late for a published month, as the present account.

    Raises:
        ConfigurationError: nothing came late, or no reason is given.
    """
    batches = late_batches(home, hospital_id, month)
    if not batches:
        raise ConfigurationError(
            f"nothing came late for {hospital_id} {month:%Y-%m}",
            remedy="casemix status lists months",
            zh="该月没有待批的迟到批次",
        )
    if not reason.strip():
        raise ConfigurationError("an approval needs a reason", remedy="add --reason", zh="批准须写明理由")
    for batch in batches:
        _record(home, batch, reason)
    return batches


def require_approvals(home: Home, batches: list[Batch], reason: str | None) -> list[dict[str, Any]]:
    """The recorded approval of every batch; a reason given now approves what nobody has approved yet.

    Raises:
        BadInput: F22, a batch without approval; named.
    """
    approved = approvals(home)
    missing = [batch for batch in batches if batch.subject not in approved]
    if missing and not (reason and reason.strip()):
        first = missing[0]
        raise BadInput(
            f"{first.hospital_id} {first.month} {first.batch_id} is late and nobody has approved it",
            rule="F22",
            place=Place(f"{first.hospital_id}/{first.month}/{first.batch_id}/{MANIFEST}"),
            remedy=f"casemix approve --hospital {first.hospital_id} --month {first.month} --reason … , or restate with --reason",
            zh=f"迟到批次 {first.batch_id} 尚未批准",
        )
    for batch in missing:
        _record(home, batch, str(reason))
    approved = approvals(home)
    return [asdict(batch) | approved[batch.subject] for batch in batches]


def approvals(home: Home) -> dict[str, dict[str, Any]]:
    """Approvals by subject: who, when, why and the number of the entry in the access log."""
    return {
        entry["subject"]: {
            "approved_by": entry["user"],
            "approved_at": entry["at"],
            "reason": entry["purpose"],
            "entry": entry["sequence"],
        }
        for entry in read_log(home)
        if entry["action"] == ACTION
    }


def _record(home: Home, batch: Batch, reason: str) -> None:
    record_access(home, ACTION, batch.subject, rows=0, purpose=reason)


def _batch(hospital_id: str, month: date, manifest: Path) -> Batch:
    return Batch(hospital_id, f"{month:%Y-%m}", manifest.parent.name, sha256_of(manifest))
