"""One run: the steps of one hospital and month, in the order they are taken.

Each step leaves its evidence in the diary of the run; an error ends the run, is written there, and publishes nothing.
"""

from __future__ import annotations

import dataclasses
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.contract import load_contract
from orchestration.errors import BadInput, CasemixError, GateStopped, RunBusy
from orchestration.gates import CHECKPOINTS, GateAnswer, load_index, require_passed, run_checkpoint, stopping, write_gate_results
from orchestration.home import Home
from orchestration.release.files import sha256_of
from orchestration.release.partition import (
    PartitionFile,
    export_partition,
    read_partition,
    remove_private_database,
    write_partition,
)
from orchestration.release.publish import GatedMonth
from orchestration.release.record import current_record
from orchestration.run.build import WAREHOUSE_FILE, BuiltNode, build_phase
from orchestration.run.completeness import expected_nodes, require_built
from orchestration.run.disk import exhausted, require_free_disk
from orchestration.run.history import collect_history, read_back
from orchestration.run.inputs import MonthInputs, skipped_month, today, write_inputs
from orchestration.run.journal import FAILED, GATED, STOPPED, RunJournal, clean_scratch, read_journal, run_folder
from orchestration.run.lock import month_lock
from orchestration.run.phases import phase_of
from orchestration.run.progress import step
from orchestration.run.project import load_manifest
from orchestration.run.settings import RunSettings
from orchestration.run.snapshots import keep_packs, keep_policy

if TYPE_CHECKING:
    from orchestration.landing import LandedMonth
    from orchestration.sources.delivery import Delivery


