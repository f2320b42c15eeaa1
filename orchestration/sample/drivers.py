"""Allocation drivers of a month: heads, area, sterile packs, visits and the workload of the auxiliary departments."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from orchestration.sample.columns import QUANTITY_UNIT, build_table
from orchestration.sample.settings import month_start
from orchestration.sample.structure import Hospital

Row = tuple[str, str | None, str, str | None, int]
SETTINGS = ("outpatient", "inpatient")


def allocation_drivers(
    hospital: Hospital, month: int, visits: NDArray[np.int64], discharges: NDArray[np.int64], lines: NDArray[np.int64]
) -> pa.Table:
    """`ledger_allocation_driver`.

    Args:
        visits, discharges: by department.
        lines: charge lines by encounter type and ordering department.
    """
    classes = hospital.departments["dept_class"].to_numpy()
    rows = _heads(hospital, classes) + _area(hospital, classes) + _packs(hospital, classes, lines)
    rows += _workload(hospital, classes, visits, discharges)
    table = dict(
        zip(
            ("driver_code", "from_dept_id", "to_dept_id", "service_setting", "quantity"),
            map(list, zip(*rows, strict=True)),
            strict=True,
        )
    )
    columns = {"month": np.full(len(rows), month_start(month)), **table}
    columns["quantity"] = np.array(columns["quantity"], dtype=np.int64)
    return build_table("ledger_allocation_driver", hospital.hospital_id, columns)


def _heads(hospital: Hospital, classes: NDArray[np.object_]) -> list[Row]:
    staff = hospital.staff.table
    heads = np.rint(np.bincount(staff["dept"], weights=staff["fte"], minlength=len(classes)) * QUANTITY_UNIT).astype(np.int64)
    return [
        ("heads", None, hospital.dept_ids[d], None, int(heads[d])) for d in range(len(classes)) if classes[d] != "administrative"
    ]


def _area(hospital: Hospital, classes: NDArray[np.object_]) -> list[Row]:
    area = hospital.departments["floor_area_m2"].astype(int).to_numpy()
    return [
        ("area", None, hospital.dept_ids[d], None, int(area[d]) * QUANTITY_UNIT)
        for d in range(len(classes))
        if classes[d] in ("clinical", "medical_technology")
    ]


def _packs(hospital: Hospital, classes: NDArray[np.object_], lines: NDArray[np.int64]) -> list[Row]:
    """Packs of the sterile supply; departments with both settings report each on its own."""
    giver = hospital.dept_ids[hospital.function_dept["CSSD"]]
    rows: list[Row] = []
    for code in ("packs", "workload"):
        for dept in np.flatnonzero(classes == "clinical"):
            both = hospital.departments["service_setting"].iloc[dept] == "both"
            amounts = lines[:, dept] // 12 + 1
            parts: list[tuple[str | None, int]] = (
                [(s, int(amounts[i])) for i, s in enumerate(SETTINGS)] if both else [(None, int(amounts.sum()))]
            )
            rows += [(code, giver, hospital.dept_ids[dept], setting, amount * QUANTITY_UNIT) for setting, amount in parts]
        theatre = hospital.function_dept["OR"]
        rows.append((code, giver, hospital.dept_ids[theatre], None, int(lines[1].sum() // 20 + 1) * QUANTITY_UNIT))
    return rows


def _workload(
    hospital: Hospital, classes: NDArray[np.object_], visits: NDArray[np.int64], discharges: NDArray[np.int64]
) -> list[Row]:
    """Named rows of the other auxiliary departments, and the visits by which billing may be divided."""
    rows: list[Row] = []
    measures = {"BILLING": visits + 3 * discharges, "RECORDS": discharges, "NUTRITION": discharges}
    for function, amount in measures.items():
        giver = hospital.dept_ids[hospital.function_dept[function]]
        codes = ("workload", "visits") if function == "BILLING" else ("workload",)
        rows += [
            (code, giver, hospital.dept_ids[d], None, int(amount[d]) * QUANTITY_UNIT)
            for code in codes
            for d in np.flatnonzero((classes == "clinical") & (amount > 0))
        ]
    if "REPAIR" in hospital.function_dept:
        giver = hospital.dept_ids[hospital.function_dept["REPAIR"]]
        technical = np.flatnonzero(np.isin(classes, ("clinical", "medical_technology")))
        area = hospital.departments["floor_area_m2"].astype(int).to_numpy()
        rows += [("workload", giver, hospital.dept_ids[d], None, int(area[d]) * QUANTITY_UNIT) for d in technical]
    return rows
