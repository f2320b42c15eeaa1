"""Small text rules shared by the readers: SQL quoting, names, which text columns are codes."""

from __future__ import annotations

import unicodedata

from orchestration.contract import Column

FREE_TEXT = {
    "title",
    "unit",
    "summary",
    "reason",
    "evidence",
    "response",
    "owner",
    "status",
    "approved_by",
    "ruled_by",
    "readmission_purpose",
    "allergy_drug",
    "transfer_institution",
}
PRIVATE_USE = "[\\x{E000}-\\x{F8FF}]"


def literal(value: str) -> str:
    """A SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def is_code(column: Column) -> bool:
    """Codes are normalised (NFKC); names and sentences are kept as written, rare characters included."""
    return column.contract_type == "text" and not (column.name in FREE_TEXT or column.name.endswith(("_name", "_reason")))


def normal_header(name: str) -> str:
    """A column name as the contract compares it: NFKC, trimmed."""
    return unicodedata.normalize("NFKC", name).strip()
