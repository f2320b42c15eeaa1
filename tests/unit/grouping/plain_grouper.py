"""The rules of a pack followed word for word, one case at a time: what the set-based query must agree with."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from decimal import Decimal

import pyarrow as pa

from orchestration.grouping.pack import Group, Pack, Term

COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq}
NUMBERS = ("age_years", "age_days", "birth_weight_g", "sex", "length_of_stay_days", "discharge_way")


@dataclass(frozen=True)
class PlainCase:
    diagnoses: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    numbers: dict[str, int] = field(default_factory=dict)


def group_plainly(pack: Pack, case: PlainCase) -> tuple[str | None, str | None, str]:
    """(mdc, adrg, drg) of a case."""
    for mdc in _children(pack, "mdc", ""):
        for adrg in _children(pack, "adrg", mdc.code):
            if _rule_holds(pack, mdc, case) and _rule_holds(pack, adrg, case):
                held = (drg.code for drg in _children(pack, "drg", adrg.code) if _rule_holds(pack, drg, case))
                return mdc.code, adrg.code, next(held, "0000")
    return None, None, "0000"


def levels_that_count(pack: Pack, case: PlainCase) -> set[str]:
    levels = set()
    for code in case.diagnoses[1:]:
        if code in pack.complications:
            level, table = pack.complications[code]
            if not (table and pack.exclusions.get(case.diagnoses[0]) == table):
                levels.add(level)
    return levels


def case_batch(cases: list[PlainCase]) -> pa.RecordBatch:
    """Cases in the form the group command reads."""
    columns: dict[str, pa.Array] = {"case_id": pa.array([f"c{number}" for number in range(len(cases))], pa.string())}
    for name in NUMBERS:
        columns[name] = pa.array([case.numbers.get(name) for case in cases], pa.int64())
    columns["diagnoses"] = pa.array(["|".join(case.diagnoses) or None for case in cases], pa.string())
    columns["procedures"] = pa.array(["|".join(case.procedures) or None for case in cases], pa.string())
    return pa.RecordBatch.from_pydict(columns)


def _children(pack: Pack, level: str, parent: str) -> list[Group]:
    return sorted((g for g in pack.groups if g.level == level and g.parent_code == parent), key=lambda g: g.rule_order)


def _rule_holds(pack: Pack, group: Group, case: PlainCase) -> bool:
    terms = [term for term in pack.terms if (term.level, term.code) == (group.level, group.code)]
    alternatives = {term.alternative for term in terms}
    return not terms or any(all(_term_holds(pack, t, case) for t in terms if t.alternative == n) for n in alternatives)


def _term_holds(pack: Pack, term: Term, case: PlainCase) -> bool:
    name, how, operand = term.predicate.field, term.predicate.operator, term.predicate.operand
    if name == "complication":
        return bool(levels_that_count(pack, case) & set(operand.split("|")))
    if name in NUMBERS:
        value = case.numbers.get(name)
        return value is not None and COMPARE[how](Decimal(value), Decimal(operand))
    codes = set(
        {
            "principal_diagnosis": case.diagnoses[:1],
            "other_diagnosis": case.diagnoses[1:],
            "any_diagnosis": case.diagnoses,
            "main_procedure": case.procedures[:1],
            "any_procedure": case.procedures,
        }[name]
    )
    if how == "in_set":
        return bool(codes & pack.code_sets[operand])
    if how == "not_in_set":
        return not codes & pack.code_sets[operand]
    prefix, least = operand.rsplit(":", 1)
    return sum(bool(codes & members) for one, members in pack.code_sets.items() if one.startswith(prefix)) >= int(least)
