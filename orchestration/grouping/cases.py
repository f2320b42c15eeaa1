"""Cases from a CSV: which column holds which field, and batches of them under their field names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from orchestration.errors import BadInput, Place


@dataclass(frozen=True)
class Field:
    """A field of a case: names its column may have, and its type."""

    columns: tuple[str, ...]
    kind: pa.DataType


Fields = Mapping[str, Field]
CASE_FIELDS: Fields = {
    "case_id": Field(("case_id", "stay_id"), pa.string()),
    "sex": Field(("sex", "gender"), pa.int64()),
    "age_years": Field(("age_years", "age"), pa.int64()),
    "age_days": Field(("age_days",), pa.int64()),
    "birth_weight_g": Field(("birth_weight_g", "birth_weight"), pa.int64()),
    "length_of_stay_days": Field(("length_of_stay_days", "los", "stay_days"), pa.int64()),
    "discharge_way": Field(("discharge_way", "leaving_type"), pa.int64()),
    "diagnoses": Field(("diagnoses", "dx"), pa.string()),
    "procedures": Field(("procedures", "procs"), pa.string()),
}
BATCH_BYTES = 16 * 1024 * 1024


def read_batches(
    source: Path, columns: Mapping[str, str], batch_bytes: int = BATCH_BYTES, fields: Fields = CASE_FIELDS
) -> Iterator[pa.RecordBatch]:
    """Cases of a CSV under their field names; raises BadInput with the row of a value that is none."""
    chosen = choose_columns(source, columns, fields)
    types = {column: fields[field].kind for field, column in chosen.items()}
    try:
        for batch in _open_csv(source, types, batch_bytes, use_threads=True):
            yield _named(batch, chosen, fields)
    except pa.ArrowInvalid as error:
        raise _locate(source, types, error) from error


def _open_csv(source: Path, types: Mapping[str, pa.DataType], batch_bytes: int, use_threads: bool) -> Iterator[pa.RecordBatch]:
    return iter(
        pa_csv.open_csv(
            source,
            read_options=pa_csv.ReadOptions(block_size=batch_bytes, use_threads=use_threads),
            convert_options=pa_csv.ConvertOptions(column_types=dict(types), include_columns=list(types), null_values=[""]),
        )
    )


def choose_columns(source: Path, columns: Mapping[str, str], fields: Fields = CASE_FIELDS) -> dict[str, str]:
    """Column of each field: the one asked for, else the first default name in the header; fields mapped to "" are left out."""
    header = _header(source)
    unknown = sorted(set(columns) - set(fields))
    if unknown:
        raise BadInput(f"{', '.join(unknown)}: no field of a case", remedy=f"fields: {', '.join(fields)}", zh="字段未知")
    chosen: dict[str, str] = {}
    for field, known in fields.items():
        if columns.get(field) == "":
            continue
        wanted = (columns[field],) if field in columns else known.columns
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


def _named(batch: pa.RecordBatch, chosen: Mapping[str, str], fields: Fields) -> pa.RecordBatch:
    arrays: dict[str, Any] = {}
    for name, field in fields.items():
        arrays[name] = batch.column(chosen[name]) if name in chosen else pa.nulls(batch.num_rows, field.kind)
    return pa.RecordBatch.from_pydict(arrays)


def _locate(source: Path, types: Mapping[str, pa.DataType], error: Exception) -> BadInput:
    """The error with its row, which only the reader of one thread knows."""
    try:
        for _ in _open_csv(source, types, BATCH_BYTES, use_threads=False):
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
