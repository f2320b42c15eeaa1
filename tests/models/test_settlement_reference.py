"""The settlement models give, fen for fen, what the rules say for random cases and policies."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.run.private import create_private_database
from tests.models.compiled_models import DATABASE, CompiledModels, compiled_models, fetch
from tests.models.settlement_parents import PARENTS, SCHEMAS, SELECT
from tests.models.settlement_reference import Group, Terms, settle, split

MONTH, NEXT, LAST_YEAR = date(2026, 3, 1), date(2026, 4, 1), date(2025, 3, 1)
ALWAYS = date(2020, 1, 1)
RULES = {
    "points": {
        "normal": ("points", Decimal(100), None),
        "high": ("excess_on_base", None, None),
        "low": ("ratio", None, None),
        "incomplete": ("ratio", None, Decimal(1)),
        "readmission": ("base_times_factor", Decimal("0.5"), None),
    },
    "hangzhou": {
        "normal": ("points", Decimal(100), None),
        "high": ("excess_times_coefficient", None, Decimal("2.5")),
        "incomplete": ("ratio_times_coefficient", None, Decimal(1)),
        "excluded": ("by_item", None, None),
    },
    "rate": {},
}
TESTS = {
    "incomplete": "died_or_transferred_within_hours:24",
    "readmission": "readmitted_within_days:10",
    "excluded": "stay_days_above:60",
}
DRG_BANDS = [
    (Decimal(0), Decimal(1), Decimal(3), Decimal("0.4")),
    (Decimal(1), Decimal(3), Decimal(2), Decimal("0.4")),
    (Decimal(3), None, Decimal("1.5"), Decimal("0.3")),
]
DIP_BANDS = [(Decimal(0), None, Decimal(2), Decimal("0.5"))]
PARAMETERS = {
    "simulated_population": "discharged_and_settled",
    "simulate_self_pay": "true",
    "pay_basis": "total",
    "transfer_split": "bed_days",
    "fund_basis": "less_patient_share",
    "ungrouped_pay": "by_item",
    "bonus_coefficient_cap": "0.10",
    "reference_score": "1000",
    "true_up_basis": "simulated",
    "recognition_ratio": "0.7",
}


@pytest.fixture(scope="module")
def models(project: Path) -> CompiledModels:
    return compiled_models(project, SELECT)


@pytest.fixture
def con(tmp_path: Path) -> Iterable[duckdb.DuckDBPyConnection]:
    with create_private_database(tmp_path / DATABASE) as connection:
        for schema in SCHEMAS:
            connection.execute(f"create schema if not exists {schema}")
        for name, columns in PARENTS.items():
            connection.execute(f"create table {name} ({columns})")
        connection.execute("insert into run.scope values ('H1', ?, ?, null, 'policy', true)", [MONTH, NEXT])
        add(
            connection,
            "policy.parameter",
            [{"parameter_code": c, "value": v, "valid_from": ALWAYS} for c, v in PARAMETERS.items()],
        )
        yield connection


def add(con: duckdb.DuckDBPyConnection, relation: str, rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        con.execute(f"insert into {relation} ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values()))


def number(chance: random.Random, low: float, high: float, digits: int) -> Decimal:
    return Decimal(chance.randint(int(low * 10**digits), int(high * 10**digits))).scaleb(-digits)


def write_terms(con: duckdb.DuckDBPyConnection, terms: Terms, groups: dict[str, Group]) -> None:
    """The policy rows that say what `terms` and `groups` say."""
    since = {"valid_from": ALWAYS}
    hospital = {
        "hospital_id": "H1",
        "level": "3",
        "region": "r",
        "scheme": terms.scheme,
        "grouper_version": "v",
        "coefficient": terms.coefficient,
    }
    add(con, "policy.hospital", [hospital | since])
    point = {"region": "r", "scheme": terms.scheme, "year": 2026, "kind": "budget", "value": terms.point_value}
    add(con, "policy.point_value", [point | since | {"insurance_type": kind} for kind in ("employee", "self_pay")])
    add(con, "policy.bonus_coefficient", [{"hospital_id": "H1", "coefficient_code": "all", "value": terms.bonus} | since])
    add(con, "policy.parameter", [{"parameter_code": "basic_group_coefficient", "value": str(terms.basic_coefficient)} | since])
    for low_edge, high_edge, high, low in terms.bands:
        band = {
            "region": "r",
            "scheme": terms.scheme,
            "rw_low": low_edge,
            "rw_high": high_edge,
            "high_multiple": high,
            "low_multiple": low,
        }
        add(con, "policy.payment_band", [band | since])
    for kind, (formula, factor, cap) in terms.rules.items():
        rule = {
            "region": "r",
            "case_class": kind,
            "test": TESTS.get(kind, "otherwise"),
            "formula": formula,
            "factor": factor,
            "cap": cap,
        }
        add(con, "policy.payment_rule", [rule | since])
    for code, group in groups.items():
        base = {"score": group.base} if terms.scheme == "DIP" else {"weight": group.base}
        row = {"scheme": terms.scheme, "version": "v", "group_code": code, "hospital_level": "3", "mean_fee": group.mean_fee}
        add(
            con,
            "policy.group_payment",
            [row | base | since | {"is_same_price": group.is_same_price, "is_basic_group": group.is_basic}],
        )


def random_terms(chance: random.Random, scheme: str, rules: str) -> Terms:
    return Terms(
        scheme=scheme,
        coefficient=number(chance, 0.8, 1.2, 6),
        basic_coefficient=number(chance, 0.8, 1.2, 3),
        point_value=number(chance, 4, 15, 6) if scheme == "DIP" else number(chance, 60, 120, 4),
        bonus=number(chance, 0, 0.15, 6),
        bands=DIP_BANDS if scheme == "DIP" else DRG_BANDS,
        rules=RULES[rules],
    )


def random_groups(chance: random.Random, scheme: str) -> dict[str, Group]:
    def base() -> Decimal:
        if scheme == "DIP":
            return number(chance, 20, 9000, 4)
        return chance.choice([Decimal(1), Decimal(3), number(chance, 0.2, 9, 4)])

    return {
        f"G{n}": Group(base(), number(chance, 500, 60000, 2), chance.random() < 0.2, chance.random() < 0.2) for n in range(12)
    }


@pytest.mark.parametrize(
    ("scheme", "rules", "seed"),
    [("DIP", "rate", 1), ("DIP", "points", 2), ("CHS-DRG", "points", 3), ("CHS-DRG", "hangzhou", 4), ("CHS-DRG", "rate", 5)],
)
def test_every_case_is_paid_as_the_rules_say(
    con: duckdb.DuckDBPyConnection, models: CompiledModels, scheme: str, rules: str, seed: int
) -> None:
    chance = random.Random(seed)
    terms, groups = random_terms(chance, scheme, rules), random_groups(chance, scheme)
    write_terms(con, terms, groups)
    expected = {}
    for index in range(150):
        stay_id, code = f"S{index:03}", chance.choice([*groups, None])
        group = groups.get(code) if code else None
        fee = number(chance, 100, 90000, 2)
        if group:
            edge = chance.choice([Decimal("0.4"), Decimal("0.5"), Decimal(2), Decimal(3), number(chance, 0.1, 4, 4)])
            fee = (group.mean_fee * edge).quantize(Decimal("0.01")) + chance.choice(
                [Decimal("-0.01"), Decimal(0), Decimal("0.01")]
            )
        special = (
            chance.choice([kind for kind in ("incomplete", "excluded") if kind in terms.rules] + [None] * 4) if group else None
        )
        expected_class = None if scheme == "DIP" else special  # DIP reads no class that depends on the stay
        kind, share = chance.choice(["employee", "employee", "self_pay"]), number(chance, 0, 9000, 2)
        auxiliary = number(chance, 1, 1.4, 6) if scheme == "DIP" and group else Decimal(1)
        page = {
            "stay_id": stay_id,
            "insurance_type": kind,
            "admitted_at": "2026-03-01 08:00:00",
            "discharged_at": "2026-03-05 08:00:00",
            "total_fee_yuan": fee,
            "self_paid_fee_yuan": share,
            "stay_days": 4,
            "discharge_way": "1",
            "discharge_dept_id": "D",
            "is_quarantined": False,
        }
        if special == "incomplete":
            page |= {"discharged_at": "2026-03-01 20:00:00", "discharge_way": "5"}
        if special == "excluded":
            page |= {"stay_days": 61}
        add(con, "conformed.int_conformed__case", [page])
        add(con, "conformed.int_conformed__stay", [{"stay_id": stay_id, "stay_key": index, "patient_id": stay_id}])
        status = "grouped" if code else "ungrouped"
        case = {
            "stay_id": stay_id,
            "scheme": scheme,
            "version": "v",
            "status": status,
            "group_code": code,
            "aux_coefficient": auxiliary,
        }
        add(con, "grouped.fct_case", [case])
        settled = settle(fee, group, terms, auxiliary, expected_class)
        fund = Decimal(0) if kind == "self_pay" else max(settled.standard - share, Decimal(0))
        expected[stay_id] = (settled.multiple_class, settled.score, settled.standard, fund)
    models.build(con)
    query = "select stay_id, multiple_class, adjusted_score, standard_total_yuan, fund_pay_yuan from settled.fct_case_settlement"
    assert {row[0]: tuple(row[1:]) for row in fetch(con, query)} == expected


@pytest.mark.parametrize("seed", range(3))
def test_a_year_meets_its_statement(con: duckdb.DuckDBPyConnection, models: CompiledModels, seed: int) -> None:
    chance = random.Random(seed)
    expected: dict[str, Decimal] = {}
    for index in range(80):
        stay_id, wards = f"S{index:03}", chance.sample(["A", "B", "C"], chance.randint(1, 3))
        simulated, actual = number(chance, 500, 30000, 2), number(chance, 0, 30000, 2)
        discharged = chance.choice([LAST_YEAR, LAST_YEAR, date(2025, 2, 1), date(2025, 4, 1)])
        stated = chance.choice([MONTH, MONTH, date(2026, 1, 1), None])
        is_opening = chance.random() < 0.3 and stated in (MONTH, None)
        if is_opening:
            weights = split(simulated, {ward: Decimal(chance.randint(1, 9)) for ward in wards})
            opening = {"measure_code": "simulated_settlement", "month": discharged, "subject_id": stay_id, "hospital_id": "H1"}
            add(
                con,
                "landing.performance_opening",
                [opening | {"dept_id": ward, "amount": part} for ward, part in weights.items()],
            )
        else:
            weights = {ward: Decimal(chance.randint(1, 30)) for ward in wards}
            row = {"stay_id": stay_id, "month": discharged, "discharge_month": discharged, "settled_on": discharged}
            add(con, "history.fct_case_settlement", [row | {"basis": "simulated", "standard_total_yuan": simulated}])
            add(
                con,
                "history.fct_case_ward",
                [{"stay_id": stay_id, "dept_id": ward, "ward_weight": w} for ward, w in weights.items()],
            )
        if stated == MONTH:
            line = {
                "settlement_id": stay_id,
                "statement_month": MONTH,
                "stay_id": stay_id,
                "settled_on": discharged,
                "insurance_type": "employee",
                "group_code": "G",
                "score": 1,
                "billed_fee": 1,
                "standard_total": actual,
                "fund_pay_by_item": 0,
                "fund_pay": 0,
                "deduction": 0,
                "is_rejected": False,
            }
            add(con, "landing.insurer_case_settlement", [line])
        elif stated is not None:
            add(
                con,
                "history.fct_case_settlement",
                [{"stay_id": stay_id, "month": stated, "basis": "actual", "standard_total_yuan": actual}],
            )
        is_due = stated is not None and (discharged == LAST_YEAR or (stated == MONTH and discharged < LAST_YEAR))
        parts = (split(actual, weights), split(simulated, weights)) if is_due else ({}, {})
        if is_due or (stated is None and discharged == LAST_YEAR):
            for ward in wards:
                expected[ward] = expected.get(ward, Decimal(0)) + parts[0].get(ward, Decimal(0)) - parts[1].get(ward, Decimal(0))
    models.build(con)
    assert dict(fetch(con, "select dept_id, true_up_yuan from settled.fct_true_up")) == expected
    causes = "regrouped_yuan + coefficient_yuan + point_value_yuan + deduction_yuan + rejected_yuan"
    open_rows = fetch(
        con, f"select stay_id from settled.fct_settlement_difference where simulated_yuan + {causes} <> actual_yuan"
    )
    assert open_rows == []
