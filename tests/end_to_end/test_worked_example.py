"""The example of docs/bonus.md: the bonus of one department worked out from published figures, as by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import pytest

from orchestration.home import PROJECT_ROOT
from tests.end_to_end.checker.tables import Month
from tests.end_to_end.conftest import Published

HOSPITAL, DEPT, MONTH = "H1", "0101", date(2025, 1, 1)
MICRO = Decimal("0.000001")
Step = tuple[str, str, str]


class Figures:
    """Published figures of the month, and the department's journal lines in yuan."""

    def __init__(self, january: Published) -> None:
        with duckdb.connect(str(january.home.current / "warehouse.duckdb"), read_only=True) as con:
            here = f"hospital_id = '{HOSPITAL}' and month = date '{MONTH}'"
            names = ("workload_points", "outpatient_deduction_yuan", "true_up_yuan", "subsidy_yuan")
            sums = ", ".join(f"sum({name}) as {name}" for name in names)
            self.hospital = _row(con, f"select {sums} from scored.fct_department_bonus where {here}")
            self.own = _row(con, f"select * from scored.fct_department_bonus where {here} and dept_id = '{DEPT}'")
            sides = "sum(simulated_yuan) as simulated, sum(deduction_yuan) as deduction"
            groups = f"select {sides} from scored.fct_department_group where {here}"
            self.all_cases, self.own_cases = _row(con, groups), _row(con, f"{groups} and dept_id = '{DEPT}'")
            query = f"""select component, sum(amount_micro_yuan) as micro from scored.fct_bonus_journal
                where {here} and dept_id = '{DEPT}' and staff_id is null group by component"""
            self.lines = {component: micro * MICRO for component, micro in con.execute(query).fetchall()}
        rows = Month(january.home.root / "landing" / HOSPITAL / f"{MONTH:%Y-%m}", MONTH).rows("performance_pool")
        self.pools = {row["pool_code"]: Decimal(row["amount"].numerator) / row["amount"].denominator for row in rows}


def _row(con: duckdb.DuckDBPyConnection, query: str) -> dict[str, Any]:
    result = con.execute(query)
    row = result.fetchone()
    assert row is not None
    return dict(zip([column[0] for column in result.description or []], row, strict=True))


def shown(value: Decimal, digits: int = 2) -> str:
    return f"{value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,}"


def worked(figures: Figures) -> Iterator[Step]:
    """Name, working and result of every step; a result that the journal holds is checked against it."""
    pools, hospital, own, lines = figures.pools, figures.hospital, figures.own, figures.lines

    def line(component: str, amount: Decimal) -> str:
        assert abs(lines[component] - amount) < Decimal("0.000002"), component
        return shown(lines[component])

    money = pools["total"] - pools["inpatient"] - hospital["true_up_yuan"] - pools["administrative"] - pools["reserve"]
    money += hospital["outpatient_deduction_yuan"] - hospital["subsidy_yuan"]
    taken = [pools["inpatient"], hospital["true_up_yuan"], pools["administrative"], pools["reserve"], hospital["subsidy_yuan"]]
    working = " − ".join(shown(amount) if amount >= 0 else f"({shown(amount)})" for amount in [pools["total"], *taken])
    yield ("point money", f"{working} + {shown(hospital['outpatient_deduction_yuan'])}", shown(money))
    parts = f"{shown(own['workload_points'], 4)} / {shown(hospital['workload_points'], 4)}"
    assert abs(lines["POINTS"] - money * own["workload_points"] / hospital["workload_points"]) < Decimal("0.01")
    yield ("`POINTS`", f"{shown(money)} × {parts}", shown(lines["POINTS"]))
    yield ("`OUTPATIENT_DEDUCTION`", "Σ cost × ratio of its category", shown(lines["OUTPATIENT_DEDUCTION"]))
    recognised = Decimal("0.70") * figures.all_cases["simulated"]
    factor = (pools["inpatient"] + figures.all_cases["deduction"]) / recognised
    above = f"({shown(pools['inpatient'])} + {shown(figures.all_cases['deduction'])})"
    sizes = f"{above} / (0.70 × {shown(figures.all_cases['simulated'])})"
    yield ("inpatient factor", sizes, shown(factor, 6))
    income = Decimal("0.70") * figures.own_cases["simulated"]
    yield (
        "`INPATIENT_INCOME`",
        f"0.70 × {shown(figures.own_cases['simulated'])} × factor",
        line("INPATIENT_INCOME", income * factor),
    )
    yield (
        "`INPATIENT_DEDUCTION`",
        "Σ groups: mean deducted cost × cases",
        line("INPATIENT_DEDUCTION", -figures.own_cases["deduction"]),
    )
    components = ["POINTS", "OUTPATIENT_DEDUCTION", "INPATIENT_INCOME", "INPATIENT_DEDUCTION"]
    if "TRUE_UP" in lines:
        components.append("TRUE_UP")
        yield ("`TRUE_UP`", "actual − simulated", shown(lines["TRUE_UP"]))
    before = sum((lines[component] for component in components), Decimal(0))
    score = own["composite_score"]
    yield (
        "`ADJ_SCORE`",
        f"{shown(before)} × ({score.normalize()} / 100 − 1)",
        line("ADJ_SCORE", before * score / 100 - before),
    )
    for component in ("SUBSIDY", "CARRY", "ADJ_FLOOR"):
        if component in lines:
            components.append(component)
            yield (f"`{component}`", "as delivered" if component == "SUBSIDY" else "balance", shown(lines[component]))
    rest = own["bonus_yuan"] - sum((lines[component] for component in [*components, "ADJ_SCORE"]), Decimal(0))
    yield ("`ADJ_ROUNDING`", "to the fen, over the whole pool", shown(rest, 6))
    assert abs(rest) < Decimal("0.01")
    assert sum(lines.values()) == own["bonus_yuan"]
    yield ("**bonus**", "Σ lines", f"**{shown(own['bonus_yuan'])}**")


def test_the_example_of_the_documentation_is_what_the_sample_month_pays(january: Published) -> None:
    table = "\n".join(f"| {name} | {working} | {result} |" for name, working, result in worked(Figures(january)))
    said = (PROJECT_ROOT / "docs" / "bonus.md").read_text(encoding="utf-8")
    if table not in said:
        pytest.fail(f"docs/bonus.md does not hold the table of the sample month:\n{table}")
