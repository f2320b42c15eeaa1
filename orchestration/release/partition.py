"""The partition of one hospital and month: its marts and leaf relations as measured Parquet files."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import BadInput, Place
from orchestration.release.catalogue import LEAF_SCHEMA, load_kept, load_marts
from orchestration.release.files import fsync_file, sha256_of
from orchestration.release.logical import Figures, measure

MART = "mart"
LEAF = "leaf"


@dataclass(frozen=True)
class PartitionFile:
    """One relation of one hospital and month. `path` is relative to the folder of the release or of the run."""

    relation: str
    kind: str
    hospital_id: str
    month: date
    path: str
    bytes: int
    sha256: str
    figures: Figures
    release_id: str | None = None

    @property
    def key(self) -> tuple[str, str, date]:
        """Relation, hospital and month."""
        return (self.relation, self.hospital_id, self.month)

    def to_json(self) -> dict[str, Any]:
        """As kept in records."""
        return {
            "relation": self.relation,
            "kind": self.kind,
            "hospital_id": self.hospital_id,
            "month": self.month.isoformat(),
            "path": self.path,
            "bytes": self.bytes,
            "sha256": self.sha256,
            "logical_sha256": self.figures.logical_sha256,
            "release_id": self.release_id,
            **self.figures.to_json(),
        }

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> PartitionFile:
        """The inverse of `to_json`."""
        return cls(
            relation=entry["relation"],
            kind=entry["kind"],
            hospital_id=entry["hospital_id"],
            month=date.fromisoformat(entry["month"]),
            path=entry["path"],
            bytes=entry["bytes"],
            sha256=entry["sha256"],
            figures=Figures.from_json(entry),
            release_id=entry["release_id"],
        )

    def verified(self, root: Path) -> Path:
        """Where the file is, once its content is what the record says.

        Raises:
            BadInput: F42, the file is missing or altered.
        """
        path = root / self.path
        if not path.is_file() or sha256_of(path) != self.sha256:
            raise BadInput(
                f"published file of {self.relation} is missing or was altered",
                rule="F42",
                place=Place(file=str(path)),
                remedy="run casemix verify, then restore the release from a backup",
                zh="已发布文件缺失或被改动",
            )
        return path


def partition_path(relation: str, hospital_id: str, month: date) -> str:
    """Relative path of a partition file."""
    schema, name = relation.split(".")
    return f"parquet/{schema}/{name}/hospital_id={hospital_id}/month={month:%Y-%m}/data.parquet"


def export_partition(
    warehouse: Path, folder: Path, hospital_id: str, month: date, on_file: Callable[[], None] = lambda: None
) -> list[PartitionFile]:
    """Write every mart and leaf relation of a gated private database as Parquet and measure it.

    Marts that were not built (their area is not part of the project) are left out.

    Args:
        warehouse: private database; no other connection may hold it for writing.
        folder: folder of the run; files go under ``parquet/``.
        hospital_id: hospital of the run.
        month: first day of the month.
        on_file: called after each file, for progress.
    """
    files = []
    with duckdb.connect(str(warehouse), read_only=True) as con:
        for relation, kind, columns in _exported(con):
            target = folder / partition_path(relation, hospital_id, month)
            target.parent.mkdir(parents=True, exist_ok=True)
            written = written_leaf(warehouse, relation)
            if kind == LEAF and written.is_file():
                os.link(written, target)
                fsync_file(target)
            else:
                _copy(con, relation, columns, target, is_ordered=kind == MART)
            figures = measure(con, relation, columns) if kind == MART else _count(con, relation)
            files.append(
                PartitionFile(
                    relation=relation,
                    kind=kind,
                    hospital_id=hospital_id,
                    month=month,
                    path=partition_path(relation, hospital_id, month),
                    bytes=target.stat().st_size,
                    sha256=sha256_of(target),
                    figures=figures,
                )
            )
            on_file()
    return files


def written_leaf(warehouse: Path, relation: str) -> Path:
    """Where dbt's materialization `leaf` writes a relation, beside the private database."""
    return warehouse.with_name(f"{warehouse.name}.{relation.split('.')[1]}.parquet")


def remove_private_database(warehouse: Path) -> None:
    """Remove a private database and the files beside it whose names begin with its own."""
    for path in warehouse.parent.glob(f"{warehouse.name}*"):
        path.unlink()


def write_partition(folder: Path, files: list[PartitionFile]) -> None:
    """Keep the list of files beside them; its existence says that the partition is complete."""
    (folder / "partition.json").write_text(json.dumps([f.to_json() for f in files], indent=1), encoding="utf-8")


def read_partition(folder: Path) -> list[PartitionFile]:
    """The files `write_partition` listed."""
    return [PartitionFile.from_json(entry) for entry in json.loads((folder / "partition.json").read_text(encoding="utf-8"))]


def _exported(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Relation, kind and columns of everything to export: built marts, then what a trace walks through."""
    tables = _column_types(con)
    for mart in load_marts().values():
        if mart.relation in tables:
            yield mart.relation, MART, mart.column_types
    for relation, types in tables.items():
        if relation.startswith(f"{LEAF_SCHEMA}.") or relation in load_kept():
            yield relation, LEAF, types


def _column_types(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Columns and types of every relation, in one walk over the catalogue."""
    query = """select schema_name || '.' || table_name as relation, column_name, data_type from duckdb_columns()
               where not internal order by relation, column_index"""
    tables: dict[str, dict[str, str]] = {}
    for relation, column, data_type in con.execute(query).fetchall():
        tables.setdefault(relation, {})[column] = data_type
    return tables


def _copy(con: duckdb.DuckDBPyConnection, relation: str, columns: dict[str, str], target: Path, *, is_ordered: bool) -> None:
    body = ", ".join(f'"{name}"' for name in columns)
    order = "order by all" if is_ordered else ""
    query = load_kept().get(relation, f"select {body} from {relation} {order}")
    con.execute(f"copy ({query}) to '{target}' (format parquet, compression zstd)")
    fsync_file(target)


def _count(con: duckdb.DuckDBPyConnection, relation: str) -> Figures:
    """Rows of a leaf relation; hashing ten million rows would cost more than building them, and sha256 guards the file."""
    row = con.execute(f"select count(*) from {relation}").fetchone()
    return Figures(int(row[0]) if row else 0, 0, 0, {})
