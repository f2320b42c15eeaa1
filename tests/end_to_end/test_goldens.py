"""The published goldens, from CSV files through the command line to the release."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest
from typer.testing import CliRunner

from tests.end_to_end.golden_hospital import MONTH, write_goldens


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    from orchestration.cli.app import app

    folder = tmp_path_factory.mktemp("goldens")
    source, policy = write_goldens(folder)
    home = folder / "home"
    arguments = ["run", "--source", str(source), "--month", MONTH, "--policy", str(policy), "--home", str(home)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASEMIX_PSEUDONYM_KEY", "1:" + "ab" * 32)
        result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    return duckdb.connect(str(home / "published" / "current" / "warehouse.duckdb"), read_only=True)


def one(con: duckdb.DuckDBPyConnection, query: str) -> Decimal:
    (value,) = con.execute(query).fetchone() or (None,)
    assert value is not None
    return Decimal(value)


@pytest.mark.parametrize(
    ("dept_id", "full"), [("MED", "689600.00"), ("SUR", "910400.00"), ("LAB", "0.00"), ("CSSD", "0.00"), ("ADM", "0.00")]
)
def test_golden_a_three_step_allocation(release: duckdb.DuckDBPyConnection, dept_id: str, full: str) -> None:
    query = f"select sum(amount_yuan) from costed.fct_department_cost where hospital_id = 'G1' and dept_id = '{dept_id}'"
    assert one(release, query) == Decimal(full)


def test_golden_b_case_cost(release: duckdb.DuckDBPyConnection) -> None:
    query = "select {} from costed.fct_case_cost where hospital_id = 'G1' and stay_id = 'P1' and method = 'top_down'"
    assert one(release, query.format("own_cost_yuan")) == Decimal("3200.00")
    assert one(release, query.format("cost_yuan")) == Decimal("6716.80")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("workload_points", "2000"),
        ("point_price_label", "6.000000"),
        ("outpatient_yuan", "6000.00"),
        ("outpatient_deduction_yuan", "6000.00"),
        ("inpatient_yuan", "5600.00"),
        ("inpatient_deduction_yuan", "14000.00"),
        ("true_up_yuan", "800.00"),
        ("composite_score", "95"),
        ("adjustment_yuan", "-620.00"),
        ("bonus_yuan", "11780.00"),
    ],
)
def test_golden_j_department_bonus(release: duckdb.DuckDBPyConnection, column: str, value: str) -> None:
    query = f"select {column} from scored.fct_department_bonus where hospital_id = 'G2' and dept_id = 'D'"
    assert one(release, query) == Decimal(value)


def test_pool_closes(release: duckdb.DuckDBPyConnection) -> None:
    query = "select sum(amount_micro_yuan) from scored.fct_bonus_journal where hospital_id = 'G2' and staff_id is null"
    assert one(release, query) == Decimal("14500000000")
