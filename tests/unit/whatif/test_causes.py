"""How two policies are mixed cause by cause, and which of their rows are said to differ."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from orchestration.home import DBT_PROJECT
from orchestration.policy import Policy, load_policy
from orchestration.whatif.causes import CAUSES, TERM_PARAMETERS, mix, mixed_terms
from orchestration.whatif.changes import list_changes
from orchestration.whatif.settle import TERM_KEY

CAUSE = {cause.code: cause for cause in CAUSES}
FIND_TERMS = DBT_PROJECT / "models" / "settlement" / "int_settlement__find_terms.sql"


@pytest.fixture(scope="module")
def old() -> Policy:
    return load_policy(None)


def folder_with(folder: Path, name: str, replaced: str, by: str) -> Path:
    text = (Path("seeds/policy") / f"{name}.csv").read_text(encoding="utf-8")
    assert replaced in text
    (folder / f"{name}.csv").write_text(text.replace(replaced, by), encoding="utf-8")
    return folder


def test_every_term_of_a_case_belongs_to_one_cause() -> None:
    assigned = [name for cause in CAUSES for name in cause.terms]
    assert len(assigned) == len(set(assigned))
    named = set(re.findall(r"\bas (\w+),?$", FIND_TERMS.read_text(encoding="utf-8"), flags=re.M))
    written = named - {"policy_year", "cases", "placed"}
    assert written | {"region", "scheme"} >= set(assigned)
    assert written - set(assigned) - {"hospitals", "budget", "clearing", "extra", "bands", "rules", "usual"} == set()


def test_every_table_belongs_to_one_cause_and_exists(old: Policy) -> None:
    tables = [name for cause in CAUSES for name in cause.tables]
    assert len(tables) == len(set(tables))
    assert set(tables) <= set(old.rows)
    codes = {row["parameter_code"] for row in old.rows["parameter"]}
    assert {code for cause in CAUSES for code in cause.parameters} | set(TERM_PARAMETERS) <= codes


def test_a_mixture_takes_the_tables_and_parameters_of_its_causes_alone(old: Policy, tmp_path: Path) -> None:
    new = load_policy(folder_with(tmp_path, "payment_band", "jiangzhou,CHS-DRG,1,3,2.0", "jiangzhou,CHS-DRG,1,3,2.5"))
    mixed = mix(old, new, [CAUSE["band"]])
    assert mixed.table_sha256 == new.table_sha256
    assert mix(old, new, [CAUSE["rule"]]).table_sha256 == old.table_sha256
    assert {row["cause"] for row in list_changes(old, new, "H2", CAUSES)} == {"band"}


def test_terms_of_a_cause_come_from_the_other_side() -> None:
    text = mixed_terms([CAUSE["point_value"]], {"point_value": "DECIMAL(18,6)", "fund_basis": "VARCHAR"})
    assert 'case when new.policy_date is null then old."point_value" else new."point_value"' in text
    assert 'case when old.policy_date is null then new."fund_basis" else old."fund_basis"' in text
    assert TERM_KEY == ("policy_date", "insurance_type")


def test_changed_rows_are_named_by_cause_key_and_column(old: Policy, tmp_path: Path) -> None:
    new = load_policy(folder_with(tmp_path, "hospital", "jiangzhou,DIP,demo-1,1.02", "jiangzhou,DIP,demo-1,1.05"))
    (change,) = list_changes(old, new, "H1", CAUSES)
    assert (change["table_name"], change["cause"]) == ("hospital", "coefficient")
    assert change["column_name"] == "coefficient"
    assert (str(change["old_value"]), str(change["new_value"])) == ("1.020000", "1.050000")
    assert str(date(2000, 1, 1)) in change["row_key"]
    assert list_changes(old, new, "H1", [CAUSE["band"]]) == list_changes(old, new, "H2", CAUSES) == []
