"""Each gate of settlement finds nothing in a sound month and finds the fault it is there for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from tests.models.compiled_models import CompiledModels, compiled_models, fetch, insert, open_month
from tests.models.settlement_parents import PARENTS, SCHEMAS, SELECT

START, END, LAST_YEAR = date(2026, 3, 1), date(2026, 4, 1), date(2025, 3, 1)
GATES = ("01", "02", "03", "04", "05", "06", "07", "08")
PARAMETERS = {
    "simulated_population": "discharged_and_settled", "simulate_self_pay": "true", "pay_basis": "total",
    "transfer_split": "bed_days", "fund_basis": "less_patient_share", "ungrouped_pay": "by_item", "bonus_coefficient_cap": "0.10",
    "reference_score": "1000", "true_up_basis": "simulated", "recognition_ratio": "0.7", "basic_group_coefficient": "1",
}  # fmt: skip
CHARGED = "conformed.int_front_page__charged_fee"


class Fault(NamedTuple):
    """A statement run before or after the models are built, and the gate that must see it."""

    gate: str
    before: str | None = None
    after: str | None = None


FAULTS = {
    "no point value": Fault("01", before="delete from policy.point_value"),
    "a point value nobody sourced": Fault("01", before="update policy.point_value set source_type = 'assumption'"),
    "a parameter nobody sourced": Fault(
        "01", before="update policy.parameter set source_type = 'assumption' where parameter_code = 'fund_basis'"
    ),
    **{
        f"a {table} nobody sourced": Fault(
            "01",
            before=f"""insert into policy.{table} by name
                select 'A' as group_code, 100 as amount, date '2000-01-01' as valid_from, 'assumption' as source_type{columns}""",
        )
        for table, columns in (("supplement", ""), ("per_diem", ", 1 as day_from"))
    },
    "a capitation rate nobody sourced": Fault(
        "01",
        before="""insert into settled.fct_person_payment values ('capitation', 'contracted_persons', '2026-03-01');
            insert into policy.capitation by name
            select 'r' as region, 1 as rate, 0 as extra, date '2000-01-01' as valid_from, 'assumption' as source_type""",
    ),
    "an outcome amount nobody sourced": Fault(
        "01",
        before="""insert into settled.fct_person_payment values ('outcome', 'glucose', '2026-03-01');
            insert into policy.outcome_payment by name
            select 'glucose' as measure_code, 0 as low, 1 as amount,
                date '2000-01-01' as valid_from, 'assumption' as source_type""",
    ),
    "a band nobody sourced": Fault("01", before="update policy.payment_band set source_type = 'assumption'"),
    "a settlement that lost a fen": Fault("02", before=f"update {CHARGED} set total_yuan = total_yuan - 0.01"),
    "parts beside the total": Fault("03", before="update landing.his_settlement set patient_pay = patient_pay + 0.01"),
    "a case without group": Fault("04", before="update grouped.fct_case set status = 'ungrouped' where stay_id = 'S1'"),
    "a score that was altered": Fault(
        "05", after="update settled.fct_case_settlement set adjusted_score = adjusted_score + 0.0001"
    ),
    "a case that was not published": Fault("05", after="delete from settled.fct_case_settlement where stay_id = 'S1'"),
    "a cause that lost a fen": Fault(
        "06", after="update settled.fct_settlement_difference set deduction_yuan = deduction_yuan - 0.01"
    ),
    "a reversal of nothing": Fault(
        "07", before="update landing.his_settlement set reverses_settlement_id = null where is_reversal"
    ),
    "a reversal of another amount": Fault("07", before="update landing.his_settlement set total_fee = -999 where is_reversal"),
    "a statement of a stay nobody knows": Fault("08", before="update landing.insurer_case_settlement set stay_id = 'X'"),
    "a statement with another group": Fault("08", before="update landing.insurer_case_settlement set group_code = 'B'"),
}


@pytest.fixture(scope="module")
def models(project: Path) -> CompiledModels:
    return compiled_models(project, f"{SELECT} fqn:casemix.gates.closed.gate_setl*")


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_month(tmp_path, START, END) as con:
        for schema in SCHEMAS:
            con.execute(f"create schema if not exists {schema}")
        for name, columns in PARENTS.items():
            con.execute(f"create table {name} ({columns})")
        con.execute(f"create table {CHARGED} (stay_id varchar, total_yuan decimal(18,2), is_whole_stay boolean)")
        _policy(con)
        _cases(con)
        yield con


def _policy(con: duckdb.DuckDBPyConnection) -> None:
    sourced = {"valid_from": "2000-01-01", "source_type": "local"}
    insert(con, "policy.parameter", [sourced | {"parameter_code": c, "value": v} for c, v in PARAMETERS.items()])
    place = {"region": "r", "scheme": "DIP"}
    hospital = {"hospital_id": "H1", "level": "3", "grouper_version": "v", "coefficient": Decimal("1.02")}
    insert(con, "policy.hospital", [sourced | place | hospital])
    years = [{"insurance_type": "employee", "year": year, "kind": "budget", "value": Decimal("9.8")} for year in (2025, 2026)]
    insert(con, "policy.point_value", [sourced | place | year for year in years])
    insert(con, "policy.payment_band", [sourced | place | {"rw_low": 0, "high_multiple": 2, "low_multiple": Decimal("0.5")}])
    group = {"scheme": "DIP", "version": "v", "group_code": "A", "hospital_level": "3", "score": 1300, "mean_fee": 13650}
    insert(con, "policy.group_payment", [sourced | group | {"is_same_price": False, "is_basic_group": False}])


def _cases(con: duckdb.DuckDBPyConnection) -> None:
    """Two discharged cases, one settled twice with a reversal between, and a statement of a case of last year."""
    settlement = {"encounter_type": "inpatient", "settled_on": START, "insurance_type": "employee", "in_scope_ratio": 1}
    parts = {"total_fee": 9000, "fund_booked": 7000, "other_fund": 0, "patient_pay": 2000}
    minus = {name: -amount for name, amount in parts.items()}
    for stay_id in ("S1", "S2"):
        page = {"stay_id": stay_id, "insurance_type": "employee", "settled_on": START, "total_fee_yuan": 9000, "stay_days": 2}
        stay = {"admitted_at": "2026-02-27 08:00:00", "discharged_at": "2026-03-01 08:00:00", "discharge_dept_id": "D"}
        insert(con, "conformed.int_conformed__case", [page | stay | {"is_quarantined": False, "self_paid_fee_yuan": 2000}])
        insert(con, "conformed.int_conformed__stay", [{"stay_id": stay_id, "stay_key": int(stay_id[1]), "patient_id": stay_id}])
        group = {
            "stay_id": stay_id,
            "scheme": "DIP",
            "version": "v",
            "status": "grouped",
            "group_code": "A",
            "aux_coefficient": 1,
        }
        insert(con, "grouped.fct_case", [group])
        insert(con, CHARGED, [{"stay_id": stay_id, "total_yuan": 9000, "is_whole_stay": True}])
    rows = [
        settlement | parts | {"settlement_id": "1", "encounter_id": "S1", "is_reversal": False},
        settlement | parts | {"settlement_id": "2", "encounter_id": "S2", "is_reversal": False},
        settlement | minus | {"settlement_id": "3", "encounter_id": "S2", "is_reversal": True, "reverses_settlement_id": "2"},
        settlement | parts | {"settlement_id": "4", "encounter_id": "S2", "is_reversal": False},
    ]
    insert(con, "landing.his_settlement", rows)
    then = {"stay_id": "O", "group_code": "A", "settled_on": LAST_YEAR, "insurance_type": "employee"}
    published = {"month": LAST_YEAR, "discharge_month": LAST_YEAR, "basis": "simulated", "standard_total_yuan": 13000}
    insert(con, "history.fct_case_settlement", [then | published | {"adjusted_score": 1300, "coefficient": 1}])
    statement = {"settlement_id": "O", "statement_month": START, "score": 1300, "billed_fee": 12000, "standard_total": 13400}
    paid = {"fund_pay_by_item": 0, "fund_pay": 9000, "deduction": 0, "coefficient": 1, "is_rejected": False}
    insert(con, "landing.insurer_case_settlement", [then | statement | paid])


def findings(con: duckdb.DuckDBPyConnection, gate: str) -> int:
    ((count,),) = fetch(con, f"select failing_rows from audit.gate_setl_{gate}")
    return int(count)


def test_a_sound_month_has_no_findings(con: duckdb.DuckDBPyConnection, models: CompiledModels) -> None:
    models.build(con)
    assert {gate: findings(con, gate) for gate in GATES} == dict.fromkeys(GATES, 0)
    looked_at = [fetch(con, f"select checked_rows from audit.gate_setl_{gate}")[0][0] for gate in GATES]
    assert min(looked_at) > 0


@pytest.mark.parametrize("name", FAULTS)
def test_a_gate_sees_its_fault(con: duckdb.DuckDBPyConnection, models: CompiledModels, name: str) -> None:
    fault = FAULTS[name]
    if fault.before:
        con.execute(fault.before)
    models.build(con)
    if fault.after:
        con.execute(fault.after)
        models.build_only(con, f"gate_setl_{fault.gate}")
    assert findings(con, fault.gate) > 0


def test_an_assumption_may_move_a_simulation(con: duckdb.DuckDBPyConnection, models: CompiledModels) -> None:
    con.execute("update policy.point_value set source_type = 'assumption'")
    con.execute("update run.scope set is_simulation = true")
    models.build(con)
    assert findings(con, "01") == 0


def test_every_gate_has_a_fault() -> None:
    assert {fault.gate for fault in FAULTS.values()} == set(GATES)
