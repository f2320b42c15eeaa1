"""Indicator cards: scores, grades, vetoes and awards of departments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from tests.end_to_end.checker.money import MICRO, rounded
from tests.end_to_end.checker.tables import Policy, Row

ZERO = Fraction(0)
HUNDRED = Fraction(100)


@dataclass(frozen=True)
class CardRow:
    """One indicator on the card of a department."""

    indicator: str
    is_higher_better: bool
    numerator: Fraction
    denominator: Fraction | None
    target: Fraction
    floor: Fraction | None
    weight: Fraction
    is_veto: bool
    factor: Fraction = Fraction(1)
    dimension: str | None = None

    @property
    def value(self) -> Fraction | None:
        """Numerator over denominator with six decimals; a plain count has no denominator."""
        if self.denominator is None:
            return rounded(self.numerator, MICRO)
        return rounded(self.numerator / self.denominator, MICRO) if self.denominator else None

    @property
    def is_attained(self) -> bool:
        """Whether there is a value and it meets the target."""
        value = self.value
        return value is not None and (value >= self.target if self.is_higher_better else value <= self.target)

    @property
    def score(self) -> Fraction | None:
        """100 at the target, 0 at the floor, linear between."""
        value = self.value
        if value is None or self.is_attained:
            return None if value is None else HUNDRED
        if self.floor is None or (value <= self.floor if self.is_higher_better else value >= self.floor):
            return ZERO
        return rounded(HUNDRED * (value - self.floor) / (self.target - self.floor), MICRO)


@dataclass(frozen=True)
class Award:
    """One row of award.csv."""

    indicator: str
    strategy: str | None
    basis: str
    rate: Fraction | None
    amount: Fraction | None
    cap: Fraction | None
    is_yearly: bool = False


@dataclass(frozen=True)
class CardRules:
    """Policy of the card: grades are pairs of lowest score and multiplier."""

    grades: list[tuple[Fraction, Fraction]] = field(default_factory=list)
    awards: list[Award] = field(default_factory=list)
    top_share: Fraction = ZERO
    excess_limit: Fraction = ZERO
    is_year_closed: bool = False
    quality_minimum: Fraction = ZERO


def card_rules(policy: Policy, day: date) -> CardRules:
    """Grades, awards and limits in force on a day."""
    return CardRules(
        grades=[(Fraction(r["card_score_low"]), Fraction(r["multiplier"])) for r in policy.rows("grade", day)],
        awards=[
            Award(
                r["indicator_code"],
                r["strategy_class"],
                r["basis"],
                _number(r["rate"]),
                _number(r["amount"]),
                _number(r["cap"]),
                r.get("period") == "year",
            )
            for r in policy.rows("award", day)
        ],
        top_share=policy.number("top_department_share", day) or ZERO,
        excess_limit=policy.number("discipline_excess_limit", day) or ZERO,
        is_year_closed=policy.number("year_closing_month", day) == day.month,
        quality_minimum=policy.number("quality_weight_minimum", day) or ZERO,
    )


def card_rows(
    policy: Policy, day: date, department: Row, counted: Mapping[str, tuple[Fraction, Fraction | None]]
) -> list[CardRow]:
    """Rows of a department's card: the most specific target of every indicator that was counted."""
    indicators = {r["indicator_code"]: r for r in policy.rows("indicator", day)}
    factors = {
        r["indicator_code"]: Fraction(r["factor"])
        for r in policy.rows("indicator_definition", day)
        if r["definition_version"] == indicators[r["indicator_code"]]["definition_version"]
    }
    chosen: dict[str, Row] = {}
    scopes = ("discipline_class", "strategy_class", "dept_id")
    for row in sorted(policy.rows("indicator_target", day), key=lambda r: [r[s] is not None for s in reversed(scopes)]):
        if row["staff_id"] is None and all(row[s] in (None, department[s]) for s in scopes):
            chosen[row["indicator_code"]] = row
    return [
        CardRow(
            indicator=code,
            is_higher_better=indicators[code]["direction"] == "higher",
            numerator=counted[code][0],
            denominator=counted[code][1],
            target=Fraction(row["target"]),
            floor=_number(row["floor"]),
            weight=Fraction(row["weight"]),
            is_veto=row["is_veto"] == "true",
            factor=factors.get(code, Fraction(1)),
            dimension=indicators[code]["dimension"],
        )
        for code, row in chosen.items()
        if code in counted and {"all", department["discipline_class"]} & set(str(indicators[code]["classes"]).split("|"))
    ]


