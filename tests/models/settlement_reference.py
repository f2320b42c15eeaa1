"""Settlement of one case in exact fractions, written from the rules and sharing nothing with the models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

Amount = Decimal | None


@dataclass(frozen=True)
class Group:
    """Payment row of a group; `base` is the weight or the score."""

    base: Decimal
    mean_fee: Decimal
    is_same_price: bool
    is_basic: bool


@dataclass(frozen=True)
class Terms:
    """What holds on the policy date. `rules` maps a case class to formula, factor and cap."""

    scheme: str
    coefficient: Decimal
    basic_coefficient: Decimal
    point_value: Decimal
    bonus: Decimal
    bands: Sequence[tuple[Decimal, Decimal | None, Decimal, Decimal]]
    rules: Mapping[str, tuple[str, Decimal | None, Decimal | None]]


@dataclass(frozen=True)
class Settled:
    multiple_class: str
    score: Amount
    standard: Decimal


def rounded(value: Fraction, digits: int) -> Decimal:
    """Halves away from zero; the value is not negative."""
    return Decimal(floor(value * 10**digits + Fraction(1, 2))).scaleb(-digits)


def settle(fee: Decimal, group: Group | None, terms: Terms, auxiliary: Decimal, special: str | None = None) -> Settled:
    """Class, score and standard of a case; `special` is a class that holds whatever the fee."""
    if group is None:
        return Settled("ungrouped", None, fee)
    high, low = _multiples(group, terms)
    mean = group.mean_fee
    kind = special or ("high" if high and fee > high * mean else "low" if low and fee < low * mean else "normal")
    coefficient = Decimal(1) if group.is_same_price else terms.basic_coefficient if group.is_basic else terms.coefficient
    ratio = Fraction(fee) / Fraction(mean)
    if terms.scheme == "DIP":
        factor = {"high": ratio - Fraction(high or 0) + 1, "low": ratio}.get(kind, Fraction(1))
        score = Fraction(group.base) * factor * Fraction(auxiliary)
        money = score * Fraction(terms.point_value) * Fraction(coefficient) * (1 + min(Fraction(terms.bonus), Fraction(1, 10)))
        return Settled(kind, rounded(score, 4), rounded(money, 2))
    return _drg(kind, ratio, Fraction(high or 0), fee, group, Fraction(coefficient), terms)


def _drg(kind: str, r: Fraction, k: Fraction, fee: Decimal, group: Group, c: Fraction, terms: Terms) -> Settled:
    usual, points_per_weight, _ = terms.rules.get("normal", ("rate", None, None))
    formula, factor, cap = terms.rules.get(kind, (usual, None, None))
    if formula == "by_item":
        return Settled(kind, None, fee)
    base = Fraction(group.base) * (Fraction(points_per_weight or 1) if usual == "points" else 1)
    if formula == "rate":
        return Settled(kind, rounded(base, 4), rounded(base * c * Fraction(terms.point_value), 2))
    multiple = {
        "points": c,
        "excess_on_base": c + r - k,
        "excess_times_coefficient": c * (1 + r - k),
        "ratio": r,
        "ratio_times_coefficient": c * r,
        "base_times_factor": c * Fraction(factor or 0),
    }[formula]
    points = base * (min(multiple, Fraction(cap)) if cap is not None else multiple)
    return Settled(kind, rounded(points, 4), rounded(points * Fraction(terms.point_value), 2))


def _multiples(group: Group, terms: Terms) -> tuple[Amount, Amount]:
    weight = Fraction(group.base) / (1000 if terms.scheme == "DIP" else 1)
    for low_edge, high_edge, high, low in terms.bands:
        if weight > Fraction(low_edge) and (high_edge is None or weight <= Fraction(high_edge)):
            return high, low
    return None, None


def split(amount: Decimal, weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Largest remainder in fen over weights that are not negative; ties by key."""
    total = sum(map(Fraction, weights.values()))
    sign, fen = (-1 if amount < 0 else 1), abs(Fraction(amount)) * 100
    exact = {key: fen * Fraction(weight) / total for key, weight in weights.items()}
    parts = {key: floor(share) for key, share in exact.items()}
    missing = int(fen) - sum(parts.values())
    signed = {key: sign * (exact[key] - parts[key]) for key in exact}
    order = sorted(exact, key=lambda key: (-signed[key] if sign > 0 else signed[key], key))
    for key in order[:missing]:
        parts[key] += 1
    return {key: Decimal(sign * part).scaleb(-2) for key, part in parts.items()}
