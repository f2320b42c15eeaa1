"""Deriving a DIP catalogue: which groups, what they weigh, and that a policy can be loaded with the result."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.cli.app import app
from orchestration.errors import BadInput
from orchestration.grouping.catalogue import GroupKey, Settings, Treated, Vocabulary, assign_groups, derive_catalogue
from orchestration.grouping.catalogue_files import rounded
from orchestration.policy import load_policy

WORDS = Vocabulary(
    {"S1": "related_surgery", "S2": "related_surgery", "D1": "diagnostic"}, frozenset({"X00.000"}), frozenset({"S9"})
)
YEARS = (Fraction(7), Fraction(2), Fraction(1))
PLAIN = Settings(2, Fraction(0), Decimal(0), Decimal(1), YEARS)


def _cases(path: Path, *rows: str) -> Path:
    path.write_text("year,fee,dx,procs\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def _groups(path: Path, settings: Settings, *rows: str) -> dict[str, tuple[int, Decimal, Decimal]]:
    found = derive_catalogue(_cases(path, *rows), settings, WORDS)
    return {group.key.code: (group.cases, rounded(group.mean_fee, 2), rounded(group.score, 4)) for group in found.groups}


def test_core_groups_take_the_cases_that_fit_and_the_rest_goes_by_category_and_class(tmp_path: Path) -> None:
    rows = ["2024,100,K35.300|E11,S1", "2024,200,K35.301,S1|D1", "2024,300,K35.302,D1|S2|S1"]  # the third fits the core group S1
    rows += ["2024,50,K35.300,", "2024,50,K35.300,D1"]  # diagnostic procedures leave a case conservative
    rows += ["2024,70,K40.000,D1", "2024,80,K41.000,D1", "2024,90,K41.100,D1"]  # K41 diagnostic is large enough, K40 is not
    rows += ["2024,40,K35.300,S9|S1", "2024,999,X00.000,S1"]  # excluded main procedure, excluded diagnosis
    found = derive_catalogue(_cases(tmp_path / "cases.csv", *rows), PLAIN, WORDS)
    assert {group.key.code: (group.key.kind, group.cases) for group in found.groups} == {
        "K35.3:S1": ("core", 3),
        "K35.3:0": ("core", 3),
        "K41:diagnostic": ("comprehensive", 2),
        "K:diagnostic": ("comprehensive", 1),
    }
    assert (found.cases, found.left_out) == (9, 1)


def test_scores_weigh_yearly_means_seven_two_one(tmp_path: Path) -> None:
    rows = ["2024,200,A00.000,", "2024,300,A00.000,", "2023,150,A00.000,", "2022,100,A00.000,", "2021,9999,A00.000,"]
    rows += ["2024,1000,B00.000,", "2024,1000,B00.000,"]
    # A: (7 * 250 + 2 * 150 + 100) / 10 = 215. All: (7 * 625 + 2 * 150 + 100) / 10 = 477.5.
    assert _groups(tmp_path / "cases.csv", PLAIN, *rows) == {
        "A00.0:0": (4, Decimal("215.00"), Decimal("450.2618")),
        "B00.0:0": (2, Decimal("1000.00"), Decimal("2094.2408")),
    }


def test_fees_beyond_the_trimmed_shares_do_not_count(tmp_path: Path) -> None:
    settings = Settings(2, Fraction(0), Decimal("0.025"), Decimal("0.975"), YEARS)
    rows = [f"2024,{fee},A00.000," for fee in (1, *[100] * 38, 99999)]
    assert _groups(tmp_path / "cases.csv", settings, *rows) == {"A00.0:0": (40, Decimal("100.00"), Decimal("1000.0000"))}


def test_coverage_makes_the_largest_groups_core_whatever_their_size() -> None:
    counts = {Treated(f"A0{n}.0", "", "conservative"): cases for n, cases in enumerate((5, 3, 1, 1))}
    settings = Settings(100, Fraction(8, 10), Decimal(0), Decimal(1), YEARS)
    kinds = {treated.diagnosis: key for treated, key in assign_groups(counts, settings).items()}
    assert kinds["A00.0"].kind == kinds["A01.0"].kind == "core"
    assert kinds["A02.0"] == kinds["A03.0"] == GroupKey("comprehensive", "A", "", "conservative")


def test_the_order_of_the_cases_changes_nothing(tmp_path: Path) -> None:
    rows = [f"{2022 + n % 3},{n * 7 % 13}.5{n % 10},K{n % 4}5.{n % 2}00,{'S1' if n % 3 else 'S2|S1'}" for n in range(60)]
    assert _groups(tmp_path / "a.csv", PLAIN, *rows) == _groups(tmp_path / "b.csv", PLAIN, *reversed(rows))


@pytest.mark.parametrize(
    ("row", "words"), [("2024,12.345,A00.000,", "row 2"), ("year,1,A00.000,", "year"), (",1,A00.000,", "no case")]
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, row: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        derive_catalogue(_cases(tmp_path / "cases.csv", row), PLAIN, WORDS)


def test_the_derived_folder_is_a_policy(tmp_path: Path) -> None:
    cases = _cases(tmp_path / "cases.csv", *[f"2024,{100 + n},I20.000,36.0700|88.5500" for n in range(20)], "2024,5,I21.000,")
    options = ["--version", "own", "--like", "demo-1", "--valid-from", "2026-01-01", "--level", "tertiary"]
    targets = ["--output", str(tmp_path / "own"), "--compare", str(tmp_path / "comparison.csv")]
    done = CliRunner().invoke(app, ["pack", "derive", str(cases), *targets, *options])
    assert done.exit_code == 0, done.output
    rows = load_policy(tmp_path / "own").rows
    groups = {row["group_code"]: row for row in rows["dip_group"]}
    assert {row["version"] for row in (*rows["dip_group"], *rows["dip_term"], *rows["group_payment"])} == {"own"}
    assert groups["I20.0:36.0700"]["procedure_rule"] == "36.0700"
    assert groups["PRE01"]["kind"] == "pre" and "I:conservative" in groups
    comparison = (tmp_path / "comparison.csv").read_text(encoding="utf-8").splitlines()
    assert comparison[0] == "group_code,cases,derived_score,score_in_force"
    assert any(line.startswith("I:conservative,1,") and not line.endswith(",") for line in comparison)