def _number(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


@dataclass(frozen=True)
class Card:
    """The card of a department, and the classes its targets and awards depend on."""

    rows: list[CardRow] = field(default_factory=list)
    discipline: str | None = None
    strategy: str | None = None


@dataclass
class CardMoney:
    """What a card moves, in yuan."""

    grade: Fraction = ZERO
    awards: Fraction = ZERO
    over_cap: Fraction = ZERO
    veto: Fraction = ZERO


def card_money(
    cards: Mapping[str, Card], earned: Mapping[str, Fraction], of_year: Mapping[str, Fraction], rules: CardRules
) -> dict[str, CardMoney]:
    """Money of every card.

    `earned` is what the department earned after its composite score, `of_year` its bonuses of the calendar year so far.
    """
    money: dict[str, CardMoney] = {}
    for dept, card in cards.items():
        base = max(earned[dept], ZERO)
        money[dept] = CardMoney()
        before, after = _multipliers(card.rows, rules)
        money[dept].grade = rounded(base * (before - 1), MICRO)
        money[dept].veto = rounded(base * (after - before), MICRO)
        for row in card.rows:
            for award in _in_force(rules.awards, row.indicator, card.strategy):
                is_due = row.value is not None and (rules.is_year_closed or not award.is_yearly)
                year_total = max(of_year[dept] + base, ZERO)
                amount = rounded(_award(award, row, dept, cards, (base, year_total), rules), MICRO) if is_due else ZERO
                money[dept].awards += amount
                if award.cap is not None:
                    money[dept].over_cap += max(amount - award.cap, ZERO)
    return money


def card_score(rows: list[CardRow], quality_minimum: Fraction) -> Fraction | None:
    """Weighted mean of the scores of the card, six decimals, quality never below its least weight; none without a score."""
    scored = [r for r in rows if r.score is not None]
    weight = sum((r.weight for r in scored), ZERO)
    quality = sum((r.weight for r in scored if r.dimension == "quality"), ZERO)
    if not weight:
        return None
    share = max(quality / weight, quality_minimum) if 0 < quality < weight else quality / weight
    mean = ZERO
    for row in scored:
        part = share / quality if row.dimension == "quality" else (1 - share) / (weight - quality) if quality < weight else ZERO
        mean += row.weight * part * (row.score or ZERO) if row.weight else ZERO
    return rounded(mean, MICRO)


def _multipliers(rows: list[CardRow], rules: CardRules) -> tuple[Fraction, Fraction]:
    score, grades = card_score(rows, rules.quality_minimum), rules.grades
    if score is None or not grades:
        return Fraction(1), Fraction(1)
    ladder = sorted(grades, reverse=True)
    place = next(n for n, (low, _) in enumerate(ladder) if score >= low)
    vetoes = sum(r.is_veto and r.value is not None and not r.is_attained for r in rows)
    return ladder[place][1], ladder[min(place + vetoes, len(ladder) - 1)][1]


def _in_force(awards: list[Award], indicator: str, strategy: str | None) -> list[Award]:
    """Awards on the indicator; of one basis the row of the strategy class displaces the one for all."""
    chosen: dict[str, Award] = {}
    for award in sorted(awards, key=lambda a: a.strategy is not None):
        if award.indicator == indicator and award.strategy in (None, strategy):
            chosen[award.basis] = award
    return list(chosen.values())


def _award(
    award: Award,
    row: CardRow,
    dept: str,
    cards: Mapping[str, Card],
    bases: tuple[Fraction, Fraction],
    rules: CardRules,
) -> Fraction:
    """What an award gives, a charge takes; `bases` are what the department earned in the month and over the year."""
    rate, amount, denominator = award.rate or ZERO, award.amount or ZERO, row.denominator or ZERO
    over = (row.numerator - row.target * denominator) / row.factor
    line = _discipline_mean(row.indicator, cards) if award.basis == "excess" else {}
    mean = line.get(cards[dept].discipline, ZERO) * (1 + rules.excess_limit)
    met = {
        "surplus": rate * max(denominator - row.numerator / row.factor, ZERO),
        "share": rate * row.numerator / row.factor,
        "amount": amount,
        "per_unit": amount * row.numerator,
    }
    missed = {"charge": -rate * row.numerator / row.factor, "year_total": -rate * bases[1]}
    always = {
        "saving": rate * max(-over, ZERO),
        "overrun": -rate * max(over, ZERO),
        "excess": -rate * max(row.numerator - mean * denominator, ZERO) / row.factor,
        "top_share": rate * bases[0] if _is_top(row, cards, rules.top_share) else ZERO,
    }
    return (always | (met if row.is_attained else missed)).get(award.basis, ZERO)


def _same(indicator: str, cards: Mapping[str, Card]) -> dict[str, CardRow]:
    return {d: r for d, c in cards.items() for r in c.rows if r.indicator == indicator}


def _discipline_mean(indicator: str, cards: Mapping[str, Card]) -> dict[str | None, Fraction]:
    sums: dict[str | None, list[Fraction]] = defaultdict(lambda: [ZERO, ZERO])
    for dept, row in _same(indicator, cards).items():
        sums[cards[dept].discipline][0] += row.numerator
        sums[cards[dept].discipline][1] += row.denominator or ZERO
    return {d: rounded(above / below, MICRO) for d, (above, below) in sums.items() if below}


def _is_top(row: CardRow, cards: Mapping[str, Card], share: Fraction) -> bool:
    values = [v for r in _same(row.indicator, cards).values() if (v := r.value) is not None]
    own = row.value
    better = sum(v > own if row.is_higher_better else v < own for v in values if own is not None)
    return better + 1 <= share * len(values)
