"""Cells of an exported table: texts a spreadsheet would run as a formula are made harmless, numbers stay numbers."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from orchestration.errors import ConfigurationError, Place

FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
PADDING = " \u00a0\u3000"
GUARD = "'"


def harmless(value: Any) -> Any:
    """The value as it may stand in a cell.

    A text whose first character, spaces aside, starts a formula is led by an apostrophe. Numbers, dates and truth values
    are no texts and stay as they are, negative ones too.
    """
    if not isinstance(value, str):
        return value
    first = value.lstrip(PADDING)[:1]
    return GUARD + value if first in FORMULA_STARTS and first else value


def harmless_sql(text: str) -> str:
    """The same of a text expression in DuckDB."""
    starts = ", ".join(f"chr({ord(start)})" for start in sorted(FORMULA_STARTS))
    padding = " || ".join(f"chr({ord(space)})" for space in PADDING)
    return f"case when left(ltrim({text}, {padding}), 1) in ({starts}) then '{GUARD * 2}' || {text} else {text} end"


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table as CSV (UTF-8 with byte order mark, which spreadsheets need) or as .xlsx, by the suffix of the path.

    Raises:
        ConfigurationError: another suffix.
    """
    writers = {".csv": _write_csv, ".xlsx": _write_workbook}
    if path.suffix not in writers:
        raise ConfigurationError(
            f"{path.name} is neither .csv nor .xlsx",
            place=Place(str(path)),
            remedy="choose one of them",
            zh="仅支持 .csv 与 .xlsx",
        )
    writers[path.suffix](path, columns, [[harmless(value) for value in row] for row in rows])


def _write_csv(path: Path, columns: Sequence[str], rows: list[list[Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([_text(value) for value in row] for row in rows)


def _write_workbook(path: Path, columns: Sequence[str], rows: list[list[Any]]) -> None:
    """Texts are text cells, so that a number of leading zeros stays what it is."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("export")
    sheet.append(list(columns))
    for row in rows:
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=value)
            if isinstance(value, str):
                cell.data_type = "s"
                cell.number_format = "@"
            cells.append(cell)
        sheet.append(cells)
    book.save(path)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)
