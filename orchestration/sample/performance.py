"""Submissions of the functional offices: pools, score sheets, attendance, subsidies, indicators, rulings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from orchestration.sample.catalogue import records
from orchestration.sample.columns import QUANTITY_UNIT, RATIO_UNIT, Coded, Maybe, build_table
from orchestration.sample.identifiers import stay_ids
from orchestration.sample.noise import Keys, combine
from orchestration.sample.settings import month_start
from orchestration.sample.stays import Stays
from orchestration.sample.structure import Hospital

APPROVER = "院长办公会（主持：龚䶮）"
RULED_BY = "病案与医保联席会（杨𠮷）"
INPATIENT_POOL_SHARE = {"H1": 0.28, "H2": 0.21}
HEADROOM = 1.25
"""The total covers the inpatient income also where no inpatient pool limits it."""
OUTPATIENT_POOL_SHARE, ADMINISTRATIVE_SHARE, RESERVE_SHARE = 0.22, 0.03, 0.01
MONTHS_WITHOUT_INPATIENT_POOL = (3, 9)
SUBSIDIES = (
    ({"H1": ("0103", "0108", "0112"), "H2": ("2113", "2118", "2115")}, 0.0008, "急危重症与紧缺专科补助"),
    ({"H1": ("0204",), "H2": ("2204",)}, 0.008, "药学服务补助"),
    ({"H1": ("0207",), "H2": ("2207",)}, 0.002, "输血安全补助"),
    ({"H1": ("0205",), "H2": ("2205",)}, 0.008, "手术麻醉工作量补助"),
    ({"H1": (), "H2": ("2209",)}, 0.003, "介入手术防护补助"),
)
"""Departments by hospital, share of the turnover for each, reason."""


@dataclass(frozen=True)
class Turnover:
    """Fen charged in a month, and the money the insurer's statement brings or takes."""

    outpatient: int
    inpatient: int
    true_up: int


def performance_tables(hospital: Hospital, month: int, turnover: Turnover, stays: Stays) -> dict[str, pa.Table]:
    """performance_* tables of a month; `stays` are the ones discharged in it."""
    columns = {
        "performance_pool": _pools(hospital, month, turnover),
        "performance_score": _scores(hospital, month),
        "performance_indicator": _indicators(hospital, month),
        "performance_subsidy": _subsidies(hospital, turnover),
        "performance_staff": _attendance(hospital, month),
        "performance_case_ruling": _rulings(hospital, stays),
    }
    return {name: build_table(name, hospital.hospital_id, _dated(month, part)) for name, part in columns.items()}


def _dated(month: int, columns: dict[str, Any]) -> dict[str, Any]:
    first = next(iter(columns.values()))
    return {"month": np.full(len(first), month_start(month)), **columns}


def _keys(hospital: Hospital, month: int, count: int) -> Keys:
    return combine(np.full(count, (hospital.index + 1) << 40 | month, dtype=np.uint64), np.arange(count))


