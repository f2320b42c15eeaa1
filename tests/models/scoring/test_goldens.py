"""Goldens H and J of the bonus, from literal charges, costs, cases and pools to the department's yuan."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.models.scoring.chain import Chain

RATIOS = {"C2": "1", "C3": "1", "C1": None, "C4": None, "C5": None, "C7": None, "C6": "0"}


def deduction_rows() -> list[dict[str, object]]:
    return [
        {"setting": "outpatient", "cost_category": category, "is_separately_charged": separate, "ratio": ratio}
        for category, ratio in RATIOS.items()
        for separate in ((True, False) if category in ("C2", "C3") else (False,))
    ]


def clinical(chain: Chain, *departments: str) -> None:
    chain.insert(
        "conformed.int_conformed__department",
        [
            {"dept_id": d, "dept_key": key, "dept_class": "clinical", "service_setting": "both"}
            for key, d in enumerate(departments, start=1)
        ],
    )


def charge(item: int, quantity: int, dept: int = 1) -> dict[str, object]:
    return {
        "is_inpatient": False,
        "item_period_key": item,
        "ordering_dept_key": dept,
        "executing_dept_key": dept,
        "nursing_dept_key": dept,
        "quantity": quantity,
        "disposition_code": 0,
    }


def fill_golden_j(chain: Chain) -> None:
    clinical(chain, "d", "e")
    chain.insert(
        "conformed.int_conformed__item_period",
        [
            {
                "item_period_key": 1,
                "judging_points": "1.0",
                "executing_points": "2.0",
                "nursing_points": "0.5",
                "has_points": True,
            },
            {
                "item_period_key": 2,
                "judging_points": "0.5",
                "executing_points": "1.5",
                "nursing_points": "1.0",
                "has_points": True,
            },
        ],
    )
    chain.insert("conformed.int_conformed__charge", [charge(1, 400), charge(2, 200)])
    costs = [
        ("C3", True, 1800),
        ("C2", False, 1200),
        ("C1", False, 8000),
        ("C4", False, 900),
        ("C5", False, 600),
        ("C7", False, 500),
        ("C6", False, 300),
    ]
    chain.insert(
        "costing.int_costing__outpatient_direct_cost",
        [
            {"dept_id": "d", "cost_category": c, "is_separately_charged": s, "stage": "direct", "amount_yuan": a}
            for c, s, a in costs
        ],
    )
    chain.policy("bonus_deduction", deduction_rows())
    cases = [
        ("s1", "g1", "d", 8000, 2000, 4000),
        ("s2", "g1", "d", 8000, 2600, 5000),
        ("s3", "g1", "e", 8000, 1400, 6000),
        ("s4", "g2", "d", 12000, 4000, 10000),
    ]
    chain.insert(
        "settlement.int_settlement__population_case",
        [
            {
                "stay_id": s,
                "group_key": g,
                "payment_yuan": pay,
                "own_fee_yuan": own,
                "own_cost_yuan": own,
                "shared_cost_yuan": shared,
            }
            for s, g, _, pay, own, shared in cases
        ],
    )
    chain.insert(
        "settlement.int_settlement__case_ward", [{"stay_id": s, "dept_id": d, "ward_weight": 5} for s, _, d, *_ in cases]
    )
    chain.insert(
        "settlement.int_settlement__case_ward_payment",
        [{"stay_id": s, "dept_id": d, "payment_yuan": pay} for s, _, d, pay, *_ in cases],
    )
    chain.insert(
        "settlement.int_settlement__true_up_case_ward",
        [{"stay_id": "old", "dept_id": "d", "actual_yuan": 27000, "simulated_yuan": 26200, "true_up_yuan": 800}],
    )
    chain.policy("score_weight", [{"dept_class": "clinical", "dimension_code": "medical", "weight": 1}])
    chain.landed("performance_score", [{"dept_id": "d", "office_code": "o", "dimension_code": "medical", "score": 95}])


@pytest.mark.parametrize(
    ("unit", "total", "inpatient", "bonus"),
    [("group_mean", "14500", "5600.00", "11780.00"), ("case", "14500", "5300.00", "11495.00")],
)
def test_golden_j(chain: Chain, unit: str, total: str, inpatient: str, bonus: str) -> None:
    fill_golden_j(chain)
    chain.decide(deduction_unit=unit)
    chain.landed("performance_pool", [{"pool_code": "total", "amount": total}])
    chain.build()
    ((points, price, outpatient, deduction, inside, true_up, score, paid),) = chain.rows(
        "select workload_points, point_price_label, outpatient_yuan, outpatient_deduction_yuan, inpatient_yuan,"
        " true_up_yuan, composite_score, bonus_yuan"
        " from scored.fct_department_bonus where dept_id = 'd'"
    )
    assert (points, price, outpatient, deduction) == (
        Decimal("2000.0000"),
        Decimal("6.000000"),
        Decimal("6000.00"),
        Decimal("6000.00"),
    )
    assert (inside, true_up, score, paid) == (Decimal(inpatient), Decimal("800.00"), Decimal("95.000000"), Decimal(bonus))
    assert chain.value("select sum(amount_micro_yuan) from scored.fct_bonus_journal where staff_id is null") == int(
        Decimal(total) * 1_000_000
    )


def test_golden_h(chain: Chain) -> None:
    clinical(chain, "d")
    chain.insert(
        "conformed.int_conformed__item_period",
        [{"item_period_key": 1, "judging_points": "1", "executing_points": "0", "nursing_points": "0", "has_points": True}],
    )
    chain.insert("conformed.int_conformed__charge", [charge(1, 182_500)])
    chain.policy("bonus_deduction", deduction_rows())
    chain.insert(
        "costing.int_costing__outpatient_direct_cost",
        [{"dept_id": "d", "cost_category": "C3", "is_separately_charged": True, "stage": "direct", "amount_yuan": 95_000}],
    )
    chain.insert(
        "settlement.int_settlement__population_case",
        [{"stay_id": "s", "group_key": "g", "payment_yuan": 1_000_000, "own_fee_yuan": 0, "shared_cost_yuan": 0}],
    )
    chain.insert("settlement.int_settlement__case_ward", [{"stay_id": "s", "dept_id": "d", "ward_weight": 1}])
    chain.insert("settlement.int_settlement__case_ward_payment", [{"stay_id": "s", "dept_id": "d", "payment_yuan": 1_000_000}])
    pools = {"total": 1_200_000, "inpatient": 780_000, "administrative": 150_000, "reserve": 60_000}
    chain.landed("performance_pool", [{"pool_code": code, "amount": amount} for code, amount in pools.items()])
    chain.build()
    ((price, outpatient, inpatient),) = chain.rows(
        "select point_price_label, outpatient_yuan, inpatient_yuan from scored.fct_department_bonus where dept_id = 'd'"
    )
    assert (price, outpatient, inpatient) == (Decimal("1.671233"), Decimal("210000.00"), Decimal("780000.00"))
    assert chain.value("select inpatient_factor from scoring.int_scoring__size_pools") == Decimal("1.114286")
    assert chain.value("select sum(amount_micro_yuan) from scored.fct_bonus_journal where staff_id is null") == 1_200_000 * 10**6
