"""Each gate of cost passes on a sound month and fails on the fault it is there for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from tests.models.compiled_models import CompiledModels, fetch, insert, open_month
from tests.models.test_costing_reference import END, START, load, random_month

GATES = ("01", "02", "03", "04", "05", "06", "07", "08", "09", "10")
GATES_WITH_HISTORY = ("11", "12")


class Fault(NamedTuple):
    """A statement run before or after the models are built, and the gate that must see it."""

    gate: str
    before: str | None = None
    after: str | None = None


FAULTS = {
    "a department lost its cost": Fault(
        "01", after="delete from costed.fct_department_cost where stage = 'direct' and cost_category = 'C1'"
    ),
    "a line without department": Fault("02", before="update landing.ledger_voucher_line set dept_id = null where source_row = 3"),
    "an account without category": Fault(
        "02", before="update policy.cost_category set account_code = '9' where account_code = '5001'"
    ),
    "a stage that adds cost": Fault(
        "03",
        after="update costed.fct_department_cost set amount_yuan = amount_yuan + 0.01 where stage = 'auxiliary'",
    ),
    "givers without drivers": Fault("04", before="delete from landing.ledger_allocation_driver where driver_code = 'heads'"),
    "a negative driver": Fault(
        "05",
        before="update landing.ledger_allocation_driver set quantity = -1 where driver_code = 'packs' and from_dept_id is null",
    ),
    "a driver of another month": Fault(
        "05", before="update landing.ledger_allocation_driver set month = '2024-12-01' where source_row = 2"
    ),
    "a driver half as large as last month": Fault(
        "05",
        before="""insert into history.fct_cost_driver by name
            select 'H1' as hospital_id, date '2024-12-01' as month, driver_code, coalesce(from_dept_id, '*') as from_dept_id,
            to_dept_id, coalesce(service_setting, 'all') as service_setting, 2 * quantity as quantity
            from landing.ledger_allocation_driver where source_row = 2""",
    ),
    "charges of unknown visits": Fault("06", before="delete from landing.his_outpatient_visit"),
    "an item that lost a fen": Fault("07", after="update costed.fct_item_cost set cost_yuan = cost_yuan - 0.01"),
    **{
        f"a case that lost a fen {method}": Fault(
            "08", after=f"update costed.fct_case_cost set cost_yuan = cost_yuan - 0.01 where method = '{method}'"
        )
        for method in ("top_down", "bottom_up", "cost_to_income")
    },
    "an open stay that lost a fen": Fault(
        "08",
        after="""update costed.fct_case_reconciliation set amount_yuan = amount_yuan - 0.01
            where line = 'closing_wip' and method = 'bottom_up'""",
    ),
    "revenue booked too low": Fault(
        "09", before="update landing.ledger_voucher_line set credit_amount = credit_amount - 1 where account_code = '41010101'"
    ),
    "revenue booked to the other setting": Fault(
        "09",
        before="""update landing.ledger_voucher_line
            set credit_amount = credit_amount + case account_code when '41010101' then 1 else -1 end
            where account_code like '410101%'""",
    ),
    "the laboratory's charges alone without a department": Fault(
        "06",
        before="""
            update policy.parameter set value = '0.9' where parameter_code in ('match_line_minimum', 'match_amount_minimum');
            insert into policy.service_unit by name
                select 'D16' as fee_class, 'laboratory' as unit_code, date '2000-01-01' as valid_from;
            update landing.his_item set fee_class = 'D16' where item_id = 'i5';
            update landing.his_charge set item_id = 'i4' where item_id = 'i5';
            update landing.his_charge set item_id = 'i5' where charge_id in ('c1', 'c2');
            update landing.his_charge set executing_dept_id = 'gone' where charge_id = 'c1'""",
    ),
    "a bed day cost next to nothing last month": Fault(
        "11",
        before="""insert into history.fct_unit_cost by name
            select 'H1' as hospital_id, date '2024-12-01' as month, dept_id, 'bed_day' as cost_object, 0.01 as unit_cost_yuan
            from (select distinct dept_id from landing.his_transfer)""",
    ),
    "one ward whose cost moved unlike all others": Fault(
        "11",
        before="""update policy.parameter set value = '100' where parameter_code = 'unit_cost_change_limit'""",
        after="""update costed.fct_unit_cost set unit_cost_yuan = 100;
            insert into costed.fct_unit_cost by name select hospital_id, month, 'w' || n as dept_id, 'bed_day' as cost_object,
                100 + case when n = 0 then 60 else n % 2 end as unit_cost_yuan
            from (select distinct hospital_id, month from costed.fct_unit_cost), range(30) as wards (n);
            insert into history.fct_unit_cost by name
                select hospital_id, date '2024-12-01' as month, dept_id, cost_object, 100 as unit_cost_yuan
                from costed.fct_unit_cost""",
    ),
    "every yuan followed its patient last month": Fault(
        "12",
        before="""insert into history.fct_cost_quality by name
            select 'H1' as hospital_id, date '2024-12-01' as month, 'own_items' as allocation,
            1 as quality_score, 1 as amount_yuan""",
    ),
    "nobody holds the drugs that were charged": Fault(
        "10", before="delete from landing.ledger_voucher_line where account_code = '500103'"
    ),
}


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    month = random_month(1, "strict")
    with open_month(tmp_path, START, END) as con:
        load(con, month)
        booked = {"voucher_id": "r", "posted_on": START, "debit_amount": 0, "funding_source": "own"}
        for number, (setting, account) in enumerate({"outpatient": "41010101", "inpatient": "41010102"}.items(), start=1):
            revenue = sum(line["amount"] for line in month.charges if line["encounter_type"] == setting)
            line = booked | {"line_no": number, "account_code": account, "credit_amount": revenue}
            insert(con, "landing.ledger_voucher_line", [line])
        valid = {"valid_from": "2000-01-01"}
        parameters = {"match_line_minimum": "0.98", "match_amount_minimum": "0.99"}
        parameters |= {"quality_score_own_items": "1", "quality_score_bed_days": "0.5", "unit_cost_change_limit": "0.25"}
        parameters |= {"unit_cost_z_limit": "3", "driver_change_limit": "0.3", "case_cost_median_multiple": "20"}
        parameters |= {"item_cost_method": "equivalent", "target_margin": "0.05", "development_fund_ratio": "0.3"}
        parameters |= {"case_share_driver": "bed_days", "wip_policy": "discharge_month", "quality_score_workload_points": "0.8"}
        parameters |= {"medical_revenue_account": "410101", "settlement_difference_account": "41010103"}
        parameters |= {"outpatient_revenue_account": "41010101", "inpatient_revenue_account": "41010102"}
        insert(con, "policy.parameter", [{"parameter_code": code, "value": value} | valid for code, value in parameters.items()])
        con.execute("update landing.ledger_allocation_driver set quantity = abs(quantity) + 1")
        yield con


def answer(con: duckdb.DuckDBPyConnection, gate: str) -> tuple[int, int, str | None, str | None]:
    ((checked, failing, keys, hint),) = fetch(
        con, f"select checked_rows, failing_rows, sample_keys, hint from audit.gate_cost_{gate}"
    )
    return checked, failing, keys, hint


def test_a_sound_month_passes_every_gate(costing_models: CompiledModels, con: duckdb.DuckDBPyConnection) -> None:
    costing_models.build(con)
    for gate in GATES:
        checked, failing, keys, hint = answer(con, gate)
        assert checked > 0 and failing == 0 and keys is None and hint is None, gate
    for gate in GATES_WITH_HISTORY:
        assert str(answer(con, gate)[3]).startswith("too_early:"), gate


@pytest.mark.parametrize("name", FAULTS)
def test_each_gate_sees_its_fault(costing_models: CompiledModels, con: duckdb.DuckDBPyConnection, name: str) -> None:
    fault = FAULTS[name]
    if fault.before:
        con.execute(fault.before)
    costing_models.build(con)
    if fault.after:
        con.execute(fault.after)
        costing_models.build_only(con, f"gate_cost_{fault.gate}")
    _, failing, keys, _ = answer(con, fault.gate)
    assert failing > 0 and keys


@pytest.mark.parametrize(
    ("code", "value"), [("case_share_driver", "workload_points"), ("case_share_driver", "minutes"), ("wip_policy", "accrue_days")]
)
def test_methods_reconcile_whatever_is_decided(
    costing_models: CompiledModels, con: duckdb.DuckDBPyConnection, code: str, value: str
) -> None:
    con.execute("""insert into policy.workload_points by name
        select item_id, 1 as judging_points, 2 as executing_points, 0.5 as nursing_points, date '2000-01-01' as valid_from
        from landing.his_item""")
    con.execute("""insert into history.fct_open_stay by name
        select 'H1' as hospital_id, date '2024-12-01' as month, stay_id, dept_id,
            'bed_days' as fee_class, 'bed_days' as item_kind, 1 as bed_days, 0 as line_count,
            0 as fee_yuan, 0 as own_fee_yuan, 0 as own_cost_yuan, 50 as shared_cost_yuan, 50 as shared_direct_cost_yuan,
            40 as bottom_up_shared_yuan, 0 as cost_to_income_own_yuan, 30 as cost_to_income_shared_yuan
        from landing.his_transfer where sequence = 1""")
    costs = []
    for decided in ("", value):
        if decided:
            con.execute("update policy.parameter set value = ? where parameter_code = ?", [decided, code])
        costing_models.build(con)
        assert answer(con, "08")[0] > 0 and answer(con, "08")[1] == 0
        costs.append(
            fetch(con, "select stay_id, shared_cost_yuan from costed.fct_case_cost where method = 'top_down' order by 1")
        )
    assert costs[0] != costs[1]


def test_excluded_lines_are_no_cost_and_stay_visible(costing_models: CompiledModels, con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update policy.cost_category set cost_level = 'donation' where account_code = '500101'")
    costing_models.build(con)
    assert answer(con, "01")[1] == 0 and answer(con, "02")[1] == 0
    assert fetch(con, "select count(*) from costed.fct_department_cost where cost_category = 'C1'") == [(0,)]
    excluded = "select ledger_yuan, quantum_yuan from costed.rpt_cost_reconciliation where part = 'excluded'"
    ((ledger, quantum),) = fetch(con, excluded)
    assert ledger > 0 and quantum == 0
    con.execute("delete from costing.int_costing__ledger_line where excluded_as is not null")
    costing_models.build_only(con, "gate_cost_01")
    assert answer(con, "01")[1] > 0
