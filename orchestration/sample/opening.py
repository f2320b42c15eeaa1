"""Balances at go-live: open stays, last year's simulated settlements, carried balances. They stand for published history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from orchestration.sample.columns import Coded, build_table
from orchestration.sample.diseases import Diseases
from orchestration.sample.identifiers import stay_ids
from orchestration.sample.insurer import is_stated, simulated_total
from orchestration.sample.lines import Lines
from orchestration.sample.noise import combine
from orchestration.sample.settings import month_start
from orchestration.sample.stays import DAY, Seconds, Stays
from orchestration.sample.structure import Hospital

CARRIED_SHARE = 0.12
HISTORY_MONTHS = 3


def opening_table(parts: Iterable[Mapping[str, Any]], hospital: Hospital) -> pa.Table:
    """`performance_opening` from its parts; rows of 0 are left out."""
    tables = []
    for part in parts:
        used = np.flatnonzero(np.asarray(part["amount"]) != 0)
        columns = {name: values if isinstance(values, str) else _take(values, used) for name, values in part.items()}
        columns["measure_code"] = pa.repeat(columns["measure_code"], len(used))
        tables.append(build_table("performance_opening", hospital.hospital_id, columns))
    return pa.concat_tables(tables)


def simulated_last_year(hospital: Hospital, diseases: Diseases, stays: Stays, month: int) -> Mapping[str, Any]:
    """Simulated settlements of the stays discharged in a month before go-live, divided over wards by bed days."""
    stays = stays.take(is_stated(hospital, stays))
    total = simulated_total(hospital, diseases, stays)
    stay, dept, days = ward_days(stays)
    whole = np.bincount(stay, weights=days, minlength=len(stays)).astype(np.int64)
    amount = total[stay] * days // whole[stay]
    rest = total - np.bincount(stay, weights=amount, minlength=len(stays)).astype(np.int64)
    first = np.concatenate([[True], stay[1:] != stay[:-1]]) if len(stay) else np.zeros(0, dtype=bool)
    amount[first] += rest[stay[first]]
    return _rows(
        "simulated_settlement", month, stay_ids(stays.number).take(pa.array(stay)), Coded(dept, hospital.dept_ids), amount
    )


def ward_days(stays: Stays, until: Seconds | None = None) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Bed days by stay and ward (one per midnight; a stay within a day counts 1 in its last ward), wards with days only."""
    end = stays.discharged if until is None else np.minimum(stays.discharged, until)
    cut = [
        np.minimum(np.maximum(time, stays.admitted), end) // DAY for time in (stays.admitted, stays.moved, stays.returned, end)
    ]
    first = (cut[1] - cut[0]) + (cut[3] - cut[2])
    second = cut[2] - cut[1]
    same_day = (first + second == 0) & (until is None)
    first = first + (same_day & (stays.last_dept == stays.first_dept))
    second = second + (same_day & (stays.last_dept != stays.first_dept))
    stay = np.repeat(np.arange(len(stays)), 2)
    dept = np.stack([stays.first_dept, stays.second_dept], axis=1).reshape(-1)
    days = np.stack([first, second], axis=1).reshape(-1)
    used = days > 0
    return stay[used], dept[used], days[used]


def open_stays(hospital: Hospital, stays: Stays, lines: Lines, own_cost: NDArray[np.int64]) -> list[Mapping[str, Any]]:
    """Fee, own cost (fen by line) and days of stays that are open at go-live, up to the last midnight before it."""
    month = hospital.settings.first - 1
    start = int(month_start(month + 1).astype("datetime64[s]").astype(np.int64))
    cell = lines.encounter * len(hospital.departments) + lines.dept
    cells, place = np.unique(cell, return_inverse=True)
    stay, dept = cells // len(hospital.departments), cells % len(hospital.departments)
    ids, words = stay_ids(stays.number), hospital.dept_ids
    parts = []
    for measure, value in (("open_stay_fee", lines.amount), ("open_stay_cost", own_cost)):
        amount = np.rint(np.bincount(place, weights=value, minlength=len(cells))).astype(np.int64)
        parts.append(_rows(measure, month, ids.take(pa.array(stay)), Coded(dept, words), amount))
    stay, dept, days = ward_days(stays, np.full(len(stays), start))
    parts.append(_rows("open_stay_days", month, ids.take(pa.array(stay)), Coded(dept, words), days * 100))
    return parts


def department_history(hospital: Hospital) -> list[Mapping[str, Any]]:
    """Bonuses of the three months before go-live, and negative balances a few departments carry."""
    noise, rows = hospital.settings.noise, hospital.departments
    heads = np.bincount(hospital.staff.table["dept"], minlength=len(rows))
    dept = np.arange(len(rows))
    usual = rows["usual_bonus"].to_numpy(dtype=np.int64) * 100 * hospital.settings.size
    base = combine(np.full(len(rows), hospital.index, dtype=np.uint64), dept)
    parts = []
    for back in range(HISTORY_MONTHS, 0, -1):
        key = combine(base, np.full(len(rows), back))
        amount = (usual * (0.85 + 0.3 * noise.uniform(key, "past bonus"))).astype(np.int64)
        parts.append(_rows("department_bonus", hospital.settings.first - back, hospital.dept_ids, hospital.dept_ids, amount))
    carries = (noise.uniform(base, "carries") < CARRIED_SHARE) & (rows["dept_class"] == "clinical").to_numpy()
    owed = -(noise.uniform(base, "owed") * heads * 8_000).astype(np.int64) - 1
    parts.append(
        _rows("carried_balance", hospital.settings.first - 1, hospital.dept_ids, hospital.dept_ids, np.where(carries, owed, 0))
    )
    return parts


def _rows(measure: str, month: int, subject: Any, dept: Any, amount: NDArray[np.int64]) -> Mapping[str, Any]:
    return {
        "measure_code": measure,
        "month": np.full(len(amount), month_start(month)),
        "subject_id": subject,
        "dept_id": dept,
        "amount": amount,
    }


def _take(values: Any, used: NDArray[np.int64]) -> Any:
    if isinstance(values, Coded):
        return Coded(values.positions[used], values.words)
    if isinstance(values, pa.Array):
        return values.take(pa.array(used))
    return np.asarray(values)[used] if isinstance(values, np.ndarray) else [values[i] for i in used]
