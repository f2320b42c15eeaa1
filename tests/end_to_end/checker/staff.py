"""Second distribution: from a department's bonus to its persons, in fen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from tests.end_to_end.checker.money import largest_remainder

ZERO = Fraction(0)


@dataclass(frozen=True)
class Person:
    """A person valid on the first day of the month; scores are null when nobody gave one."""

    staff_id: str
    is_nurse: bool
    position: Fraction
    days_worked: Fraction | None
    points: Fraction
    quality: Fraction | None
    teaching: Fraction | None
    adjustment: Fraction


def staff_bonuses(
    bonus: Fraction, persons: list[Person], weights: Mapping[bool, Mapping[str, Fraction]], calendar_days: int
) -> dict[str, Fraction]:
    """Bonus of every person of one department.

    `weights` holds, for nurses (true) and everyone else (false), the weight of role, points, quality and teaching.
    """
    if not bonus:
        return {person.staff_id: ZERO for person in persons}
    pools: dict[str, list[Person]] = defaultdict(list)
    for person in persons:
        pools["nurse" if person.is_nurse else "other"].append(person)
    money = largest_remainder(bonus, {name: sum((p.position for p in members), ZERO) for name, members in pools.items()})
    amounts: dict[str, Fraction] = {}
    for name, members in pools.items():
        amounts |= largest_remainder(money[name], _shares(members, weights[name == "nurse"], calendar_days))
    return _adjusted(amounts, {p.staff_id: p.adjustment for p in persons})


def _shares(members: list[Person], weights: Mapping[str, Fraction], calendar_days: int) -> dict[str, Fraction]:
    role = _normed({p.staff_id: p.position * (1 if p.days_worked is None else p.days_worked / calendar_days) for p in members})
    if role is None:
        raise ArithmeticError("a sub-pool without a day worked")
    bases = {
        "role": role,
        "points": _normed({p.staff_id: max(p.points, ZERO) for p in members}) or role,
        "quality": _scored(members, lambda p: p.quality) or role,
        "teaching": _scored(members, lambda p: p.teaching) or role,
    }
    return {p.staff_id: sum((w * bases[k][p.staff_id] for k, w in weights.items()), ZERO) for p in members}


def _scored(members: list[Person], score: Callable[[Person], Fraction | None]) -> dict[str, Fraction] | None:
    given = [s for s in map(score, members) if s is not None]
    if not given:
        return None
    mean = sum(given, ZERO) / len(given)
    values = {p.staff_id: score(p) for p in members}
    return _normed(
        {p.staff_id: (mean if values[p.staff_id] is None else values[p.staff_id] or ZERO) * p.position for p in members}
    )


def _normed(values: Mapping[str, Fraction]) -> dict[str, Fraction] | None:
    total = sum(values.values(), ZERO)
    return {key: value / total for key, value in values.items()} if total else None


def _adjusted(amounts: Mapping[str, Fraction], adjustments: Mapping[str, Fraction]) -> dict[str, Fraction]:
    result = {person: amount + adjustments[person] for person, amount in amounts.items()}
    balance = sum(adjustments.values(), ZERO)
    if balance:
        bearers = {person: amount for person, amount in amounts.items() if not adjustments[person]}
        for person, part in largest_remainder(-balance, bearers).items():
            result[person] += part
    return result
