"""Every published cost, settlement and bonus of the sample, calculated again in plain fractions from landing and policy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from orchestration.home import PROJECT_ROOT, Home
from tests.conftest import Casemix
from tests.end_to_end.checker.compare import differences

MONTHS = {"H1": [date(2025, 1, 1), date(2025, 2, 1)], "H2": [date(2025, 1, 1)]}
POLICY = PROJECT_ROOT / "seeds" / "policy"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("warehouse"))


def differing(home: Home, hospital_id: str, *policies: Path) -> list[str]:
    return differences(
        home.current / "warehouse.duckdb", home.root / "landing", hospital_id, MONTHS[hospital_id], [POLICY, *policies]
    )


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
