"""Logical hashes of the three golden months over the public columns, as kept in the repository.

Two are worked by hand (G1 costs, G2 is paid and earns bonuses), the third is a month of the sample: every area at once.

An upgrade of the engine or of a package that moves a number moves a hash. After a change that is meant, write them anew:
``CASEMIX_ACCEPT_HASHES=1 pytest tests/end_to_end/test_goldens.py``, and let the difference be reviewed.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import duckdb

from orchestration.release.catalogue import load_marts
from orchestration.release.logical import measure

KEPT = Path(__file__).with_name("golden_hashes.json")
ACCEPT = "CASEMIX_ACCEPT_HASHES"
SHARED = ("hospital_id", "month")
PUBLIC = {
    "costed.fct_department_cost": ("dept_id", "service_setting", "cost_category", "stage", "cost_level", "amount_yuan"),
    "costed.fct_case_cost": ("stay_id", "method", "own_cost_yuan", "shared_cost_yuan", "cost_yuan"),
    "grouped.fct_case": ("stay_id", "scheme", "group_code", "status", "complication", "weight", "score"),
    "settled.fct_case_settlement": (
        "stay_id", "basis", "group_code", "multiple_class", "adjusted_score", "billed_fee_yuan", "standard_total_yuan",
        "fund_pay_by_item_yuan", "fund_pay_yuan",
    ),
    "settled.fct_true_up": ("dept_id", "true_up_yuan"),
    "scored.fct_department_bonus": (
        "dept_id", "workload_points", "outpatient_yuan", "outpatient_deduction_yuan", "inpatient_yuan",
        "inpatient_deduction_yuan", "true_up_yuan", "subsidy_yuan", "administrative_yuan", "opening_balance_yuan",
        "composite_score", "adjustment_yuan", "carried_balance_yuan", "bonus_yuan",
    ),
    "scored.fct_bonus_journal": ("dept_id", "staff_id", "sequence", "component", "amount_micro_yuan"),
    "scored.fct_staff_bonus": ("dept_id", "staff_id", "bonus_yuan"),
}  # fmt: skip


def golden_hashes(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Hash of every golden month and mart a warehouse holds, by ``hospital month mart``."""
    found = {}
    for relation, columns in PUBLIC.items():
        types = load_marts()[relation].column_types
        months = con.execute(f"select distinct hospital_id, month from {relation} order by all").fetchall()
        for hospital, month in months:
            rows = f"(select * from {relation} where hospital_id = '{hospital}' and month = date '{month}')"
            figures = measure(con, rows, {name: types[name] for name in (*SHARED, *columns)})
            found[f"{hospital} {month:%Y-%m} {relation}"] = figures.logical_sha256
    return found


def kept_hashes(found: dict[str, str]) -> dict[str, str]:
    """The hashes in the repository of the months found; written anew where somebody accepts the found ones."""
    kept: dict[str, str] = json.loads(KEPT.read_text(encoding="utf-8"))
    months = {_month(name) for name in found}
    if os.environ.get(ACCEPT):
        kept = {name: value for name, value in kept.items() if _month(name) not in months} | found
        KEPT.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return {name: value for name, value in kept.items() if _month(name) in months}


def _month(name: str) -> tuple[str, ...]:
    """Hospital and month of ``hospital month mart``."""
    return tuple(name.split(" ")[:2])
