"""One policy file: CSV in UTF-8, columns found by name, every cell typed by the contract."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.contract import Column, Table
from orchestration.policy.cells import CellError, parser_of
from orchestration.policy.problems import Problem, refuse, stop

# A file that leaves these out loses nothing but provenance: no source counts as an assumption.
SUBSTITUTES = {"source_type": "assumption"}


@dataclass(frozen=True, slots=True)
class Row:
    """A typed policy row and where it stands; `number` counts the header as row 1."""

    file: Path
    number: int
    values: dict[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.values[column]


def read_rows(path: Path, table: Table) -> tuple[Row, ...]:
    """All rows of one file.

    Raises:
        ConfigurationError: encoding, header or cells break the contract; names file, row and column.
    """
    records = _records(path)
    header = _header(path, table, next(records, None))
    parsers = [(column, parser_of(column)) for column in table.columns]
    problems: list[Problem] = []
    rows = []
    for number, record in enumerate(records, start=2):
        if not any(record):
            continue
        if len(record) != len(header):
            problems.append(_bad_width(path, number, len(record), len(header)))
            continue
        rows.append(Row(path, number, _values(path, number, dict(zip(header, record, strict=True)), parsers, problems)))
    refuse(problems)
    return tuple(rows)


def _records(path: Path) -> Iterator[list[str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        stop(
            _problem(
                "F01", path, None, f"is not UTF-8 at byte {error.start}", "Save the file as CSV UTF-8.", "文件不是 UTF-8 编码"
            )
        )
    if "\0" in text:
        stop(_problem("F04", path, None, "contains a NUL byte", "Export the file again.", "文件含有 NUL 字节"))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for record in reader:
            yield [cell.strip() for cell in record]
    except csv.Error as error:
        stop(
            _problem(
                "F10", path, reader.line_num, f"is not well-formed CSV: {error}", "Check the quotes of that line.", "CSV 格式有误"
            )
        )


def _header(path: Path, table: Table, record: list[str] | None) -> list[str]:
    if not record:
        stop(_problem("F06", path, 1, "is empty", "A table without rows keeps its header line.", "文件为空"))
    names = table.column_names
    problems = []
    for name in sorted({n for n in record if record.count(n) > 1}):
        problems.append(_problem("F09", path, 1, f"column {name!r} appears twice", "Keep one of them.", f"列 {name} 重复"))
    for name in record:
        if name not in names:
            remedy = f"Columns of {table.name}: {', '.join(names)}."
            problems.append(_problem("F08", path, 1, f"unknown column {name!r}", remedy, f"未知列 {name}"))
    for column in table.columns:
        if column.name not in record and not column.nullable and column.name not in SUBSTITUTES:
            problems.append(
                _problem("F08", path, 1, f"column {column.name!r} is missing", "Add the column.", f"缺少列 {column.name}")
            )
    refuse(problems)
    return record


def _values(
    path: Path, number: int, cells: dict[str, str], parsers: list[tuple[Column, Callable[[str], Any]]], problems: list[Problem]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column, parse in parsers:
        cell = cells.get(column.name, "") or SUBSTITUTES.get(column.name, "")
        values[column.name] = None
        if cell:
            try:
                values[column.name] = parse(cell)
            except CellError as error:
                problems.append(
                    _cell_problem(error.rule, path, number, column.name, f"value {cell!r} {error.message}", "取值格式不符")
                )
                continue
            if column.values and values[column.name] not in column.values:
                allowed = ", ".join(column.values)
                problems.append(
                    _cell_problem("F30", path, number, column.name, f"value {cell!r} is none of {allowed}", "代码未定义")
                )
        elif not column.nullable:
            problems.append(_cell_problem("F11", path, number, column.name, "is empty", "不能为空"))
    return values


def _bad_width(path: Path, number: int, found: int, expected: int) -> Problem:
    message = f"has {found} cells where the header has {expected}"
    return _problem("F10", path, number, message, "Quote cells that contain a comma.", "列数与表头不一致")


def _cell_problem(rule: str, path: Path, number: int, column: str, message: str, zh: str) -> Problem:
    return Problem(
        rule, path, number, f"{column} {message}", "Correct the cell.", f"{path.name} 第 {number} 行 {column} {zh}", column
    )


def _problem(rule: str, path: Path, row: int | None, message: str, remedy: str, zh: str) -> Problem:
    return Problem(rule, path, row, f"{path.name} {message}", remedy, f"{path.name}：{zh}")
