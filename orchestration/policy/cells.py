"""Cells of a policy file: text in, typed values out. Nothing is rounded and nothing is guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from orchestration.contract import Column

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
DECIMAL_TYPE = re.compile(r"decimal\((\d+),\s*(\d+)\)")
TRUE, FALSE = frozenset({"true", "yes", "1", "t", "y"}), frozenset({"false", "no", "0", "f", "n"})
FREE_TEXT = frozenset(
    {
        "note",
        "reason",
        "evidence",
        "source_ref",
        "approved_by",
        "approver",
        "name",
        "name_zh",
        "name_en",
        "group_name",
        "hospital_name",
        "item_name",
        "pathway_name",
    }
)


class CellError(ValueError):
    """A cell that is not of its column's type; carries the code of the broken rule."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


def parser_of(column: Column) -> Callable[[str], Any]:
    """The function that turns a trimmed, non-empty cell of this column into its value; it raises CellError."""
    if column.contract_type == "text":
        return str.strip if column.name in FREE_TEXT else _code
    if column.contract_type == "int":
        return _integer
    if column.contract_type == "bool":
        return _boolean
    if column.contract_type == "date":
        return _date
    shape = DECIMAL_TYPE.fullmatch(column.data_type)
    if shape is None:
        raise TypeError(f"column {column.name} has the unreadable type {column.data_type}")
    return _decimal_parser(int(shape[1]), int(shape[2]))


def _code(cell: str) -> str:
    return cell if cell.isascii() else unicodedata.normalize("NFKC", cell).strip()


def _integer(cell: str) -> int:
    if not re.fullmatch(r"-?[0-9]+", cell):
        raise CellError("F11", "is not a whole number")
    return int(cell)


def _boolean(cell: str) -> bool:
    word = cell.casefold()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise CellError("F11", "is neither true nor false")


@lru_cache(maxsize=4096)
def _date(cell: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
        raise CellError("F15", "is not a date of the form YYYY-MM-DD")
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise CellError("F15", "is not a day of the calendar") from None


def number(cell: str) -> Decimal:
    """A plain decimal number: no exponent, no thousands separator, no full-width digit."""
    if not cell.isascii() or not NUMBER.fullmatch(cell):
        raise CellError("F12", "is not a plain number")
    return Decimal(cell)


def _decimal_parser(precision: int, scale: int) -> Callable[[str], Decimal]:
    limit, unit = Decimal(10) ** (precision - scale), Decimal(1).scaleb(-scale)

    @lru_cache(maxsize=4096)
    def parse(cell: str) -> Decimal:
        value = number(cell)
        if abs(value) >= limit:
            raise CellError("F35", f"has more than {precision - scale} digits before the point")
        exact = value.quantize(unit)
        if exact != value:
            raise CellError("F13", f"has more than {scale} decimals")
        return exact

    return parse
