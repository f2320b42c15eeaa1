"""H1 hands over files: GB18030 text with Chinese headers, a folder per month, and one workbook of performance sheets."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa

from orchestration.contract import Column, Table, load_contract
from orchestration.sample.columns import SCALES
from orchestration.sample.delivery.contract_form import csv_bytes
from orchestration.sample.delivery.native import column_mapping, month_span, own_columns, translate, write_yaml
from orchestration.sample.months import HospitalSample
from orchestration.sample.settings import month_start

ENCODING = "gb18030"
WORKBOOK = "绩效报送.xlsx"
NEVER_SENT = frozenset({"performance_response"})
SAVED_AT = datetime(2025, 1, 1)
ZIP_DATE = (2025, 1, 1, 0, 0, 0)


def write_files(folder: Path, sample: HospitalSample) -> None:
    """Write `<folder>/<hospital_id>/reference`, one folder per month, and `mapping.yml`."""
    home = folder / sample.hospital.hospital_id
    reference = FileWriter(home / "reference", sample.hospital.hospital_id)
    for name, table in sample.reference_tables().items():
        reference.add(name, table)
    reference.close()
    for month in sample.settings.month_numbers:
        writer = FileWriter(home / str(month_start(month))[:7], sample.hospital.hospital_id)
        sample.write_month(month, writer.add)
        writer.close()
    write_yaml(home / "mapping.yml", _mapping(sample), "江州市妇幼保健院：GB18030 文本与 Excel 到数据契约的映射")


def in_workbook(table: Table) -> bool:
    """Whether the table is a sheet of the monthly workbook."""
    return table.source == "performance" and not table.is_reference


@dataclass
class FileWriter:
    """Collects the rows of one folder and writes its files."""

    folder: Path
    hospital_id: str
    rows: dict[str, list[pa.Table]] = field(default_factory=dict)

    def add(self, name: str, table: pa.Table) -> None:
        """Keep rows of a table."""
        contract = load_contract()[name]
        if table.num_rows or in_workbook(contract) or not contract.may_be_absent:
            self.rows.setdefault(name, []).append(table)

    def close(self) -> None:
        """Write every table; the performance sheets into one workbook."""
        self.folder.mkdir(parents=True, exist_ok=True)
        sheets = {}
        for name, parts in self.rows.items():
            table, contract = pa.concat_tables(parts), load_contract()[name]
            if in_workbook(contract):
                sheets[contract.zh] = _sheet_rows(self.hospital_id, contract, table)
            else:
                (self.folder / f"{contract.zh}.csv").write_bytes(_text_file(self.hospital_id, contract, table))
        if sheets:
            (self.folder / WORKBOOK).write_bytes(workbook_bytes(sheets))


def _text_file(hospital_id: str, contract: Table, table: pa.Table) -> bytes:
    columns = own_columns(contract)
    texts = pa.table([translate(hospital_id, c, table.column(c.name)) for c in columns], names=[c.zh for c in columns])
    return (",".join(texts.column_names) + "\r\n").encode(ENCODING) + csv_bytes(texts).decode().replace("\n", "\r\n").encode(
        ENCODING
    )


def _sheet_rows(hospital_id: str, contract: Table, table: pa.Table) -> list[list[Any]]:
    columns = own_columns(contract)
    cells = [_cells(hospital_id, column, table.column(column.name)) for column in columns]
    return [[column.zh for column in columns], *map(list, zip(*cells, strict=True))]


def _cells(hospital_id: str, column: Column, values: pa.ChunkedArray) -> list[Any]:
    is_number = column.contract_type in SCALES or column.contract_type == "int"
    cells: list[Any] = (values if is_number else translate(hospital_id, column, values)).to_pylist()
    return cells


def workbook_bytes(sheets: dict[str, list[list[Any]]]) -> bytes:
    """An .xlsx with the given sheets; the same rows give the same bytes."""
    book = openpyxl.Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    saved = io.BytesIO()
    book.save(saved)
    return _without_clock(saved)


def _without_clock(saved: io.BytesIO) -> bytes:
    """The workbook with fixed times inside and outside."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in sorted(source.namelist()):
            content = source.read(entry)
            if entry == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", SAVED_AT.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), content)
            target.writestr(zipfile.ZipInfo(entry, ZIP_DATE), content, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def _mapping(sample: HospitalSample) -> dict[str, Any]:
    tables = [table for table in load_contract() if table.name not in NEVER_SENT]
    return {
        "hospital_id": sample.hospital.hospital_id,
        "description": "江州市妇幼保健院",
        "delivers": [table.name for table in tables],
        "months": month_span(sample.settings),
        "defaults": {"encoding": ENCODING},
        "tables": {table.name: _table_mapping(sample.hospital.hospital_id, table) for table in tables},
    }


def _table_mapping(hospital_id: str, table: Table) -> dict[str, Any]:
    folder = "reference" if table.is_reference else "{month}"
    place = {"file": f"{folder}/{WORKBOOK}", "sheet": table.zh} if in_workbook(table) else {"file": f"{folder}/{table.zh}.csv"}
    return {**place, "columns": {column.name: column_mapping(hospital_id, column, column.zh) for column in own_columns(table)}}
