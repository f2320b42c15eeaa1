"""DIP catalogues: what is refused at load, and that the shipped one is of the size and kinds the sample region needs."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from orchestration.errors import ConfigurationError
from orchestration.home import DBT_PROJECT
from orchestration.policy import load_policy
from orchestration.policy.catalogue_rules import CODE_OPERATORS, NUMBER_FIELDS, NUMBER_OPERATORS, TREATMENT_CLASSES
from tests.unit.policy.test_load_policy import write_table

TERM = {
    "version": "demo-1",
    "group_code": "PRE01",
    "alternative": "1",
    "field": "any_procedure",
    "operator": "in_set",
    "operand": "37.51",
}
AID = TERM | {"aid_code": "a", "group_code": "*", "coefficient": "1.1"}
GROUP = {
    "version": "v",
    "group_code": "g",
    "kind": "core",
    "diagnosis_prefix": "K35.3",
    "procedure_rule": "47.01",
    "group_name": "n",
}

REFUSED = {
    "unknown field": (
        "dip_term",
        [TERM, TERM | {"field": "any_procedur", "operand": "1"}],
        "F30",
        3,
        "Did you mean 'any_procedure'",
    ),
    "number operator on codes": ("dip_term", [TERM | {"operator": "="}], "F30", 2, "not an operator of any_procedure"),
    "operator of packs only": ("dip_term", [TERM | {"operator": "count_sets_at_least"}], "F30", 2, "in_set not_in_set"),
    "code operator on a number": ("dip_term", [TERM | {"field": "icu_hours"}], "F30", 2, "not an operator of icu_hours"),
    "operand is no number": (
        "dip_term",
        [TERM | {"field": "age_days", "operator": "<=", "operand": "28d"}],
        "F12",
        2,
        "compared with",
    ),
    "hole in a list": ("dip_term", [TERM | {"operand": "37.51||39.65"}], "F30", 2, "no list of codes"),
    "star inside a code": ("dip_auxiliary", [AID | {"operand": "C7*.1"}], "F30", 2, "at the end of a code"),
    "gap in alternatives": ("dip_auxiliary", [AID, AID | {"alternative": "3"}], "F33", 3, "alternative 3 stands where 2"),
    "first alternative is not 1": ("dip_term", [TERM | {"alternative": "2"}], "F33", 2, "alternative 2 stands where 1"),
    "group without diagnosis": ("dip_group", [GROUP | {"diagnosis_prefix": ""}], "F33", 2, "core group without diagnosis_prefix"),
    "unknown treatment class": ("dip_group", [GROUP | {"treatment_class": "surgical"}], "F30", 2, "not a treatment class"),
    "comprehensive without class": ("dip_group", [GROUP | {"kind": "comprehensive"}], "F33", 2, "without treatment_class"),
    "empty part of a rule": ("dip_group", [GROUP | {"procedure_rule": "47.01++47.02"}], "F33", 2, "has an empty part"),
    "empty alternative of a rule": ("dip_group", [GROUP | {"procedure_rule": "47.01/"}], "F33", 2, "has an empty part"),
    "unknown kind": ("dip_group", [GROUP | {"kind": "special"}], "F30", 2, "none of core"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_defect_is_refused_with_file_and_row(tmp_path: Path, case: str) -> None:
    table, rows, rule, row, words = REFUSED[case]
    path = write_table(tmp_path, table, *rows)
    if table == "dip_group":
        write_table(tmp_path, "dip_term")
    with pytest.raises(ConfigurationError) as caught:
        load_policy(tmp_path)
    error = caught.value
    assert (error.rule, error.place.file, error.place.row) == (rule, str(path), row)
    assert words in str(error)


def test_every_term_the_rules_allow_is_answered_by_the_models() -> None:
    model = (DBT_PROJECT / "models/grouping/int_grouping__hold_dip_terms.sql").read_text(encoding="utf-8")
    macro = (DBT_PROJECT / "macros/grouping/term_holds.sql").read_text(encoding="utf-8")
    fields, operators = (re.search(r"in \[(.*?)\]", text) for text in (model, macro))
    assert fields and tuple(re.findall(r"'(.*?)'", fields[1])) == NUMBER_FIELDS
    assert operators and tuple(re.findall(r"'(.*?)'", operators[1])) == NUMBER_OPERATORS
    assert set(re.findall(r"when '(\w+)' then", macro)) == set(CODE_OPERATORS)


def test_the_sample_catalogue_has_every_kind_of_group() -> None:
    rows = load_policy().rows
    kinds = Counter(row["kind"] for row in rows["dip_group"])
    assert kinds["core"] >= 80 and kinds["basic"] and kinds["pre"]
    assert {row["treatment_class"] for row in rows["dip_group"] if row["kind"] == "comprehensive"} == set(TREATMENT_CLASSES)
    rules = [row["procedure_rule"] or "" for row in rows["dip_group"] if row["kind"] == "core"]
    assert any("+" in rule for rule in rules) and "" in rules
    codes = {row["group_code"] for row in rows["dip_group"]}
    priced = {row["group_code"] for row in rows["group_payment"] if row["scheme"] == "DIP"}
    assert codes == priced
