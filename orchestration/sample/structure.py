"""A hospital as it stands: departments, staff and what each may do. No patients here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orchestration.sample.catalogue import CONTEXTS, Catalogue, load_catalogue
from orchestration.sample.columns import QUANTITY_UNIT, RATIO_UNIT, Maybe
from orchestration.sample.settings import HOSPITAL_IDS, Settings

OPENED_ON = np.datetime64("2020-01-01")
LARGEST_STAFF_FACTOR = 20
CHILD_DEPARTMENTS = frozenset({"0103", "0104", "0105", "0108", "0109", "0111", "2115"})
WOMEN_DEPARTMENTS = frozenset({"0101", "0102", "0106", "0107", "0110", "2114"})
FALLBACK_FUNCTION = {"ENDO": "OR", "CATH": "OR"}
OUTPATIENT_CONTEXT = {"0112": "emergency", "2118": "emergency", "0113": "tcm", "2119": "tcm"}


@dataclass(frozen=True)
class StaffPlan:
    """Staff of one hospital, sorted by department; only `is_lasting` persons appear on charges."""

    table: pd.DataFrame
    first: dict[str, NDArray[np.int64]]
    count: dict[str, NDArray[np.int64]]
    order: dict[str, NDArray[np.int64]]

    def choose(self, kind: str, dept: NDArray[np.int64], chance: NDArray[np.float64]) -> NDArray[np.int64]:
        """A lasting person of each department, as a position in `table`; kind is `doctor` or `any`."""
        return self.order[kind][self.first[kind][dept] + (chance * self.count[kind][dept]).astype(np.int64)]


@dataclass(frozen=True)
class Hospital:
    """One hospital of the sample; departments and staff are used by position."""

    index: int
    hospital_id: str
    settings: Settings
    catalogue: Catalogue
    departments: pd.DataFrame
    staff: StaffPlan
    executing_dept: NDArray[np.int64]
    """Department that executes an item; -1: the ordering one."""
    diseases: pd.DataFrame
    dept_position: dict[str, int]
    visit_depts: NDArray[np.int64]
    visit_context: NDArray[np.int64]
    """Context of the visits of a department."""
    function_dept: dict[str, int]

    @property
    def dept_ids(self) -> list[str]:
        """Department numbers by position."""
        return self.departments["dept_id"].tolist()

    @property
    def staff_ids(self) -> list[str]:
        """Staff numbers by position."""
        return self.staff.table["staff_id"].tolist()


def build_hospital(hospital_id: str, settings: Settings) -> Hospital:
    """Departments, staff and catalogue of one hospital."""
    catalogue = load_catalogue(settings.fineness)
    departments = catalogue.departments[catalogue.departments["hospital_id"] == hospital_id].reset_index(drop=True)
    position = {dept: i for i, dept in enumerate(departments["dept_id"])}
    functions = {f: position[d] for d, f in zip(departments["dept_id"], departments["function_code"], strict=True) if f}
    visit = departments["service_setting"].isin(["outpatient", "both"]).to_numpy()
    return Hospital(
        index=HOSPITAL_IDS.index(hospital_id),
        hospital_id=hospital_id,
        settings=settings,
        catalogue=catalogue,
        departments=departments,
        staff=_staff(hospital_id, catalogue, departments, settings),
        executing_dept=np.array([_function(f, functions) for f in catalogue.items["executing_function"]]),
        diseases=catalogue.diseases[catalogue.diseases["hospital_id"] == hospital_id].reset_index(drop=True),
        dept_position=position,
        visit_depts=np.flatnonzero(visit),
        visit_context=np.array([CONTEXTS.index(OUTPATIENT_CONTEXT.get(d, "outpatient")) for d in departments["dept_id"]]),
        function_dept=functions,
    )


def _function(code: str, functions: dict[str, int]) -> int:
    return -1 if code == "SELF" else functions.get(code, functions.get(FALLBACK_FUNCTION.get(code, ""), -1))


def _staff(hospital_id: str, catalogue: Catalogue, departments: pd.DataFrame, settings: Settings) -> StaffPlan:
    plan = catalogue.staff_plan[catalogue.staff_plan["hospital_id"] == hospital_id]
    factor = int(min(max(round(settings.size), 1), LARGEST_STAFF_FACTOR))
    position = {dept: i for i, dept in enumerate(departments["dept_id"])}
    rows: list[dict[str, Any]] = []
    for dept, role, heads in plan[["dept_id", "role", "heads"]].itertuples(index=False):
        titles = catalogue.titles[catalogue.titles["role"] == role]
        steps = np.cumsum(titles["share"].astype(float).to_numpy())
        for number in range(int(heads) * factor):
            step = min(int(np.searchsorted(steps, (number + 0.5) / (int(heads) * factor))), len(titles) - 1)
            title = titles.iloc[step]
            rows.append(
                {
                    "dept": position[dept],
                    "role": role,
                    "title": title["title"],
                    "coefficient": float(title["position_coefficient"]),
                    "fte": 1.0,
                }
            )
    table = pd.DataFrame(rows)
    table["staff_id"] = [f"{'0' if hospital_id == 'H1' else '8'}{number:05d}" for number in range(1, len(table) + 1)]
    table["valid_from"], table["valid_to"], table["is_lasting"] = OPENED_ON, np.datetime64("NaT"), True
    table = _with_changes(table, departments)
    return StaffPlan(table, *_index(table, len(departments)))


def _with_changes(table: pd.DataFrame, departments: pd.DataFrame) -> pd.DataFrame:
    """A few people come, go, change department or work half time."""
    ward = departments.index[departments["service_setting"] == "both"]
    nurses = table.index[(table["role"] == "nurse") & table["dept"].isin(ward)]
    leaves, joins, moves, half = nurses[0], nurses[2], nurses[4], nurses[6]
    table.loc[[leaves, joins, moves, half], "is_lasting"] = False
    table.loc[leaves, "valid_to"] = np.datetime64("2025-05-10")
    table.loc[joins, "valid_from"] = np.datetime64("2025-03-15")
    table.loc[half, "fte"] = 0.5
    table.loc[moves, "valid_to"] = np.datetime64("2025-04-01")
    moved = table.loc[[moves]].copy()
    moved["valid_from"], moved["valid_to"] = np.datetime64("2025-04-01"), np.datetime64("NaT")
    moved["dept"] = int(ward[ward != table.loc[moves, "dept"]][0])
    return pd.concat([table, moved], ignore_index=True)


def _index(table: pd.DataFrame, departments: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    first, count, order = {}, {}, {}
    for kind in ("doctor", "any"):
        chosen = table[table["is_lasting"] & ((table["role"] == "doctor") | (kind == "any"))].sort_values("dept", kind="stable")
        order[kind] = chosen.index.to_numpy()
        count[kind] = np.bincount(chosen["dept"], minlength=departments)
        first[kind] = np.concatenate([[0], np.cumsum(count[kind])[:-1]])
    return first, count, order


def reference_departments(hospital: Hospital) -> dict[str, Any]:
    """Columns of `his_department`; beds and area grow with the hospital."""
    rows = hospital.departments
    size = max(hospital.settings.size, 0.2)
    beds = rows["open_beds"].astype(int).to_numpy()
    return {
        "dept_id": rows["dept_id"].tolist(),
        "dept_name": rows["dept_name"].tolist(),
        "dept_class": rows["dept_class"].tolist(),
        "service_setting": rows["service_setting"].tolist(),
        **{
            name: _blank_is_null(rows[name])
            for name in ("standard_dept_code", "discipline_class", "strategy_class", "parent_dept_id")
        },
        "open_beds": np.ceil(beds * size).astype(np.int64),
        "floor_area_m2": np.rint(rows["floor_area_m2"].astype(int).to_numpy() * size).astype(np.int64) * QUANTITY_UNIT,
        "valid_from": np.full(len(rows), OPENED_ON),
    }


def reference_staff(hospital: Hospital) -> dict[str, Any]:
    """Columns of `his_staff`."""
    table = hospital.staff.table
    until = table["valid_to"].to_numpy().astype("datetime64[D]")
    return {
        "staff_id": table["staff_id"].tolist(),
        "dept_id": [hospital.dept_ids[d] for d in table["dept"]],
        "role": table["role"].tolist(),
        "title": table["title"].tolist(),
        "position_coefficient": np.rint(table["coefficient"] * RATIO_UNIT).astype(np.int64),
        "full_time_equivalent": np.rint(table["fte"] * RATIO_UNIT).astype(np.int64),
        "valid_from": table["valid_from"].to_numpy().astype("datetime64[D]"),
        "valid_to": Maybe(until, np.isnat(until)),
    }


def _blank_is_null(values: pd.Series) -> list[str | None]:
    return [value or None for value in values]
