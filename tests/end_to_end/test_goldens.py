"""The published goldens, from CSV files through the command line to the release."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.home import Home
from orchestration.release.record import Record
from tests.conftest import published
from tests.end_to_end.conftest import Published
from tests.end_to_end.golden_hashes import golden_hashes, kept_hashes
from tests.end_to_end.golden_hospital import MONTH, write_goldens
from tests.end_to_end.shaken import run_elsewhere, shuffle_source

KEY = ("CASEMIX_PSEUDONYM_KEY", "1:" + "ab" * 32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Source, policy and published home of the goldens."""
    from orchestration.cli.app import app

    folder = tmp_path_factory.mktemp("goldens")
    source, policy = write_goldens(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(*KEY)
        result = CliRunner().invoke(app, arguments(source, policy, folder / "home"))
    assert result.exit_code == 0, (result.output, result.exception)
    return folder


@pytest.fixture(scope="module")
def release(folder: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(folder / "home" / "published" / "current" / "warehouse.duckdb"), read_only=True)


def arguments(source: Path, policy: Path, home: Path) -> list[str]:
    return ["run", "--source", str(source), "--month", MONTH, "--policy", str(policy), "--home", str(home)]


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


def test_f43_no_upgrade_moves_a_number_of_the_golden_months(release: duckdb.DuckDBPyConnection) -> None:
    found = golden_hashes(release)
    assert found == kept_hashes(found), "if the change is meant: CASEMIX_ACCEPT_HASHES=1, and have the difference reviewed"


def test_f43_nor_of_a_whole_hospital(january: Published) -> None:
    with duckdb.connect(str(january.home.current / "warehouse.duckdb"), read_only=True) as con:
        found = {name: value for name, value in golden_hashes(con).items() if name.startswith("H1 ")}
    assert found == kept_hashes(found), "if the change is meant: CASEMIX_ACCEPT_HASHES=1, and have the difference reviewed"


def test_f44_rows_files_threads_clock_and_place_do_not_matter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same month with shuffled rows, charges in two files, one thread, another time zone, locale and temporary folder."""
    monkeypatch.setenv(*KEY)
    shaken = folder / "another place"
    shutil.copytree(folder / "source", shaken / "source")
    shuffle_source(shaken / "source")
    asked = [*arguments(shaken / "source", folder / "policy", shaken / "home"), "--threads", "1"]
    done = run_elsewhere(asked, shaken / "scratch")
    assert done.returncode == 0, done.stderr
    assert figures(published(Home(shaken / "home"))) == figures(published(Home(folder / "home")))


def figures(record: Record) -> dict[str, str]:
    """Logical hash of every mart but the one that speaks of file rows: samples of gates."""
    return {name: mart["logical_sha256"] for name, mart in record.content["marts"].items() if name != "audit.fct_gate_result"}
