"""Landing a month: every delivered table into one new batch, which exists once its manifest does; and opening it again."""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from orchestration.contract import Table, load_contract
from orchestration.errors import BadInput, Place, RunBusy
from orchestration.home import Home
from orchestration.landing.changes import find_changes, to_csv
from orchestration.landing.durable import file_sha256, remove_folder, reveal_folder, sync_file, sync_folder, write_file
from orchestration.landing.late import LATE, accept_late, late_delivery
from orchestration.landing.model import LandedFile, LandedMonth, LandedTable
from orchestration.landing.table import Border, land_table
from orchestration.privacy import PseudonymKey, load_key
from orchestration.sources.delivery import Delivery
from orchestration.sources.headers import UnknownColumns
from orchestration.sources.inspection import Inspection, inspect_part
from orchestration.sources.issues import bad_file, raise_issues
from orchestration.sources.part import Month
from orchestration.sources.safe_files import check_identifier, copy_original
from orchestration.sources.workbench import open_workbench

MANIFEST = "manifest.json"
MANIFEST_VERSION = 1
EXTRACTOR_VERSION = "1"
ORIGINALS = "original"
ASIDE = "quarantine"
CHANGES = "changes.csv"

logger = logging.getLogger(__name__)
Progress = Callable[[str, int, int], None]


def land_month(
    home: Home,
    hospital_id: str,
    month: date,
    delivery: Delivery,
    progress: Progress | None = None,
    *,
    is_published: bool = False,
) -> LandedMonth:
    """Read, judge, pseudonymise and land one month; a delivery that is already landed unchanged is a no-op.

    A batch that follows another one holds `changes.csv`, the rows that differ.

    Args:
        home: where landing lives.
        hospital_id: the hospital.
        month: first day of the month.
        delivery: where its tables come from.
        progress: called before each table with its name, its number and how many there are.
        is_published: whether the month is closed; a batch that would change it goes to the `late` area. A month that is
            open, or open again for a restatement, accepts what lies there first.

    Raises:
        BadInput: the delivery breaks the contract and nothing was landed, or F22, it changes a published month.
        ConfigurationError: no pseudonym key, or a mapping that cannot be used.
        RunBusy: another process lands this month.
    """
    key = load_key(home)
    period = Month(month)
    folder = home.landing / check_identifier(hospital_id) / str(period)
    with _locked(folder):
        delivery.check_month(period)
        if not is_published:
            accept_late(folder)
        before = _read_month(folder, hospital_id, period, with_late=True)
        batch_id = f"b{len(_manifests(folder, with_late=True)) + 1:04d}"
        hidden = folder / f".{batch_id}.tmp"
        hidden.mkdir()
        try:
            tables = _land_tables(home, hidden, batch_id, hospital_id, period, delivery, key, before, progress)
            landed = _finish(folder, hidden, batch_id, hospital_id, period, tables, before, key, is_published=is_published)
        finally:
            remove_folder(hidden)
        return _require_unchanged(folder, hospital_id, period, landed) if is_published else landed


def _require_unchanged(folder: Path, hospital_id: str, month: Month, landed: LandedMonth) -> LandedMonth:
    """The accepted month, when the delivery says the same row by row."""
    accepted = _read_month(folder, hospital_id, month)
    if accepted is None or accepted.batch_id == landed.batch_id:
        return landed
    changes = find_changes(accepted, landed)
    if changes:
        raise late_delivery(landed, changes, landed.batch_id)
    return accepted


def accept_late_batches(home: Home, hospital_id: str, month: date) -> list[str]:
    """Take what lies in the late area of a month into the accepted batches; names of the batches."""
    folder = home.landing / check_identifier(hospital_id) / str(Month(month))
    if not folder.is_dir():
        return []
    with _locked(folder):
        return accept_late(folder)


def open_month(home: Home, hospital_id: str, month: date, batch_id: str | None = None) -> LandedMonth:
    """The accepted batches of a month, every file verified against its manifest first.

    Args:
        home: where landing lives.
        hospital_id: the hospital.
        month: first day of the month.
        batch_id: the month as it was after this batch; by default after the latest.

    Raises:
        BadInput: F06 nothing landed, F42 a landed file is missing or altered.
    """
    period = Month(month)
    landed = _read_month(home.landing / check_identifier(hospital_id) / str(period), hospital_id, period, batch_id)
    if landed is None:
        raise bad_file("F06", f"{hospital_id}/{period}", "has not been landed", "该月份尚未入湖", "Run the extract first.")
    for file in landed.files:
        verify_file(file)
    return landed


