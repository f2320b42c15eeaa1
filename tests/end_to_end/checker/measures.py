"""What indicators count by department, as far as this check knows them, and what rulings charge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from tests.end_to_end.checker.card import CardRow
from tests.end_to_end.checker.costs import MonthCost
from tests.end_to_end.checker.stays import StayCost
from tests.end_to_end.checker.tables import Month, Policy, Row, of_month

ZERO = Fraction(0)
ONE = Fraction(1)
RULED = "ruled_overrun"
COUNTS = ("listed_technique_income", "referred_down_count")
OF_YEAR = {"insurance_target_year": "fee_to_standard_ratio"}
Counted = dict[str, dict[str, tuple[Fraction, Fraction | None]]]


@dataclass(frozen=True)
class Measured:
    """A case discharged in the month: its front page, its cost, and its payment standard where it is simulated."""

    stay_id: str
    dept: str
    page: Row
    cost: StayCost
    standard: Fraction | None


@dataclass(frozen=True)
class Listed:
    """A high-multiple case until it is judged."""

    stay_id: str
    dept: str
    weight: Fraction
    is_listed_technique: bool
    overrun: Fraction


def counted(policy: Policy, month: Month, cost: MonthCost, cases: Iterable[Measured]) -> Counted:
    """Numerator and denominator by department and indicator; a plain count has no denominator."""
    sums: dict[str, dict[str, list[Fraction]]] = defaultdict(lambda: defaultdict(lambda: [ZERO, ZERO]))
    levels: dict[str, set[str]] = defaultdict(set)
    for row in month.rows("emr_procedure"):
        if row["procedure_level"] is not None:
            levels[row["stay_id"]].add(row["procedure_level"])
    techniques = technique_stays(policy, month)
    for case in cases:
        for code, sides in _of_case(case, levels[case.stay_id], is_listed=case.stay_id in techniques).items():
            for side, amount in enumerate(sides):
                sums[case.dept][code][side] += amount
    for row in month.rows("performance_indicator"):
        sums[row["dept_id"]][row["indicator_code"]][0] += row["numerator"]
        sums[row["dept_id"]][row["indicator_code"]][1] += row["denominator"] or ZERO
    for dept, patients in _referred_down(month).items():
        sums[dept]["referred_down_count"][0] += len(patients)
    for dept, sides in _controlled(month, cost).items():
        sums[dept]["controllable_cost_rate"] = list(sides)
    return {d: {c: (n, None if c in COUNTS else m) for c, (n, m) in codes.items()} for d, codes in sums.items()}


def year_to_date(months: Iterable[Counted]) -> Counted:
    """Indicators of the year so far: numerators and denominators of its months added up."""
    sums: dict[str, dict[str, list[Fraction]]] = defaultdict(lambda: defaultdict(lambda: [ZERO, ZERO]))
    for month in months:
        for dept, codes in month.items():
            for code, base in OF_YEAR.items():
                for side, amount in enumerate(codes.get(base, (ZERO, ZERO))):
                    sums[dept][code][side] += amount or ZERO
    return {d: {c: (n, m) for c, (n, m) in codes.items()} for d, codes in sums.items()}


def technique_stays(policy: Policy, month: Month) -> set[str]:
    """Stays with a procedure on the list of new techniques."""
    codes = {r["code"] for r in policy.rows("code_list", month.first) if r["list_code"] == "innovation_technique"}
    return {r["stay_id"] for r in month.rows("emr_procedure") if r["procedure_code"] in codes}


def judged(case: Listed, ruling: str | None, minimum_weight: Fraction, quality: list[CardRow]) -> str:
    """approved, refused or pending; a complex case is judged by the quality indicators of its department's card."""
    results = [row.is_attained for row in quality if row.dimension == "quality" and row.weight > 0 and row.value is not None]
    if ruling == "non_standard_care" or (ruling == "complex" and not all(results)):
        return "refused"
    if ruling == "innovation":
        return "approved" if case.weight >= minimum_weight or case.is_listed_technique else "refused"
    return "approved" if ruling == "complex" and results else "pending"


def _of_case(case: Measured, operated: set[str], *, is_listed: bool) -> Mapping[str, tuple[Fraction, Fraction]]:
    page, standard = case.page, case.standard
    counts = {
        "average_stay_days": (Fraction(page["stay_days"]), ONE),
        "drug_share": (page["d23"] + page["d24"] + page["d25"], page["total_fee"]),
        "material_share": (page["d31"] + page["d32"] + page["d33"], page["total_fee"]),
        "level_3_4_surgery_share": (Fraction(bool(operated & {"3", "4"})), Fraction(bool(operated))),
        "listed_technique_income": (standard if standard is not None and is_listed else ZERO, ZERO),
        "fee_to_standard_ratio": (ZERO, ZERO),
        "cost_control_ratio": (ZERO, ZERO),
    }
    if standard is not None:
        counts["fee_to_standard_ratio"] = (page["total_fee"], standard)
        counts["cost_control_ratio"] = (case.cost.own_cost + case.cost.shared, standard)
    return counts


def _referred_down(month: Month) -> dict[str, set[str]]:
    depts = {r["stay_id"]: r["discharge_dept_id"] for r in month.rows("his_inpatient_stay")}
    depts |= {r["visit_id"]: r["dept_id"] for r in month.rows("his_outpatient_visit")}
    patients: dict[str, set[str]] = defaultdict(set)
    for row in month.rows("his_referral"):
        if row["direction"] == "down" and depts.get(row["encounter_id"]):
            patients[depts[row["encounter_id"]]].add(row["patient_id"])
    return patients


def _controlled(month: Month, cost: MonthCost) -> dict[str, tuple[Fraction, Fraction]]:
    """Controllable cost of 100 yuan of income: clinical departments earn what they order, the others what they do."""
    departments = of_month(month.rows("his_department"), "dept_id", month)
    income: dict[str, Fraction] = defaultdict(lambda: ZERO)
    for line in month.rows("his_charge"):
        for column, is_clinical in (("ordering_dept_id", True), ("executing_dept_id", False)):
            if (departments[line[column]]["dept_class"] == "clinical") == is_clinical:
                income[line[column]] += line["amount"]
    decided = cost.controllable_cost()
    return {dept: (100 * decided.get(dept, ZERO), income[dept]) for dept in departments}
