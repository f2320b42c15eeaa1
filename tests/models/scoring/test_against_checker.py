"""Random hospitals: the chain of models and the independent checker agree to the fen, whatever the decisions."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from orchestration.home import PROJECT_ROOT
from tests.end_to_end.checker.bonus import RESERVE, Bonus, Case, Decisions, Department, composite_score, department_bonuses
from tests.end_to_end.checker.card import Award, Card, CardRow, CardRules
from tests.end_to_end.checker.formulas import Prices, formula_pay
from tests.end_to_end.checker.money import largest_remainder
from tests.end_to_end.checker.staff import Person, staff_bonuses
from tests.end_to_end.test_checker import SETTLEMENT_DECISIONS
from tests.models.scoring.chain import DEFAULTS, STEPS, Chain
from tests.models.scoring.test_goldens import RATIOS, deduction_rows

CLASSES = {
    "k1": "clinical",
    "k2": "clinical",
    "k3": "clinical",
    "t1": "medical_technology",
    "x1": "medical_auxiliary",
    "a1": "administrative",
}
SCHEMES = {
    "clinical": "standard",
    "medical_technology": "standard",
    "medical_auxiliary": "administrative",
    "administrative": "administrative",
}
VARIANTS = [
    {"k2": "case_weight", "k3": "workload_quality", "t1": "score_card"},
    {"k1": "surplus_share", "k2": "score_card", "t1": "workload_quality"},
]
DIMENSIONS = {"medical": "0.3", "nursing": "0.25", "ethics": "0.45"}
SHARES = {
    True: {"role": "0.5", "points": "0.2", "quality": "0.25", "teaching": "0.05"},
    False: {"role": "0.3", "points": "0.5", "quality": "0.15", "teaching": "0.05"},
}
CALENDAR_DAYS = 31
FIGURES = (
    "workload_points",
    "outpatient_yuan",
    "outpatient_deduction_yuan",
    "inpatient_yuan",
    "inpatient_deduction_yuan",
    "true_up_yuan",
    "subsidy_yuan",
    "administrative_yuan",
    "formula_yuan",
    "opening_balance_yuan",
    "carried_balance_yuan",
    "bonus_yuan",
)
DISCIPLINES = {"k1": "surgical", "k2": "surgical", "k3": "medical"}
STRATEGIES = {"k1": "advantaged", "k2": "basic"}
GRADES = {"A": ("80", "1.10"), "B": ("65", "1.00"), "C": ("50", "0.93"), "D": ("0", "0.805")}
AWARDS: list[tuple[str, str | None, str, str | None, str | None, str | None, str | None]] = [
    ("drug_share", None, "saving", "0.07", None, "300", None),
    ("drug_share", "advantaged", "saving", "0.053", None, None, "month"),
    ("drug_share", None, "overrun", "0.04", None, None, None),
    ("drug_share", None, "excess", "0.5", None, None, None),
    ("drug_share", None, "surplus", "0.0021", None, None, None),
    ("drug_share", None, "year_total", "0.15", None, None, "year"),
    ("paper_count", "advantaged", "amount", None, "5000", "4000", None),
    ("paper_count", "basic", "per_unit", None, "200", None, "year"),
    ("satisfaction", None, "top_share", "0.10", None, "2500", None),
    ("cost_rate", None, "saving", "0.061", None, None, None),
    ("cost_rate", "basic", "overrun", "0.37", None, None, None),
    ("cost_rate", None, "surplus", "0.0013", None, "200", None),
    ("technique_income", "advantaged", "share", "0.20", None, "3000", None),
    ("ruled_overrun", None, "charge", "0.9", None, None, None),
]
TARGETS = {
    "drug_share": (False, "0.25", "0.35", "0.4", True),
    "paper_count": (True, "2", None, "0.25", False),
    "satisfaction": (True, "0.95", "0.8", "0.35", True),
    "cost_rate": (False, "45", "60", "0", False),
    "technique_income": (True, "0", None, "0", False),
    "ruled_overrun": (False, "0", None, "0", False),
}
FACTORS = {"cost_rate": "100"}
DIMENSION_OF = {"paper_count": "quality"}
FLIPS = [
    {},
    {"reserve_overdraw": "scale_awards"},
    {"recognise_on": "net"},
    {"true_up_basis": "recognised"},
    {"technology_inpatient_points": "yes"},
    {"own_basis": "cost"},
    {"deduction_unit": "case"},
    {"outpatient_cost_stage": "full"},
    {"inpatient_cost_stage": "direct"},
    {"negative_bonus": "floor"},
    {"negative_bonus": "as_is"},
    {"year_closing_month": "3"},
    {"score_applies_to_true_up": "false"},
    {"smoothing_alpha": "0.6"},
    {"smoothing_alpha": "0.35", "swing_limit": "0.25"},
    {"recognition_ratio": "0.653217", "uncontrollable_ratio": "0.123457"},
    {"top_department_share": "0.6", "discipline_excess_limit": "0.02", "quality_weight_minimum": "0.8"},
]
DECISIONS = {
    "recognition_ratio": (),
    "uncontrollable_ratio": (),
    "recognise_on": ("revenue", "net"),
    "true_up_basis": ("simulated", "recognised"),
    "pay_basis": ("total", "fund"),
    "own_basis": ("fee", "cost"),
    "deduction_unit": ("group_mean", "case"),
    "simulated_population": ("discharged_and_settled", "discharged"),
    "outpatient_cost_stage": ("direct", "full"),
    "inpatient_cost_stage": ("full", "direct"),
    "technology_inpatient_points": ("no", "yes"),
    "negative_bonus": ("carry_forward", "floor", "as_is"),
    "score_applies_to_true_up": ("true", "false"),
    "transfer_split": ("bed_days", "discharge_department", "charges"),
    "simulate_self_pay": ("true", "false"),
    "smoothing_alpha": (),
    "swing_limit": (),
    "reserve_overdraw": ("stop", "scale_awards"),
}
"""Every decision the published scheme leaves to the hospital, its options with the default first; numbers have none."""


def yuan(random_: random.Random, low: int, high: int) -> Decimal:
    return Decimal(random_.randint(low * 100, high * 100)) / 100


class Hospital:
    """One random hospital, kept in the checker's terms and written out as literal rows."""

    def __init__(self, seed: int, flips: dict[str, str], variants: dict[str, str] | None = None) -> None:
        self.random = random.Random(seed)
        self.values = {**DEFAULTS, **flips}
        self.variants = variants or {}
        self.schemes = {d: SCHEMES[c] for d, c in CLASSES.items()} | self.variants
        self.grades = GRADES
        self.steps = {"standard": ["inpatient_pool", *self._order()], "administrative": [s for s in STEPS if s != "smoothing"]}
        self.steps |= {scheme: self._order() for scheme in sorted(set(self.variants.values()))}
        self.persons: dict[str, list[dict[str, Any]]] = {d: self._persons(d) for d in CLASSES}
        self.points: dict[tuple[str, str], Decimal] = {}
        self.nursing = {d: Decimal(self.random.randint(-50, 4000)) / 4 for d in ("k1", "k2", "t1")}
        for dept in ("k1", "k2", "k3", "t1"):
            for person in self.persons[dept]:
                if self.random.random() < 0.8:
                    self.points[dept, person["staff_id"]] = Decimal(self.random.randint(-200, 9000)) / 8
        self.technology = {p["staff_id"]: Decimal(self.random.randint(-20, 900)) / 8 for p in self.persons["t1"]}
        self.costs = self._costs()
        self.cases = self._cases()
        self.indicators = self._indicators()
        self.true_ups = [
            (f"old{n}", d, yuan(self.random, 0, 9000), yuan(self.random, 0, 9000)) for n, d in enumerate(("k1", "k2", "k2"))
        ]
        self.sheets = [
            (d, o, m, Decimal(self.random.randint(6000, 10000)) / 100)
            for d in CLASSES
            for m in DIMENSIONS
            for o in ("o1", "o2", "o3")
            if self.random.random() < 0.5
        ]
        self.subsidies = {d: yuan(self.random, 0, 5000) for d in ("k1", "x1")}
        self.openings = {d: -yuan(self.random, 0, 4000) for d in ("k2", "t1", "a1")}
        self.past = {
            (d, m): yuan(self.random, -500, 60000) for d in ("k1", "k2", "a1") for m in (12, 1, 2) if self.random.random() < 0.8
        }
        self.pools = {
            "total": Decimal(self.random.randint(300_000, 500_000)),
            "administrative": yuan(self.random, 20000, 40000),
            "reserve": Decimal(200_000),
        }
        if self.values["reserve_overdraw"] == "scale_awards":
            self.steps["standard"] = ["score", "card", "subsidy", "floor"]
            self.grades = {"A": ("0", "1.30")}
            self.pools["reserve"] = Decimal(0)
            self.openings = {}
            self.sheets = []
        if self.variants or self.random.random() < 0.5:
            self.pools["inpatient"] = yuan(self.random, 40000, 60000)

    @property
    def counted_points(self) -> dict[tuple[str, str], Decimal]:
        """Points by department and person, with those of inpatient lines where technology earns them."""
        counted = defaultdict(Decimal, self.points)
        if self.values["technology_inpatient_points"] == "yes" or self.schemes["t1"] == "workload_quality":
            for staff_id, points in self.technology.items():
                counted["t1", staff_id] += points
        return counted

    def earned_points(self, dept: str) -> Decimal:
        """All points of a department; of those of its inpatients, judging and nursing count under one scheme alone."""
        if not self.is_earning(dept):
            return Decimal(0)
        points = sum((q for (d, _), q in self.counted_points.items() if d == dept), self.nursing.get(dept, Decimal(0)))
        inpatient = sum(self.technology.values(), Decimal(0))
        if self.schemes[dept] == "workload_quality":
            points += inpatient * {"k1": 5, "t1": 7}.get(dept, 0)
        return points

    def is_earning(self, dept: str) -> bool:
        """Whether points count for the department."""
        is_worker = CLASSES[dept] in ("clinical", "medical_technology")
        return is_worker and self.schemes[dept] in ("standard", "workload_quality")

    def _order(self) -> list[str]:
        steps = list(STEPS)
        if self.random.random() < 0.3:
            self.random.shuffle(steps)
        return [s for s in steps if self.random.random() < 0.9]

    def _persons(self, dept: str) -> list[dict[str, Any]]:
        persons = []
        for n in range(self.random.randint(3, 7)):
            has_sheet = self.random.random() < 0.7
            persons.append(
                {
                    "staff_id": f"{dept}p{n}",
                    "role": "nurse" if n % 2 else "doctor",
                    "position": Decimal(self.random.randint(8, 30)) / 10,
                    "fte": self.random.choice([Decimal(1), Decimal("0.5"), Decimal("0.333333")]),
                    "has_sheet": has_sheet,
                    "days": Decimal(self.random.randint(1, 62)) / 2 if has_sheet else None,
                    "quality": Decimal(self.random.randint(6000, 10000)) / 100 if has_sheet else None,
                    "teaching": Decimal(self.random.choice([0, 0, 80])) if has_sheet else None,
                    "adjustment": yuan(self.random, -40, 40) if has_sheet and self.random.random() < 0.2 else Decimal(0),
                }
            )
        return persons

    def _costs(self) -> list[tuple[str, str, bool, str, Decimal]]:
        keys = [(c, s) for c in RATIOS for s in ((True, False) if c in ("C2", "C3") else (False,))]
        return [
            (d, c, s, stage, yuan(self.random, 0, 3000))
            for d in ("k1", "k2", "k3")
            for c, s in keys
            for stage in ("direct", "technology")
        ]

    def _indicators(self) -> list[tuple[str, str, Decimal, Decimal | None]]:
        rows: list[tuple[str, str, Decimal, Decimal | None]] = []
        for d in ("k1", "k2", "k3", "t1"):
            fee = yuan(self.random, 10000, 90000)
            rows.append((d, "drug_share", (fee * Decimal(self.random.randint(15, 40)) / 100).quantize(Decimal("0.01")), fee))
            rows.append((d, "paper_count", Decimal(self.random.randint(0, 4)), None))
            asked = Decimal(self.random.choice([0, 30, 60]))
            rows.append((d, "cost_rate", 100 * yuan(self.random, 3000, 45000), fee))
            rows.append((d, "technique_income", yuan(self.random, 0, 20000), None))
            rows.append((d, "ruled_overrun", yuan(self.random, 0, 900) * self.random.randint(0, 1), None))
            rows.append((d, "satisfaction", (asked * Decimal(self.random.randint(75, 100)) / 100).quantize(Decimal(1)), asked))
        return [row for row in rows if self.random.random() < 0.9]

    def _cases(self) -> list[dict[str, Any]]:
        cases = []
        for n in range(30):
            wards = {
                d: Decimal(self.random.randint(1, 20))
                for d in self.random.sample(["k1", "k2", "k3"], self.random.choice([1, 1, 1, 2, 3]))
            }
            payment = yuan(self.random, 2000, 9000)
            parts = largest_remainder(Fraction(payment), {d: Fraction(w) for d, w in wards.items()})
            cases.append(
                {
                    "stay_id": f"s{n}",
                    "group": self.random.choice(["g1", "g2", "g3", f"s{n}"]),
                    "wards": wards,
                    "payments": parts,
                    "payment": payment,
                    "own_cost": yuan(self.random, 100, 2000),
                    "own_fee": yuan(self.random, 100, 2200),
                    "shared": yuan(self.random, 500, 6000),
                    "direct": yuan(self.random, 300, 3000),
                    "weight": Decimal(self.random.randint(2000, 60000)) / 10000,
                }
            )
        return cases


