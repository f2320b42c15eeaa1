"""The costing models give, fen for fen, what the rules say for any month."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from tests.models.compiled_models import CompiledModels, fetch, insert, open_month
from tests.models.costing_reference import Costs, Month, Row, cost

START, END = date(2025, 1, 1), date(2025, 2, 1)
CLASSES = ("administrative", "medical_auxiliary", "medical_technology", "clinical")
STRICT = [("administrative", "heads"), ("medical_auxiliary", "packs"), ("medical_technology", "revenue")]
ITEMS = [
    ("drug", False, Decimal("0.3335")),
    ("drug", False, None),
    ("material", True, Decimal("1.0005")),
    ("material", False, Decimal(2)),
    ("service", False, None),
    ("service", False, None),
]


def _fen(chance: random.Random, low: int, high: int) -> Decimal:
    return Decimal(chance.randint(low, high)).scaleb(-2)


def _departments(chance: random.Random) -> list[Row]:
    rows = []
    for dept_class in CLASSES:
        for number in range(chance.randint(2, 4)):
            setting = chance.choice(["outpatient", "inpatient", "both", "both"]) if dept_class == "clinical" else "none"
            rows.append(
                {
                    "dept_id": f"{dept_class[:1].upper()}{dept_class[8:9]}{number}",
                    "dept_class": dept_class,
                    "service_setting": setting,
                }
            )
    return rows


def _steps(method: str) -> list[Row]:
    return [
        {
            "step_no": number,
            "from_dept_class": dept_class,
            "from_dept_id": None,
            "to_dept_classes": "|".join(CLASSES[number - (method == "sequential") :]),
            "driver_code": driver,
            "method": method,
        }
        for number, (dept_class, driver) in enumerate(STRICT, start=1)
    ]


def _drivers(chance: random.Random, departments: list[Row], codes: tuple[str, ...]) -> list[Row]:
    rows: dict[tuple[str, str | None, str, str | None], Row] = {}
    givers = [None] + [d["dept_id"] for d in departments if d["dept_class"] != "clinical"]
    for code in codes:
        for dept in departments:
            rows[code, None, dept["dept_id"], None] = {"quantity": Decimal(chance.randint(1, 9**6)).scaleb(-4)}
        for _ in range(6):
            dept = chance.choice(departments)
            setting = chance.choice([None, "inpatient", "outpatient"]) if dept["dept_class"] == "clinical" else None
            rows[code, chance.choice(givers), dept["dept_id"], setting] = {
                "quantity": Decimal(chance.randint(-(10**5), 10**6)).scaleb(-3)
            }
    return [
        {"driver_code": code, "from_dept_id": giver, "to_dept_id": to, "service_setting": setting} | row
        for (code, giver, to, setting), row in rows.items()
    ]


def _stays(chance: random.Random, wards: list[str]) -> tuple[list[Row], list[Row]]:
    stays, transfers = [], []
    for number in range(12):
        admitted = datetime(2024, 12, 20, 9) + timedelta(hours=chance.randint(0, 24 * 40))
        discharged = admitted + timedelta(hours=chance.choice([3, 40, 200, 700]))
        if discharged.date() < START:
            discharged = datetime(2025, 1, 1, 10)
        open_stay = discharged.date() >= END
        stay_id = f"S{number:02}"
        middle = min(admitted + timedelta(hours=chance.randint(1, 60)), discharged)
        stays.append({"stay_id": stay_id, "admitted_at": admitted, "discharged_at": None if open_stay else discharged})
        end = None if open_stay else discharged
        if chance.random() < 0.5 and middle.date() < END:
            transfers.append(
                {"stay_id": stay_id, "sequence": 1, "dept_id": chance.choice(wards), "entered_at": admitted, "left_at": middle}
            )
            transfers.append(
                {"stay_id": stay_id, "sequence": 2, "dept_id": chance.choice(wards), "entered_at": middle, "left_at": end}
            )
        else:
            transfers.append(
                {"stay_id": stay_id, "sequence": 1, "dept_id": chance.choice(wards), "entered_at": admitted, "left_at": end}
            )
    return stays, transfers


def _charges(chance: random.Random, month: Month) -> list[Row]:
    clinical = [d["dept_id"] for d in month.departments if d["dept_class"] == "clinical"]
    orderers = clinical * 3 + [d["dept_id"] for d in month.departments if d["dept_class"] == "medical_technology"]
    executors = [d["dept_id"] for d in month.departments if d["dept_class"] != "administrative"]
    rows = []
    for number in range(150):
        kind = chance.choice(["inpatient", "outpatient"])
        encounter = chance.choice(month.stays)["stay_id"] if kind == "inpatient" else chance.choice(month.visits)["visit_id"]
        quantity = Decimal(chance.choice([-1, 1, 1, 1, 2, 3]))
        rows.append(
            {
                "charge_id": f"c{number}",
                "encounter_type": kind,
                "encounter_id": encounter,
                "item_id": chance.choice(month.items)["item_id"],
                "quantity": quantity,
                "amount": quantity * _fen(chance, 1, 9999),
                "ordering_dept_id": chance.choice(orderers),
                "executing_dept_id": chance.choice(executors),
                "booked_at": datetime(2025, 1, chance.randint(1, 31), 12),
            }
        )
    return rows


def random_month(seed: int, method: str) -> Month:
    """A small hospital month with every rule at work; ledgers of givers are large enough for the own items."""
    chance = random.Random(seed)
    month = Month(START, END, departments=_departments(chance), steps=_steps(method))
    month.categories = [
        {"account_code": code, "funding_source": funding, "cost_category": category, "cost_level": level}
        for code, category in (("5001", "C7"), ("500101", "C1"), ("500102", "C2"), ("500103", "C3"))
        for funding, level in (("own", "L1"), ("fiscal_project", "L3"), ("research", "L4"))
    ]
    for dept in month.departments:
        big = 10**6 if dept["dept_class"] in ("medical_technology", "medical_auxiliary") else 0
        for code in ("5001", "50010199", "500102", "500103"):
            amount = _fen(chance, big + 1, big + 99999)
            month.ledger.append(
                {
                    "account_code": code,
                    "dept_id": dept["dept_id"],
                    "debit_amount": amount,
                    "credit_amount": Decimal(0),
                    "funding_source": "own",
                }
            )
        funding = chance.choice(["fiscal_project", "research", "own"])
        month.ledger.append(
            {
                "account_code": "5001",
                "dept_id": dept["dept_id"],
                "debit_amount": Decimal(0),
                "credit_amount": _fen(chance, 1, 99),
                "funding_source": funding,
            }
        )
    month.items = [
        {"item_id": f"i{n}", "item_kind": kind, "is_separately_charged": separate, "purchase_price": price}
        for n, (kind, separate, price) in enumerate(ITEMS)
    ]
    wards = [d["dept_id"] for d in month.departments if d["dept_class"] == "clinical"]
    month.stays, month.transfers = _stays(chance, wards)
    month.visits = [{"visit_id": f"V{n}"} for n in range(8)]
    month.charges = _charges(chance, month)
    month.drivers = _drivers(chance, month.departments, ("heads", "packs", "revenue") if seed % 2 else ("heads", "packs"))
    return month


def load(con: duckdb.DuckDBPyConnection, month: Month) -> None:
    valid = {"valid_from": date(2000, 1, 1)}
    insert(
        con,
        "policy.parameter",
        [{"parameter_code": c, "value": v} | valid for c, v in (("bonus_cost_level", "L2"), ("sameday_bedday", "1"))],
    )
    insert(con, "policy.cost_category", [c | valid for c in month.categories])
    insert(con, "policy.allocation_step", [s | valid for s in month.steps])
    insert(con, "landing.his_department", [d | valid for d in month.departments])
    accounts = sorted({line["account_code"] for line in month.ledger})
    insert(con, "landing.ledger_account", [{"account_code": a, "account_class": "expense"} | valid for a in accounts])
    insert(
        con,
        "landing.ledger_voucher_line",
        [{"voucher_id": str(n), "line_no": 1, "posted_on": START} | r for n, r in enumerate(month.ledger)],
    )
    insert(con, "landing.ledger_allocation_driver", [{"month": START} | d for d in month.drivers])
    insert(con, "landing.his_item", [i | valid for i in month.items])
    insert(con, "landing.his_inpatient_stay", month.stays)
    insert(con, "landing.his_outpatient_visit", month.visits)
    insert(con, "landing.his_transfer", month.transfers)
    insert(con, "landing.his_charge", month.charges)


def published(con: duckdb.DuckDBPyConnection) -> Costs:
    departments = fetch(
        con, "select dept_id, service_setting, cost_category, stage, cost_level, amount_yuan from costed.fct_department_cost"
    )
    stays = fetch(
        con,
        """select stay_id, sum(own_cost_yuan), sum(shared_cost_yuan) from (
            select stay_id, own_cost_yuan, shared_cost_yuan from costed.fct_case_cost where method = 'top_down'
            union all select stay_id, own_cost_yuan, shared_cost_yuan from costed.fct_open_stay
        ) group by stay_id""",
    )
    ((unabsorbed,),) = fetch(con, "select coalesce(sum(amount_yuan), 0) from costed.fct_cost_bucket where bucket = 'unabsorbed'")
    return Costs(
        {tuple(row[:5]): Fraction(row[5]) for row in departments},  # type: ignore[misc]
        {row[0]: Fraction(row[1]) for row in stays if row[1]},
        {row[0]: Fraction(row[2]) for row in stays if row[2]},
        Fraction(unabsorbed),
    )


@pytest.mark.parametrize("method", ["strict", "sequential"])
@pytest.mark.parametrize("seed", range(4))
def test_models_follow_the_rules(costing_models: CompiledModels, tmp_path: Path, seed: int, method: str) -> None:
    month = random_month(seed, method)
    with open_month(tmp_path, START, END) as con:
        load(con, month)
        costing_models.build(con)
        found = published(con)
    expected = cost(month)
    assert found.departments == expected.departments
    assert found.own == {stay: amount for stay, amount in expected.own.items() if amount}
    assert found.shared == {stay: amount for stay, amount in expected.shared.items() if amount}
    assert found.unabsorbed == expected.unabsorbed
    assert sum(found.departments.values()) == sum(
        Fraction(r["debit_amount"]) - Fraction(r["credit_amount"]) for r in month.ledger
    )
