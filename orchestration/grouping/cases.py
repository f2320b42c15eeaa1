"""Cases from a CSV: which column holds which field, and batches of them under their field names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from orchestration.errors import BadInput, Place
from orchestration.grouping.pack import NUMBER_FIELDS

DEFAULT_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "case_id": ("case_id", "stay_id"),
    "sex": ("sex", "gender"),
    "age_years": ("age_years", "age"),
    "age_days": ("age_days",),
    "birth_weight_g": ("birth_weight_g", "birth_weight"),
    "length_of_stay_days": ("length_of_stay_days", "los", "stay_days"),
    "discharge_way": ("discharge_way", "leaving_type"),
    "diagnoses": ("diagnoses", "dx"),
    "procedures": ("procedures", "procs"),
}
BATCH_BYTES = 16 * 1024 * 1024


def read_batches(source: Path, columns: Mapping[str, str], batch_bytes: int = BATCH_BYTES) -> Iterator[pa.RecordBatch]:
    """Cases of a CSV under their field names; raises BadInput with the row of a value that is none."""
    chosen = choose_columns(source, columns)
    try:
        for batch in _open_csv(source, chosen, batch_bytes, use_threads=True):
            yield _named(batch, chosen)
    except pa.ArrowInvalid as error:
        raise _locate(source, chosen, error) from error


def _open_csv(source: Path, chosen: Mapping[str, str], batch_bytes: int, use_threads: bool) -> Iterator[pa.RecordBatch]:
    types = {column: pa.int64() if field in NUMBER_FIELDS else pa.string() for field, column in chosen.items()}
    return iter(
        pa_csv.open_csv(
            source,
            read_options=pa_csv.ReadOptions(block_size=batch_bytes, use_threads=use_threads),
            convert_options=pa_csv.ConvertOptions(column_types=types, include_columns=list(types), null_values=[""]),
        )
    )


def choose_columns(source: Path, columns: Mapping[str, str]) -> dict[str, str]:
    """Column of each field: the one asked for, else the first default name in the header; fields mapped to "" are left out."""
    header = _header(source)
    unknown = sorted(set(columns) - set(DEFAULT_COLUMNS))
    if unknown:
        raise BadInput(f"{', '.join(unknown)}: no field of a case", remedy=f"fields: {', '.join(DEFAULT_COLUMNS)}", zh="字段未知")
    chosen: dict[str, str] = {}
    for field, defaults in DEFAULT_COLUMNS.items():
        if columns.get(field) == "":
            continue
        wanted = (columns[field],) if field in columns else defaults
        found = [name for name in wanted if name in header]
        if not found:
            raise BadInput(
                f"no column for {field}; looked for {', '.join(wanted)}",
                place=Place(source.name, 1),
                remedy=f"name it with --map {field}=COLUMN, or leave it out with --map {field}=",
                zh="缺少列",
            )
        chosen[field] = found[0]
    return chosen


def _header(source: Path) -> list[str]:
    with source.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        names = file.readline().strip("\r\n").split(",")
    names = [name.strip('"') for name in names]
    if len(set(names)) != len(names):
        raise BadInput("a column name appears twice", place=Place(source.name, 1), zh="列名重复")
    return names


def _named(batch: pa.RecordBatch, chosen: Mapping[str, str]) -> pa.RecordBatch:
    arrays: dict[str, Any] = {}
    for field in DEFAULT_COLUMNS:
        kind = pa.int64() if field in NUMBER_FIELDS else pa.string()
        arrays[field] = batch.column(chosen[field]) if field in chosen else pa.nulls(batch.num_rows, kind)
    return pa.RecordBatch.from_pydict(arrays)


def _locate(source: Path, chosen: Mapping[str, str], error: Exception) -> BadInput:
    """The error with its row, which only the reader of one thread knows."""
    try:
        for _ in _open_csv(source, chosen, BATCH_BYTES, use_threads=False):
            pass
    except pa.ArrowInvalid as placed:
        error = placed
    row = re.search(r"Row #(\d+)", str(error))
    return BadInput(
        re.sub(r"^In CSV column #\d+: |Row #\d+: ", "", str(error)),
        rule="F11",
        place=Place(source.name, int(row[1]) if row else None),
        remedy="correct the file; nothing was written",
        zh="文件格式或数值错误",
    )
