"""Department bonuses from measured departments: pools, composite score, closing steps and the fen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from tests.end_to_end.checker.card import Card, CardMoney, CardRules, card_money
from tests.end_to_end.checker.money import MICRO, largest_remainder, rounded

ZERO = Fraction(0)
RESERVE = "RESERVE"
PAID_BY_CASE = ("standard", "administrative")
CHARGED_BY_CASE = (*PAID_BY_CASE, "workload_quality")


@dataclass(frozen=True)
class Decisions:
    """Scalar parameters of the bonus; fractions where the parameter is a number."""

    recognition_ratio: Fraction
    uncontrollable_ratio: Fraction
    recognise_on: str
    true_up_basis: str
    own_basis: str
    deduction_unit: str
    outpatient_cost_stage: str
    inpatient_cost_stage: str
    negative_bonus: str
    score_applies_to_true_up: bool
    smoothing_alpha: Fraction
    swing_limit: Fraction | None
    reserve_overdraw: str = "stop"
    card: CardRules = field(default_factory=CardRules)


@dataclass(frozen=True)
class Case:
    """A case of the population: its cost, its group and its wards (ward weight and payment by department)."""

    stay_id: str
    group: str
    own_cost: Fraction
    own_fee: Fraction
    shared_cost: Fraction
    shared_direct_cost: Fraction
    wards: Mapping[str, Fraction]
    payments: Mapping[str, Fraction]


@dataclass
class Department:
    """Everything known about a department before the pools are divided; amounts in yuan."""

    scheme: str
    is_earning: bool
    points: Fraction = ZERO
    outpatient_costs: dict[tuple[str, bool], Fraction] = field(default_factory=dict)
    true_ups: list[tuple[Fraction, Fraction]] = field(default_factory=list)
    subsidy: Fraction = ZERO
    position_weight: Fraction = ZERO
    composite: Fraction | None = None
    opening_balance: Fraction = ZERO
    past_bonuses: list[Fraction] = field(default_factory=list)
    year_bonus: Fraction = ZERO
    card: Card = field(default_factory=Card)
    formula: Fraction = ZERO


@dataclass(frozen=True)
class Bonus:
    """Published figures of a department, in yuan."""

    points: Fraction
    outpatient: Fraction
    outpatient_deduction: Fraction
    inpatient: Fraction
    inpatient_deduction: Fraction
    true_up: Fraction
    subsidy: Fraction
    administrative: Fraction
    formula: Fraction
    opening_balance: Fraction
    carried_balance: Fraction
    bonus: Fraction


def composite_score(sheets: Iterable[tuple[str, Fraction]], weights: Mapping[str, Fraction]) -> Fraction | None:
    """Weighted mean over the dimensions that have a sheet, a dimension being the mean of its sheets; six decimals."""
    scores: dict[str, list[Fraction]] = defaultdict(list)
    for dimension, score in sheets:
        if dimension in weights:
            scores[dimension].append(score)
    weight = sum((weights[d] for d in scores), ZERO)
    if not weight:
        return None
    return rounded(sum((weights[d] * sum(s, ZERO) / len(s) for d, s in scores.items()), ZERO) / weight, MICRO)


def inpatient_deductions(cases: Iterable[Case], decisions: Decisions) -> dict[str, Fraction]:
    """Deducted cost by department: the total of a group divided over departments by the number of its cases there."""
    totals: dict[str, Fraction] = defaultdict(lambda: ZERO)
    counts: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for case in cases:
        key = case.stay_id if decisions.deduction_unit == "case" else case.group
        own = case.own_cost if decisions.own_basis == "cost" else case.own_fee
        shared = case.shared_direct_cost if decisions.inpatient_cost_stage == "direct" else case.shared_cost
        totals[key] += own + decisions.uncontrollable_ratio * shared
        weight = sum(case.wards.values(), ZERO)
        for dept, part in case.wards.items():
            counts[key][dept] += part / weight
    deductions: dict[str, Fraction] = defaultdict(lambda: ZERO)
    for key, total in totals.items():
        recognised = total * decisions.recognition_ratio if decisions.recognise_on == "net" else total
        for dept, part in largest_remainder(rounded(recognised, MICRO), counts[key], MICRO).items():
            deductions[dept] += part
    return deductions


def outpatient_deduction(dept: Department, ratios: Mapping[tuple[str, bool], Fraction | None], decisions: Decisions) -> Fraction:
    """Cost of outpatients times the ratio of its category; an empty ratio is the uncontrollable one, a missing one zero."""
    if not dept.is_earning:
        return ZERO
    deducted = ZERO
    for key, amount in dept.outpatient_costs.items():
        if key in ratios:
            ratio = ratios[key]
            deducted += amount * (decisions.uncontrollable_ratio if ratio is None else ratio)
    return rounded(deducted, MICRO)


def true_up(dept: Department, decisions: Decisions) -> Fraction:
    """Actual less simulated, or less the recognised part of it."""
    ratio = decisions.recognition_ratio if decisions.true_up_basis == "recognised" else Fraction(1)
    return rounded(sum((actual - ratio * simulated for actual, simulated in dept.true_ups), ZERO), MICRO)


@dataclass
class _Lines:
    points: Fraction = ZERO
    outpatient_deduction: Fraction = ZERO
    income: Fraction = ZERO
    inpatient_deduction: Fraction = ZERO
    true_up: Fraction = ZERO
    subsidy: Fraction = ZERO
    administrative: Fraction = ZERO
    formula: Fraction = ZERO
    opening: Fraction = ZERO
    carried: Fraction = ZERO
    from_card: Fraction = ZERO
    final: Fraction = ZERO


def department_bonuses(
    departments: Mapping[str, Department],
    cases: list[Case],
    pools: Mapping[str, Fraction],
    ratios: Mapping[tuple[str, bool], Fraction | None],
    steps: Mapping[str, list[str]],
    decisions: Decisions,
) -> dict[str, Bonus]:
    """Bonus of every department and of the reserve.

    `steps` holds, per scheme, the steps that are on in their order. Raises ArithmeticError where the run must stop.
    """
    lines = {d: _Lines() for d in departments}
    _measure(lines, departments, cases, ratios, steps, decisions)
    _divide_pools(lines, departments, pools, "inpatient_pool" in steps.get("standard", []))
    earned = {d: _earned(lines[d], x, "score" in steps.get(x.scheme, []), decisions) for d, x in departments.items()}
    of_year = {d: x.year_bonus for d, x in departments.items()}
    money = card_money({d: x.card for d, x in departments.items()}, earned, of_year, decisions.card)
    for key, dept in departments.items():
        _close(lines[key], dept, steps.get(dept.scheme, []), decisions, money[key])
    if decisions.reserve_overdraw == "scale_awards":
        _scale_awards(lines, pools["total"])
    return _round_together(lines, departments, pools["total"])


def _measure(
    lines: dict[str, _Lines],
    departments: Mapping[str, Department],
    cases: list[Case],
    ratios: Mapping[tuple[str, bool], Fraction | None],
    steps: Mapping[str, list[str]],
    decisions: Decisions,
) -> None:
    simulated: dict[str, Fraction] = defaultdict(lambda: ZERO)
    for case in cases:
        for dept, payment in case.payments.items():
            simulated[dept] += payment
    deductions = inpatient_deductions(cases, decisions)
    for key, dept in departments.items():
        line = lines[key]
        line.outpatient_deduction = outpatient_deduction(dept, ratios, decisions)
        line.formula = dept.formula
        if dept.scheme in PAID_BY_CASE:
            line.income = rounded(decisions.recognition_ratio * simulated[key], MICRO)
            line.true_up = true_up(dept, decisions)
        if dept.scheme in CHARGED_BY_CASE:
            line.inpatient_deduction = deductions[key]
        line.subsidy = dept.subsidy if "subsidy" in steps.get(dept.scheme, []) else ZERO


def _divide_pools(
    lines: dict[str, _Lines], departments: Mapping[str, Department], pools: Mapping[str, Fraction], is_pool_on: bool
) -> None:
    income = sum((x.income for x in lines.values()), ZERO)
    deducted = sum((x.inpatient_deduction for d, x in lines.items() if departments[d].scheme in PAID_BY_CASE), ZERO)
    charged = sum((x.inpatient_deduction for x in lines.values()), ZERO) - deducted
    inpatient = income - deducted
    if is_pool_on and "inpatient" in pools:
        inpatient = pools["inpatient"]
        if income <= 0:
            raise ArithmeticError("BON-09: an inpatient pool over no income")
        scaled = largest_remainder(inpatient + deducted, {d: x.income for d, x in lines.items()}, MICRO)
        for dept, part in scaled.items():
            lines[dept].income = part
    administrative = pools.get("administrative", ZERO)
    money = pools["total"] - inpatient - administrative - pools.get("reserve", ZERO)
    money += charged + sum((x.outpatient_deduction - x.true_up - x.subsidy - x.formula for x in lines.values()), ZERO)
    points = {d: departments[d].points for d in lines}
    if money <= 0 or sum(points.values(), ZERO) <= 0:
        raise ArithmeticError("BON-02: no point money or no points")
    for dept, part in largest_remainder(money, points, MICRO).items():
        lines[dept].points = part
    offices = {d: x.position_weight if x.scheme == "administrative" else ZERO for d, x in departments.items()}
    for dept, part in largest_remainder(administrative, offices, MICRO).items():
        composite = departments[dept].composite
        lines[dept].administrative = part if composite is None else rounded(part * composite / 100, MICRO)


def _sums(line: _Lines, decisions: Decisions) -> tuple[Fraction, Fraction]:
    """What the composite score touches, and what it does not."""
    scored = line.points - line.outpatient_deduction + line.income - line.inpatient_deduction + line.formula
    if decisions.score_applies_to_true_up:
        return scored + line.true_up, line.administrative
    return scored, line.administrative + line.true_up


def _score_change(line: _Lines, dept: Department, decisions: Decisions) -> Fraction:
    scored, _ = _sums(line, decisions)
    return rounded(scored * dept.composite / 100, MICRO) - scored if dept.composite is not None and scored > 0 else ZERO


def _earned(line: _Lines, dept: Department, is_scored: bool, decisions: Decisions) -> Fraction:
    return sum(_sums(line, decisions), ZERO) + (_score_change(line, dept, decisions) if is_scored else ZERO)


def _close(line: _Lines, dept: Department, steps: list[str], decisions: Decisions, card: CardMoney) -> None:
    amount = sum(_sums(line, decisions), ZERO)
    of_card = {"card": card.grade + card.awards, "cap": -card.over_cap if "card" in steps else ZERO, "veto": card.veto}
    for step in steps:
        if step == "score":
            amount += _score_change(line, dept, decisions)
        elif step in of_card:
            line.from_card += of_card[step]
            amount += of_card[step]
        elif step == "subsidy":
            amount += line.subsidy
        elif step == "smoothing" and dept.past_bonuses:
            amount = _smoothed(amount, dept.past_bonuses, decisions)
        elif step == "carry":
            line.opening = dept.opening_balance
            amount += line.opening
        elif step == "floor" and amount < 0 and decisions.negative_bonus != "as_is":
            line.carried = amount if decisions.negative_bonus == "carry_forward" else ZERO
            amount = ZERO
    line.final = amount


def _scale_awards(lines: Mapping[str, _Lines], total: Fraction) -> None:
    """An overdrawn reserve takes back what cards gave, as far as the departments still have it."""
    overdraft = max(sum((x.final for x in lines.values()), ZERO) - total, ZERO)
    given = {d: max(min(x.from_card, x.final), ZERO) for d, x in lines.items()}
    taken = largest_remainder(min(overdraft, sum(given.values(), ZERO)), given, MICRO)
    for dept, part in taken.items():
        lines[dept].final -= part


def _smoothed(amount: Fraction, past: list[Fraction], decisions: Decisions) -> Fraction:
    mean = sum(past, ZERO) / len(past)
    smoothed = decisions.smoothing_alpha * amount + (1 - decisions.smoothing_alpha) * mean
    if decisions.swing_limit is not None:
        swing = decisions.swing_limit * abs(mean)
        smoothed = max(min(smoothed, mean + swing), mean - swing)
    return rounded(smoothed, MICRO)


def _round_together(lines: Mapping[str, _Lines], departments: Mapping[str, Department], total: Fraction) -> dict[str, Bonus]:
    exact = {d: x.final for d, x in lines.items()}
    exact[RESERVE] = total - sum(exact.values(), ZERO)
    if exact[RESERVE] < 0:
        raise ArithmeticError("BON-02: the reserve is below zero")
    fen = largest_remainder(total, exact)
    bonuses = {RESERVE: Bonus(*[ZERO] * 11, bonus=fen[RESERVE])}
    for dept, line in lines.items():
        bonuses[dept] = Bonus(
            points=departments[dept].points,
            outpatient=rounded(line.points - line.outpatient_deduction),
            outpatient_deduction=rounded(line.outpatient_deduction),
            inpatient=rounded(line.income - line.inpatient_deduction),
            inpatient_deduction=rounded(line.inpatient_deduction),
            true_up=rounded(line.true_up),
            subsidy=rounded(line.subsidy),
            administrative=rounded(line.administrative),
            formula=rounded(line.formula),
            opening_balance=rounded(line.opening),
            carried_balance=rounded(line.carried),
            bonus=fen[dept],
        )
    return bonuses