def fill(chain: Chain, hospital: Hospital) -> None:
    """Write the hospital as rows of upstream models, deliveries and policy."""
    keys = {d: n for n, d in enumerate(CLASSES, start=1)}
    chain.decide(**hospital.values)
    chain.con.execute("delete from policy.bonus_step")
    chain.policy(
        "bonus_step",
        [
            {"scheme_code": c, "step_no": n, "step": s, "is_on": True}
            for c, steps in hospital.steps.items()
            for n, s in enumerate(steps, start=1)
        ],
    )
    chain.policy("bonus_scheme", [{"dept_id": d, "scheme_code": s} for d, s in hospital.variants.items()])
    chain.policy("bonus_deduction", deduction_rows())
    chain.policy(
        "score_weight", [{"dept_class": c, "dimension_code": d, "weight": w} for c in SCHEMES for d, w in DIMENSIONS.items()]
    )
    chain.policy(
        "staff_share",
        [
            {"scheme_code": scheme, "role": role, "component": component, "weight": weight}
            for scheme in sorted({"standard", "administrative", *hospital.variants.values()})
            for role in ("doctor", "nurse")
            for component, weight in SHARES[role == "nurse"].items()
        ],
    )
    chain.insert(
        "conformed.int_conformed__department",
        [
            {
                "dept_id": d,
                "dept_key": keys[d],
                "dept_class": c,
                "discipline_class": DISCIPLINES.get(d),
                "strategy_class": STRATEGIES.get(d),
            }
            for d, c in CLASSES.items()
        ],
    )
    settings = ("outpatient", "none")
    chain.insert("costed.fct_department_cost", [{"dept_id": d, "service_setting": x} for d in CLASSES for x in settings])
    chain.insert("settled.fct_true_up", [{"dept_id": d} for d in CLASSES])
    _fill_cards(chain, hospital)
    _fill_staff(chain, hospital, keys)
    _fill_cases(chain, hospital)
    chain.insert(
        "costing.int_costing__outpatient_direct_cost",
        [
            {"dept_id": d, "cost_category": c, "is_separately_charged": s, "stage": stage, "amount_yuan": a}
            for d, c, s, stage, a in hospital.costs
        ],
    )
    chain.landed(
        "performance_score", [{"dept_id": d, "office_code": o, "dimension_code": m, "score": s} for d, o, m, s in hospital.sheets]
    )
    chain.landed("performance_subsidy", [{"dept_id": d, "amount": a, "reason": "r"} for d, a in hospital.subsidies.items()])
    chain.landed("performance_pool", [{"pool_code": c, "amount": a} for c, a in hospital.pools.items()])
    openings = [
        {"measure_code": "carried_balance", "month": "2025-02-01", "subject_id": d, "dept_id": d, "amount": a}
        for d, a in hospital.openings.items()
    ]
    past = [
        {
            "measure_code": "department_bonus",
            "month": "2024-12-01" if m == 12 else f"2025-0{m}-01",
            "subject_id": d,
            "dept_id": d,
            "amount": a,
        }
        for (d, m), a in hospital.past.items()
    ]
    chain.landed("performance_opening", [*openings, *past])


