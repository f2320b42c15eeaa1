"""What a DIP catalogue may not contain: terms nobody can answer, groups no case can reach."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from orchestration.policy.cells import CellError, number
from orchestration.policy.problems import Problem
from orchestration.policy.reading import Row
from orchestration.policy.row_problems import row_problem, unknown_code

CODE_FIELDS = ("principal_diagnosis", "other_diagnosis", "any_diagnosis", "main_procedure", "any_procedure")
NUMBER_FIELDS = (
    "age_years", "age_days", "birth_weight_g", "sex", "length_of_stay_days", "discharge_way", "ventilator_hours", "icu_hours",
)  # fmt: skip
CODE_OPERATORS = ("in_set", "not_in_set")
NUMBER_OPERATORS = ("<", "<=", ">", ">=", "=")
TREATMENT_CLASSES = ("related_surgery", "therapeutic", "diagnostic", "conservative")
# Columns that name the rule an alternative belongs to, by table.
RULES = {"dip_term": ("version", "group_code"), "dip_auxiliary": ("version", "aid_code", "group_code")}


def catalogue_terms(rows: Mapping[str, Sequence[Row]]) -> Iterator[Problem]:
    """Terms of pre-groups and auxiliary rules ask something of a known field; alternatives count 1, 2, 3 …"""
    for table, rule in RULES.items():
        alternatives: dict[tuple[str, ...], dict[int, Row]] = defaultdict(dict)
        for row in rows[table]:
            yield from _term(row)
            alternatives[tuple(row[name] for name in rule)].setdefault(row["alternative"], row)
        for named in alternatives.values():
            for place, alternative in enumerate(sorted(named), start=1):
                if alternative != place:
                    message = f"alternative {alternative} stands where {place} should follow"
                    remedy = "Number the alternatives of a rule 1, 2, 3 without gaps."
                    yield row_problem("F33", named[alternative], message, remedy, "备选条件序号不连续", "alternative")
                    break


def _term(row: Row) -> Iterator[Problem]:
    field, operator, operand = row["field"], row["operator"], row["operand"]
    if field not in (*CODE_FIELDS, *NUMBER_FIELDS):
        yield unknown_code(row, "field", field, (*CODE_FIELDS, *NUMBER_FIELDS), "a field of a case")
        return
    operators = CODE_OPERATORS if field in CODE_FIELDS else NUMBER_OPERATORS
    if operator not in operators:
        yield unknown_code(row, "operator", operator, operators, f"an operator of {field} ({' '.join(operators)})")
    elif field in NUMBER_FIELDS:
        try:
            number(operand)
        except CellError as error:
            message = f"operand {operand!r} {error.message}"
            yield row_problem(error.rule, row, message, f"{field} is compared with a number.", "数值错误", "operand")
    elif not all(_is_pattern(code) for code in operand.split("|")):
        remedy = "Write codes separated by |; a * may only stand at the end of a code."
        yield row_problem("F30", row, f"operand {operand!r} is no list of codes", remedy, "编码列表格式错误", "operand")


def _is_pattern(code: str) -> bool:
    stem = code.removesuffix("*")
    return bool(stem) and stem == stem.strip() and "*" not in stem


def catalogue_groups(rows: Mapping[str, Sequence[Row]]) -> Iterator[Problem]:
    """Every group says which cases it takes: a diagnosis, and a procedure rule or a treatment class that can be met."""
    for row in rows["dip_group"]:
        kind, rule, treatment = row["kind"], row["procedure_rule"], row["treatment_class"]
        if kind != "pre" and row["diagnosis_prefix"] is None:
            remedy = "Only pre-groups do without a diagnosis."
            yield row_problem("F33", row, f"{kind} group without diagnosis_prefix", remedy, "缺少诊断前缀", "diagnosis_prefix")
        if treatment is not None and treatment not in TREATMENT_CLASSES:
            yield unknown_code(row, "treatment_class", treatment, TREATMENT_CLASSES, "a treatment class")
        elif kind == "comprehensive" and treatment is None:
            message, remedy = "comprehensive group without treatment_class", f"Name one of {', '.join(TREATMENT_CLASSES)}."
            yield row_problem("F33", row, message, remedy, "缺少治疗方式", "treatment_class")
        if rule is not None and not all(code.strip() for part in rule.split("+") for code in part.split("/")):
            message = f"procedure_rule {rule!r} has an empty part"
            remedy = "Join parts that must all be hit by +, alternatives of a part by /."
            yield row_problem("F33", row, message, remedy, "手术规则含空项", "procedure_rule")
