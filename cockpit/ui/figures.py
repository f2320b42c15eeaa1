"""Figures as people in finance read them: thousands separators, a true minus, no sign on zero."""

from __future__ import annotations

from decimal import Decimal

MINUS = "−"
NOTHING = "–"


def number(value: Decimal | int | None, digits: int = 2) -> str:
    """A figure to so many decimals; a dash where there is none."""
    if value is None:
        return NOTHING
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-digits))
    return f"{abs(rounded):,.{digits}f}" if rounded >= 0 else f"{MINUS}{abs(rounded):,.{digits}f}"


def signed(value: Decimal | int | None, digits: int = 2) -> str:
    """A change: always with its sign, zero without one."""
    if value is None:
        return NOTHING
    text = number(value, digits)
    return f"+{text}" if Decimal(value).quantize(Decimal(1).scaleb(-digits)) > 0 else text


def percent(value: Decimal | None, digits: int = 1) -> str:
    """A ratio in per cent."""
    return NOTHING if value is None else f"{number(value * 100, digits)}%"


def plain(value: Decimal | None, most_digits: int = 4) -> str:
    """A figure with at most so many decimals and no idle zeros."""
    if value is None:
        return NOTHING
    text = number(value, most_digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


def change(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """Now less before; None where either is missing."""
    return None if now is None or before is None else now - before