def _fill_cards(chain: Chain, hospital: Hospital) -> None:
    chain.policy("grade", [{"grade": g, "card_score_low": low, "multiplier": m} for g, (low, m) in hospital.grades.items()])
    names = ("indicator_code", "strategy_class", "basis", "rate", "amount", "cap", "period")
    chain.policy("award", [dict(zip(names, award, strict=True)) for award in AWARDS])
    versions = {"definition_version": "1", "valid_from": "2020-01-01"}
    chain.policy(
        "indicator",
        [
            {"indicator_code": c, "direction": "higher" if is_higher else "lower", "dimension": DIMENSION_OF.get(c)} | versions
            for c, (is_higher, *_) in TARGETS.items()
        ],
    )
    chain.policy("indicator_definition", [{"indicator_code": c, "factor": f} | versions for c, f in FACTORS.items()])
    _fill_rulings(chain, hospital)
    for dept, rows in ((d, _card(hospital, d).rows) for d in CLASSES):
        chain.insert(
            "scored.fct_indicator",
            [
                {
                    "level": "department",
                    "subject_id": dept,
                    "indicator_code": r.indicator,
                    "numerator": exact(r.numerator),
                    "denominator": exact(r.denominator),
                    "value": exact(r.value),
                    "target": exact(r.target),
                    "target_floor": exact(r.floor),
                    "target_weight": exact(r.weight),
                    "is_veto": r.is_veto,
                    "is_attained": None if r.value is None else r.is_attained,
                    "direction": "higher" if r.is_higher_better else "lower",
                }
                for r in rows
                if r.indicator != "ruled_overrun"
            ],
        )


