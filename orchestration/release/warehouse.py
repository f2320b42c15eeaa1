"""The file BI tools open: the parent's marts with the run's hospital-months replaced."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.release.bi import BI_SCHEMA, View, bi_views, helper_views
from orchestration.release.catalogue import Mart, MartColumn, load_marts
from orchestration.release.files import fsync_file
from orchestration.release.partition import MART, PartitionFile
from orchestration.release.units import unit_of, unit_zh

WAREHOUSE_FILE = "warehouse.duckdb"
RELEASE_TABLE = "audit.dim_release"
COLUMN_TABLE = "audit.dim_column"
LAYOUT_TABLE = "audit.layout"
RELEASES = Mart(
    schema="audit",
    name="dim_release",
    zh="发布版本",
    description="Releases. One row per release, hospital and month it published.",
    columns=(
        MartColumn("release_id", "varchar", "Release.", "发布版本"),
        MartColumn("sequence", "integer", "Number of the release in the chain, starting at 1.", "序号"),
        MartColumn("parent_release_id", "varchar", "Release before it; null for the first.", "上一版本"),
        MartColumn("hospital_id", "varchar", "Hospital of a month published by the release.", "机构编码"),
        MartColumn("month", "date", "First day of a month published by the release.", "月份"),
        MartColumn("published_at", "timestamp", "When it was published (UTC).", "发布时间"),
        MartColumn("published_by", "varchar", "Who published it.", "发布人"),
        MartColumn("is_simulation", "boolean", "Whether assumptions may have moved money.", "是否模拟"),
        MartColumn("policy_sha256", "varchar", "Hash of the policy snapshot the month was computed with.", "政策快照"),
        MartColumn("git_commit", "varchar", "Commit of the code; null outside a git checkout.", "代码版本"),
    ),
    key=("release_id", "hospital_id", "month"),
)
DICTIONARY = Mart(
    schema="audit",
    name="dim_column",
    zh="数据字典",
    description="Data dictionary of the marts. One row per relation and column.",
    columns=(
        MartColumn("relation", "varchar", "Schema and name of the mart.", "数据表"),
        MartColumn("relation_zh", "varchar", "Chinese name of the mart.", "数据表名称"),
        MartColumn("position", "integer", "Place of the column, starting at 1.", "列序号"),
        MartColumn("column_name", "varchar", "Name of the column.", "列名"),
        MartColumn("column_zh", "varchar", "Chinese name of the column, as in the bi views.", "中文列名"),
        MartColumn("data_type", "varchar", "Type of the column.", "数据类型"),
        MartColumn("unit", "varchar", "Unit of a number; null for anything else.", "单位"),
        MartColumn("unit_zh", "varchar", "Chinese name of the unit; empty without one.", "中文单位"),
        MartColumn("is_key", "boolean", "Whether rows are told apart by the column.", "是否主键"),
        MartColumn("is_additive", "boolean", "Whether the amount may be added up over months.", "可否累计"),
        MartColumn("description", "varchar", "What the column holds.", "说明"),
    ),
    key=("relation", "column_name"),
)


def write_warehouse(
    folder: Path, parent: Path | None, files: Iterable[PartitionFile], releases: Iterable[dict[str, Any]], release_id: str
) -> None:
    """Write the warehouse of a release.

    Every mart has its contract columns and `release_id`, the release that published the row. Marts the project defines
    but no run has built are there and empty, so that a BI tool never misses a table; the `bi` views stand on all of them.

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
        _ensure_layout(con, list(load_marts().values()))
        for file in files:
            if file.kind == MART:
                _replace_partition(con, folder, load_marts()[file.relation], file, release_id)
        _write_releases(con, list(releases))
        con.execute("commit")
        con.execute("checkpoint")
    fsync_file(target)


def layout_statements(marts: Sequence[Mart]) -> Iterator[str]:
    """Tables, views and their texts for the marts of the project; each statement may be repeated."""
    yield from (f"create schema if not exists {schema}" for schema in sorted({m.schema for m in marts} | {"audit", BI_SCHEMA}))
    for mart in marts:
        yield from _table(mart, "release_id varchar")
    yield from _table(RELEASES)
    yield from _table(DICTIONARY)
    for view in [*helper_views(RELEASE_TABLE), *bi_views(marts)]:
        yield from _view(view)


