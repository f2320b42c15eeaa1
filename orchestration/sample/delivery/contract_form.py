"""The contract's own form: one CSV or Parquet file per table and month, a manifest, and `.done` when complete."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from orchestration.contract import load_contract
from orchestration.sample.months import HospitalSample
from orchestration.sample.settings import month_start

CONTROLLED = ("money", "quantity")
ROW_GROUP = 1_000_000


def write_contract_form(folder: Path, sample: HospitalSample, file_format: str = "csv") -> None:
    """Write `<folder>/<hospital_id>/reference` and a folder per month.

    Args:
        file_format: `csv` or `parquet`; small reference tables are CSV in either case.
    """
    home = folder / sample.hospital.hospital_id
    reference = FolderWriter(home / "reference", "csv")
    for name, table in sample.reference_tables().items():
        reference.add(name, table)
    reference.close()
    for month in sample.settings.month_numbers:
        writer = FolderWriter(home / str(month_start(month))[:7], file_format)
        sample.write_month(month, writer.add)
        writer.close()


@dataclass
class _File:
    path: Path
    stream: BinaryIO
    parquet: pq.ParquetWriter | None
    rows: int = 0
    control: dict[str, Decimal] = field(default_factory=dict)


@dataclass
class FolderWriter:
    """Writes the tables of one delivery folder as their rows come, then its manifest and `.done`."""

    folder: Path
    file_format: str
    files: dict[str, _File] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def add(self, name: str, table: pa.Table) -> None:
        """Append rows of a table. An empty table that may be absent gets no file."""
        if table.num_rows == 0 and (name in self.files or load_contract()[name].may_be_absent):
            return
        file = self.files.get(name) or self._open(name, table.schema)
        file.rows += table.num_rows
        for column in load_contract()[name].columns:
            if column.contract_type in CONTROLLED:
                total = pc.sum(table.column(column.name)).as_py() or Decimal(0)
                file.control[column.name] = file.control.get(column.name, Decimal(0)) + total
        if file.parquet:
            file.parquet.write_table(table, row_group_size=ROW_GROUP)
        else:
            file.stream.write(csv_bytes(table))

    def close(self) -> None:
        """Finish the files, then the manifest, then `.done`."""
        for file in self.files.values():
            if file.parquet:
                file.parquet.close()
            file.stream.close()
        entries = {file.path.name: _entry(file) for _, file in sorted(self.files.items())}
        write_manifest(self.folder, entries)
        (self.folder / ".done").write_bytes(b"")

    def _open(self, name: str, schema: pa.Schema) -> _File:
        path = self.folder / f"{name}.{self.file_format}"
        stream = path.open("wb")
        parquet = (
            pq.ParquetWriter(stream, schema, compression="zstd", store_schema=False) if self.file_format == "parquet" else None
        )
        if parquet is None:
            stream.write((",".join(schema.names) + "\n").encode())
        self.files[name] = _File(path, stream, parquet)
        return self.files[name]


def csv_bytes(table: pa.Table) -> bytes:
    """Rows as UTF-8 CSV without a header; nulls are empty, quotes only where needed."""
    buffer = io.BytesIO()
    texts = pa.table([column.cast(pa.string()) for column in table.columns], names=table.column_names)
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
    try:
        pyarrow.csv.write_csv(texts, buffer, options)
    except pa.ArrowInvalid:
        return _quoted_bytes(texts)
    return buffer.getvalue()


def _quoted_bytes(texts: pa.Table) -> bytes:
    """The slow way, for tables with delimiters inside their texts."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows(zip(*(column.to_pylist() for column in texts.columns), strict=True))
    return buffer.getvalue().encode()


def write_manifest(folder: Path, entries: dict[str, dict[str, object]]) -> None:
    """`manifest.json` of a delivery folder."""
    text = json.dumps({"files": entries}, ensure_ascii=False, indent=1)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")


def _entry(file: _File) -> dict[str, object]:
    with file.path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    control = {name: format(total, "f") for name, total in sorted(file.control.items())}
    return {"sha256": digest, "bytes": file.path.stat().st_size, "rows": file.rows, "control": control}