def _fill_rulings(chain: Chain, hospital: Hospital) -> None:
    ruled = [(d, amount) for d, code, amount, _ in hospital.indicators if code == "ruled_overrun"]
    chain.insert("settled.fct_case_ruling", [{"dept_id": d, "charged_yuan": amount} for d, amount in ruled])
    goal = {"level": "department", "indicator_code": "ruled_overrun", "target": 0, "target_weight": 0}
    chain.insert("scoring.int_scoring__set_targets", [goal | {"subject_id": d} for d in CLASSES])


def exact(value: Fraction | None) -> Decimal | None:
    """A fraction of at most six decimals as a decimal."""
    return None if value is None else Decimal(value.numerator) / Decimal(value.denominator)


def _card(hospital: Hospital, dept: str) -> Card:
    rows = []
    for d, code, numerator, denominator in hospital.indicators:
        is_higher, target, floor, weight, is_veto = TARGETS[code]
        low = None if floor is None else Fraction(floor)
        below = None if denominator is None else Fraction(denominator)
        if d == dept:
            factor = Fraction(FACTORS.get(code, 1))
            rows.append(
                CardRow(
                    code,
                    is_higher,
                    Fraction(numerator),
                    below,
                    Fraction(target),
                    low,
                    Fraction(weight),
                    is_veto,
                    factor,
                    DIMENSION_OF.get(code),
                )
            )
    return Card(rows, DISCIPLINES.get(dept), STRATEGIES.get(dept))


