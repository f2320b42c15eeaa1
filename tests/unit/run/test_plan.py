"""A range runs in order; a failure ends its hospital's range and nobody else's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from orchestration.errors import BadInput, ConfigurationError, GateStopped, RunBusy
from orchestration.run.plan import MonthOutcome, months_between, parse_month, plan_range, run_range

JAN, FEB, MAR = date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)
AVAILABLE = {"H1": [JAN, FEB, MAR], "H2": [JAN, FEB]}


def test_months_of_a_range_cross_the_year() -> None:
    assert months_between(date(2025, 11, 1), date(2026, 2, 1)) == [
        parse_month(m) for m in ("2025-11", "2025-12", "2026-01", "2026-02")
    ]


@pytest.mark.parametrize("text", ["2025", "2025-13", "2025-01-01", "01-2025", ""])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_month(text)


def test_a_range_that_runs_backwards_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        months_between(FEB, JAN)


def test_every_hospital_takes_part_with_the_months_it_delivers() -> None:
    assert plan_range(AVAILABLE, [JAN, FEB, MAR]) == {"H1": [JAN, FEB, MAR], "H2": [JAN, FEB]}
    assert plan_range(AVAILABLE, [JAN, FEB], ["H2"]) == {"H2": [JAN, FEB]}


def test_unknown_hospitals_missing_months_and_gaps_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="H9"):
        plan_range(AVAILABLE, [JAN], ["H9"])
    with pytest.raises(BadInput, match="2026-01"):
        plan_range(AVAILABLE, [date(2026, 1, 1)])
    with pytest.raises(BadInput, match="2025-02"):
        plan_range({"H1": [JAN, MAR]}, [JAN, FEB, MAR])


def test_a_failing_month_ends_its_hospital_and_no_other() -> None:
    seen: list[tuple[str, date, list[str]]] = []

    def run_month(hospital: str, month: date, earlier: Sequence[str]) -> MonthOutcome:
        seen.append((hospital, month, list(earlier)))
        error = GateStopped("no") if (hospital, month) == ("H1", FEB) else None
        return MonthOutcome(f"{hospital}-{month.month}", hospital, month, error)

    outcome = run_range({"H1": [JAN, FEB, MAR], "H2": [JAN, FEB]}, run_month)
    assert seen == [("H1", JAN, []), ("H1", FEB, ["H1-1"]), ("H2", JAN, []), ("H2", FEB, ["H2-1"])]
    assert [o.run_id for o in outcome.gated] == ["H1-1", "H2-1", "H2-2"]
    assert outcome.not_run == [("H1", MAR)]
    assert outcome.error is not None and outcome.error.exit_code == 2


def test_the_weightiest_error_becomes_the_exit_code() -> None:
    errors = {"H1": GateStopped("gate"), "H2": RunBusy("busy")}
    outcome = run_range({"H1": [JAN], "H2": [JAN]}, lambda h, m, _: MonthOutcome(h, h, m, errors[h]))
    assert outcome.error is not None and outcome.error.exit_code == 5
