"""The past as a run may see it: published months of its hospital before the scope, and the gated months of its range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from orchestration.contract import load_history_tables, load_mart_columns
from orchestration.home import Home
from orchestration.release.partition import PartitionFile, read_partition
from orchestration.release.record import Record
from orchestration.run.journal import run_folder


@dataclass(frozen=True)
class HistoryFile:
    """A partition file a run reads back, and the folder its path is relative to."""

    root: Path
    file: PartitionFile


def collect_history(
    home: Home, parent: Record | None, earlier_runs: Sequence[str], hospital_id: str, month: date
) -> dict[str, list[HistoryFile]]:
    """Files of every mart that is read back, by mart name, months ascending.

    Args:
        home: the warehouse.
        parent: the release the run starts from; None before the first.
        earlier_runs: gated, not yet published runs of the same range; they replace the parent's months.
        hospital_id: hospital of the run.
        month: month of the run; only earlier months are read.
    """
    published = [HistoryFile(home.published / parent.release_id, file) for file in parent.partitions] if parent else []
    gated = [
        HistoryFile(run_folder(home, run_id), file)
        for run_id in earlier_runs
        for file in read_partition(run_folder(home, run_id))
    ]
    found = {entry.file.key: entry for entry in [*published, *gated]}
    history: dict[str, list[HistoryFile]] = {name: [] for name in load_history_tables()}
    for (relation, hospital, published_month), entry in sorted(found.items()):
        name = relation.split(".")[1]
        if name in history and hospital == hospital_id and published_month < month:
            history[name].append(entry)
    return history


def write_history(con: duckdb.DuckDBPyConnection, history: Mapping[str, list[HistoryFile]]) -> None:
    """Replace `history.<mart>` by views over the files, each verified first; a mart without files stays empty.

    A column the mart gained since a file was written reads as null.

    Raises:
        BadInput: F42, a file is missing or altered.
    """
    marts = load_mart_columns()
    for name, entries in history.items():
        if not entries or name not in marts:
            continue
        paths = [str(entry.file.verified(entry.root)) for entry in entries]
        con.execute(f'drop table if exists history."{name}"')
        con.execute(f'create or replace view history."{name}" as {_select(con, paths, marts[name])}')


def read_back(history: Mapping[str, list[HistoryFile]]) -> dict[str, str]:
    """Path and sha256 of every file read back; publishing checks that they are still the published ones."""
    return {entry.file.path: entry.file.sha256 for entries in history.values() for entry in entries}


def _select(con: duckdb.DuckDBPyConnection, paths: list[str], columns: dict[str, str]) -> str:
    files = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    source = f"read_parquet([{files}], union_by_name = true, hive_partitioning = false)"
    there = {row[0] for row in con.execute(f"describe select * from {source}").fetchall()}
    body = ", ".join(
        f"cast({_quoted(name) if name in there else 'null'} as {kind}) as {_quoted(name)}" for name, kind in columns.items()
    )
    return f"select {body} from {source}"


def _quoted(name: str) -> str:
    return '"' + name + '"'