def _card_rules(hospital: Hospital) -> CardRules:
    def number(value: str | None) -> Fraction | None:
        return None if value is None else Fraction(value)

    return CardRules(
        grades=[(Fraction(low), Fraction(multiplier)) for low, multiplier in hospital.grades.values()],
        awards=[Award(i, s, b, number(r), number(a), number(c), p == "year") for i, s, b, r, a, c, p in AWARDS],
        top_share=Fraction(hospital.values["top_department_share"]),
        excess_limit=Fraction(hospital.values["discipline_excess_limit"]),
        is_year_closed=hospital.values["year_closing_month"] == "3",
        quality_minimum=Fraction(hospital.values["quality_weight_minimum"]),
    )


def _fill_staff(chain: Chain, hospital: Hospital, keys: dict[str, int]) -> None:
    chain.insert(
        "conformed.int_conformed__item_period",
        [
            {"item_period_key": 1, "judging_points": 1, "executing_points": 0, "nursing_points": 0, "has_points": True},
            {"item_period_key": 2, "judging_points": 0, "executing_points": 0, "nursing_points": 1, "has_points": True},
            {"item_period_key": 3, "judging_points": 5, "executing_points": 1, "nursing_points": 7, "has_points": True},
        ],
    )
    people = [(d, p) for d, persons in hospital.persons.items() for p in persons]
    numbers = {p["staff_id"]: n for n, (_, p) in enumerate(people, start=1)}
    chain.insert(
        "conformed.int_conformed__staff",
        [
            {
                "staff_id": p["staff_id"],
                "staff_key": numbers[p["staff_id"]],
                "dept_id": d,
                "role": p["role"],
                "position_coefficient": p["position"],
                "full_time_equivalent": p["fte"],
                "is_valid_on_first_day": True,
            }
            for d, p in people
        ],
    )
    judged = [
        {
            "item_period_key": 1,
            "ordering_dept_key": keys[d],
            "executing_dept_key": keys[d],
            "ordering_staff_key": numbers[s],
            "quantity": q,
        }
        for (d, s), q in hospital.points.items()
    ]
    nursed = [
        {"item_period_key": 2, "ordering_dept_key": keys[d], "executing_dept_key": keys[d], "quantity": q}
        for d, q in hospital.nursing.items()
    ]
    examined = [
        {
            "is_inpatient": True,
            "item_period_key": 3,
            "ordering_dept_key": keys["k1"],
            "executing_dept_key": keys["t1"],
            "executing_staff_key": numbers[s],
            "quantity": q,
        }
        for s, q in hospital.technology.items()
    ]
    chain.insert(
        "conformed.int_conformed__charge",
        [{"is_inpatient": False, "disposition_code": 0, **row} for row in [*judged, *nursed, *examined]],
    )
    chain.landed(
        "performance_staff",
        [
            {
                "dept_id": d,
                "staff_id": p["staff_id"],
                "days_worked": p["days"],
                "quality_score": p["quality"],
                "teaching_score": p["teaching"],
                "manual_adjustment": p["adjustment"],
                "adjustment_reason": "r",
            }
            for d, p in people
            if p["has_sheet"]
        ],
    )


