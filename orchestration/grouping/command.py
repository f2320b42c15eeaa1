"""Group a CSV of cases with one pack, in batches, with the SQL the models use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv

from orchestration.errors import BadInput, Place
from orchestration.grouping.pack import NO_GROUP, NUMBER_FIELDS, Pack
from orchestration.grouping.sql import render
from orchestration.grouping.tables import SCHEMA, write_packs

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
OUTPUT_COLUMNS = ("case_id", "mdc", "adrg", "drg", "status", "complication", "rule")
BATCH_BYTES = 16 * 1024 * 1024
MEMORY_LIMIT = "640MB"
PACK_TABLES = {name: f"{SCHEMA}.pack_{name}" for name in ("code", "range", "mask", "hit_rule")} | {"pack": f"{SCHEMA}.pack"}


@dataclass(frozen=True)
class Grouped:
    """What a grouping run did: cases per status."""

    cases: int
    by_status: Mapping[str, int]


def group_file(
    source: Path,
    pack: Pack,
    output: Path,
    columns: Mapping[str, str] | None = None,
    batch_bytes: int = BATCH_BYTES,
    threads: int | None = None,
) -> Grouped:
    """Write one row per case of `source` to `output`, in the order of the file.

    Args:
        source: UTF-8 CSV with a header; codes separated by `|`, principal diagnosis and main procedure first.
        pack: a checked pack.
        output: CSV with the columns case_id, mdc, adrg, drg, status, complication, rule; replaced when complete.
        columns: names of the source's columns by field where they differ from the default; "" = the field is missing.
        batch_bytes: bytes of the file grouped at once; bounds memory, changes no result.
        threads: threads of the engine; by default as many as there are processors.

    Raises:
        BadInput: a column is missing, a number is none, or the file is no UTF-8 CSV.
    """
    with _engine(pack, threads) as con, _replacing(output) as part, _result_file(part) as write:
        counts: dict[str, int] = {}
        for batch in read_batches(source, columns or {}, batch_bytes):
            result = group_batch(con, batch)
            write(result)
            for entry in result["status"].value_counts().to_pylist():
                counts[entry["values"]] = counts.get(entry["values"], 0) + entry["counts"]
    return Grouped(sum(counts.values()), dict(sorted(counts.items())))


def group_batch(con: duckdb.DuckDBPyConnection, batch: pa.Table) -> pa.Table:
    """Results of a batch of cases (columns of `read_batches`) in their order; `con` comes from `open_engine`."""
    con.register("arriving", batch)
    con.execute("create or replace temp table batch as select * from arriving")
    con.unregister("arriving")
    return con.execute(_GROUP_BATCH).to_arrow_table()


def open_engine(pack: Pack, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """An engine in memory that holds the compiled pack."""
    con = duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "preserve_insertion_order": False})
    if threads:
        con.execute(f"set threads to {int(threads)}")
    con.execute(f"create schema {SCHEMA}")
    write_packs(con, [pack])
    return con


def read_batches(source: Path, columns: Mapping[str, str], batch_bytes: int = BATCH_BYTES) -> Iterator[pa.Table]:
    """Cases of a CSV under their field names, with `case_key` numbering them from 0 through the whole file."""
    chosen = choose_columns(source, columns)
    start = 0
    try:
        for batch in _open_csv(source, chosen, batch_bytes, use_threads=True):
            yield _named(batch, chosen, start)
            start += batch.num_rows
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


def _named(batch: pa.RecordBatch, chosen: Mapping[str, str], start: int) -> pa.Table:
    arrays: dict[str, Any] = {"case_key": pa.arange(start, start + batch.num_rows)}
    for field in DEFAULT_COLUMNS:
        kind = pa.int64() if field in NUMBER_FIELDS else pa.string()
        arrays[field] = batch.column(chosen[field]) if field in chosen else pa.nulls(batch.num_rows, kind)
    return pa.table(arrays)


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


@contextmanager
def _engine(pack: Pack, threads: int | None) -> Iterator[duckdb.DuckDBPyConnection]:
    con = open_engine(pack, threads)
    try:
        yield con
    finally:
        con.close()


@contextmanager
def _replacing(output: Path) -> Iterator[Path]:
    """A file beside the output that takes its place when all went well."""
    part = output.with_name(f".{output.name}.part")
    try:
        yield part
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _result_file(path: Path) -> Iterator[Any]:
    schema = pa.schema([(name, pa.string()) for name in OUTPUT_COLUMNS])
    options = pa_csv.WriteOptions(quoting_style="needed", quoting_header="needed")
    with pa_csv.CSVWriter(path, schema, write_options=options) as writer:
        yield lambda table: writer.write_table(table.cast(schema))


_CASES = f"""(
    select case_key, 1 as pack_key, split_part(diagnoses, '|', 1) as principal_diagnosis,
        split_part(procedures, '|', 1) as main_procedure, {", ".join(NUMBER_FIELDS)}
    from batch
)"""
_CODES = """(
    select case_key, 'other_diagnosis' as role, unnest(string_split(diagnoses, '|')[2:]) as code from batch
    union all
    select case_key, 'other_procedure' as role, unnest(string_split(procedures, '|')[2:]) as code from batch
)"""
_GROUP_BATCH = f"""
    select batch.case_id, paths.mdc_code as mdc, paths.adrg_code as adrg, coalesce(paths.drg_code, '{NO_GROUP}') as drg,
        {render("drg_status", "paths")} as status, found.complication, paths.rule
    from ({render("assign_drg", _CASES, _CODES, PACK_TABLES)}) as found
    inner join batch on found.case_key = batch.case_key
    left join {SCHEMA}.pack_path as paths on found.path_no = paths.path_no
    order by found.case_key
"""
