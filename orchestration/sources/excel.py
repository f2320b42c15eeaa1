"""Excel workbooks: one sheet of plain cells. Whatever Excel could have changed silently is refused with its address (F14)."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa
from python_calamine import CalamineWorkbook

from orchestration.errors import BadInput
from orchestration.sources.issues import bad_file
from orchestration.sources.part import Original
from orchestration.sources.safe_files import open_unlinked

RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
FORMULA = re.compile(rb'<c [^>]*?r="([A-Z]+[0-9]+)"[^>]*>\s*<f[ >/]')
HIDDEN_ROW = re.compile(rb'<row [^>]*?hidden="(?:1|true)"[^>]*>')
ROW_NUMBER = re.compile(rb' r="([0-9]+)"')
HIDDEN_COLUMN = re.compile(rb'<col [^>]*?hidden="(?:1|true)"[^>]*>')
MERGED = re.compile(rb'<mergeCell [^>]*?ref="([A-Z0-9:]+)"')


@dataclass(frozen=True)
class Sheet:
    """Header and cells of a sheet: per column the text of each cell and its kind (text, number, date, bool)."""

    name: str
    header: tuple[str, ...]
    texts: tuple[pa.Array, ...]
    kinds: tuple[pa.Array, ...]
    rows: pa.Array


def read_sheet(original: Original, sheet: str | None) -> Sheet:
    """Read the named sheet, or the only one; F14 with the cell address for everything that may not be what it seems."""
    with open_unlinked(original.path, original.name) as file:
        if not zipfile.is_zipfile(file):
            raise _refuse(original, "is not an .xlsx workbook", "不是真正的 .xlsx 文件")
        file.seek(0)
        try:
            with zipfile.ZipFile(file) as archive:
                parts = _sheet_files(archive)
                name = _choose(original, sheet, list(parts))
                _refuse_structure(original, archive.read(parts[name]))
        except (KeyError, ValueError, zipfile.BadZipFile):
            raise _refuse(original, "is not a readable .xlsx workbook", "工作簿损坏") from None
        file.seek(0)
        with CalamineWorkbook.from_filelike(file) as workbook:
            cells = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return _columns(name, cells)


def column_letter(position: int) -> str:
    """Excel letters of a zero-based column: 0 → A, 26 → AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _refuse(original: Original, en: str, zh: str) -> BadInput:
    return bad_file("F14", original.name, en, zh, "Save as .xlsx with one sheet of plain cells, codes as text; or deliver CSV.")


def _sheet_files(archive: zipfile.ZipFile) -> dict[str, str]:
    book, links = (_parse(archive.read(name)) for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"))
    targets = {link.attrib["Id"]: link.attrib["Target"].lstrip("/").removeprefix("xl/") for link in links}
    sheets = [e for e in book.iter() if e.tag.endswith("}sheet")]
    return {sheet.attrib["name"]: "xl/" + targets[sheet.attrib[RELATION]] for sheet in sheets}


def _parse(xml: bytes) -> ElementTree.Element:
    """Parse without entities, which no spreadsheet program writes."""
    if b"<!" in xml:
        raise ValueError("document type declaration")
    return ElementTree.fromstring(xml)  # noqa: S314


def _choose(original: Original, sheet: str | None, names: list[str]) -> str:
    if sheet is not None:
        if sheet not in names:
            raise bad_file("F06", original.name, f"has no sheet {sheet}", f"没有工作表 {sheet}")
        return sheet
    if len(names) != 1:
        raise _refuse(original, f"has {len(names)} sheets: {', '.join(names)}", f"含 {len(names)} 个工作表")
    return names[0]


def _refuse_structure(original: Original, xml: bytes) -> None:
    if found := FORMULA.search(xml):
        raise _refuse(original, f"has a formula in cell {found[1].decode()}", f"单元格 {found[1].decode()} 含公式")
    if found := MERGED.search(xml):
        raise _refuse(original, f"has merged cells {found[1].decode()}", f"含合并单元格 {found[1].decode()}")
    if found := HIDDEN_ROW.search(xml):
        number = ROW_NUMBER.search(found[0])
        where = f"A{number[1].decode()}" if number else "a row"
        raise _refuse(original, f"has a hidden row at {where}", f"含隐藏行 {where}")
    if HIDDEN_COLUMN.search(xml):
        raise _refuse(original, "has a hidden column", "含隐藏列")


def _columns(name: str, cells: Sequence[Sequence[Any]]) -> Sheet:
    header = tuple(_text(cell) or "" for cell in cells[0]) if cells else ()
    numbered = [(i, row) for i, row in enumerate(cells[1:], start=2) if any(cell not in ("", None) for cell in row)]
    texts = tuple(pa.array([_text(row[c]) for _, row in numbered], pa.string()) for c in range(len(header)))
    kinds = tuple(pa.array([_kind(row[c]) for _, row in numbered], pa.string()) for c in range(len(header)))
    return Sheet(name, header, texts, kinds, pa.array([i for i, _ in numbered], pa.int64()))


def _text(cell: Any) -> str | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return str(cell)


def _kind(cell: Any) -> str | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "bool"
    if isinstance(cell, (int, float)):
        return "number"
    if isinstance(cell, (date, datetime, time, timedelta)):
        return "date"
    return "text"
