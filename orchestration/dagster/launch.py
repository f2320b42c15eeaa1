"""Run the job of a home in this process: what the command line calls.

Belongs here: starting Dagster runs and reading how they ended. Not here: planning a range (`run/plan.py`).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dagster import AssetKey, DagsterInstance, ExecuteInProcessResult, JobDefinition

from orchestration.dagster.jobs import MONTH_JOB
from orchestration.dagster.partitions import partition_key
from orchestration.dagster.resources import RESOURCE, CasemixResource
from orchestration.dagster.specs import RELEASE
from orchestration.dagster.storage import open_instance
from orchestration.definitions import build_defs
from orchestration.errors import CasemixError
from orchestration.home import Home
from orchestration.release.delta import Statement, keep_statement
from orchestration.run.approvals import Batch, late_batches, require_approvals
from orchestration.run.journal import FAILED, GATED, PUBLISHED, RUNNING, RunJournal, read_journal, restore_error, run_folder
from orchestration.run.month import run_id_of
from orchestration.run.plan import MonthOutcome, RangeOutcome, run_range
from orchestration.run.restate import Request, months_to_restate, state_changes
from orchestration.run.settings import RunSettings, write_settings

PUBLISH = "publish"
HOLD = "hold"
PREVIEW = "preview"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass
class Launcher:
    """A home's job and its persistent instance."""

    home: Home
    job: JobDefinition
    instance: DagsterInstance

    @classmethod
    def open(cls, settings: RunSettings) -> Launcher:
        """Keep the settings in the home, and load the definitions that follow from them."""
        write_settings(settings)
        home = settings.warehouse_home
        definitions = build_defs({RESOURCE: CasemixResource.of(home)})
        return cls(home, definitions.resolve_job_def(MONTH_JOB), open_instance(home))

    def run_month(
        self, hospital_id: str, month: date, earlier_runs: Sequence[str], mode: str, *, is_restatement: bool = False
    ) -> MonthOutcome:
        """Run one hospital and month; `mode` says what the release op does with it."""
        token = str(uuid.uuid4())
        ops = {
            "land": {"config": {"is_restatement": is_restatement}},
            "prepare": {"config": {"earlier_runs": list(earlier_runs)}},
            "release": {"config": {"mode": mode, "runs": []}},
        }
        result = self._execute(hospital_id, month, ops, token)
        journal = self._ended_journal(run_id_of(hospital_id, month, token), hospital_id, month, result)
        error = restore_error(journal.error) if journal.error else None
        return MonthOutcome(journal.run_id, hospital_id, month, error)

    def publish(self, outcomes: Sequence[MonthOutcome], statement: Path | None = None) -> None:
        """Publish gated months as one release, with the delta statement in a folder if it is a restatement.

        Raises:
            CasemixError: publishing was refused.
        """
        last = outcomes[-1]
        runs = [outcome.run_id for outcome in outcomes]
        ops = {"release": {"config": {"mode": PUBLISH, "runs": runs, "statement": str(statement) if statement else None}}}
        result = self._execute(last.hospital_id, last.month, ops, str(uuid.uuid4()), [RELEASE])
        journal = read_journal(self.home, last.run_id)
        if journal.status != PUBLISHED:
            raise restore_error(journal.error) if journal.error else CasemixError(_failure_text(result))

    def _execute(
        self, hospital_id: str, month: date, ops: Mapping[str, Any], token: str, selection: Sequence[AssetKey] | None = None
    ) -> ExecuteInProcessResult:
        return self.job.execute_in_process(
            run_config=QUIET | {"ops": ops},
            instance=self.instance,
            partition_key=partition_key(hospital_id, month),
            asset_selection=selection,
            raise_on_error=False,
            run_id=token,
        )

    def _ended_journal(self, run_id: str, hospital_id: str, month: date, result: ExecuteInProcessResult) -> RunJournal:
        """The diary of an ended run; a failure outside the steps is written into it."""
        try:
            journal = read_journal(self.home, run_id)
        except FileNotFoundError:
            journal = RunJournal(run_id, hospital_id, month.isoformat())
        if journal.status == RUNNING or (not result.success and journal.status == GATED):
            journal.end(self.home, FAILED, CasemixError(_failure_text(result)))
        return journal


def run_plan(
    settings: RunSettings, plan: Mapping[str, Sequence[date]], *, is_preview: bool = False
) -> tuple[RangeOutcome, str | None]:
    """Run a plan and publish what passed as one release.

    Returns:
        How the range ended, and the release; None when nothing was published.

    Raises:
        CasemixError: publishing was refused.
    """
    months = [month for found in plan.values() for month in found]
    launcher = Launcher.open(settings.knowing(plan, months))
    mode = PREVIEW if is_preview else PUBLISH if len(months) == 1 else HOLD
    outcome = run_range(plan, lambda hospital, month, earlier: launcher.run_month(hospital, month, earlier, mode))
    if mode == HOLD and outcome.gated:
        launcher.publish(outcome.gated)
    if is_preview or not outcome.gated:
        return outcome, None
    return outcome, read_journal(launcher.home, outcome.gated[-1].run_id).release_id


def run_restatement(
    settings: RunSettings, request: Request, *, is_preview: bool = False
) -> tuple[RangeOutcome, Statement | None, str | None]:
    """Restate a hospital from a month on and publish it as one release.

    Returns:
        How the months ended; the delta statement, None when a month did not close; the release, None when nothing was
        published.

    Raises:
        ConfigurationError: the first month is not published.
        BadInput: F22, a late batch nobody has approved, and no reason is given.
        CasemixError: publishing was refused.
    """
    home = settings.warehouse_home
    months = months_to_restate(home, request.hospital_id, request.first)
    if not is_preview:
        waiting = [batch for month in months for batch in late_batches(home, request.hospital_id, month)]
        require_approvals(home, waiting, request.reason)
    launcher = Launcher.open(settings.knowing([request.hospital_id], months))
    outcome = run_range(
        {request.hospital_id: months},
        lambda hospital, month, earlier: launcher.run_month(hospital, month, earlier, HOLD, is_restatement=True),
    )
    if outcome.error is not None:
        return outcome, None, None
    runs = [entry.run_id for entry in outcome.gated]
    folder = run_folder(home, runs[0]) / "statement"
    statement = state_changes(home, request, runs, folder, settings.threads)
    if is_preview:
        return outcome, statement, None
    batches = [Batch(**batch) for batch in statement.content["batches"]]
    approved = {"approvals": require_approvals(home, batches, request.reason)}
    launcher.publish(outcome.gated, keep_statement(Statement(statement.file, statement.content | approved)))
    return outcome, statement, read_journal(home, runs[-1]).release_id


def _failure_text(result: ExecuteInProcessResult) -> str:
    """Messages of the steps that failed."""
    failures = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
    causes = [error.cause or error for error in failures if error is not None]
    return "\n".join(cause.message.strip() for cause in causes) or "the run failed before its first step"
