"""One month of a real hospital: mapping and policy folder in, gated release of costed marts out, reconciled to the ledger."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

HERE = Path(__file__).parent
LEDGER = Decimal("1060115.474")
pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not os.environ.get("CASEMIX_REFERENCE_DATA"), reason="CASEMIX_REFERENCE_DATA is not set"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the published month."""
    from orchestration.cli.app import app

    folder = tmp_path_factory.mktemp("real_month")
    config = folder / "casemix.yml"
    config.write_text(f"hospitals:\n  - mapping: {HERE / 'mapping.yml'}\n", encoding="utf-8")
    arguments = ["run", "--config", str(config), "--month", "1997-06"]
    arguments += ["--policy", str(HERE / "policy"), "--home", str(folder / "home")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASEMIX_PSEUDONYM_KEY", "v1:" + "ab" * 32)
        result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    return folder / "home"


@pytest.fixture(scope="module")
def release(home: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(home / "published" / "current" / "warehouse.duckdb"), read_only=True)


def total(con: duckdb.DuckDBPyConnection, query: str) -> Decimal:
    (value,) = con.execute(f"select coalesce(sum(amount), 0) from ({query})").fetchone() or (0,)
    return Decimal(value)


def test_ledger_in_thousandths_is_rounded_once_and_the_difference_kept(home: Path) -> None:
    (manifest,) = home.glob("landing/R1/1997-06/b*/manifest.json")
    control = json.loads(manifest.read_text())["tables"]["ledger_voucher_line"]["files"][0]["control"]["debit_amount"]
    assert Decimal(control["landed"]) == Decimal("1060115.47")
    assert Decimal(control["landed"]) + Decimal(control["rounding_difference"]) == LEDGER


def test_departments_carry_the_ledger(release: duckdb.DuckDBPyConnection) -> None:
    assert total(release, "select amount_yuan as amount from costed.fct_department_cost") == Decimal("1060115.47")


def test_every_episode_is_a_case_or_an_open_stay(release: duckdb.DuckDBPyConnection) -> None:
    cases = release.execute(
        "select count(*), count(*) filter (where cost_yuan > 0) from costed.fct_case_cost where method = 'top_down'"
    ).fetchone()
    stays = release.execute("select count(distinct stay_id) from costed.fct_open_stay").fetchone()
    assert cases == (372, 372)
    assert stays == (32,)


def test_episodes_and_named_buckets_add_up_to_the_ledger(release: duckdb.DuckDBPyConnection) -> None:
    cases = total(release, "select cost_yuan as amount from costed.fct_case_cost where method = 'top_down'")
    open_stays = total(release, "select own_cost_yuan + shared_cost_yuan as amount from costed.fct_open_stay")
    buckets = total(release, "select amount_yuan as amount from costed.fct_cost_bucket")
    inpatient = total(release, "select amount_yuan as amount from costed.fct_department_cost where service_setting = 'inpatient'")
    assert cases + open_stays == inpatient > 0
    assert cases + open_stays + buckets == Decimal("1060115.47")


def test_three_methods_reconcile_to_one_inpatient_total(release: duckdb.DuckDBPyConnection) -> None:
    inpatient = total(release, "select amount_yuan as amount from costed.fct_department_cost where service_setting = 'inpatient'")
    sums = release.execute(
        """select method, sum(amount_yuan) filter (where line <> 'inpatient_cost'),
            sum(amount_yuan) filter (where line = 'inpatient_cost')
        from costed.fct_case_reconciliation group by method order by method"""
    ).fetchall()
    assert sums == [(method, inpatient, inpatient) for method in ("bottom_up", "cost_to_income", "top_down")]


def test_settlement_and_bonus_are_not_applicable_and_say_so(release: duckdb.DuckDBPyConnection) -> None:
    statuses = release.execute(
        "select split_part(gate_id, '-', 1) as area, status, count(*) from audit.fct_gate_result "
        "where area in ('SETL', 'BON') group by all"
    ).fetchall()
    assert {status for _, status, _ in statuses} == {"not_applicable"}
    for mart in ("settled.fct_case_settlement", "scored.fct_department_bonus"):
        assert release.execute(f"select count(*) from {mart}").fetchone() == (0,)