def _pools(hospital: Hospital, month: int, turnover: Turnover) -> dict[str, Any]:
    """The inpatient pool is left out in some months; then the simulated income stands as it is."""
    inpatient = int(turnover.inpatient * INPATIENT_POOL_SHARE[hospital.hospital_id])
    administrative = int((turnover.inpatient + turnover.outpatient) * ADMINISTRATIVE_SHARE)
    reserve = int((turnover.inpatient + turnover.outpatient) * RESERVE_SHARE)
    total = (
        int(inpatient * HEADROOM) + int(turnover.outpatient * OUTPATIENT_POOL_SHARE) + administrative + reserve + turnover.true_up
    )
    amounts = {"total": total, "inpatient": inpatient, "administrative": administrative, "reserve": reserve}
    if month % 12 in MONTHS_WITHOUT_INPATIENT_POOL:
        del amounts["inpatient"]
    rounded = np.array([fen // 10_000 * 10_000 for fen in amounts.values()])
    return {"pool_code": list(amounts), "amount": rounded, "approved_by": [APPROVER] * len(amounts)}


def _scores(hospital: Hospital, month: int) -> dict[str, Any]:
    """One sheet per department, office and dimension the department is scored in; tenths of a point."""
    sheets = [
        (dept, office, float(office.low), float(office.high))
        for dept in range(len(hospital.departments))
        for office in records(hospital.catalogue.offices)
        if hospital.departments["dept_class"].iloc[dept] in office.dept_classes.split("|")
    ]
    low, high = np.array([sheet[2] for sheet in sheets]), np.array([sheet[3] for sheet in sheets])
    chance = hospital.settings.noise.uniform(_keys(hospital, month, len(sheets)), "score")
    tenths = np.rint((low + (high - low) * chance) * 10).astype(np.int64)
    return {
        "dept_id": [hospital.dept_ids[dept] for dept, *_ in sheets],
        "office_code": [hospital.dept_ids[hospital.function_dept[office.function_code]] for _, office, *_ in sheets],
        "dimension_code": [office.dimension_code for _, office, *_ in sheets],
        "score": tenths * (RATIO_UNIT // 10),
        "evidence": [f"{month_start(month).astype('datetime64[M]')} 考核表第{number}号" for number in range(1, len(sheets) + 1)],
    }


def _indicators(hospital: Hospital, month: int) -> dict[str, Any]:
    """Satisfaction surveys of the clinical departments."""
    clinical = np.flatnonzero((hospital.departments["dept_class"] == "clinical").to_numpy())
    chance = hospital.settings.noise.uniform(_keys(hospital, month, len(clinical)), "satisfaction")
    asked = np.full(len(clinical), 60)
    return {
        "dept_id": [hospital.dept_ids[dept] for dept in clinical],
        "indicator_code": ["satisfaction"] * len(clinical),
        "numerator": (asked * (0.9 + 0.1 * chance)).astype(np.int64) * QUANTITY_UNIT,
        "denominator": Maybe(asked * QUANTITY_UNIT, np.zeros(len(clinical), dtype=bool)),
    }


def _subsidies(hospital: Hospital, turnover: Turnover) -> dict[str, Any]:
    rows = [
        (dept, int((turnover.outpatient + turnover.inpatient) * share) // 1_000 * 1_000, reason)
        for depts, share, reason in SUBSIDIES
        for dept in depts[hospital.hospital_id]
    ]
    depts, amounts, reasons = zip(*rows, strict=True)
    return {"dept_id": list(depts), "amount": np.array(amounts), "reason": list(reasons)}


def _attendance(hospital: Hospital, month: int) -> dict[str, Any]:
    """Staff of the first day of the month."""
    staff, day = hospital.staff.table, month_start(month)
    until = staff["valid_to"].to_numpy().astype("datetime64[D]")
    valid = (staff["valid_from"].to_numpy().astype("datetime64[D]") <= day) & (np.isnat(until) | (until > day))
    present = staff[valid]
    noise, key = hospital.settings.noise, _keys(hospital, month, len(present))
    days = int((month_start(month + 1) - day).astype(int))
    absent = np.where(noise.uniform(key, "absent") < 0.15, noise.whole(key, "days absent", 8), 0)
    has_beds = (hospital.departments["open_beds"] != "0").to_numpy()[present["dept"]]
    adjusted = (noise.uniform(key, "adjusted") < 0.02) & has_beds
    tenths = 10 * RATIO_UNIT // 100
    return {
        "dept_id": [hospital.dept_ids[dept] for dept in present["dept"]],
        "staff_id": present["staff_id"].tolist(),
        "days_worked": (days - absent) * QUANTITY_UNIT,
        "quality_score": (850 + noise.whole(key, "quality", 150)) * tenths,
        "teaching_score": noise.whole(key, "teaching", 1_000) * tenths,
        "manual_adjustment": np.where(adjusted, np.where(noise.uniform(key, "sign") < 0.5, -1_000, 1_000), 0),
        "adjustment_reason": Coded(adjusted.astype(np.int64) - 1, ["科室值班调整"]),
    }


def _rulings(hospital: Hospital, stays: Stays) -> dict[str, Any]:
    """Half of the high-multiple cases have been judged by the end of the month."""
    noise = hospital.settings.noise
    judged = stays.take((stays.fee_factor > 2) & (noise.uniform(stays.key, "judged") < 0.5))
    kind = np.searchsorted([0.4, 0.85], noise.uniform(judged.key, "ruling"), side="right")
    return {
        "stay_id": stay_ids(judged.number),
        "ruling": Coded(kind, ["non_standard_care", "complex", "innovation"]),
        "ruled_by": [RULED_BY] * len(judged),
        "reason": Coded(kind, ["无指征使用高值耗材", "多系统合并症", "新技术应用"]),
    }
