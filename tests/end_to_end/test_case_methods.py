"""Three methods of case cost reconcile to one inpatient total in every published month of the sample region."""

from __future__ import annotations

from orchestration.home import Home
from orchestration.release.serving import open_release

RECONCILED = """
    select
        hospital_id,
        month,
        method,
        sum(amount_yuan) filter (where line <> 'inpatient_cost') as carried_yuan,
        sum(amount_yuan) filter (where line = 'inpatient_cost') as inpatient_yuan
    from costed.fct_case_reconciliation
    group by hospital_id, month, method
"""


def test_three_methods_reconcile_in_every_month(february: Home) -> None:
    with open_release(february) as con:
        found = con.sql(RECONCILED).fetchall()
    months = {(hospital, month) for hospital, month, *_ in found}
    assert len(months) == 3 and len(found) == 3 * len(months)
    assert all(carried == inpatient > 0 for *_, carried, inpatient in found)
    assert len({(hospital, month, inpatient) for hospital, month, _, _, inpatient in found}) == len(months)
