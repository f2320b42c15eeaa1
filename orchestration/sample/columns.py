"""From numpy columns to Arrow tables of the contract: exact decimals, text from codes, no floating point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from orchestration.contract import Column, load_contract

SCALES = {"money": (18, 2), "price": (18, 4), "quantity": (18, 4), "ratio": (9, 6)}
PRICE_PER_FEN = 100
"""Ten-thousandths of a yuan in one fen."""
QUANTITY_UNIT = 10_000
RATIO_UNIT = 1_000_000


@dataclass(frozen=True)
class Coded:
    """Text given as positions in a word list; -1 is null."""

    positions: NDArray[np.integer]
    words: Sequence[str]


@dataclass(frozen=True)
class Maybe:
    """Values with nulls where `is_missing`."""

    values: Any
    is_missing: NDArray[np.bool_]


def arrow_type(column: Column) -> pa.DataType:
    """Arrow type of a contract column."""
    if column.contract_type in SCALES:
        return pa.decimal128(*SCALES[column.contract_type])
    return {
        "text": pa.string(),
        "int": pa.int64(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("s"),
        "bool": pa.bool_(),
    }[column.contract_type]


def build_table(name: str, hospital_id: str, columns: Mapping[str, Any]) -> pa.Table:
    """A contract table of one hospital.

    Money is given in fen, prices and quantities in ten-thousandths, ratios in millionths, all whole numbers;
    dates and timestamps as datetime64. Columns that are not given are null and must be nullable.
    """
    contract = load_contract()[name]
    given = set(columns) - set(contract.column_names)
    if given:
        raise KeyError(f"{name} has no column {sorted(given)}")
    rows = _length(next(iter(columns.values())))
    arrays = []
    for column in contract.columns:
        if column.name == "hospital_id":
            arrays.append(pa.repeat(pa.scalar(hospital_id), rows))
        elif column.name in columns:
            arrays.append(_to_arrow(columns[column.name], column))
        else:
            arrays.append(pa.nulls(rows, arrow_type(column)))
    return pa.table(arrays, schema=pa.schema([(c.name, arrow_type(c)) for c in contract.columns]))


def empty_table(name: str) -> pa.Table:
    """A contract table without rows."""
    return pa.schema([(c.name, arrow_type(c)) for c in load_contract()[name].columns]).empty_table()


def decimal_array(units: NDArray[np.int64], precision: int, scale: int, is_missing: NDArray[np.bool_] | None = None) -> pa.Array:
    """DECIMAL(precision, scale) from whole units, without a copy per value."""
    words = np.empty((len(units), 2), dtype=np.int64)
    words[:, 0] = units
    words[:, 1] = np.where(units < 0, -1, 0)
    validity = None if is_missing is None else pa.array(~is_missing).buffers()[1]
    return pa.Array.from_buffers(pa.decimal128(precision, scale), len(units), [validity, pa.py_buffer(words)])


def _length(values: Any) -> int:
    if isinstance(values, Coded):
        return len(values.positions)
    return len(values.values) if isinstance(values, Maybe) else len(values)


def _to_arrow(values: Any, column: Column) -> pa.Array:
    kind = arrow_type(column)
    if isinstance(values, pa.Array):
        return values
    if isinstance(values, Coded):
        positions = np.asarray(values.positions)
        chosen = pa.array(positions.astype(np.int32), mask=positions < 0)
        return pa.array(list(values.words), pa.string()).take(chosen)
    is_missing = values.is_missing if isinstance(values, Maybe) else None
    plain = values.values if isinstance(values, Maybe) else values
    if column.contract_type in SCALES:
        return decimal_array(np.asarray(plain, dtype=np.int64), *SCALES[column.contract_type], is_missing)
    if column.contract_type in ("date", "timestamp"):
        unit = "datetime64[D]" if column.contract_type == "date" else "datetime64[s]"
        return pa.array(np.asarray(plain).astype(unit), mask=is_missing).cast(kind)
    if isinstance(plain, np.ndarray) and plain.dtype.kind == "U":
        plain = plain.tolist()
    return pa.array(plain, kind, mask=is_missing)
