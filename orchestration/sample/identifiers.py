"""Business numbers as the hospitals print them, made as Arrow text so that millions cost little."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from orchestration.sample.lines import LINES_OF_AN_ENCOUNTER
from orchestration.sample.settings import month_start

_ORDINAL = (1 << 24) - 1


def _text(prefix: str, numbers: NDArray[np.int64], width: int) -> pa.Array:
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), digits, "")


def _dated(prefix: str, number: NDArray[np.int64]) -> pa.Array:
    months = number >> 24
    stamp = {month: int(str(month_start(int(month)))[2:7].replace("-", "")) for month in np.unique(months)}
    stamps = np.array([stamp[month] for month in np.unique(months)], dtype=np.int64)
    year_month = stamps[np.searchsorted(np.unique(months), months)] if len(months) else months
    return _text(prefix, year_month * 10_000_000 + (number & _ORDINAL) + 1, 11)


def stay_ids(number: NDArray[np.int64]) -> pa.Array:
    """ZY + year and month of admission + running number."""
    return _dated("ZY", number)


def visit_ids(number: NDArray[np.int64]) -> pa.Array:
    """MZ + year and month + running number."""
    return _dated("MZ", number)


def charge_ids(is_stay: bool, number: NDArray[np.int64], line: NDArray[np.int64]) -> pa.Array:
    """Digits only, with leading zeros: a code that spreadsheets like to spoil."""
    base = (1 << 47) * int(is_stay)
    return _text("0", base + number * LINES_OF_AN_ENCOUNTER + line, 15)


def patient_ids(kind: str, person: NDArray[np.int64]) -> pa.Array:
    """The hospital's own patient number; `kind` tells inpatients from outpatients."""
    return _text(kind, person, 12)


def person_ids(kind: str, person: NDArray[np.int64], is_self_pay: NDArray[np.bool_]) -> pa.Array:
    """Insured person number, the same in every hospital; none for those who pay themselves."""
    return pc.if_else(pa.array(is_self_pay), pa.scalar(None, pa.string()), _text(f"3207{kind}", person, 13))
