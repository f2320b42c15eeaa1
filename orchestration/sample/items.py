"""The item dictionary with its price changes: the reference table, and the price of an item on a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orchestration.sample.catalogue import Catalogue, records
from orchestration.sample.columns import PRICE_PER_FEN, QUANTITY_UNIT, Maybe
from orchestration.sample.structure import OPENED_ON

FAR = np.datetime64("2999-01-01")


@dataclass(frozen=True)
class Prices:
    """Prices in fen by item; a changed item has a second price from `changed_on`."""

    before: NDArray[np.int64]
    after: NDArray[np.int64]
    purchase_before: NDArray[np.int64]
    purchase_after: NDArray[np.int64]
    changed_on: NDArray[np.datetime64]

    def price(self, item: NDArray[np.int64], day: NDArray[np.datetime64]) -> NDArray[np.int64]:
        """Price in fen on a day."""
        return np.where(day >= self.changed_on[item], self.after[item], self.before[item])

    def purchase(self, item: NDArray[np.int64], day: np.datetime64) -> NDArray[np.int64]:
        """Purchase price in fen on a day, else the price."""
        bought = np.where(day >= self.changed_on[item], self.purchase_after[item], self.purchase_before[item])
        return np.where(bought < 0, self.price(item, np.full(len(item), day)), bought)


def item_prices(catalogue: Catalogue) -> Prices:
    """Prices of the catalogue with its changes."""
    before = catalogue.items["price_fen"].to_numpy()
    bought = catalogue.items["purchase_fen"].to_numpy()
    after, bought_after, changed = before.copy(), bought.copy(), np.full(len(before), FAR)
    for row in records(catalogue.item_changes):
        position = catalogue.item_position[row.item_id]
        after[position] = row.price_fen
        bought_after[position] = row.purchase_fen
        changed[position] = np.datetime64(row.changed_on)
    return Prices(before, after, bought, bought_after, changed)


def reference_items(catalogue: Catalogue) -> dict[str, Any]:
    """Columns of `his_item`: one row per item and price."""
    prices = item_prices(catalogue)
    changed = np.flatnonzero(prices.changed_on < FAR)
    position = np.concatenate([np.arange(len(catalogue.items)), changed])
    second = np.arange(len(position)) >= len(catalogue.items)
    rows = catalogue.items.iloc[position]
    bought = np.where(second, prices.purchase_after[position], prices.purchase_before[position])
    until = prices.changed_on[position]
    return {
        **{name: rows[name].tolist() for name in ("item_id", "item_name", "item_kind", "fee_class", "national_code", "unit")},
        "price": np.where(second, prices.after[position], prices.before[position]) * PRICE_PER_FEN,
        "purchase_price": Maybe(bought * PRICE_PER_FEN, bought < 0),
        **{
            n: (rows[n] == "true").tolist()
            for n in ("is_separately_charged", "is_key_monitored", "is_antibacterial", "is_essential_drug")
        },
        "defined_daily_doses": _number(rows["defined_daily_doses"]),
        "sex_limit": [value or None for value in rows["sex_limit"]],
        "min_age": [int(value) if value else None for value in rows["min_age"]],
        "max_age": [int(value) if value else None for value in rows["max_age"]],
        "daily_limit": _number(rows["daily_limit"]),
        "atc_code": [value or None for value in rows["atc_code"]],
        "valid_from": np.where(second, until, OPENED_ON),
        "valid_to": Maybe(until, second | (until == FAR)),
    }


def _number(values: Any) -> Maybe:
    missing = np.array([not value for value in values])
    return Maybe(np.array([round(float(value or 0) * QUANTITY_UNIT) for value in values], dtype=np.int64), missing)
