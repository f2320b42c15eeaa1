"""Rounding and the largest remainder on exact fractions."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from fractions import Fraction
from typing import Any, TypeVar

FEN = Fraction(1, 100)
MICRO = Fraction(1, 1_000_000)

Key = TypeVar("Key", bound=Hashable)


def rounded(value: Fraction, unit: Fraction = FEN) -> Fraction:
    """Nearest multiple of the unit, halves away from zero."""
    units = abs(value) / unit
    whole = (2 * units.numerator + units.denominator) // (2 * units.denominator)
    return whole * unit * (1 if value >= 0 else -1)


def truncated(value: Fraction, unit: Fraction = FEN) -> Fraction:
    """Multiple of the unit next to the value on the side of zero."""
    units = abs(value) / unit
    return (units.numerator // units.denominator) * unit * (1 if value >= 0 else -1)


def largest_remainder(amount: Fraction, weights: Mapping[Key, Fraction], unit: Fraction = FEN) -> dict[Key, Fraction]:
    """Split an amount over weights of any sign; the parts are multiples of the unit and add up to it.

    Raises:
        ZeroDivisionError: there is an amount but no weight.
    """
    total = sum(weights.values(), Fraction(0))
    if not total:
        if amount:
            raise ZeroDivisionError(f"no weight to split {amount} over")
        return dict.fromkeys(weights, Fraction(0))
    exact = {key: amount * weight / total for key, weight in weights.items()}
    parts = {key: truncated(value, unit) for key, value in exact.items()}
    missing = (amount - sum(parts.values(), Fraction(0))) / unit
    step = 1 if missing > 0 else -1
    ranked = sorted(exact, key=lambda key: (-step * (exact[key] - parts[key]), _text(key)))
    for key in ranked[: abs(int(missing))]:
        parts[key] += step * unit
    return parts


def _text(key: Any) -> tuple[str, ...]:
    return tuple("" if part is None else str(part) for part in key) if isinstance(key, tuple) else (str(key),)
