"""Which cases a broken front-page rule holds back, and what conservation says when a row is lost."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.gates import GateAnswer, run_checkpoint
from tests.gates.building import Models, copy_warehouse

WRONG_DAYS = "update landing.emr_front_page set stay_days = 5 where stay_id = 'S1'"
HANDED_OVER = "insert into landing.performance_opening values ('H1', 'open_stay_fee', '2024-12-01', 'S1', 'D1', {}, 1, 2)"
PUBLISHED = """insert into history.fct_open_stay by name
select 'H1' as hospital_id, date '2024-12-01' as month, 'S1' as stay_id, '{}' as fee_class, 300.00 as fee_yuan"""
WAIVER = "insert into policy.gate_waiver (gate_id, hospital_id, month, reason, approver, expires_on, valid_from) values {}"


def quarantined(models: Models, month: Path, folder: Path, *changes: str) -> list[tuple[str, str]]:
    warehouse = copy_warehouse(month, folder)
    with duckdb.connect(str(warehouse)) as con:
        for change in changes:
            con.execute(change)
    models.build(warehouse, "int_conformed__quarantined_case")
    with duckdb.connect(str(warehouse), read_only=True) as con:
        return con.execute("select stay_id, gate_id from conformed.int_conformed__quarantined_case order by stay_id").fetchall()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((), []),
        ((WRONG_DAYS,), [("S1", "FP-05")]),
        ((WRONG_DAYS, "update landing.emr_front_page set admission_route = '7' where stay_id = 'S1'"), [("S1", "FP-03; FP-05")]),
        ((WRONG_DAYS, "update policy.gate set severity = 'warn' where gate_id = 'FP-05'"), []),
        (("update landing.emr_front_page set archived_on = '2025-02-20'",), []),
        ((WRONG_DAYS, WAIVER.format("('FP-05', 'H1', '2025-01-01', 'r', 'a', '2025-06-30', '2020-01-01')")), []),
        ((WRONG_DAYS, WAIVER.format("('FP-05', 'H1', '2025-01-01', 'r', 'a', '2025-01-01', '2020-01-01')")), [("S1", "FP-05")]),
    ],
    ids=["clean", "broken", "twice", "only warned", "warning", "waived", "waiver expired"],
)
def test_cases_are_held_back(
    models: Models, clean_month: Path, tmp_path: Path, changes: tuple[str, ...], expected: list[tuple[str, str]]
) -> None:
    assert quarantined(models, clean_month, tmp_path, *changes) == expected


@pytest.mark.parametrize(
    ("opening", "expected"),
    [
        (HANDED_OVER.format("300.00"), []),
        (HANDED_OVER.format("299.00"), [("S1", "FP-12")]),
        (PUBLISHED.format("D11"), []),
        (PUBLISHED.format("D20"), [("S1", "FP-12")]),
        ("select 1", []),
    ],
    ids=["handed over", "handed over, short", "published", "published under another class", "unknown"],
)
def test_a_stay_from_an_earlier_month_is_compared_with_its_opening_balance(
    models: Models, clean_month: Path, tmp_path: Path, opening: str, expected: list[tuple[str, str]]
) -> None:
    earlier = [
        "update landing.his_inpatient_stay set admitted_at = '2024-12-30 08:00' where stay_id = 'S1'",
        """update landing.emr_front_page set admitted_at = '2024-12-30 08:00', stay_days = 10,
           total_fee = total_fee + 300, d11 = d11 + 300 where stay_id = 'S1'""",
    ]
    assert quarantined(models, clean_month, tmp_path, *earlier, opening) == expected


def conservation(models: Models, warehouse: Path) -> GateAnswer:
    models.rebuild(warehouse, "gate_con_02")
    return {a.gate_id: a for a in run_checkpoint(warehouse, "conformed")}["CON-02"]


def test_conservation_fails_when_a_charge_is_lost(models: Models, clean_month: Path, tmp_path: Path) -> None:
    warehouse = copy_warehouse(clean_month, tmp_path)
    models.build(warehouse, "gate_con_02")
    with duckdb.connect(str(warehouse)) as con:
        con.execute("delete from conformed.int_conformed__charge where amount_yuan = 20")
    answer = conservation(models, warehouse)
    assert (answer.status, answer.failing_rows, answer.amount_yuan) == ("failed", 1, Decimal("20.00"))
    assert "his_charge" in (answer.sample_keys or "")


def test_conservation_fails_when_a_case_is_lost(models: Models, clean_month: Path, tmp_path: Path) -> None:
    warehouse = copy_warehouse(clean_month, tmp_path)
    models.build(warehouse, "gate_con_02")
    with duckdb.connect(str(warehouse)) as con:
        con.execute("delete from conformed.int_conformed__case where stay_id = 'S1'")
    assert conservation(models, warehouse).amount_yuan == Decimal("2000.00")


def test_the_fee_of_quarantined_cases_is_a_figure_of_conservation(models: Models, clean_month: Path, tmp_path: Path) -> None:
    warehouse = copy_warehouse(clean_month, tmp_path)
    with duckdb.connect(str(warehouse)) as con:
        con.execute(WRONG_DAYS)
    models.build(warehouse, "gate_con_02")
    answer = conservation(models, warehouse)
    assert (answer.status, answer.figure) == ("passed", Decimal("2000.00"))
