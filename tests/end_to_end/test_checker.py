"""Every published cost, settlement and bonus of the sample, calculated again in plain fractions from landing and policy."""

from __future__ import annotations

import csv
import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.home import PROJECT_ROOT, Home
from orchestration.lineage.opened import open_release
from orchestration.lineage.trace import explain_month
from tests.conftest import Casemix
from tests.end_to_end.checker.compare import differences
from tests.end_to_end.test_case_methods import assert_methods_reconcile

MONTHS = {"H1": [date(2025, 1, 1), date(2025, 2, 1)], "H2": [date(2025, 1, 1)]}
POLICY = PROJECT_ROOT / "seeds" / "policy"
CARD = Path(__file__).parent / "card_policy"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("warehouse"))


def differing(home: Home, hospital_id: str, *policies: Path) -> list[str]:
    return differences(
        home.current / "warehouse.duckdb", home.root / "landing", hospital_id, MONTHS[hospital_id], [POLICY, *policies]
    )


def default_rows(table: str) -> list[dict[str, str]]:
    with (POLICY / table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def run_january(casemix: Casemix, source: Path, policy: Path, home: Home) -> None:
    span = ("--from", "2025-01", "--to", "2025-01", "--hospital", "H2")
    done = casemix("run", "--source", source, *span, "--simulation", "--policy", policy, "--home", home.root)
    assert done.exit_code == 0, done.err


def test_the_sample_is_published(casemix: Casemix, sample: Path, home: Home) -> None:
    for hospital_id, months in MONTHS.items():
        span = ("--from", f"{months[0]:%Y-%m}", "--to", f"{months[-1]:%Y-%m}", "--hospital", hospital_id)
        done = casemix("run", "--source", sample, *span, "--simulation", "--home", home.root)
        assert done.exit_code == 0, done.err


@pytest.mark.parametrize("hospital_id", ["H1", "H2"])
def test_every_figure_is_the_calculated_one(home: Home, hospital_id: str) -> None:
    assert differing(home, hospital_id) == []


def test_a_planted_wrong_rate_shows(home: Home, tmp_path: Path) -> None:
    text = (POLICY / "parameter.csv").read_text(encoding="utf-8")
    (tmp_path / "parameter.csv").write_text(
        text.replace("uncontrollable_ratio,0.30", "uncontrollable_ratio,0.31"), encoding="utf-8"
    )
    assert any("bonus of" in text for text in differing(home, "H2", tmp_path))


@pytest.fixture(scope="module")
def generous(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with a reserve that bears what floors give to departments below zero, whatever is decided."""
    source = shutil.copytree(sample, tmp_path_factory.mktemp("generous") / "sample")
    with closing(sqlite3.connect(source / "H2" / "his.sqlite")) as con:
        con.execute("update JX_ZE set JE = JE + 200000 where ZELB in ('total', 'reserve')")
        con.commit()
    return source


SETTLEMENT_DECISIONS = [
    {"pay_basis": "fund"},
    {"pay_basis": "fund", "fund_basis": "in_scope_ratio"},
    {"simulated_population": "discharged"},
    {"simulate_self_pay": "false"},
    {"transfer_split": "discharge_department"},
    {"transfer_split": "charges"},
    {"technology_inpatient_points": "yes"},
]
"""Decisions of bonus.md §2 that the random hospitals of tests/models/scoring do not turn."""


@pytest.mark.slow
@pytest.mark.parametrize("decided", SETTLEMENT_DECISIONS, ids=lambda d: ",".join(f"{k}={v}" for k, v in d.items()))
def test_a_decision_about_cases_moves_what_is_calculated(
    casemix: Casemix, generous: Path, tmp_path: Path, decided: dict[str, str]
) -> None:
    folder = tmp_path / "policy"
    folder.mkdir()
    defaults = {row["parameter_code"]: row for row in default_rows("parameter.csv")}
    write_rows(folder / "parameter.csv", [defaults[code] | {"value": value} for code, value in decided.items()])
    home = Home(tmp_path / "warehouse")
    run_january(casemix, generous, folder, home)
    assert differing(home, "H2", folder) == []
    assert any("bonus of" in text for text in differing(home, "H2")), "the decision moves a bonus"


SCHEMES = {"2117": "workload_quality", "2102": "case_weight", "2109": "surplus_share", "2103": "score_card"}


@pytest.mark.slow
def test_departments_of_every_scheme_are_the_calculated_ones(casemix: Casemix, generous: Path, tmp_path: Path) -> None:
    """Four departments leave the published scheme: every figure is the calculated one, and every line reaches its source."""
    folder = tmp_path / "policy"
    folder.mkdir()
    shutil.copy(CARD / "indicator_target.csv", folder)
    rows = default_rows("bonus_scheme.csv")
    rows += [rows[-1] | {"dept_id": dept, "scheme_code": scheme} for dept, scheme in SCHEMES.items()]
    write_rows(folder / "bonus_scheme.csv", rows)
    home = Home(tmp_path / "warehouse")
    run_january(casemix, generous, folder, home)
    assert differing(home, "H2", folder) == []
    with duckdb.connect(str(home.current / "warehouse.duckdb"), read_only=True) as con:
        query = "select component, dept_id from scored.fct_bonus_journal where sequence between 11 and 14"
        paid = dict(con.execute(query).fetchall())
    assert paid == {"CASE_WEIGHT": "2102", "DIFFICULTY": "2102", "SURPLUS": "2109", "SCORE_CARD": "2103"}
    everyone = explain_month(open_release(home, "H2", MONTHS["H2"][0]), MONTHS["H2"][0])
    assert everyone.difference == 0
    assert not any(everyone.leaf_differences.values())
    assert [line.component for line in everyone.lines if not everyone.leaf_counts[line.number]] == []


@pytest.mark.slow
@pytest.mark.parametrize("hospital_id", ["H1", "H2"])
def test_every_month_of_the_sample_is_the_calculated_one(casemix: Casemix, tmp_path: Path, hospital_id: str) -> None:
    """Fourteen months: balances carried, history smoothed, statements of a year before trued up, refunds of months ago."""
    region, home = tmp_path / "region", Home(tmp_path / "warehouse")
    assert casemix("sample", region, "--months", "14").exit_code == 0
    span = ("--from", "2025-01", "--to", "2026-02", "--hospital", hospital_id)
    done = casemix("run", "--source", region, *span, "--simulation", "--home", home.root)
    assert done.exit_code == 0, done.err
    months = [date(2025 + n // 12, n % 12 + 1, 1) for n in range(14)]
    found = differences(home.current / "warehouse.duckdb", home.root / "landing", hospital_id, months, [POLICY])
    assert found == []
    with duckdb.connect(str(home.current / "warehouse.duckdb"), read_only=True) as con:
        assert_methods_reconcile(con, [(hospital_id, month) for month in months])


PLANTED_RATES = (
    "saving,.05", "surplus,.0107", "saving,.0043", "overrun,.03", "year_total,.20", "charge,.35",
)  # fmt: skip
"""Rates that move a bonus in this month; nobody is referred down by a department such a patient is paid to."""


@pytest.fixture(scope="module")
def carded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The policy of the card, with decisions turned away from their defaults that no other month of the suite turns."""
    folder = tmp_path_factory.mktemp("policy")
    for file in CARD.iterdir():
        shutil.copy(file, folder)
    steps = default_rows("bonus_step.csv")
    for row in steps:
        row["is_on"] = "true" if row["step"] in ("card", "cap", "veto") else row["is_on"]
    write_rows(folder / "bonus_step.csv", steps)
    return folder


@pytest.mark.slow
def test_cards_and_other_decisions_move_what_is_calculated(casemix: Casemix, sample: Path, carded: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "warehouse")
    run_january(casemix, sample, carded, home)
    assert differing(home, "H2", carded) == []
    with duckdb.connect(str(home.current / "warehouse.duckdb"), read_only=True) as con:
        query = "select distinct component from scored.fct_bonus_journal where component like 'ADJ_%'"
        assert {"ADJ_CARD", "ADJ_CAP", "ADJ_VETO"} <= {component for (component,) in con.execute(query).fetchall()}
    everyone = explain_month(open_release(home, "H2", MONTHS["H2"][0]), MONTHS["H2"][0])
    assert everyone.difference == 0
    assert not any(everyone.leaf_differences.values())
    assert [line.component for line in everyone.lines if not everyone.leaf_counts[line.number]] == []
    assert {"policy.award", "policy.indicator_target"} <= {leaf.table for leaf in everyone.leaves(20)}
    awards = (carded / "award.csv").read_text(encoding="utf-8")
    for rate in PLANTED_RATES:
        assert rate in awards
        (carded / "award.csv").write_text(awards.replace(rate, rate + "1"), encoding="utf-8")
        assert any("bonus of" in text for text in differing(home, "H2", carded)), f"a wrong rate shows: {rate}"


@pytest.mark.slow
def test_a_simulated_year_meets_its_statement_fourteen_months_on(casemix: Casemix, tmp_path: Path) -> None:
    """The cases simulated in January and February 2025 are trued up a year later, by department and to the fen."""
    region, home = tmp_path / "region", Home(tmp_path / "warehouse")
    assert casemix("sample", region, "--scale", "4000").exit_code == 0
    done = casemix(
        "run", "--source", region, "--from", "2025-01", "--to", "2026-02", "--hospital", "H1", "--simulation", "--home", home.root
    )
    assert done.exit_code == 0, done.err
    months = [date(2025 + number // 12, 1 + number % 12, 1) for number in range(14)]
    assert differences(home.current / "warehouse.duckdb", home.root / "landing", "H1", months, [POLICY]) == []
    with duckdb.connect(str(home.current / "warehouse.duckdb"), read_only=True) as con:
        assert_methods_reconcile(con, [("H1", month) for month in months])
        query = """
            select month, sum(compared_case_count) > 0, sum(abs(true_up_yuan)) > 0
            from settled.fct_true_up where month >= '2026-01-01' group by month order by month"""
        assert con.execute(query).fetchall() == [(month, True, True) for month in months[-2:]]