def _ensure_layout(con: duckdb.DuckDBPyConnection, marts: Sequence[Mart]) -> None:
    """Bring tables, views and texts to what the project says; a parent of the same project has them already."""
    layout = ";\n".join(layout_statements(marts))
    digest = hashlib.sha256(layout.encode()).hexdigest()
    before = _layout_of(con)
    if before == digest:
        return
    if before is not None:
        con.execute(";\n".join(_added_columns(marts)))
    con.execute(layout)
    _write_dictionary(con, marts)
    con.execute(f"create or replace table {LAYOUT_TABLE} as select ? as sha256", [digest])


def _added_columns(marts: Sequence[Mart]) -> Iterator[str]:
    """Add the columns the project gained since the parent to the tables the parent has."""
    for mart in [*marts, RELEASES, DICTIONARY]:
        for column in mart.columns:
            yield f'alter table if exists {mart.relation} add column if not exists "{column.name}" {column.data_type}'


def _layout_of(con: duckdb.DuckDBPyConnection) -> str | None:
    schema, name = LAYOUT_TABLE.split(".")
    found = con.execute("select 1 from duckdb_tables() where schema_name = ? and table_name = ?", [schema, name]).fetchone()
    row = con.execute(f"select sha256 from {LAYOUT_TABLE}").fetchone() if found else None
    return str(row[0]) if row else None


def _write_dictionary(con: duckdb.DuckDBPyConnection, marts: Sequence[Mart]) -> None:
    names = [column.name for column in DICTIONARY.columns]
    rows = pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in dictionary_rows(marts)])
    con.register("dictionary_rows", rows)
    con.execute(f"delete from {COLUMN_TABLE}")
    con.execute(f"insert into {COLUMN_TABLE} by name select * from dictionary_rows")
    con.unregister("dictionary_rows")


def dictionary_rows(marts: Sequence[Mart]) -> list[tuple[Any, ...]]:
    """Rows of the data dictionary, in the order of the marts and of their columns."""
    return [
        (
            mart.relation,
            mart.zh,
            position,
            column.name,
            column.zh,
            column.data_type,
            unit_of(column),
            unit_zh(column),
            column.name in mart.key,
            column.is_additive,
            column.description,
        )
        for mart in [*marts, RELEASES]
        for position, column in enumerate(mart.columns, start=1)
    ]


def _table(mart: Mart, *more: str) -> Iterator[str]:
    """Create a table with its texts."""
    body = ", ".join([*(f'"{c.name}" {c.data_type}' for c in mart.columns), *more])
    yield f"create table if not exists {mart.relation} ({body})"
    yield f"comment on table {mart.relation} is {_literal(f'{mart.zh}. {mart.description}')}"
    for column in mart.columns:
        yield f'comment on column {mart.relation}."{column.name}" is {_literal(f"{column.zh}. {column.description}")}'


def _view(view: View) -> Iterator[str]:
    yield f"create or replace view {view.relation} as {view.query}"
    yield f"comment on view {view.relation} is {_literal(f'{view.zh}. {view.description}')}"


def _replace_partition(con: duckdb.DuckDBPyConnection, folder: Path, mart: Mart, file: PartitionFile, release_id: str) -> None:
    con.execute(f"delete from {mart.relation} where hospital_id = ? and month = ?", [file.hospital_id, file.month])
    names = ", ".join(f'"{c.name}"' for c in mart.columns)
    con.execute(
        f"insert into {mart.relation} ({names}, release_id) select {names}, ? from read_parquet(?, hive_partitioning = false)",
        [release_id, str(folder / file.path)],
    )


def _write_releases(con: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]) -> None:
    values = [[row[column.name] for column in RELEASES.columns] for row in rows]
    con.executemany(f"insert into {RELEASE_TABLE} values ({_marks(RELEASES)})", values)


def _marks(mart: Mart) -> str:
    return ", ".join("?" * len(mart.columns))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def months_of(files: Iterable[PartitionFile]) -> list[tuple[str, date]]:
    """Hospital-months of the files, in order."""
    return sorted({(f.hospital_id, f.month) for f in files})