def _fill_cases(chain: Chain, hospital: Hospital) -> None:
    chain.insert(
        "settlement.int_settlement__population_case",
        [
            {
                "stay_id": c["stay_id"],
                "group_key": c["group"],
                "payment_yuan": c["payment"],
                "own_cost_yuan": c["own_cost"],
                "own_fee_yuan": c["own_fee"],
                "shared_cost_yuan": c["shared"],
                "shared_direct_cost_yuan": c["direct"],
            }
            for c in hospital.cases
        ],
    )
    chain.insert("scored.fct_indicator_case", [{"stay_id": c["stay_id"], "weight": c["weight"]} for c in hospital.cases])
    chain.insert(
        "settlement.int_settlement__case_ward",
        [{"stay_id": c["stay_id"], "dept_id": d, "ward_weight": w} for c in hospital.cases for d, w in c["wards"].items()],
    )
    chain.insert(
        "settlement.int_settlement__case_ward_payment",
        [
            {"stay_id": c["stay_id"], "dept_id": d, "payment_yuan": Decimal(int(p * 100)) / 100}
            for c in hospital.cases
            for d, p in c["payments"].items()
        ],
    )
    chain.insert(
        "settlement.int_settlement__true_up_case_ward",
        [
            {"stay_id": s, "dept_id": d, "actual_yuan": a, "simulated_yuan": x, "true_up_yuan": a - x}
            for s, d, a, x in hospital.true_ups
        ],
    )


def check(hospital: Hospital) -> dict[str, Bonus]:
    """The same hospital through the checker."""
    values = hospital.values
    decisions = Decisions(
        recognition_ratio=Fraction(values["recognition_ratio"]),
        uncontrollable_ratio=Fraction(values["uncontrollable_ratio"]),
        recognise_on=values["recognise_on"],
        true_up_basis=values["true_up_basis"],
        own_basis=values["own_basis"],
        deduction_unit=values["deduction_unit"],
        outpatient_cost_stage=values["outpatient_cost_stage"],
        inpatient_cost_stage=values["inpatient_cost_stage"],
        negative_bonus=values["negative_bonus"],
        score_applies_to_true_up=values["score_applies_to_true_up"] == "true",
        smoothing_alpha=Fraction(values["smoothing_alpha"]),
        swing_limit=None if values["swing_limit"] == "none" else Fraction(values["swing_limit"]),
        reserve_overdraw=values["reserve_overdraw"],
        card=_card_rules(hospital),
    )
    cases = [
        Case(
            c["stay_id"],
            c["group"],
            Fraction(c["own_cost"]),
            Fraction(c["own_fee"]),
            Fraction(c["shared"]),
            Fraction(c["direct"]),
            {d: Fraction(w) for d, w in c["wards"].items()},
            c["payments"],
        )
        for c in hospital.cases
    ]
    ratios = {
        (c, s): None if r is None else Fraction(r)
        for c, r in RATIOS.items()
        for s in ((True, False) if c in ("C2", "C3") else (False,))
    }
    departments = {d: _department(hospital, d) for d in CLASSES}
    prices = Prices(**{code: Fraction(values[code]) for code in Prices.__dataclass_fields__})
    weights = [(Fraction(c["weight"]), {d: Fraction(w) for d, w in c["wards"].items()}) for c in hospital.cases]
    for dept, department in departments.items():
        position, rows = department.position_weight, department.card.rows
        department.formula = formula_pay(dept, department.scheme, prices, weights, cases, position, rows)
    return department_bonuses(
        departments, cases, {k: Fraction(v) for k, v in hospital.pools.items()}, ratios, hospital.steps, decisions
    )


