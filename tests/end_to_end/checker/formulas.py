"""Schemes that pay a department by a formula of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from tests.end_to_end.checker.bonus import Case
from tests.end_to_end.checker.card import CardRow, card_score
from tests.end_to_end.checker.money import MICRO, largest_remainder, rounded

ZERO = Fraction(0)


@dataclass(frozen=True)
class Prices:
    """Prices of the formulas, in yuan; the share is a ratio, the others are weights."""

    weight_price: Fraction
    difficulty_price: Fraction
    difficulty_weight: Fraction
    surplus_share: Fraction
    score_card_base: Fraction
    quality_weight_minimum: Fraction


def formula_pay(
    dept: str,
    scheme: str,
    prices: Prices,
    weights: Iterable[tuple[Fraction, Mapping[str, Fraction]]],
    population: Iterable[Case],
    position_weight: Fraction,
    card: list[CardRow],
) -> Fraction:
    """What the scheme of a department pays beside points and cases.

    `weights` holds weight and wards of every case discharged in the month.
    """
    if scheme == "case_weight":
        whole = _share(dept, ((weight, wards) for weight, wards in weights), MICRO)
        hard = _share(dept, ((max(weight - prices.difficulty_weight, ZERO), wards) for weight, wards in weights), MICRO)
        return rounded(whole * prices.weight_price, MICRO) + rounded(hard * prices.difficulty_price, MICRO)
    if scheme == "surplus_share":
        cases = list(population)
        paid = sum((case.payments.get(dept, ZERO) for case in cases), ZERO)
        cost = _share(dept, ((case.own_cost + case.shared_cost, case.wards) for case in cases), Fraction(1, 100))
        return rounded(max(paid - cost, ZERO) * prices.surplus_share, MICRO)
    if scheme == "score_card" and (score := card_score(card, prices.quality_weight_minimum)) is not None:
        return rounded(position_weight * prices.score_card_base * score / 100, MICRO)
    return ZERO


def _share(dept: str, amounts: Iterable[tuple[Fraction, Mapping[str, Fraction]]], unit: Fraction) -> Fraction:
    parts = (largest_remainder(amount, wards, unit)[dept] for amount, wards in amounts if dept in wards)
    return sum(parts, ZERO)
