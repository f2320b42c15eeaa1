"""A release against the independent calculation: every figure that differs, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb

from tests.end_to_end.checker.hospital import Hospital, Result
from tests.end_to_end.checker.settlement import Grouped
from tests.end_to_end.checker.tables import Month, Policy

FIGURES = {
    "workload_points": "points",
    "outpatient_yuan": "outpatient",
    "outpatient_deduction_yuan": "outpatient_deduction",
    "inpatient_yuan": "inpatient",
    "inpatient_deduction_yuan": "inpatient_deduction",
    "true_up_yuan": "true_up",
    "subsidy_yuan": "subsidy",
    "administrative_yuan": "administrative",
    "formula_yuan": "formula",
    "opening_balance_yuan": "opening_balance",
    "carried_balance_yuan": "carried_balance",
    "bonus_yuan": "bonus",
}


def differences(warehouse: Path, landing: Path, hospital_id: str, months: list[date], policies: list[Path]) -> list[str]:
    """Figures of a hospital that differ between the marts in `warehouse` and the calculation from `landing`.

    `months` must start with the first published month, since later ones carry balances of earlier ones.
    """
    hospital = Hospital(Policy(policies, hospital_id))
    found: list[str] = []
    with duckdb.connect(str(warehouse), read_only=True) as con:
        for first in months:
            month = Month(landing / hospital_id / f"{first:%Y-%m}", first)
            result = hospital.close(month, _groups(con, hospital_id, first))
            found += [f"{first:%Y-%m} {text}" for text in _compare(con, hospital_id, first, result)]
    return found


def _rows(con: duckdb.DuckDBPyConnection, query: str, hospital_id: str, month: date) -> list[tuple[Any, ...]]:
    return con.execute(f"{query} where hospital_id = ? and month = ?", [hospital_id, month]).fetchall()


def _groups(con: duckdb.DuckDBPyConnection, hospital_id: str, month: date) -> dict[str, Grouped]:
    query = "select stay_id, multiple_class, standard_total_yuan, basis from settled.fct_case_settlement"
    special = {s: (c, Fraction(t)) for s, c, t, basis in _rows(con, query, hospital_id, month) if basis == "simulated"}
    query = "select stay_id, scheme, version, group_code, status, aux_coefficient, status_reason from grouped.fct_case"
    groups = {}
    for stay, scheme, version, group, status, auxiliary, reason in _rows(con, query, hospital_id, month):
        special_class, special_total = special.get(stay, (None, Fraction(0)))
        is_quarantined = str(reason or "").startswith("FP-")
        coefficient = Fraction(1 if auxiliary is None else auxiliary)
        groups[stay] = Grouped(scheme, version, group, status, coefficient, special_class, special_total, is_quarantined)
    return groups


def _compare(con: duckdb.DuckDBPyConnection, hospital_id: str, month: date, result: Result) -> Iterator[str]:
    yield from _compare_costs(con, hospital_id, month, result)
    query = "select stay_id, standard_total_yuan, fund_pay_yuan, basis from settled.fct_case_settlement"
    settled = {s: (Fraction(t), Fraction(f)) for s, t, f, basis in _rows(con, query, hospital_id, month) if basis == "simulated"}
    yield from _unequal("settlement", settled, result.settlements)
    query = f"select dept_id, {', '.join(FIGURES)} from scored.fct_department_bonus"
    for dept, *values in _rows(con, query, hospital_id, month):
        published = dict(zip(FIGURES, map(Fraction, values), strict=True))
        expected = {column: getattr(result.bonuses[dept], name) for column, name in FIGURES.items()}
        yield from _unequal(f"bonus of {dept}", published, expected)
    scores = dict(_rows(con, "select dept_id, composite_score from scored.fct_department_bonus", hospital_id, month))
    yield from _unequal("composite score", {d: None if s is None else Fraction(s) for d, s in scores.items()}, result.composites)
    paid = {s: Fraction(b) for s, b in _rows(con, "select staff_id, bonus_yuan from scored.fct_staff_bonus", hospital_id, month)}
    yield from _unequal("bonus of person", paid, result.staff)


def _compare_costs(con: duckdb.DuckDBPyConnection, hospital_id: str, month: date, result: Result) -> Iterator[str]:
    query = "select dept_id, service_setting, cost_category, cost_level, stage, amount_yuan from costed.fct_department_cost"
    published: dict[tuple[str, ...], Fraction] = {}
    for *key, amount in _rows(con, query, hospital_id, month):
        published[tuple(key)] = published.get(tuple(key), Fraction(0)) + Fraction(amount)
    yield from _unequal("department cost", published, dict(result.cost.centres))
    query = (
        "select stay_id, own_cost_yuan, own_fee_yuan, shared_cost_yuan, shared_direct_cost_yuan, method from costed.fct_case_cost"
    )
    cases = {
        s: tuple(map(Fraction, figures)) for s, *figures, method in _rows(con, query, hospital_id, month) if method == "top_down"
    }
    expected = {s: (c.own_cost, c.own_fee, c.shared, c.shared_direct) for s, c in result.cases.items()}
    yield from _unequal("case cost", cases, expected)


def _unequal(what: str, published: dict[Any, Any], expected: dict[Any, Any]) -> Iterator[str]:
    for key in sorted({*published, *expected}, key=str):
        got, wanted = published.get(key), expected.get(key)
        if (got or 0) != (wanted or 0):
            yield f"{what} {key}: published {_text(got)}, calculated {_text(wanted)}"


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_text, value)) + ")"
    return "nothing" if value is None else f"{float(value):.6f}"
