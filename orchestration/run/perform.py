"""Compute a month from given inputs, outside any run: to repeat an old one, or to see what one changed input moves."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.contract import load_history_tables
from orchestration.gates import run_checkpoint, write_gate_results
from orchestration.home import Home
from orchestration.release.partition import PartitionFile, export_partition, remove_private_database
from orchestration.run.build import WAREHOUSE_FILE, build_phase
from orchestration.run.history import HistoryFile
from orchestration.run.inputs import MonthInputs, write_inputs
from orchestration.run.phases import PHASES
from orchestration.run.project import load_manifest
from orchestration.run.snapshots import open_packs, open_policy

if TYPE_CHECKING:
    from orchestration.landing import LandedMonth


def perform_month(home: Home, inputs: MonthInputs, folder: Path, threads: int) -> list[PartitionFile]:
    """Build every model and answer every gate, whatever the gates say.

    Args:
        home: whose cache and parsed project are used; nothing of it is changed.
        inputs: what the month is computed from.
        folder: empty folder for the private database and the files; the database is removed again.
        threads: threads of dbt and of the engine.

    Returns:
        Measured files of the month, below the folder.

    Raises:
        GateStopped: a model or a test of shape failed.
    """
    warehouse = folder / WAREHOUSE_FILE
    write_inputs(warehouse, inputs)
    answers = []
    for phase in PHASES:
        build_phase(load_manifest(home), phase, folder, threads)
        answers += run_checkpoint(warehouse, phase.checkpoint, docs=folder / "data_docs")
    with duckdb.connect(str(warehouse)) as con:
        write_gate_results(con, answers)
    files = export_partition(warehouse, folder, inputs.hospital_id, inputs.month)
    remove_private_database(warehouse)
    for name in ("target", "logs", "spill", "data_docs"):
        shutil.rmtree(folder / name, ignore_errors=True)
    return files


def recorded_landing(home: Home, run: Mapping[str, Any]) -> LandedMonth:
    """The month as a recorded run read it.

    Raises:
        BadInput: F42, a landed file is missing or was altered.
    """
    from orchestration.landing import open_month

    return open_month(home, run["hospital_id"], date.fromisoformat(run["month"]), run["landing"]["batch_id"])


def recorded_inputs(home: Home, run: Mapping[str, Any], release: Path, partitions: Sequence[PartitionFile]) -> MonthInputs:
    """What a recorded run was computed from.

    Args:
        home: the warehouse.
        run: entry of the run in a release record.
        release: folder of that release.
        partitions: files of that release; the months the run read back are among them.

    Raises:
        BadInput: F42, a landed file or a snapshot is missing or was altered.
    """
    return MonthInputs(
        hospital_id=run["hospital_id"],
        month=date.fromisoformat(run["month"]),
        landed=recorded_landing(home, run),
        policy=open_policy(home, run["policy"]["sha256"]),
        packs=open_packs(home, [pack["sha256"] for pack in run["packs"]]),
        history=recorded_history(run, release, partitions),
        parent_release_id=run["parent_release_id"],
        is_simulation=run["is_simulation"],
    )


def recorded_history(run: Mapping[str, Any], release: Path, partitions: Sequence[PartitionFile]) -> dict[str, list[HistoryFile]]:
    """Files a recorded run read back, by mart, months ascending."""
    history: dict[str, list[HistoryFile]] = {name: [] for name in load_history_tables()}
    for file in sorted(partitions, key=lambda f: f.month):
        name = file.relation.split(".")[1]
        if name in history and run["history"].get(file.path) == file.sha256:
            history[name].append(HistoryFile(release, file))
    return history