class MonthRun:
    """A run in progress. Use `open_run`, call the steps in order, then `close`."""

    def __init__(self, settings: RunSettings, journal: RunJournal) -> None:
        self.settings = settings
        self.home: Home = settings.warehouse_home
        self.journal = journal
        self.folder = run_folder(self.home, journal.run_id)
        self.answers: list[GateAnswer] = []
        self._built: set[str] = set()
        self._held = ExitStack()
        self._landed: LandedMonth | None = None

    @property
    def month(self) -> date:
        """First day of the month."""
        return self.journal.month_start

    @property
    def hospital_id(self) -> str:
        """Hospital of the run."""
        return self.journal.hospital_id

    @property
    def warehouse(self) -> Path:
        """The private database."""
        return self.folder / WAREHOUSE_FILE

    def open(self) -> None:
        """Take the month's lock and start the diary.

        Raises:
            RunBusy: another run holds the month.
        """
        try:
            self._held.enter_context(month_lock(self.home, self.hospital_id, self.month))
        except RunBusy as busy:
            self.fail(busy)
            raise
        self.journal.save(self.home)

    def close(self) -> None:
        """Give the month's lock back; scratch files of a run that did not come through are removed."""
        if self.journal.status != GATED:
            clean_scratch(self.folder)
        self._held.close()

    def land(self, *, is_restatement: bool = False) -> LandedMonth:
        """Extract the month into landing and freeze its batches.

        Args:
            is_restatement: whether a published month is open again and accepts what came late.

        Raises:
            BadInput: a delivery breaks the contract, or F22, it would change a published month.
        """
        with self._step("land"):
            self._landed = _land(self.settings, self.hospital_id, self.month, is_restatement=is_restatement)
            self.journal.evidence |= {"landing": manifests_of(self.home, self._landed), "batches": batches_of(self._landed)}
            return self._landed

    def prepare(self, earlier_runs: Sequence[str] = ()) -> dict[str, int]:
        """Write the private database: scope, landing views, policy, packs and history.

        Args:
            earlier_runs: gated, not yet published runs of the same range.

        Returns:
            Files read back, by mart.
        """
        with self._step("prepare"):
            inputs = self._inputs(earlier_runs)
            self._require_order(inputs.earlier_months)
            require_free_disk(self.folder, sum(file.bytes for file in inputs.landed.files))
            keep_policy(self.home, inputs.policy)
            keep_packs(self.home, inputs.packs)
            self.journal.evidence |= write_inputs(self.warehouse, inputs) | {"history": read_back(inputs.history)}
            return {name: len(files) for name, files in inputs.history.items()}

    def _inputs(self, earlier_runs: Sequence[str]) -> MonthInputs:
        """What is landed, known today and published now."""
        from orchestration.grouping import packs_in_force
        from orchestration.policy import load_policy

        parent = current_record(self.home)
        return MonthInputs(
            hospital_id=self.hospital_id,
            month=self.month,
            landed=self._landed_month(),
            policy=load_policy(self.settings.policy).known_by(today()),
            packs=packs_in_force(self.home, self.settings.packs),
            history=collect_history(self.home, parent, earlier_runs, self.hospital_id, self.month),
            parent_release_id=parent.release_id if parent else None,
            is_simulation=self.settings.is_simulation,
        )

    def _require_order(self, earlier_months: Sequence[date]) -> None:
        """A month may be landed in any order, but closes only on the one before it."""
        missing = skipped_month(earlier_months, self.month)
        if missing is not None:
            raise BadInput(
                f"{self.hospital_id} {self.month:%Y-%m} is landed but cannot close before {missing:%Y-%m} is published",
                rule="F26",
                remedy=f"casemix run --hospital {self.hospital_id} --from {missing:%Y-%m} --to {self.month:%Y-%m}",
                zh=f"{self.month:%Y-%m} 已入湖，须待 {missing:%Y-%m} 发布后方可关账",
            )

    def build(self, checkpoint: str) -> list[BuiltNode]:
        """Build the models of the phase that ends with the checkpoint.

        Raises:
            GateStopped: a model or a test of shape failed.
        """
        with self._step(f"build {checkpoint}"):
            nodes = build_phase(load_manifest(self.home), phase_of(checkpoint), self.folder, self.settings.threads)
            self._built |= {node.unique_id for node in nodes}
            return nodes

    def judge(self, checkpoint: str) -> list[GateAnswer]:
        """Answer every gate of the checkpoint. When a gate stops the run the diary says so; the caller decides how to end."""
        with self._step(f"judge {checkpoint}"):
            answers = run_checkpoint(self.warehouse, checkpoint, docs=self.home.root / "data_docs")
            self.answers += answers
            self.journal.evidence["gates"] = [_gate(answer) for answer in self.answers]
        if stopping(answers):
            self._stop(answers)
        return answers

    def require_checkpoint(self, checkpoint: str) -> None:
        """Positive evidence that every gate of the checkpoint answered and none stops.

        Raises:
            GateStopped: an answer is missing or stops.
        """
        wanted = {gate.gate_id for gate in load_index().values() if gate.checkpoint == checkpoint}
        answered = {answer.gate_id for answer in self.answers if answer.checkpoint == checkpoint}
        stops = stopping(answer for answer in self.answers if answer.checkpoint == checkpoint)
        if wanted != answered or stops:
            missing = ", ".join(sorted(wanted - answered)) or ", ".join(answer.gate_id for answer in stops)
            raise GateStopped(f"checkpoint {checkpoint} is not passed: {missing}", rule="F45", zh=f"检查点未通过：{missing}")

    def seal(self) -> list[PartitionFile]:
        """Export the gated month as measured Parquet files; from here on it may be published.

        Raises:
            GateStopped: a checkpoint is not passed, or a model or test did not run.
        """
        with self._step("export"):
            for checkpoint in CHECKPOINTS:
                self.require_checkpoint(checkpoint)
            self.journal.evidence["built"] = require_built(expected_nodes(load_manifest(self.home)), self._built)
            with duckdb.connect(str(self.warehouse)) as con:
                write_gate_results(con, self.answers)
            files = export_partition(self.warehouse, self.folder, self.hospital_id, self.month)
            write_partition(self.folder, files)
        self.journal.end(self.home, GATED)
        return files

    def fail(self, error: BaseException) -> None:
        """Write an error of the surroundings into the diary, unless the run has already ended."""
        if self.journal.finished_at is None:
            self.journal.end(self.home, STOPPED if isinstance(error, GateStopped) else FAILED, error)

    def _stop(self, answers: Sequence[GateAnswer]) -> None:
        try:
            with duckdb.connect(str(self.warehouse), read_only=True) as con:
                require_passed(con, answers)
        except GateStopped as stopped:
            self.fail(stopped)

    def _landed_month(self) -> LandedMonth:
        if self._landed is None:
            raise BadInput("the month is not landed", remedy="run the month from its start", zh="该月尚未接收")
        return self._landed

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        """Time a step and keep the error that ends the run in it."""
        self.journal.step = name
        self.journal.save(self.home)
        started, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        except Exception as error:
            named = exhausted(error)
            self.fail(named or error)
            if named is not None:
                raise named from error
            raise
        except BaseException as error:
            self.fail(error)
            raise
        self.journal.seconds[name] = [round(time.perf_counter() - started, 2), round(time.process_time() - cpu, 2)]
        self.journal.save(self.home)


