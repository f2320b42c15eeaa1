"""A policy that pays a share of drug income stops the month at gate BON-01; the sample's points for the work pass."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.home import PROJECT_ROOT, Home
from tests.conftest import Casemix
from tests.end_to_end.conftest import Published

POLICY = PROJECT_ROOT / "seeds" / "policy"


def test_points_for_the_work_pass(january: Published) -> None:
    with duckdb.connect(str(january.home.current / "warehouse.duckdb"), read_only=True) as con:
        query = "select status, checked_rows > 100 from audit.fct_gate_result where gate_id = 'BON-01'"
        answers = con.execute(query).fetchall()
    assert answers == [("passed", True)] * 2


@pytest.mark.slow
def test_a_share_of_drug_income_stops_the_month(casemix: Casemix, sample: Path, tmp_path: Path) -> None:
    """A deduction turned into a reward for what drugs cost, the way a formula would pay for selling them."""
    rows = (POLICY / "bonus_deduction.csv").read_text(encoding="utf-8")
    folder = tmp_path / "policy"
    folder.mkdir()
    paid = rows.replace("outpatient,C3,true,1.00", "outpatient,C3,true,-0.05")
    assert paid != rows
    (folder / "bonus_deduction.csv").write_text(paid, encoding="utf-8")
    home = Home(tmp_path / "warehouse")
    span = ("--month", "2025-01", "--hospital", "H2")
    done = casemix("run", "--source", sample, *span, "--simulation", "--policy", folder, "--home", home.root)
    assert done.exit_code == 2
    assert "BON-01" in done.err and "OUTPATIENT_DEDUCTION" in done.err
    assert not home.current.exists()