def _department(hospital: Hospital, dept: str) -> Department:
    costs: dict[tuple[str, bool], Fraction] = defaultdict(Fraction)
    for d, category, separate, stage, amount in hospital.costs:
        if d == dept and (stage == "direct" or hospital.values["outpatient_cost_stage"] == "full"):
            costs[category, separate] += Fraction(amount)
    return Department(
        scheme=hospital.schemes[dept],
        is_earning=hospital.is_earning(dept),
        points=Fraction(hospital.earned_points(dept)),
        outpatient_costs=costs,
        true_ups=[(Fraction(a), Fraction(s)) for _, d, a, s in hospital.true_ups if d == dept],
        subsidy=Fraction(hospital.subsidies.get(dept, 0)),
        position_weight=sum((Fraction(p["position"]) * Fraction(p["fte"]) for p in hospital.persons[dept]), Fraction(0)),
        composite=composite_score(
            [(m, Fraction(s)) for d, _, m, s in hospital.sheets if d == dept], {m: Fraction(w) for m, w in DIMENSIONS.items()}
        ),
        opening_balance=Fraction(hospital.openings.get(dept, 0)),
        past_bonuses=[Fraction(a) for (d, _), a in hospital.past.items() if d == dept],
        year_bonus=sum((Fraction(a) for (d, m), a in hospital.past.items() if d == dept and m != 12), Fraction(0)),
        card=_card(hospital, dept),
    )


def check_staff(hospital: Hospital, dept: str, bonus: Fraction) -> dict[str, Fraction]:
    persons = [
        Person(
            p["staff_id"],
            p["role"] == "nurse",
            Fraction(p["position"]) * Fraction(p["fte"]),
            None if p["days"] is None else Fraction(p["days"]),
            Fraction(hospital.counted_points[dept, p["staff_id"]] if hospital.is_earning(dept) else 0),
            None if p["quality"] is None else Fraction(p["quality"]),
            None if p["teaching"] is None else Fraction(p["teaching"]),
            Fraction(p["adjustment"]),
        )
        for p in hospital.persons[dept]
    ]
    weights = {nurse: {k: Fraction(w) for k, w in shares.items()} for nurse, shares in SHARES.items()}
    return staff_bonuses(bonus, persons, weights, CALENDAR_DAYS)


def agree(chain: Chain, hospital: Hospital) -> dict[str, Bonus]:
    """Build the chain, hold every figure, line and person against the checker, and hand back what it expects."""
    fill(chain, hospital)
    chain.build()
    expected = check(hospital)
    published = {row[0]: row[1:] for row in chain.rows(f"select dept_id, {', '.join(FIGURES)} from scored.fct_department_bonus")}
    assert published == {d: tuple(vars(b).values()) for d, b in expected.items() if d != RESERVE}
    query = "select dept_id, sum(amount_micro_yuan) from scored.fct_bonus_journal where staff_id is null group by dept_id"
    lines = dict(chain.rows(query))
    assert {d: Fraction(lines.get(d, 0), 10**6) for d in expected} == {d: b.bonus for d, b in expected.items()}
    assert sum(lines.values()) == hospital.pools["total"] * 10**6
    paid: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for dept, staff_id, amount in chain.rows("select dept_id, staff_id, bonus_yuan from scored.fct_staff_bonus"):
        paid[dept][staff_id] = amount
    assert paid == {d: check_staff(hospital, d, expected[d].bonus) for d in CLASSES}
    assert {d: sum(persons.values()) for d, persons in paid.items()} == {d: expected[d].bonus for d in CLASSES}
    assert chain.value("select failing_rows from audit.gate_bon_02") == 0
    assert chain.value("select failing_rows from audit.gate_bon_03") == 0
    assert chain.rows("select failing_rows, sample_keys from audit.gate_bon_04") == [(0, None)]
    return expected