def open_run(settings: RunSettings, hospital_id: str, month: date, token: str) -> MonthRun:
    """Begin a run.

    Args:
        settings: what the run is asked to do.
        hospital_id: hospital.
        month: first day of the month.
        token: tells runs of one month apart; the Dagster run id.
    """
    run = MonthRun(settings, RunJournal(run_id_of(hospital_id, month, token), hospital_id, month.isoformat()))
    run.open()
    return run


def run_id_of(hospital_id: str, month: date, token: str) -> str:
    """Name of a run and of its folder."""
    return f"{hospital_id}_{month:%Y-%m}_{token[:8]}"


def gated_month(home: Home, run_id: str) -> GatedMonth:
    """A sealed run as publishing wants it.

    Raises:
        CasemixError: the run is not sealed.
    """
    journal = read_journal(home, run_id)
    if journal.status != GATED:
        raise CasemixError(f"run {run_id} is {journal.status}, not gated", remedy="run the month again", zh="该运行未通过质量门")
    folder = run_folder(home, run_id)
    evidence = {key: value for key, value in journal.evidence.items() if key != "history"}
    times = {
        "hospital_id": journal.hospital_id,
        "month": journal.month,
        "started_at": journal.started_at,
        "gated_at": journal.finished_at,
    }
    return GatedMonth(run_id, folder, tuple(read_partition(folder)), journal.evidence["history"], times | evidence)


def remove_private_files(home: Home, run_id: str) -> None:
    """After publishing: the release holds links to the files, the private database has done its work."""
    folder = run_folder(home, run_id)
    remove_private_database(folder / WAREHOUSE_FILE)
    for name in ("parquet", "target", "spill", "logs", "statement"):
        shutil.rmtree(folder / name, ignore_errors=True)


def _land(settings: RunSettings, hospital_id: str, month: date, *, is_restatement: bool) -> LandedMonth:
    """From the sources where they are given, else from what landing already holds.

    A restatement goes back further than many sources do: what they no longer hold is taken from landing.
    """
    from orchestration.landing import accept_late_batches, land_month, open_month
    from orchestration.sources import open_deliveries

    home = settings.warehouse_home
    has_source = settings.source is not None or settings.config is not None
    deliveries = open_deliveries(settings.source, settings.config) if has_source else []
    if not has_source or (is_restatement and not _delivers(deliveries, hospital_id, month)):
        if is_restatement:
            accept_late_batches(home, hospital_id, month)
        return open_month(home, hospital_id, month)
    published = current_record(home)
    is_published = published is not None and month in published.months_of(hospital_id) and not is_restatement
    for delivery in deliveries:
        if delivery.hospital_id == hospital_id:
            with step("extract", len(load_contract().tables)) as reporter:
                return land_month(home, hospital_id, month, delivery, lambda *_: reporter.advance(), is_published=is_published)
    raise BadInput(
        f"no delivery of hospital {hospital_id}", remedy="check --hospital and the mapping", zh=f"没有机构 {hospital_id} 的数据"
    )


def _delivers(deliveries: Sequence[Delivery], hospital_id: str, month: date) -> bool:
    """Whether a delivery has the month, or is a database, which only says so when it is read."""
    months = [delivery.months() for delivery in deliveries if delivery.hospital_id == hospital_id]
    return any(not known or any(one.start == month for one in known) for known in months)


def manifests_of(home: Home, landed: LandedMonth) -> dict[str, Any]:
    """The batch a month is read as of, and the hash of the manifest of every batch it takes files from."""
    from orchestration.landing.month import MANIFEST

    folder = home.landing / landed.hospital_id / f"{landed.month:%Y-%m}"
    batches = sorted({landed.batch_id, *landed.batch_ids})
    return {"batch_id": landed.batch_id, "manifests": {b: sha256_of(folder / b / MANIFEST) for b in batches}}


def batches_of(landed: LandedMonth) -> list[dict[str, Any]]:
    """Every file of the month, as kept in the record."""
    names = (
        "batch_id",
        "batch_key",
        "source_name",
        "source_sha256",
        "landed_sha256",
        "received_rows",
        "landed_rows",
        "duplicate_rows",
    )
    return [
        {"table": table, **{name: getattr(file, name) for name in names}}
        for table in sorted(landed.tables)
        for file in landed.tables[table].files
    ]


def _gate(answer: GateAnswer) -> dict[str, Any]:
    entry = {key: value for key, value in dataclasses.asdict(answer).items() if key not in ("hospital_id", "month")}
    return {key: value if isinstance(value, (int, str, bool, type(None))) else str(value) for key, value in entry.items()} | {
        "stops": answer.stops
    }
