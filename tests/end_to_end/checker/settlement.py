"""Simulated settlement of a case from its group, and the true-up against the insurer's statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.end_to_end.checker.money import rounded
from tests.end_to_end.checker.tables import Policy, Row

ZERO = Fraction(0)
SPECIAL = {"incomplete", "per_diem", "special_review", "readmission", "excluded"}


@dataclass(frozen=True)
class Grouped:
    """What grouping says about a case, taken from the release."""

    scheme: str
    version: str
    group: str | None
    status: str
    auxiliary: Fraction
    special_class: str | None
    special_total: Fraction
    is_quarantined: bool


def standard_total(case: Grouped, fee: Fraction, insurance: str, day: date, policy: Policy) -> Fraction:
    """Payment standard of a case in yuan, rounded once.

    Cases that a rule takes out of the normal formulas (left against advice, bed-day groups, reviewed …) keep the amount
    of the release: the rules that name them read facts this check does not.
    """
    if case.special_class in SPECIAL:
        return case.special_total
    if case.status != "grouped":
        return fee
    (hospital,) = [r for r in policy.rows("hospital", day) if r["hospital_id"] == policy.hospital_id]
    (row,) = [
        r
        for r in policy.rows("group_payment", day)
        if (r["scheme"], r["version"], r["group_code"], r["hospital_level"])
        == (case.scheme, case.version, case.group, hospital["level"])
    ]
    value = _point_value(policy, hospital, case.scheme, insurance, day)
    ratio = fee / Fraction(row["mean_fee"])
    if case.scheme == "DIP":
        return rounded(
            _dip_points(row, ratio, _band(policy, hospital, "DIP", ZERO, day))
            * case.auxiliary
            * value
            * _dip_coefficient(policy, hospital, row, day)
        )
    return rounded(_drg_points(policy, hospital, row, ratio, day) * value)


def is_high_multiple(case: Grouped, fee: Fraction, day: date, policy: Policy) -> bool:
    """Whether the fee lies above the high multiple of the group's mean fee."""
    if case.special_class in SPECIAL or case.status != "grouped":
        return False
    (hospital,) = [r for r in policy.rows("hospital", day) if r["hospital_id"] == policy.hospital_id]
    for row in policy.rows("group_payment", day):
        key = (row["scheme"], row["version"], row["group_code"], row["hospital_level"])
        if key == (case.scheme, case.version, case.group, hospital["level"]):
            weight = Fraction(row["weight"] or 0)
            return fee / Fraction(row["mean_fee"]) > _band(policy, hospital, case.scheme, weight, day)[0]
    return False


def group_weight(case: Grouped, day: date, policy: Policy) -> Fraction:
    """Weight of the group of a case; a DIP score over the reference score, four decimals; 0 without a group."""
    if case.status != "grouped":
        return ZERO
    (hospital,) = [r for r in policy.rows("hospital", day) if r["hospital_id"] == policy.hospital_id]
    for row in policy.rows("group_payment", day):
        key = (row["scheme"], row["version"], row["group_code"], row["hospital_level"])
        if key == (case.scheme, case.version, case.group, hospital["level"]):
            if row["weight"] is not None:
                return Fraction(row["weight"])
            return rounded(Fraction(row["score"]) / (policy.number("reference_score", day) or 1), Fraction(1, 10_000))
    return ZERO


def _point_value(policy: Policy, hospital: Row, scheme: str, insurance: str, day: date) -> Fraction:
    rows = [
        r
        for r in policy.rows("point_value", day)
        if (r["region"], r["scheme"], r["insurance_type"], int(r["year"])) == (hospital["region"], scheme, insurance, day.year)
    ]
    clearing = [r for r in rows if r["kind"] == "clearing"]
    (row,) = clearing or rows
    return Fraction(row["value"])


def _band(policy: Policy, hospital: Row, scheme: str, weight: Fraction, day: date) -> tuple[Fraction, Fraction]:
    rows = [r for r in policy.rows("payment_band", day) if r["scheme"] == scheme]
    named = [r for r in rows if r["region"] == hospital["region"]] or [r for r in rows if r["region"] == "*"]
    for row in named:
        is_above = weight > Fraction(row["rw_low"] or 0) or scheme == "DIP"
        if is_above and (row["rw_high"] is None or weight <= Fraction(row["rw_high"])):
            return Fraction(row["high_multiple"]), Fraction(row["low_multiple"])
    raise LookupError(f"no payment band for {scheme} {weight}")


def _dip_points(row: Row, ratio: Fraction, band: tuple[Fraction, Fraction]) -> Fraction:
    high, low = band
    score = Fraction(row["score"])
    if ratio > high:
        return (ratio - high + 1) * score
    return ratio * score if ratio < low else score


def _dip_coefficient(policy: Policy, hospital: Row, row: Row, day: date) -> Fraction:
    added = sum((Fraction(r["value"]) for r in policy.rows("bonus_coefficient", day)), ZERO)
    cap = policy.number("bonus_coefficient_cap", day)
    bonus = 1 + (added if cap is None else min(added, cap))
    if row["is_same_price"] == "true":
        return bonus
    if row["is_basic_group"] == "true":
        return (policy.number("basic_group_coefficient", day) or Fraction(1)) * bonus
    return Fraction(hospital["coefficient"]) * bonus


def _drg_points(policy: Policy, hospital: Row, row: Row, ratio: Fraction, day: date) -> Fraction:
    weight = Fraction(row["weight"])
    high, low = _band(policy, hospital, "CHS-DRG", weight, day)
    rules = {r["case_class"]: r for r in policy.rows("payment_rule", day) if r["region"] == hospital["region"]}
    coefficient = Fraction(1) if row["is_same_price"] == "true" else Fraction(hospital["coefficient"])
    base = weight * Fraction(rules["normal"]["factor"] or 1) if "normal" in rules else weight
    if ratio > high and "high" in rules:
        if rules["high"]["formula"] == "excess_times_coefficient":
            return base * coefficient * (1 + ratio - high)
        return base * coefficient + (ratio - high) * base
    if ratio < low and "low" in rules:
        return base * ratio
    return base * coefficient


def fund_pay(total: Fraction, insurance: str, patient_share: Fraction) -> Fraction:
    """Simulated payment of the fund: the standard less what the patient pays, nothing for self-pay."""
    return ZERO if insurance == "self_pay" else max(ZERO, total - patient_share)


def fund_pay_by_ratio(total: Fraction, insurance: str, outside_scope: Fraction, ratio: Fraction) -> Fraction:
    """The same by the formula of the in-scope ratio, rounded to the fen."""
    return ZERO if insurance == "self_pay" else max(ZERO, rounded((total - outside_scope) * ratio))
