"""The causes a difference is divided into, in the order in which the other policy's rows are let in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from orchestration.policy import Policy

PARAMETER = "parameter"


@dataclass(frozen=True)
class Cause:
    """One part of a policy.

    Attributes:
        code: name in files.
        zh: name for readers.
        tables: policy tables that belong to it whole.
        parameters: rows of `parameter.csv` that belong to it.
        terms: columns of `int_settlement__find_terms` it decides.
    """

    code: str
    zh: str
    tables: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


PROGRAM = Cause("program", "程序")
SCHEME = Cause("scheme", "支付方案整体")
CAUSES = (
    Cause(
        "group",
        "病组与分值",
        tables=(
            "hospital",
            "group_payment",
            "dip_group",
            "dip_term",
            "dip_exclusion",
            "dip_treatment_class",
            "crosswalk_diagnosis",
            "crosswalk_procedure",
        ),
        terms=("region", "scheme", "hospital_level", "reference_score"),
    ),
    Cause("band", "倍率界限", tables=("payment_band",), terms=("band_region",)),
    Cause(
        "rule",
        "病例分类与公式",
        tables=("payment_rule", "code_list"),
        terms=("rule_region", "usual_formula", "points_per_weight"),
    ),
    Cause("amount", "床日与补充定额", tables=("per_diem", "supplement")),
    Cause(
        "coefficient",
        "系数",
        tables=("dip_auxiliary", "bonus_coefficient"),
        terms=("hospital_coefficient", "basic_group_coefficient", "bonus_sum", "bonus_cap"),
    ),
    Cause("point_value", "点值", tables=("point_value",), terms=("point_value",)),
    Cause("share", "基金分担", terms=("fund_basis", "ungrouped_pay")),
    Cause("population", "病例范围", parameters=("simulate_self_pay", "simulated_population")),
)
# Parameters that reach a case through its terms; the terms say whether they moved.
TERM_PARAMETERS = {
    "reference_score": "group",
    "basic_group_coefficient": "coefficient",
    "bonus_coefficient_cap": "coefficient",
    "fund_basis": "share",
    "ungrouped_pay": "share",
}


def causes_by_code() -> dict[str, Cause]:
    """Every cause a difference may have."""
    return {cause.code: cause for cause in (PROGRAM, SCHEME, *CAUSES)}


def mix(old: Policy, new: Policy, let_in: Collection[Cause]) -> Policy:
    """The old policy with the tables and parameters of some causes taken from the new one."""
    tables = {name for cause in let_in for name in cause.tables}
    codes = {code for cause in let_in for code in cause.parameters}
    rows = {name: new.rows[name] if name in tables else rows for name, rows in old.rows.items()}
    kept = tuple(row for row in old.rows[PARAMETER] if row["parameter_code"] not in codes)
    taken = tuple(row for row in new.rows[PARAMETER] if row["parameter_code"] in codes)
    return Policy(rows | {PARAMETER: kept + taken})


def mixed_terms(let_in: Collection[Cause], columns: Mapping[str, str]) -> str:
    """Select list of terms: columns of the causes let in from the alias `new`, every other one from `old`.

    Args:
        let_in: causes.
        columns: names and types of the terms; a date one side does not know takes what the other says.
    """
    taken = {name for cause in let_in for name in cause.terms}
    sides = {name: ("new", "old") if name in taken else ("old", "new") for name in columns}
    return ", ".join(_mixed(name, kind, *sides[name]) for name, kind in columns.items())


def _mixed(name: str, kind: str, first: str, second: str) -> str:
    value = f'case when {first}.policy_date is null then {second}."{name}" else {first}."{name}" end'
    return f'cast({value} as {kind}) as "{name}"'
