"""Every bonus gate answers nothing on a sound month and names the fault that is planted for it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.models.scoring.chain import Chain, Chosen
from tests.models.scoring.test_against_checker import CLASSES, DIMENSIONS, Hospital, fill

FAULTS: dict[str, tuple[str, str]] = {
    "BON-02 a fen more than the pool": (
        "update scoring.int_scoring__round_departments set bonus_yuan = bonus_yuan + 0.01 where dept_id = 'k1'",
        "departments and reserve against the approved total",
    ),
    "BON-02 a reserve below zero": (
        "update scoring.int_scoring__round_departments set bonus_yuan = -1 where dept_id = 'RESERVE'",
        "RESERVE below zero",
    ),
    "BON-02 an administrative pool without staff": (
        "delete from scoring.int_scoring__weigh_positions where scheme_code = 'administrative'",
        "administrative pool without staff",
    ),
    "BON-03 a fen more for one person": (
        "update scoring.int_scoring__adjust_staff set share_yuan = share_yuan + 0.01 where staff_id = 'k1p0'",
        "k1",
    ),
    "BON-04 a line on a row nobody delivered": (
        "update scored.fct_bonus_journal set parent_key = 'nobody' where component = 'SUBSIDY' and dept_id = 'k1'",
        "k1|",
    ),
    "BON-05 a ratio nobody approved": (
        "update policy.parameter set approved_by = '' where parameter_code = 'recognition_ratio'",
        "parameter.csv recognition_ratio",
    ),
    "BON-05 points without a source": (
        "insert into policy.workload_points (item_id, valid_from, approved_by) values ('X', '2020-01-01', 'test')",
        "workload_points.csv X",
    ),
    "BON-05 a department without a scheme": (
        "update scoring.int_scoring__assign_scheme set scheme_code = null where dept_id = 'x1'",
        "bonus_scheme.csv has no row for x1",
    ),
    "BON-06 a bonus far from its past": (
        "update scored.fct_department_bonus set bonus_yuan = 9999999 where dept_id = 'k1'",
        "k1",
    ),
    "BON-07 a month that is not yet published": (
        "insert into history.fct_department_bonus (dept_id, month) values ('k1', '2025-03-01')",
        "k1 2025-03-01",
    ),
    "BON-08 a ratio changed twice in a year": (
        "insert into policy.parameter (parameter_code, value, valid_from) values"
        " ('uncontrollable_ratio', '0.4', '2025-01-01'), ('uncontrollable_ratio', '0.5', '2025-07-01')",
        "uncontrollable_ratio changed 2 times",
    ),
    "BON-09 a pool of thrice the income": (
        "update scoring.int_scoring__size_pools set inpatient_pool_yuan = 3, inpatient_factor = 3",
        "inpatient pool",
    ),
    "BON-09 a pool over no income": (
        "update scoring.int_scoring__size_pools set inpatient_pool_yuan = 3, inpatient_factor = 1, income_yuan = 0",
        "inpatient pool",
    ),
    "BON-10 a dimension nobody scored": (
        "update scoring.int_scoring__average_sheets set sheet_count = 0 where dept_id = 'k1' and dimension_code = 'ethics'",
        "k1 ethics",
    ),
    "BON-11 a service without points": (
        "update conformed.int_conformed__item_period set has_points = false, item_kind = 'service', item_id = 'X'"
        " where item_period_key = 1",
        "X",
    ),
    "BON-12 an adjustment above the limit": (
        "update scoring.int_scoring__adjust_staff set manual_adjustment_yuan = 500000 where staff_id ="
        " (select min(staff_id) from landing.performance_staff)",
        "performance_staff[",
    ),
    "BON-13 doses and daily doses of two units": (
        "update scored.fct_indicator set value = 201 where indicator_code = 'antibacterial_use_density'",
        "H",
    ),
    "BON-14 a month of a few bed days": (
        "update scored.fct_indicator set denominator = 99 where indicator_code = 'antibacterial_use_density'",
        "H",
    ),
}


@pytest.fixture(scope="module")
def sound(bonus_models: Chosen, tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """A random month all gates accept, built once; every test plants its fault in a transaction it takes back."""
    hospital = Hospital(7, {})
    hospital.sheets = [(dept, "o1", dimension, Decimal(90)) for dept in CLASSES for dimension in DIMENSIONS]
    for person in (person for persons in hospital.persons.values() for person in persons):
        person["adjustment"] = Decimal(0)
    chain = Chain(bonus_models, tmp_path_factory.mktemp("sound"))
    fill(chain, hospital)
    chain.policy("parameter", [{"hospital_id": "*", "parameter_code": "manual_adjustment_limit", "value": "0.05"}])
    limits = {"BON-06": "0.30", "BON-13": "200", "BON-14": "100"}
    chain.policy("gate", [{"gate_id": gate, "threshold": limit, "severity": "warn"} for gate, limit in limits.items()])
    density = {"indicator_code": "antibacterial_use_density", "numerator": 20000, "denominator": 100, "value": 200}
    chain.insert("scored.fct_indicator", [{"level": "hospital", "subject_id": "H", **density}])
    chain.con.execute("update conformed.int_conformed__item_period set item_kind = 'service', item_id = 'I' || item_period_key")
    chain.build()
    chain.con.execute(
        "create or replace table scoring.int_scoring__recall_departments as select dept_id, cast(3 as bigint) as bonus_months,"
        " cast(3 * bonus_yuan as decimal(18, 2)) as bonus_sum_yuan from scored.fct_department_bonus"
    )
    return chain


def answer(chain: Chain, gate_id: str) -> tuple[int, int, str | None]:
    """Checked rows, failing rows and keys of a gate over what the chain holds now."""
    (sql,) = (model.sql for model in chain.models if model.relation == f"audit.gate_{gate_id.lower().replace('-', '_')}")
    ((checked, failing, keys),) = chain.rows(f"select checked_rows, failing_rows, sample_keys from ({sql}) as answered")
    return checked, failing, keys


@pytest.mark.parametrize("gate_id", sorted({name[:6] for name in FAULTS}))
def test_a_sound_month_passes(sound: Chain, gate_id: str) -> None:
    checked, failing, keys = answer(sound, gate_id)
    assert (failing, keys) == (0, None)
    assert checked > 0 or gate_id == "BON-07", "a gate that looks at nothing proves nothing"


@pytest.mark.parametrize("name", FAULTS)
def test_the_fault_is_named(sound: Chain, name: str) -> None:
    fault, named = FAULTS[name]
    sound.con.begin()
    try:
        sound.con.execute(fault)
        _, failing, keys = answer(sound, name[:6])
    finally:
        sound.con.rollback()
    assert failing > 0
    assert keys is not None and named in keys


def test_every_gate_has_a_fault(bonus_models: Chosen) -> None:
    """BON-01 reads the graph of the project: its faults are policies that pay for income (`test_income_never_pays.py`)."""
    gates = {model.relation.removeprefix("audit.gate_") for model in bonus_models.models if ".gate_" in model.relation}
    assert {gate.upper().replace("_", "-") for gate in gates} == {name[:6] for name in FAULTS} | {"BON-01"}