def verify_file(file: LandedFile) -> None:
    """F42 when a landed file is not byte for byte what its manifest says."""
    if file.path.is_file() and file.path.stat().st_size == file.bytes and file_sha256(file.path) == file.landed_sha256:
        return
    raise BadInput(
        f"The landed file {file.path.name} of batch {file.batch_id} is missing or was altered.",
        rule="F42",
        zh=f"入湖文件 {file.path.name}（批次 {file.batch_id}）缺失或被改动",
        place=Place(str(file.path)),
        remedy="Restore the file from a backup, or remove the batch folder and extract the month again.",
    )


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process lands a month at a time; what a killed one left behind is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunBusy(
                f"Another run is landing {folder.parent.name} {folder.name}.",
                rule="F40",
                zh="另一进程正在入湖该月份",
                remedy="Wait for it to finish.",
            ) from None
        for leftover in folder.glob(".b*.tmp"):
            remove_folder(leftover)
        yield


def _land_tables(
    home: Home,
    hidden: Path,
    batch_id: str,
    hospital_id: str,
    month: Month,
    delivery: Delivery,
    key: PseudonymKey,
    before: LandedMonth | None,
    progress: Progress | None,
) -> dict[str, LandedTable]:
    contract = list(load_contract())
    tables = {}
    home.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.cache, prefix="landing-") as scratch, open_workbench(Path(scratch)) as bench:
        border = Border(bench, hidden, batch_id, hospital_id, key, contract_version(), month, _earlier_tables(home, hospital_id))
        for number, table in enumerate(contract, start=1):
            if progress:
                progress(table.name, number, len(contract))
            earlier = before.tables.get(table.name) if before else None
            try:
                tables[table.name] = _land_one(border, table, month, delivery, earlier)
            except UnknownColumns as error:
                _keep_aside(hidden.parent, delivery, error)
                raise
            bench.clear()
    return tables


def _earlier_tables(home: Home, hospital_id: str) -> Callable[[str, Month], LandedTable | None]:
    """Tables of other months of the hospital, their files verified; each manifest is read once."""

    @cache
    def month_of(month: Month) -> LandedMonth | None:
        return _read_month(home.landing / hospital_id / str(month), hospital_id, month)

    def table_of(name: str, month: Month) -> LandedTable | None:
        landed = month_of(month)
        for file in landed.tables[name].files if landed else ():
            verify_file(file)
        return landed.tables[name] if landed else None

    return table_of


def _land_one(border: Border, table: Table, month: Month, delivery: Delivery, earlier: LandedTable | None) -> LandedTable:
    listed = delivery.is_listed(table.name)
    if listed is False:
        return LandedTable(table.name, is_delivered=False)
    parts = delivery.parts(border.bench, table, month)
    kept = earlier.files if earlier else ()
    adds = bool(parts) and all(part.declared.is_correction for part in parts)
    if not parts:
        return _absent(
            table, month, border.hospital_id, is_listed=bool(listed), earlier=earlier if delivery.is_correction(month) else None
        )
    judged = [inspect_part(border.bench, table, part, month, border.hospital_id) for part in parts]
    raise_issues([issue for part in judged for issue in part.issues])
    for part in judged:
        _check_rows(table, part)
    if not adds and not table.may_be_absent and sum(p.month_rows for p in judged) == 0:
        _check_empty(judged)
    landed = land_table(border, table, judged, kept, adds=adds)
    for file in landed.files:
        if file.batch_id == border.batch_id:
            _keep_originals(border, judged, file)
    return landed


def _absent(table: Table, month: Month, hospital_id: str, *, is_listed: bool, earlier: LandedTable | None) -> LandedTable:
    if earlier is not None and earlier.is_delivered:
        return earlier
    if table.may_be_absent:
        return LandedTable(table.name, is_delivered=is_listed)
    place = "reference" if table.is_reference else str(month)
    raise bad_file(
        "F06",
        f"{hospital_id}/{place}/{table.name}",
        "was not delivered",
        f"缺少必交的表 {table.zh}",
        "Hand over the file, or list the delivered tables in mapping.yml when the hospital does not have this one.",
    )


def _check_rows(table: Table, judged: Inspection) -> None:
    declared = judged.part.declared.rows
    if declared is not None and declared != judged.source_rows:
        raise bad_file(
            "F05",
            judged.part.source_name,
            f"has {judged.source_rows} rows, the manifest says {declared}",
            f"行数 {judged.source_rows} 与清单 {declared} 不符",
            "Extract and send the file again.",
        )


def _check_empty(judged: list[Inspection]) -> None:
    for part in judged:
        declared = part.part.declared
        if not (declared.rows == 0 and declared.empty_approved_by):
            raise bad_file(
                "F06",
                part.part.source_name,
                "has no rows",
                "文件为空或只有表头",
                "Send the rows; a table that is really empty needs rows: 0 and empty_approved_by in manifest.json.",
            )


