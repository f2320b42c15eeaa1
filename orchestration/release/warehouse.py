"""The file BI tools open: the parent's marts with the run's hospital-months replaced."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.release.catalogue import Mart, load_marts
from orchestration.release.files import fsync_file
from orchestration.release.partition import MART, PartitionFile

WAREHOUSE_FILE = "warehouse.duckdb"
RELEASE_TABLE = "audit.dim_release"
RELEASE_COLUMNS = {
    "release_id": ("varchar", "发布版本", "Release."),
    "sequence": ("integer", "序号", "Number of the release in the chain, starting at 1."),
    "parent_release_id": ("varchar", "上一版本", "Release before it; null for the first."),
    "hospital_id": ("varchar", "机构编码", "Hospital of a month published by the release."),
    "month": ("date", "月份", "First day of a month published by the release."),
    "published_at": ("timestamp", "发布时间", "When it was published (UTC)."),
    "published_by": ("varchar", "发布人", "Who published it."),
    "is_simulation": ("boolean", "是否模拟", "Whether assumptions may have moved money."),
    "policy_sha256": ("varchar", "政策快照", "Hash of the policy snapshot the month was computed with."),
    "git_commit": ("varchar", "代码版本", "Commit of the code; null outside a git checkout."),
}


def write_warehouse(
    folder: Path, parent: Path | None, files: Iterable[PartitionFile], releases: Iterable[dict[str, Any]], release_id: str
) -> None:
    """Write the warehouse of a release.

    Every mart has its contract columns and `release_id`, the release that published the row. Marts the project defines
    but no run has built are there and empty, so that a BI tool never misses a table.

    Args:
        folder: the release folder under construction; holds the Parquet files.
        parent: warehouse of the parent release; None for the first.
        files: the run's partition files, mart and leaf.
        releases: rows of `audit.dim_release` for the run's hospital-months.
        release_id: the release.
    """
    target = folder / WAREHOUSE_FILE
    if parent is not None:
        shutil.copyfile(parent, target)
    with duckdb.connect(str(target)) as con:
        con.execute("begin")
        for mart in load_marts().values():
            _ensure_table(con, mart)
        for file in files:
            if file.kind == MART:
                _replace_partition(con, folder, load_marts()[file.relation], file, release_id)
        _write_releases(con, list(releases))
        con.execute("commit")
        con.execute("checkpoint")
    fsync_file(target)


def _ensure_table(con: duckdb.DuckDBPyConnection, mart: Mart) -> None:
    """Create the table, or add columns the project gained since the parent; texts always follow the project."""
    con.execute(f"create schema if not exists {mart.schema}")
    body = ", ".join(f'"{c.name}" {c.data_type}' for c in mart.columns)
    con.execute(f"create table if not exists {mart.relation} ({body}, release_id varchar)")
    for column in mart.columns:
        con.execute(f'alter table {mart.relation} add column if not exists "{column.name}" {column.data_type}')
    con.execute(f"comment on table {mart.relation} is {_literal(f'{mart.zh}. {mart.description}')}")
    for column in mart.columns:
        con.execute(f'comment on column {mart.relation}."{column.name}" is {_literal(f"{column.zh}. {column.description}")}')


def _replace_partition(con: duckdb.DuckDBPyConnection, folder: Path, mart: Mart, file: PartitionFile, release_id: str) -> None:
    con.execute(f"delete from {mart.relation} where hospital_id = ? and month = ?", [file.hospital_id, file.month])
    names = ", ".join(f'"{c.name}"' for c in mart.columns)
    con.execute(
        f"insert into {mart.relation} ({names}, release_id) select {names}, ? from read_parquet(?, hive_partitioning = false)",
        [release_id, str(folder / file.path)],
    )


def _write_releases(con: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]) -> None:
    con.execute("create schema if not exists audit")
    body = ", ".join(f"{name} {kind}" for name, (kind, _, _) in RELEASE_COLUMNS.items())
    con.execute(f"create table if not exists {RELEASE_TABLE} ({body})")
    summary = "发布版本. Releases. One row per release, hospital and month it published."
    con.execute(f"comment on table {RELEASE_TABLE} is {_literal(summary)}")
    for name, (_, zh, text) in RELEASE_COLUMNS.items():
        con.execute(f"comment on column {RELEASE_TABLE}.{name} is {_literal(f'{zh}. {text}')}")
    marks = ", ".join("?" * len(RELEASE_COLUMNS))
    con.executemany(f"insert into {RELEASE_TABLE} values ({marks})", [[row[name] for name in RELEASE_COLUMNS] for row in rows])


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def months_of(files: Iterable[PartitionFile]) -> list[tuple[str, date]]:
    """Hospital-months of the files, in order."""
    return sorted({(f.hospital_id, f.month) for f in files})
