"""Publish the gated runs of a range as one release."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from orchestration.home import Home
from orchestration.release.delta import read_statement
from orchestration.release.publish import publish
from orchestration.release.record import Record
from orchestration.run.disk import exhausted
from orchestration.run.journal import FAILED, PUBLISHED, read_journal
from orchestration.run.lock import publish_lock
from orchestration.run.month import gated_month, remove_private_files
from orchestration.run.progress import step

PUBLISH_STEPS = 4


def publish_runs(home: Home, run_ids: Sequence[str], statement: Path | None = None) -> Record:
    """Publish runs, mark them published and remove their private files.

    Args:
        home: the warehouse.
        run_ids: gated runs.
        statement: folder of the delta statement of a restatement.

    Raises:
        RunBusy: another publisher holds the chain for too long, or what a run read back has changed.
        CasemixError: a run is not gated.
    """
    with publish_lock(home), step("publish", PUBLISH_STEPS) as reporter:
        try:
            months = [gated_month(home, run_id) for run_id in run_ids]
            record = publish(home, months, reporter.advance, read_statement(statement) if statement else None)
        except Exception as error:
            named = exhausted(error)
            for run_id in run_ids:
                read_journal(home, run_id).end(home, FAILED, named or error)
            if named is not None:
                raise named from error
            raise
    for run_id in run_ids:
        journal = read_journal(home, run_id)
        journal.release_id = record.release_id
        journal.end(home, PUBLISHED)
        remove_private_files(home, run_id)
    return record
