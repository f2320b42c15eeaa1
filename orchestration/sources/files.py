"""CSV, Excel and Parquet files as relations with named raw columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.sources.csv_text import decode_csv, unclosed_quote
from orchestration.sources.excel import column_letter, read_sheet
from orchestration.sources.headers import match_header
from orchestration.sources.issues import bad_file
from orchestration.sources.part import Declaration, Original, RawColumn
from orchestration.sources.safe_files import read_original
from orchestration.sources.text import identifier, literal
from orchestration.sources.workbench import Workbench, csv_error_line, csv_relation, is_quote_error

KINDS = {".csv": "csv", ".xlsx": "xlsx", ".parquet": "parquet"}


@dataclass(frozen=True)
class Expected:
    """What the reader of a file expects in its header."""

    required: Sequence[str]
    known: Sequence[str]
    refuse_unknown: bool = True


@dataclass(frozen=True)
class FileRelation:
    """A file ready to be read by SQL: `columns` by expected name, empty when the file has no header at all."""

    kind: str
    original: Original
    relation: str
    columns: dict[str, RawColumn]
    encoding: str | None = None
    cell_columns: dict[str, str] | None = None
    notes: tuple[str, ...] = ()
    has_header: bool = True


def open_file(
    bench: Workbench,
    path: Path,
    name: str,
    expected: Expected,
    *,
    declared: Declaration | None = None,
    encoding: str = "utf-8",
    delimiter: str = ",",
    sheet: str | None = None,
) -> FileRelation:
    """Check a file as bytes, read its header and make it a relation; BadInput with the rule F01…F17 otherwise."""
    declared = declared or Declaration()
    kind = file_kind(path, name)
    original = read_original(path, name)
    _check_declared(original, declared, kind)
    if original.bytes == 0:
        return FileRelation(kind, original, "", {}, has_header=False)
    if kind == "csv":
        return _open_csv(bench, original, declared, expected, declared.encoding or encoding, delimiter)
    if kind == "xlsx":
        return _open_sheet(bench, original, expected, sheet)
    return _open_parquet(bench, original, expected)


def file_kind(path: Path, name: str) -> str:
    """csv, xlsx or parquet by extension; F14 for .xls and others."""
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise bad_file(
            "F14",
            name,
            f"has the extension {path.suffix or '(none)'}, which is not read",
            "文件类型不支持",
            "Deliver .csv, .xlsx or .parquet.",
        )
    return kind


def _check_declared(original: Original, declared: Declaration, kind: str) -> None:
    rule = "F16" if kind == "parquet" else "F05"
    if declared.bytes is not None and declared.bytes != original.bytes:
        raise bad_file(
            rule,
            original.name,
            f"has {original.bytes} bytes, the manifest says {declared.bytes}",
            f"文件大小 {original.bytes} 与清单 {declared.bytes} 不符",
            "Extract and send the file again.",
        )
    if declared.sha256 is not None and declared.sha256.lower() != original.sha256:
        raise bad_file(
            rule,
            original.name,
            "does not have the sha256 of the manifest",
            "文件校验值与清单不符",
            "Extract and send the file again.",
        )


def _open_csv(
    bench: Workbench, original: Original, declared: Declaration, expected: Expected, encoding: str, delimiter: str
) -> FileRelation:
    text = decode_csv(original, declared, encoding, delimiter, bench.scratch(".csv"))
    positions, notes = match_header(
        original.name, text.header, expected.required, expected.known, refuse_unknown=expected.refuse_unknown
    )
    relation = csv_relation(text.readable, text.header, delimiter)
    if text.has_rows:
        _probe_csv(bench, original, text.readable, relation, delimiter)
    columns = {column: RawColumn(f"c{i}", "VARCHAR", column) for column, i in positions.items()}
    return FileRelation("csv", original, relation, columns, encoding, notes=notes)


def _probe_csv(bench: Workbench, original: Original, readable: Path, relation: str, delimiter: str) -> None:
    """Parse the whole file once, so that a broken record is reported before any value is judged."""
    try:
        bench.con.execute(f"select count(*) from {relation}").fetchone()
    except duckdb.Error as error:
        if is_quote_error(error):
            raise unclosed_quote(original.name, readable, delimiter) from None
        raise bad_file(
            "F05",
            original.name,
            "has a record with another number of cells than the header",
            "行的列数与表头不符",
            row=csv_error_line(error),
        ) from None


def _open_sheet(bench: Workbench, original: Original, expected: Expected, sheet: str | None) -> FileRelation:
    content = read_sheet(original, sheet)
    if not content.header:
        return FileRelation("xlsx", original, "", {}, has_header=False)
    positions, notes = match_header(
        original.name, content.header, expected.required, expected.known, refuse_unknown=expected.refuse_unknown
    )
    arrays = {f"c{i}": content.texts[i] for i in positions.values()} | {f"k{i}": content.kinds[i] for i in positions.values()}
    relation = bench.register(pa.table(arrays | {"source_row": content.rows}))
    columns = {column: RawColumn(f"c{i}", "VARCHAR", column, cell_kind=f"k{i}") for column, i in positions.items()}
    letters = {column: column_letter(i) for column, i in positions.items()}
    return FileRelation("xlsx", original, relation, columns, cell_columns=letters, notes=notes)


def _open_parquet(bench: Workbench, original: Original, expected: Expected) -> FileRelation:
    reader = f"read_parquet({literal(str(original.path))}, file_row_number = true, hive_partitioning = false)"
    try:
        described = bench.con.execute(f"describe select * from {reader}").fetchall()
    except duckdb.Error:
        raise corrupt_parquet(original.name) from None
    types = {name: data_type for name, data_type, *_ in described if name != "file_row_number"}
    header = tuple(types)
    positions, notes = match_header(
        original.name, header, expected.required, expected.known, refuse_unknown=expected.refuse_unknown
    )
    relation = f"(select *, file_row_number + 1 as source_row from {reader})"
    columns = {column: RawColumn(identifier(header[i]), _plain_type(types[header[i]]), column) for column, i in positions.items()}
    return FileRelation("parquet", original, relation, columns, notes=notes)


def corrupt_parquet(name: str) -> Exception:
    """F16: not a readable Parquet file."""
    return bad_file("F16", name, "is not a readable Parquet file", "Parquet 文件损坏或不完整", "Extract and send the file again.")


def _plain_type(data_type: str) -> str:
    return "VARCHAR" if data_type.startswith("ENUM") else data_type
