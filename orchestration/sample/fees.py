"""Front-page fee fields: from charge lines to d11 … d34 of a stay."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orchestration.sample.catalogue import Catalogue
from orchestration.sample.lines import Lines

MAIN_FIELDS = (
    "d11", "d12", "d13", "d14", "d15", "d16", "d17", "d18", "d19", "d20", "d21", "d22", "d23", "d24",
    "d25", "d26", "d27", "d28", "d29", "d30", "d31", "d32", "d33", "d34",
)  # fmt: skip
INCLUDED_FIELDS = ("d19x01", "d20x01", "d20x02", "d23x01")
FIELDS = MAIN_FIELDS + INCLUDED_FIELDS
Fees = NDArray[np.int64]
"""Fen by stay (rows) and fee class (columns in the order of FIELDS); a class counts once, in its own column."""


def class_of_items(catalogue: Catalogue) -> NDArray[np.int64]:
    """Position in FIELDS of each item's fee class."""
    return np.array([FIELDS.index(code.lower()) for code in catalogue.items["fee_class"]])


def sum_by_class(lines: Lines, encounters: int, item_class: NDArray[np.int64]) -> Fees:
    """Fees of each encounter; sums of whole fen stay exact in a double far beyond a hospital's turnover."""
    cell = lines.encounter * len(FIELDS) + item_class[lines.item]
    total = np.bincount(cell, weights=lines.amount, minlength=encounters * len(FIELDS))
    return np.rint(total).astype(np.int64).reshape(encounters, len(FIELDS))


def front_page_fees(fees: Fees) -> dict[str, NDArray[np.int64]]:
    """Fee fields as printed: a main field contains its included ones."""
    printed = {name: fees[:, position].copy() for position, name in enumerate(FIELDS)}
    for name in INCLUDED_FIELDS:
        printed[name[:3]] += printed[name]
    return printed
