"""Names, texts and types as PostgreSQL writes them."""

from __future__ import annotations

TYPES = {
    "varchar": "text",
    "bigint": "bigint",
    "integer": "integer",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
}
DECIMAL = "decimal"


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def server_type(data_type: str) -> str:
    """The server's type for a type of the contract.

    Raises:
        KeyError: a contract uses a type no mart has used so far.
    """
    return data_type.replace(DECIMAL, "numeric") if data_type.startswith(DECIMAL) else TYPES[data_type]
