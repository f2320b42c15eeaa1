"""Restatement: a published month and every later one computed again, and a statement of what changed and why."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.errors import ConfigurationError
from orchestration.home import Home
from orchestration.release.delta import CAUSES, CODE, CORRECTED, DELTA_FILE, LATE, PARAMETER, Stage, Statement, write_delta
from orchestration.release.partition import MART, PartitionFile, read_partition
from orchestration.release.record import Record, code_version, current_record, engine_versions, publishing_record, recorded_run
from orchestration.run.approvals import batches_let_in
from orchestration.run.history import HistoryFile, collect_history
from orchestration.run.inputs import MonthInputs
from orchestration.run.journal import read_journal, run_folder
from orchestration.run.perform import perform_month, recorded_landing
from orchestration.run.snapshots import open_packs, open_policy

if TYPE_CHECKING:
    from orchestration.landing import LandedMonth

CODE_PARTS = ("project_sha256", "lock_sha256")


@dataclass(frozen=True)
class Request:
    """What somebody asked to be restated, why, and who approved it."""

    hospital_id: str
    first: date
    reason: str | None
    approved_by: str


@dataclass(frozen=True)
class Restated:
    """A month before and after: the run that is published, the run that is to replace it, and both states of landing."""

    month: date
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    landed_before: LandedMonth
    landed_after: LandedMonth
    causes: frozenset[str]
    detail: str


def months_to_restate(home: Home, hospital_id: str, first: date) -> list[date]:
    """The month and every later published month of the hospital, ascending.

    Raises:
        ConfigurationError: the month is not published.
    """
    record = current_record(home)
    months = [month for month in record.months_of(hospital_id) if month >= first] if record else []
    if not months or months[0] != first:
        raise ConfigurationError(
            f"{hospital_id} {first:%Y-%m} is not published, so there is nothing to restate",
            remedy="casemix status shows the published months; casemix run publishes a month for the first time",
            zh=f"{hospital_id} {first:%Y-%m} 尚未发布，无需重述",
        )
    return months


def state_changes(home: Home, request: Request, runs: Sequence[str], folder: Path, threads: int) -> Statement:
    """Write the delta statement of gated runs against what is published now.

    Args:
        home: the warehouse.
        request: what was asked.
        runs: gated runs of the restated months, ascending.
        folder: where the statement goes.
        threads: threads of dbt and of the engine, for the stages between.

    Raises:
        BadInput: F42, landing or a snapshot that a published month was computed with is missing or was altered.
    """
    record = current_record(home)
    assert record is not None  # noqa: S101 - months_to_restate has found published months
    months = [_restated(home, record, run_id) for run_id in runs]
    present = [cause for cause in CAUSES if any(cause in month.causes for month in months)]
    stages = [_published(home, record, request.hospital_id, [month.month for month in months])]
    with tempfile.TemporaryDirectory(dir=home.cache, prefix="restate-") as scratch:
        for number, cause in enumerate(present[:-1]):
            let_in = frozenset(present[: number + 1])
            stages.append(_stage(home, record, months, let_in, cause, Path(scratch) / str(number), threads))
        stages.append(_gated(home, runs, present[-1] if present else CODE))
        folder.mkdir(parents=True, exist_ok=True)
        figures = write_delta(stages, folder / DELTA_FILE)
    content = {
        "hospital_id": request.hospital_id,
        "from": request.first.isoformat(),
        "reason": request.reason,
        "approved_by": request.approved_by,
        "batches": [asdict(batch) for month in months for batch in batches_let_in(month.old, month.new)],
        "months": [
            {"month": m.month.isoformat(), "causes": [c for c in CAUSES if c in m.causes], "detail": m.detail} for m in months
        ],
        "key_figures": figures,
    }
    return Statement(folder / DELTA_FILE, content)


def compare_runs(home: Home, old: Mapping[str, Any], new: Mapping[str, Any], *, is_new_code: bool) -> tuple[frozenset[str], str]:
    """Causes that can move the numbers of a month between two recorded runs of it, and what they consist of in words."""
    causes, detail = set(), []
    if is_new_code:
        causes.add(CODE)
    if _parameters(old) != _parameters(new):
        causes.add(PARAMETER)
        before, after = old["policy"]["tables"], new["policy"]["tables"]
        tables = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
        detail.append("policy: " + (", ".join(tables) or "packs or simulation"))
    if old["landing"]["batch_id"] != new["landing"]["batch_id"]:
        from orchestration.landing.changes import ADDED, find_changes, summarise

        changes = find_changes(recorded_landing(home, old), recorded_landing(home, new))
        causes |= {LATE if change.change == ADDED else CORRECTED for change in changes}
        detail.append(summarise(changes))
    return frozenset(causes), "; ".join(part for part in detail if part)


def is_code_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether models, pinned packages or the engine differ; arguments are `code` and `engine` of two records."""
    return before["engine"] != after["engine"] or any(before["code"].get(p) != after["code"].get(p) for p in CODE_PARTS)


