"""Goods issued from the stores: what a month's charges used up, with a little more for waste."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from orchestration.sample.columns import QUANTITY_UNIT, Coded, build_table
from orchestration.sample.items import Prices
from orchestration.sample.settings import month_start
from orchestration.sample.structure import Hospital

WARD_DRUG_PERCENT, WARD_MATERIAL_PERCENT = 10, 70
WASTE_PERCENT = 4


def stock_issues(
    hospital: Hospital, prices: Prices, month: int, used: NDArray[np.int64]
) -> tuple[pa.Table, NDArray[np.int64], NDArray[np.bool_]]:
    """`his_stock_issue`, and fen by (department, item) for the ledger, with the drugs among the items.

    Args:
        used: net quantity charged in the month by ordering department (rows) and item (columns).
    """
    kind = hospital.catalogue.items["item_kind"].to_numpy()
    separate = (hospital.catalogue.items["is_separately_charged"] == "true").to_numpy()
    is_drug, is_charged = kind == "drug", (kind != "service") & separate
    taken = np.maximum(used, 0) * is_charged
    percent = np.where(is_drug, WARD_DRUG_PERCENT, WARD_MATERIAL_PERCENT)
    issued = taken * percent // 100
    rest = np.maximum(used.sum(axis=0), 0) * is_charged - issued.sum(axis=0)
    giver = _giver(hospital, is_drug)
    wanted = np.where(taken.sum(axis=0) > 0, -(-np.maximum(rest, 0) * (100 + WASTE_PERCENT) // 100) + 1, 0)
    np.add.at(issued, (giver, np.arange(len(kind))), wanted)
    issued += _supplies(hospital, used, kind, separate)
    dept, item = np.nonzero(issued)
    quantity = issued[dept, item]
    cost = quantity * prices.purchase(item, month_start(month))
    value = np.zeros(issued.shape, dtype=np.int64)
    value[dept, item] = cost
    stamp = str(month_start(month))[2:7].replace("-", "")
    table = build_table(
        "his_stock_issue",
        hospital.hospital_id,
        {
            "issue_id": [f"CK{stamp}{n:07d}" for n in range(1, len(dept) + 1)],
            "dept_id": Coded(dept, hospital.dept_ids),
            "item_id": Coded(item, hospital.catalogue.items["item_id"].tolist()),
            "quantity": quantity * QUANTITY_UNIT,
            "cost_amount": cost,
            "issued_on": month_start(month) + (item + dept) % 10,
        },
    )
    return table, value, is_drug


def _giver(hospital: Hospital, is_drug: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Drugs come from the pharmacy, materials from the executing department or the sterile supply."""
    executing = hospital.executing_dept
    material = np.where(executing >= 0, executing, hospital.function_dept["CSSD"])
    return np.where(is_drug, hospital.function_dept["PHARM"], material)


def _supplies(
    hospital: Hospital, used: NDArray[np.int64], kind: NDArray[np.object_], separate: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Materials nobody is charged for, in step with the services of the department that uses them."""
    supplies = np.zeros(used.shape, dtype=np.int64)
    ordered = np.maximum(used, 0) * (kind == "service")
    wards = np.flatnonzero((hospital.departments["dept_class"] == "clinical").to_numpy())
    for item in np.flatnonzero((kind == "material") & ~separate):
        dept = hospital.executing_dept[item]
        if dept >= 0:
            supplies[dept, item] += int(ordered[:, hospital.executing_dept == dept].sum()) + 1
        else:
            supplies[wards, item] += ordered[wards].sum(axis=1) // 10 + 1
    return supplies
