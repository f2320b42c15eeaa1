"""The rows of a query, kept as Parquet in the scratch folder so that they can be read twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.sources.part import Original
from orchestration.sources.text import literal
from orchestration.sources.workbench import Workbench


@dataclass(frozen=True)
class QueryResult:
    """Rows of a query: `types` gives the DuckDB type of each column as delivered."""

    source_name: str
    kind: str
    relation: str
    types: dict[str, str]
    query: str
    originals: tuple[Original, ...] = ()
    selects_month: bool = True


def keep_batches(bench: Workbench, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> tuple[str, dict[str, str]]:
    """Write the batches to scratch; returns a relation with `source_row` (first row = 1) and the column types."""
    path: Path = bench.scratch(".parquet")
    with pq.ParquetWriter(path, schema, compression="lz4") as writer:
        for batch in batches:
            writer.write_batch(batch)
    return kept_relation(bench, path)


def kept_relation(bench: Workbench, path: Path) -> tuple[str, dict[str, str]]:
    """Relation and column types of a scratch file."""
    reader = f"read_parquet({literal(str(path))}, file_row_number = true, hive_partitioning = false)"
    types = {
        name: kind
        for name, kind, *_ in bench.con.execute(f"describe select * from {reader}").fetchall()
        if name != "file_row_number"
    }
    return f"(select *, file_row_number + 1 as source_row from {reader})", types
