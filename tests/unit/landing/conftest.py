from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.home import Home
from orchestration.landing import LandedMonth, land_month
from orchestration.privacy.keys import KEY_VARIABLE
from orchestration.sources import open_deliveries
from tests.unit.delivery import HOSPITAL, MONTH, write_delivery

TABLES = ("his_department", "his_charge", "his_outpatient_visit", "emr_front_page", "performance_score", "performance_subsidy")


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small delivery of some tables of one month; the pseudonym key is set."""
    monkeypatch.setenv(KEY_VARIABLE, "v1:a-key-for-tests-only-a-key-for-tests")
    return write_delivery(tmp_path / "source", TABLES)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def land(source: Path, home: Home) -> Callable[[], LandedMonth]:
    """Land the month of the delivery as it lies in the folder now."""

    def _land() -> LandedMonth:
        (delivery,) = open_deliveries(source=source)
        return land_month(home, HOSPITAL, MONTH, delivery)

    return _land
