"""What no policy may contain: rules over the typed rows of a folder. Each function returns the problems it finds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from orchestration.contract import load_policy_contract
from orchestration.policy.catalogue_rules import catalogue_groups, catalogue_terms
from orchestration.policy.cells import CellError, number
from orchestration.policy.model import EVERY_HOSPITAL, FOREVER, is_in_force
from orchestration.policy.payment_terms import CASE_CLASSES, FORMULAS, TESTS, test_problem
from orchestration.policy.problems import Problem
from orchestration.policy.reading import Row
from orchestration.policy.row_problems import row_problem, unknown_code

Rows = Mapping[str, Sequence[Row]]

DEPARTMENT_CLASSES = ("administrative", "medical_auxiliary", "medical_technology", "clinical")
NURSES = "nurse"
MAY_PAUSE = frozenset({"gate_waiver", "access_grant"})
# Columns of the key that hold the lower bound of a range; the next column holds the upper one.
RANGES = {
    "payment_band": ("rw_low", "rw_high"),
    "year_end_band": ("low", "high"),
    "per_diem": ("day_from", "day_to"),
    "outcome_payment": ("low", "high"),
}
INCLUSIVE = frozenset({"per_diem"})
# What an award is measured on, and the column it needs.
AWARD_BASES = {
    "saving": "rate",
    "overrun": "rate",
    "excess": "rate",
    "surplus": "rate",
    "share": "rate",
    "charge": "rate",
    "top_share": "rate",
    "year_total": "rate",
    "amount": "amount",
    "per_unit": "amount",
}
# Bases that take a part of yuan above, and of yuan below the line of the indicator.
YUAN_ABOVE = frozenset({"saving", "overrun", "excess", "surplus", "share", "charge"})
YUAN_BELOW = frozenset({"saving", "overrun", "excess", "surplus"})
# What rulings charge to departments is no indicator that is counted.
RULED_OVERRUN = "ruled_overrun"
EXACTLY_ONE = {"bonus_scheme": ("dept_class", "dept_id"), "allocation_step": ("from_dept_class", "from_dept_id")}
REFERENCES = {
    ("indicator_target", "indicator_code"): ("indicator", "indicator_code"),
    ("award", "indicator_code"): ("indicator", "indicator_code"),
    ("indicator_component", "component_code"): ("indicator", "indicator_code"),
    ("front_page_score", "gate_id"): ("gate", "gate_id"),
    ("gate_waiver", "gate_id"): ("gate", "gate_id"),
    ("dip_term", "group_code"): ("dip_group", "group_code"),
    ("activity_driver", "activity_code"): ("activity", "activity_code"),
}


def find_problems(rows: Rows, registry: Sequence[Row]) -> list[Problem]:
    """All problems of a policy; `registry` are the rows of the default parameter.csv, which say what a parameter may be."""
    checks: tuple[Callable[[Rows], Iterable[Problem]], ...] = (
        validity, ranges, exactly_one, references, department_classes, score_weights, staff_shares, linkage, components,
        activities, allocation_steps, payment_rules, awards, catalogue_terms, catalogue_groups,
    )  # fmt: skip
    return [problem for check in checks for problem in check(rows)] + list(parameters(rows["parameter"], registry))


def validity(rows: Rows) -> Iterator[Problem]:
    """Periods of one key neither end before they begin, nor overlap, nor leave a gap."""
    for table in load_policy_contract():
        by_key: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in rows[table.name]:
            if row["valid_to"] is not None and row["valid_to"] <= row["valid_from"]:
                yield row_problem(
                    "F33",
                    row,
                    "ends before it begins",
                    "valid_to is the first day the row no longer holds.",
                    "失效日期不晚于生效日期",
                )
            by_key[tuple(row[name] for name in table.key)].append(row)
        for key, periods in by_key.items():
            if len(periods) > 1:
                yield from _succession(table.name, key, periods)


def _succession(table: str, key: tuple[Any, ...], periods: list[Row]) -> Iterator[Problem]:
    subject = f"{table} {'/'.join(str(part) for part in key if part is not None)}"
    for earlier, later in pairwise(sorted(periods, key=lambda r: (r["valid_from"], r.number))):
        end = earlier["valid_to"] or FOREVER
        if later["valid_from"] < end:
            remedy = f"Let row {earlier.number} end on {later['valid_from']}; its valid_to is {earlier['valid_to'] or 'open'}."
            yield row_problem("F33", later, f"{subject}: validity overlaps row {earlier.number}", remedy, "有效期重叠")
        elif later["valid_from"] > end and table not in MAY_PAUSE:
            remedy = f"Let row {earlier.number} hold until {later['valid_from']} or add the missing period."
            message = f"{subject}: no row is valid from {end} to {later['valid_from']}"
            yield row_problem("F33", later, message, remedy, "有效期中断")


def ranges(rows: Rows) -> Iterator[Problem]:
    """Bands of one kind neither run backwards nor overlap while both are valid."""
    for table, (low, high) in RANGES.items():
        others = [name for name in load_policy_contract()[table].key if name not in (low, high)]
        families: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in rows[table]:
            if row[high] is not None and (row[high] < row[low] or (row[high] == row[low] and table not in INCLUSIVE)):
                yield row_problem("F33", row, f"{high} is not above {low}", f"{low} is the lower end.", "区间上限不大于下限")
            families[tuple(row[name] for name in others)].append(row)
        for family in families.values():
            yield from _overlapping_bands(family, low, high, table in INCLUSIVE)


def _overlapping_bands(family: list[Row], low: str, high: str, inclusive: bool) -> Iterator[Problem]:
    for index, row in enumerate(family):
        for other in family[:index]:
            if (
                (row[low], row[high]) != (other[low], other[high])
                and _meet(row, other)
                and _cross(row, other, low, high, inclusive)
            ):
                remedy = "Let one band end where the next begins."
                yield row_problem("F33", row, f"the band {low} {row[low]} overlaps row {other.number}", remedy, "区间重叠")


def _cross(row: Row, other: Row, low: str, high: str, inclusive: bool) -> bool:
    first, second = sorted((row, other), key=lambda r: r[low])
    if first[high] is None or first[low] == second[low]:
        return True
    return bool(second[low] <= first[high] if inclusive else second[low] < first[high])


def _meet(row: Row, other: Row) -> bool:
    return bool(row["valid_from"] < (other["valid_to"] or FOREVER) and other["valid_from"] < (row["valid_to"] or FOREVER))


def exactly_one(rows: Rows) -> Iterator[Problem]:
    """Tables keyed by one of two columns fill exactly one of them."""
    for table, (first, second) in EXACTLY_ONE.items():
        for row in rows[table]:
            if (row[first] is None) == (row[second] is None):
                yield row_problem(
                    "F33", row, f"exactly one of {first} and {second} must be filled", "Empty the other one.", "两列须且仅填一列"
                )


def references(rows: Rows) -> Iterator[Problem]:
    """Codes that point to another policy table exist there."""
    for (table, column), (target, target_column) in REFERENCES.items():
        known = {row[target_column] for row in rows[target]}
        for row in rows[table]:
            if row[column] not in known:
                yield unknown_code(row, column, row[column], known, f"a row of {target}.csv")


def awards(rows: Rows) -> Iterator[Problem]:
    """Awards have a basis that can be computed and the value it needs."""
    definitions = {row["indicator_code"]: row for row in rows["indicator_definition"]}
    for row in rows["award"]:
        basis = row["basis"]
        if basis not in AWARD_BASES:
            yield unknown_code(row, "basis", basis, set(AWARD_BASES), "one of " + ", ".join(AWARD_BASES))
        elif row[AWARD_BASES[basis]] is None:
            needed = AWARD_BASES[basis]
            yield row_problem("F33", row, f"{needed} is empty", f"The basis {basis} needs {needed}.", "奖惩规则缺少比例或金额")
        elif basis in YUAN_ABOVE and not _counts_yuan(row["indicator_code"], definitions, is_below=basis in YUAN_BELOW):
            message = f"{row['indicator_code']} is no amount in yuan, or no share of yuan in yuan"
            remedy = f"The basis {basis} works on indicators whose quantities are in yuan (…_yuan in indicator_definition.csv)."
            yield row_problem("F33", row, message, remedy, "该指标不是金额或金额之比")


def _counts_yuan(indicator: str, definitions: Mapping[str, Row], *, is_below: bool) -> bool:
    """Whether an indicator counts yuan above the line, and below it where asked; growth is measured against yuan."""
    definition = definitions.get(indicator)
    if definition is None:
        return indicator == RULED_OVERRUN and not is_below
    if definition["basis"] in ("growth", "year"):
        return _counts_yuan(definition["numerator"], definitions, is_below=is_below and definition["basis"] == "year")
    sides = [definition["numerator"], definition["denominator"] if is_below else definition["numerator"]]
    return definition["basis"] in ("case", "activity") and all(str(side).endswith("_yuan") for side in sides)


def department_classes(rows: Rows) -> Iterator[Problem]:
    """Department classes are the four of the contract."""
    cells = (
        [(row, "dept_class", row["dept_class"]) for row in (*rows["score_weight"], *rows["bonus_scheme"])]
        + [(row, "from_dept_class", row["from_dept_class"]) for row in rows["allocation_step"]]
        + [
            (row, "to_dept_classes", part.strip())
            for row in rows["allocation_step"]
            for part in row["to_dept_classes"].split("|")
        ]
    )
    for row, column, value in cells:
        if value is not None and value not in DEPARTMENT_CLASSES:
            yield unknown_code(row, column, value, DEPARTMENT_CLASSES, "a department class")


def score_weights(rows: Rows) -> Iterator[Problem]:
    """Weights of the dimensions of a department class sum to 1 on every day."""
    yield from _sums_to_one(rows["score_weight"], ("dept_class",), "weight")


def linkage(rows: Rows) -> Iterator[Problem]:
    """Weights of the parts of the linkage assessment sum to 1 on every day."""
    yield from _sums_to_one(rows["linkage"], (), "weight")


def components(rows: Rows) -> Iterator[Problem]:
    """Weights of the components of an index sum to 1 on every day."""
    yield from _sums_to_one(rows["indicator_component"], ("indicator_code",), "weight")


def activities(rows: Rows) -> Iterator[Problem]:
    """Resource shares of the activities of a department sum to 1 on every day."""
    yield from _sums_to_one(rows["activity"], ("dept_id",), "resource_share")


def staff_shares(rows: Rows) -> Iterator[Problem]:
    """Weights of a role sum to 1, and all roles of one sub-pool (nurses; everyone else) weigh the components alike."""
    yield from _sums_to_one(rows["staff_share"], ("scheme_code", "role"), "weight")
    for scheme in sorted({row["scheme_code"] for row in rows["staff_share"]}):
        others = [row for row in rows["staff_share"] if row["scheme_code"] == scheme and row["role"] != NURSES]
        for day in _days_of_change(others):
            yield from _unequal_roles([row for row in others if is_in_force(row, day)], day)


def _unequal_roles(valid: list[Row], day: date) -> Iterator[Problem]:
    weights: dict[str, dict[str, Decimal]] = defaultdict(dict)
    first: dict[str, Row] = {}
    for row in valid:
        first.setdefault(row["role"], row)
        if row["weight"]:
            weights[row["role"]][row["component"]] = row["weight"]
    model = next(iter(first), None)
    for role in list(first)[1:]:
        if model is not None and weights[role] != weights[model]:
            message = f"{role} and {model} share a sub-pool but weigh its components differently on {day}"
            remedy = "Give all roles but nurses the same weights."
            yield row_problem("F35", first[role], message, remedy, "同一子池各岗位权重不一致")


def _sums_to_one(rows: Sequence[Row], family: tuple[str, ...], column: str) -> Iterator[Problem]:
    families: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        families[tuple(row[name] for name in family)].append(row)
    for key, members in families.items():
        for day in _days_of_change(members):
            valid = [row for row in members if is_in_force(row, day)]
            total = sum((row[column] for row in valid), Decimal(0))
            if valid and total != 1:
                message = f"weights of {'/'.join(key)} sum to {total} on {day}, not to 1"
                yield row_problem("F35", valid[0], message, f"Correct the {column} column.", "权重之和不等于 1")


def _days_of_change(rows: Iterable[Row]) -> list[date]:
    days = {row["valid_from"] for row in rows} | {row["valid_to"] for row in rows if row["valid_to"] is not None}
    return sorted(days)


def allocation_steps(rows: Rows) -> Iterator[Problem]:
    """Cost flows one way: a class that gave as a whole in a step receives nothing in it or later."""
    for hospital in sorted({row["hospital_id"] for row in rows["allocation_step"]}):
        steps = sorted((r for r in rows["allocation_step"] if r["hospital_id"] == hospital), key=lambda r: r["step_no"])
        for row in steps:
            receivers = {part.strip() for part in row["to_dept_classes"].split("|")}
            for giver in steps:
                if giver["step_no"] <= row["step_no"] and giver["from_dept_class"] in receivers and _meet(giver, row):
                    closed = giver["from_dept_class"]
                    message = f"step {row['step_no']} gives to {closed}, which gave away its cost in row {giver.number}"
                    yield row_problem("F33", row, message, "Remove the class from to_dept_classes.", "成本回流到已分摊的科室类别")


def payment_rules(rows: Rows) -> Iterator[Problem]:
    """Case classes, tests and formulas are known to the settlement models."""
    for row in rows["payment_rule"]:
        if row["case_class"] not in CASE_CLASSES:
            yield unknown_code(row, "case_class", row["case_class"], CASE_CLASSES, "a case class")
        if row["formula"] not in FORMULAS:
            yield unknown_code(row, "formula", row["formula"], FORMULAS, "a payment formula")
        elif FORMULAS[row["formula"]] and row["factor"] is None:
            yield row_problem("F33", row, f"formula {row['formula']} needs a factor", "Fill the factor column.", "缺少系数")
        fault = test_problem(row["test"])
        if fault:
            yield row_problem("F33", row, f"test {row['test']!r} {fault}", f"Tests: {', '.join(TESTS)}.", "判定条件无法识别")


def parameters(rows: Sequence[Row], registry: Sequence[Row]) -> Iterator[Problem]:
    """Every parameter is one the default folder knows, and its value is one it allows."""
    known = {row["parameter_code"]: row for row in registry if row["hospital_id"] == EVERY_HOSPITAL}
    for row in rows:
        default = known.get(row["parameter_code"])
        if default is None:
            yield unknown_code(row, "parameter_code", row["parameter_code"], known, "a parameter")
        elif fault := _value_fault(row, default):
            message = f"{row['parameter_code']}: value {row['value']!r} {fault}"
            yield row_problem("F33", row, message, default["note"] or "Correct the value.", "参数取值超出允许范围")


def _value_fault(row: Row, default: Row) -> str | None:
    options = (default["unit"] or "").split("|")
    if len(options) > 1 and row["value"] in options:
        return None
    if len(options) > 1 and "number" not in options:
        return f"is none of {', '.join(options)}"
    if default["unit"] == "text":
        return None
    try:
        value = number(row["value"])
    except CellError as error:
        return error.message
    low, high = row["minimum"] or default["minimum"], row["maximum"] or default["maximum"]
    if (low and value < Decimal(low)) or (high and value > Decimal(high)):
        return f"lies outside {low or '…'} to {high or '…'}"
    return None
