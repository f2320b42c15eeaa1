"""The catalogue of the sample region: CSV tables written by hand, read as text and typed here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FOLDER = Path(__file__).parent
CONTEXTS = (
    "outpatient",
    "emergency",
    "tcm",
    "medical",
    "surgical",
    "obstetric",
    "newborn",
    "paediatric",
    "intensive",
    "oncology",
    "rehabilitation",
)


@dataclass(frozen=True)
class Pick:
    """Items of every context with the chance of each: `searchsorted(context + u)` draws an item and its largest quantity."""

    cumulative: NDArray[np.float64]
    item: NDArray[np.int64]
    largest_quantity: NDArray[np.int64]
    mean_amount: NDArray[np.float64]
    """Expected fen of a drawn line, by context."""


@dataclass(frozen=True)
class Catalogue:
    """Tables of the catalogue; item positions are row numbers of `items`."""

    departments: pd.DataFrame
    staff_plan: pd.DataFrame
    titles: pd.DataFrame
    items: pd.DataFrame
    item_changes: pd.DataFrame
    accounts: pd.DataFrame
    diseases: pd.DataFrame
    procedures: pd.DataFrame
    diagnosis_names: dict[str, str]
    ward_transfers: pd.DataFrame
    equipment: pd.DataFrame
    offices: pd.DataFrame
    pick: Pick
    daily_items: dict[str, NDArray[np.int64]]
    item_position: dict[str, int]

    def kit(self, text: str) -> list[tuple[int, int]]:
        """(item position, quantity) pairs of a cell such as ``F2021*1|C3301*4``."""
        pairs = (part.split("*") for part in text.split("|") if part)
        return [(self.item_position[item], int(quantity)) for item, quantity in pairs]


@cache
def load_catalogue(fineness: int = 1) -> Catalogue:
    """Read the catalogue beside this file; every price is divided by `fineness`, down to one fen."""
    items, changes = _read("item"), _read("item_change")
    for table in (items, changes):
        table["price_fen"] = _fen(table["price"], fineness)
        table["purchase_fen"] = _fen(table["purchase_price"], fineness)
    position = {item: i for i, item in enumerate(items["item_id"])}
    daily = _read("daily_item")
    return Catalogue(
        departments=_read("department"),
        staff_plan=_read("staff_plan"),
        titles=_read("title"),
        items=items,
        item_changes=changes,
        accounts=_read("account"),
        diseases=_read("disease"),
        procedures=_read("procedure").set_index("procedure_code"),
        diagnosis_names={row.diagnosis_code: row.diagnosis_name for row in records(_read("diagnosis"))},
        ward_transfers=_read("ward_transfer"),
        equipment=_read("equipment"),
        offices=_read("office"),
        pick=_pick(_read("item_usage"), items, position),
        daily_items={str(c): np.array([position[i] for i in g["item_id"]]) for c, g in daily.groupby("context")},
        item_position=position,
    )


def records(table: pd.DataFrame) -> Iterator[Any]:
    """Rows of a catalogue table, cells by name."""
    return table.itertuples()


def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8")


def _fen(yuan: pd.Series, fineness: int) -> NDArray[np.int64]:
    """Fen of prices, −1 where there is none."""
    return np.array([max(round(float(value) * 100 / fineness), 1) if value else -1 for value in yuan], dtype=np.int64)


def _pick(usage: pd.DataFrame, items: pd.DataFrame, position: dict[str, int]) -> Pick:
    cumulative, chosen, largest, mean_amount = [], [], [], []
    for number, context in enumerate(CONTEXTS):
        rows = usage[usage["context"] == context]
        weight = rows["weight"].astype(float).to_numpy()
        share = np.cumsum(weight) / weight.sum()
        share[-1] = 1.0
        item = np.array([position[i] for i in rows["item_id"]])
        most = rows["largest_quantity"].astype(int).to_numpy()
        amount = items["price_fen"].to_numpy()[item] * (most + 1) / 2
        cumulative.append(number + share)
        chosen.append(item)
        largest.append(most)
        mean_amount.append(float((amount * weight).sum() / weight.sum()))
    return Pick(np.concatenate(cumulative), np.concatenate(chosen), np.concatenate(largest), np.array(mean_amount))