def _restated(home: Home, record: Record, run_id: str) -> Restated:
    journal = read_journal(home, run_id)
    new = {"hospital_id": journal.hospital_id, "month": journal.month} | journal.evidence
    published = publishing_record(home, record, journal.hospital_id, journal.month_start)
    old = recorded_run(published, journal.hospital_id, journal.month_start) if published else None
    assert published is not None and old is not None  # noqa: S101 - only published months are restated
    now = {"code": code_version(), "engine": engine_versions()}
    causes, detail = compare_runs(home, old, new, is_new_code=is_code_changed(published.content, now))
    return Restated(journal.month_start, old, new, recorded_landing(home, old), recorded_landing(home, new), causes, detail)


def _parameters(run: Mapping[str, Any]) -> tuple[Any, ...]:
    return run["policy"]["sha256"], sorted(pack["sha256"] for pack in run["packs"]), run["is_simulation"]


def _published(home: Home, record: Record, hospital_id: str, months: Collection[date]) -> Stage:
    files = [file for file in record.partitions if file.hospital_id == hospital_id and file.month in months]
    return Stage.of(None, home.published / record.release_id, files)


def _gated(home: Home, runs: Sequence[str], cause: str) -> Stage:
    files = {f.key: (run_folder(home, run), f) for run in runs for f in read_partition(run_folder(home, run)) if f.kind == MART}
    return Stage(cause, files)


def _stage(
    home: Home, record: Record, months: Sequence[Restated], let_in: frozenset[str], cause: str, folder: Path, threads: int
) -> Stage:
    """Every month computed with some causes let in, each reading back the months of its own stage."""
    files: list[tuple[Path, PartitionFile]] = []
    for month in months:
        place = folder / f"{month.month:%Y-%m}"
        place.mkdir(parents=True)
        inputs = _inputs(home, record, month, let_in, {file.key: HistoryFile(folder_of, file) for folder_of, file in files})
        files += [(place, file) for file in perform_month(home, inputs, place, threads)]
    return Stage(cause, {file.key: (place, file) for place, file in files if file.kind == MART})


def _inputs(
    home: Home, record: Record, month: Restated, let_in: frozenset[str], earlier: Mapping[tuple[str, str, date], HistoryFile]
) -> MonthInputs:
    run = month.new if PARAMETER in let_in else month.old
    hospital_id = str(month.old["hospital_id"])
    history = collect_history(home, record, [], hospital_id, month.month)
    sees_corrections = CORRECTED in let_in
    return MonthInputs(
        hospital_id=hospital_id,
        month=month.month,
        landed=month.landed_after if sees_corrections or LATE in let_in else month.landed_before,
        policy=open_policy(home, run["policy"]["sha256"]),
        packs=open_packs(home, [pack["sha256"] for pack in run["packs"]]),
        history={name: [earlier.get(e.file.key, e) for e in entries] for name, entries in history.items()},
        parent_release_id=record.release_id,
        is_simulation=run["is_simulation"],
        keys_of=month.landed_before if sees_corrections and LATE not in let_in else None,
    )