def outcome(hospital: Hospital) -> dict[str, Bonus] | str:
    """What the checker expects, or why it stops."""
    try:
        return check(hospital)
    except ArithmeticError as stopped:
        return str(stopped)


def moving_seed(flips: dict[str, str]) -> int:
    """The first random hospital in which every flip moves a bonus: where it changes nothing it would prove nothing."""
    for seed in range(100):
        expected = outcome(Hospital(seed, flips))
        unmoved = []
        for code in flips:
            hospital = Hospital(seed, flips)
            hospital.values[code] = DEFAULTS[code]
            unmoved += [code] if outcome(hospital) == expected else []
        if not unmoved and not isinstance(expected, str):
            return seed
    raise AssertionError(f"no hospital is moved by {flips}")


@pytest.mark.parametrize("flips", FLIPS, ids=lambda f: ",".join(f"{k}={v}" for k, v in f.items()) or "defaults")
def test_random_hospitals_agree_with_the_checker(new_chain: Callable[[], Chain], flips: dict[str, str]) -> None:
    written: set[str] = set()
    for seed in (moving_seed(flips),) if flips else (2, 1002, 2002):
        chain = new_chain()
        expected = agree(chain, Hospital(seed, flips))
        written |= {component for (component,) in chain.rows("select component from scored.fct_bonus_journal")}
        if "reserve_overdraw" in flips:
            assert expected[RESERVE].bonus == 0
            assert chain.value("select count(*) from scored.fct_bonus_journal where parent_key = 'reserve_overdraw'") > 1
    if not flips:
        assert {"ADJ_SCORE", "ADJ_CARD", "ADJ_CAP", "ADJ_VETO", "CARRY", "ADJ_FLOOR"} <= written, "every step closes the pool"


def test_every_decision_is_turned() -> None:
    """The options are those of the registry, and each but the default is held against the checker here or on a whole month."""
    with (PROJECT_ROOT / "seeds" / "policy" / "parameter.csv").open(encoding="utf-8", newline="") as file:
        registry = {row["parameter_code"]: row for row in csv.DictReader(file)}
    turned = {(code, value) for flips in (*FLIPS, *SETTLEMENT_DECISIONS) for code, value in flips.items()}
    for code, options in DECISIONS.items():
        listed = set(registry[code]["unit"].split("|")) - {"number", "none", "ratio"}
        assert listed == set(options)
        assert registry[code]["value"] == (options or (registry[code]["value"],))[0]
        if options:
            assert {(code, option) for option in options[1:]} <= turned
        else:
            assert {value for name, value in turned if name == code} - {registry[code]["value"]}


@pytest.mark.parametrize("variants", VARIANTS, ids=lambda v: ",".join(v.values()))
def test_departments_paid_by_other_schemes_agree_with_the_checker(
    new_chain: Callable[[], Chain], variants: dict[str, str]
) -> None:
    chain = new_chain()
    agree(chain, Hospital(7, {"surplus_share": "0.37", "weight_price": "321.123456"}, variants))
    paid = {component for (component,) in chain.rows("select component from scoring.int_scoring__apply_formulas")}
    assert paid == {"SCORE_CARD"} | ({"SURPLUS"} if "k1" in variants else {"CASE_WEIGHT", "DIFFICULTY"})


def test_a_wrong_rate_shows(new_chain: Callable[[], Chain]) -> None:
    hospital = Hospital(7, {})
    chain = new_chain()
    fill(chain, hospital)
    chain.decide(uncontrollable_ratio="0.31")
    chain.build()
    expected = {d: b.bonus for d, b in check(hospital).items()}
    assert dict(chain.rows("select dept_id, bonus_yuan from scored.fct_department_bonus")) != {
        d: b for d, b in expected.items() if d != RESERVE
    }
