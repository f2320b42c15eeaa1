"""Diseases of a hospital as arrays: what a stay of each costs, how long it lasts, which items come with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orchestration.sample.catalogue import CONTEXTS, Catalogue, records
from orchestration.sample.structure import Hospital


@dataclass(frozen=True)
class Diseases:
    """One element per disease of the hospital; amounts in fen."""

    dept: NDArray[np.int64]
    context: NDArray[np.int64]
    mean_days: NDArray[np.float64]
    mean_fee: NDArray[np.float64]
    cumulative_share: NDArray[np.float64]
    sex: NDArray[np.int64]
    age_low: NDArray[np.int64]
    age_high: NDArray[np.int64]
    kit_first: NDArray[np.int64]
    kit_count: NDArray[np.int64]
    kit_item: NDArray[np.int64]
    kit_quantity: NDArray[np.int64]
    kit_amount: NDArray[np.int64]
    daily_amount: NDArray[np.int64]
    has_procedure: NDArray[np.bool_]
    lines_per_stay: float
    tags: list[frozenset[str]]

    def tagged(self, tag: str) -> NDArray[np.bool_]:
        """Diseases that carry the tag."""
        return np.array([tag in tags for tags in self.tags])


def describe_diseases(hospital: Hospital) -> Diseases:
    """Arrays of the catalogue's diseases of one hospital."""
    catalogue, rows = hospital.catalogue, hospital.diseases
    price = catalogue.items["price_fen"].to_numpy()
    kits = [_kit(catalogue, row.procedure_codes, row.kit) for row in records(rows)]
    count = np.array([len(kit) for kit in kits])
    item = np.array([i for kit in kits for i, _ in kit])
    quantity = np.array([q for kit in kits for _, q in kit])
    kit_amount = np.array([sum(int(price[i]) * q for i, q in kit) for kit in kits])
    daily = np.array([int(price[catalogue.daily_items[c]].sum()) for c in rows["context"]])
    share = rows["frequency"].astype(float).to_numpy()
    context = np.array([CONTEXTS.index(c) for c in rows["context"]])
    days = rows["mean_days"].to_numpy(dtype=np.float64)
    fee = rows["mean_fee"].to_numpy(dtype=np.float64) * 100
    fill = (fee - kit_amount - daily * days) / catalogue.pick.mean_amount[context]
    return Diseases(
        dept=np.array([hospital.dept_position[d] for d in rows["dept_id"]]),
        context=context,
        mean_days=days,
        mean_fee=fee,
        cumulative_share=np.cumsum(share) / share.sum(),
        sex=rows["sex"].to_numpy(dtype=np.int64),
        age_low=rows["age_low"].to_numpy(dtype=np.int64),
        age_high=rows["age_high"].to_numpy(dtype=np.int64),
        kit_first=np.concatenate([[0], np.cumsum(count)[:-1]]),
        kit_count=count,
        kit_item=item,
        kit_quantity=quantity,
        kit_amount=kit_amount,
        daily_amount=daily,
        has_procedure=(rows["procedure_codes"] != "").to_numpy(),
        lines_per_stay=float(((fill + count + 3 * days) * share).sum() / share.sum()),
        tags=[frozenset(t for t in text.split("|") if t) for text in rows["tags"]],
    )


def _kit(catalogue: Catalogue, procedures: str, extra: str) -> list[tuple[int, int]]:
    own = [pair for code in procedures.split("|") if code for pair in catalogue.kit(str(catalogue.procedures.loc[code, "kit"]))]
    return own + catalogue.kit(extra)
