"""Three methods of case cost reconcile to one inpatient total in every published month of the sample region."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import duckdb

from orchestration.home import Home
from orchestration.release.serving import open_release

METHODS = ("bottom_up", "cost_to_income", "top_down")
RECONCILED = """
    select
        hospital_id,
        month,
        method,
        sum(amount_yuan) filter (where line <> 'inpatient_cost') as carried_yuan,
        sum(amount_yuan) filter (where line = 'inpatient_cost') as stated_yuan,
        (
            select sum(amount_yuan)
            from costed.fct_department_cost as cost
            where cost.hospital_id = lines.hospital_id and cost.month = lines.month
                and cost.service_setting = 'inpatient' and cost.cost_level in ('L1', 'L2')
        ) as inpatient_yuan
    from costed.fct_case_reconciliation as lines
    group by hospital_id, month, method
"""


def assert_methods_reconcile(con: duckdb.DuckDBPyConnection, months: Iterable[tuple[str, date]]) -> None:
    """Cases, work in progress and the rest no case carries are the inpatient cost of the departments, method by method."""
    found = {(hospital, month, method): tuple(yuan) for hospital, month, method, *yuan in con.execute(RECONCILED).fetchall()}
    assert found.keys() == {(hospital, month, method) for hospital, month in months for method in METHODS}
    assert all(carried == stated == inpatient > 0 for carried, stated, inpatient in found.values()), found


def test_three_methods_reconcile_in_every_month(february: Home) -> None:
    with open_release(february) as con:
        assert_methods_reconcile(con, [("H1", date(2025, 1, 1)), ("H1", date(2025, 2, 1)), ("H2", date(2025, 1, 1))])