def _keep_originals(border: Border, judged: list[Inspection], file: LandedFile) -> None:
    """The source file byte for byte beside its landed rows."""
    for part in judged:
        if part.part.source_name == file.source_name:
            for original in part.part.originals:
                target = border.folder / ORIGINALS / original.name.replace("/", "__")
                if not target.exists():
                    copy_original(original, target)
                    sync_file(target)


def _keep_aside(folder: Path, delivery: Delivery, error: UnknownColumns) -> None:
    path = delivery.path_of(error.place.file or "")
    if path is not None and path.is_file():
        aside = folder / ASIDE / f"{file_sha256(path)[:16]}__{path.name}"
        aside.parent.mkdir(exist_ok=True)
        if not aside.exists():
            shutil.copyfile(path, aside)
            sync_file(aside)
        logger.warning("%s kept aside as %s", error.place.file, aside)


def _finish(
    folder: Path,
    hidden: Path,
    batch_id: str,
    hospital_id: str,
    month: Month,
    tables: Mapping[str, LandedTable],
    before: LandedMonth | None,
    key: PseudonymKey,
    *,
    is_published: bool,
) -> LandedMonth:
    if before is not None and _state(before.tables) == _state(tables):
        logger.info("%s %s: duplicate of batch %s, nothing new (F19)", hospital_id, month, before.batch_id)
        return before
    manifest = {
        "manifest_version": MANIFEST_VERSION,
        "hospital_id": hospital_id,
        "month": month.start.isoformat(),
        "batch_id": batch_id,
        "previous_batch_id": before.batch_id if before else None,
        "contract_version": contract_version(),
        "extractor_version": EXTRACTOR_VERSION,
        "pseudonym_key": key.fingerprint,
        "extracted_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "tables": {name: _table_json(table) for name, table in tables.items()},
    }
    if (hidden / ORIGINALS).exists():
        sync_folder(hidden / ORIGINALS)
    content = json.loads(json.dumps(manifest))
    if before is not None:
        write_file(hidden / CHANGES, to_csv(find_changes(before, _from_manifest(folder, hospital_id, month, content, hidden))))
    write_file(hidden / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    place = folder / LATE if is_published else folder
    place.mkdir(exist_ok=True)
    reveal_folder(hidden, place / batch_id)
    return _from_manifest(folder, hospital_id, month, content)


def _table_json(table: LandedTable) -> dict[str, Any]:
    return {
        "is_delivered": table.is_delivered,
        "has_corrections": table.has_corrections,
        "notes": list(table.notes),
        "files": [file.to_json() for file in table.files],
    }


def _state(tables: Mapping[str, LandedTable]) -> dict[str, Any]:
    """What two batches have in common when the second brings nothing new."""
    return {name: (t.is_delivered, [(f.batch_id, f.landed_sha256) for f in t.files]) for name, t in tables.items()}


def _manifests(folder: Path, *, with_late: bool = False) -> list[Path]:
    """Manifests of the month's batches, oldest first."""
    found = [*folder.glob(f"b[0-9]*/{MANIFEST}"), *(folder.glob(f"{LATE}/b[0-9]*/{MANIFEST}") if with_late else ())]
    return sorted(found, key=lambda path: path.parent.name)


def _read_month(
    folder: Path, hospital_id: str, month: Month, batch_id: str | None = None, *, with_late: bool = False
) -> LandedMonth | None:
    manifests = _manifests(folder, with_late=with_late)
    wanted = [path for path in manifests if batch_id in (None, path.parent.name)]
    if not wanted:
        return None
    return _from_manifest(folder, hospital_id, month, json.loads(wanted[-1].read_text(encoding="utf-8")))


def _from_manifest(
    folder: Path, hospital_id: str, month: Month, content: dict[str, Any], hidden: Path | None = None
) -> LandedMonth:
    """The month as a manifest says; files are numbered in contract order. `hidden` is where its own batch still lies."""
    key, tables = 0, {}
    for table in load_contract():
        entry = content["tables"].get(table.name, {"is_delivered": False, "has_corrections": False, "notes": [], "files": []})
        files = []
        for file in entry["files"]:
            key += 1
            files.append(LandedFile.from_json(_folder_of(folder, file["batch_id"], content, hidden), file, key))
        tables[table.name] = LandedTable(
            table.name, entry["is_delivered"], tuple(files), entry["has_corrections"], tuple(entry["notes"])
        )
    return LandedMonth(hospital_id, month.start, content["batch_id"], tables, content)


def _folder_of(folder: Path, batch_id: str, content: Mapping[str, Any], hidden: Path | None) -> Path:
    if hidden is not None and batch_id == content["batch_id"]:
        return hidden
    return folder / batch_id if (folder / batch_id).is_dir() else folder / LATE / batch_id


@cache
def contract_version() -> str:
    """Hash of the names, order and types of every contract column."""
    said = [
        [t.name, list(t.key), [[c.name, c.contract_type, c.nullable, list(c.values)] for c in t.columns]] for t in load_contract()
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:16]
