"""A hospital month by month: everything the release publishes about cost, settlement and bonuses, calculated again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from tests.end_to_end.checker.bonus import RESERVE, Bonus, Case, Decisions, Department, composite_score, department_bonuses
from tests.end_to_end.checker.card import Card, CardRow, card_rows, card_rules
from tests.end_to_end.checker.costs import MonthCost, month_cost
from tests.end_to_end.checker.formulas import Prices, formula_pay
from tests.end_to_end.checker.measures import RULED, Counted, Listed, Measured, counted, judged, technique_stays, year_to_date
from tests.end_to_end.checker.money import MICRO, largest_remainder, rounded
from tests.end_to_end.checker.settlement import (
    Grouped,
    fund_pay,
    fund_pay_by_ratio,
    group_weight,
    is_high_multiple,
    standard_total,
)
from tests.end_to_end.checker.staff import Person, staff_bonuses
from tests.end_to_end.checker.stays import Ledger, StayCost, whole_bed_days
from tests.end_to_end.checker.tables import Month, Policy, Row, of_month, on, shift, valid

ZERO = Fraction(0)
EARNING = ("clinical", "medical_technology")


@dataclass
class Discharged:
    """A discharged case as it was published: what later months need of it."""

    stay_id: str
    month: date
    row: Row
    page: Row
    cost: StayCost
    wards: dict[str, Fraction]
    group: Grouped
    simulated: Fraction | None = None


@dataclass
class Result:
    """Figures of one month."""

    cost: MonthCost
    bonuses: dict[str, Bonus]
    staff: dict[str, Fraction]
    settlements: dict[str, tuple[Fraction, Fraction]]
    composites: dict[str, Fraction | None]
    true_ups: dict[str, Fraction]
    cases: dict[str, StayCost]


@dataclass
class Hospital:
    """State carried over the months; `close` calculates the next one."""

    policy: Policy
    ledger: Ledger = field(default_factory=Ledger)
    cases: dict[str, Discharged] = field(default_factory=dict)
    settled: dict[str, tuple[date, Fraction]] = field(default_factory=dict)
    scopes: dict[str, tuple[Fraction, Fraction]] = field(default_factory=dict)
    statements: list[Row] = field(default_factory=list)
    balances: dict[tuple[str, date], Fraction] = field(default_factory=dict)
    past: dict[tuple[str, date], Fraction] = field(default_factory=dict)
    openings: list[Row] = field(default_factory=list)
    billed: dict[str, dict[str, Fraction]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Fraction)))
    counted: dict[date, Counted] = field(default_factory=dict)
    listed: dict[str, Listed] = field(default_factory=dict)

    def close(self, month: Month, groups: Mapping[str, Grouped]) -> Result:
        """Calculate a month; `groups` are the groups the release gives its cases."""
        self._open(month)
        cost = month_cost(month, self.policy)
        self.ledger.add_month(month, cost, int(self.policy.parameter("sameday_bedday", month.first) or 1))
        self._settle(month)
        self._bill(month)
        discharged = self._discharge(month, groups)
        settlements = self._simulate(month, discharged)
        population = self._population(month)
        true_ups = self._true_ups(month)
        cards = self._cards(month, self._count(month, cost, discharged, settlements), settlements)
        composites, departments = self._departments(month, cost, true_ups, cards)
        self._apply_formulas(month, departments, population)
        bonuses = self._bonuses(month, departments, population)
        staff = self._staff(month, bonuses)
        for dept, bonus in bonuses.items():
            if dept != RESERVE:
                self.past[dept, month.first] = bonus.bonus
                self.balances[dept, month.first] = bonus.carried_balance
        compared = {d: sum((a - s for a, s in pairs), ZERO) for d, pairs in true_ups.items()}
        costs = {stay: self.cases[stay].cost for stay in discharged}
        return Result(cost, bonuses, staff, settlements, composites, compared, costs)

    def _open(self, month: Month) -> None:
        if self.openings:
            return
        self.openings = month.rows("performance_opening")
        self.ledger.open_with(self.openings, month.first)
        for row in self.openings:
            if row["month"] < month.first and row["measure_code"] == "carried_balance":
                self.balances.setdefault((row["subject_id"], row["month"]), row["amount"])
            if row["month"] < month.first and row["measure_code"] == "department_bonus":
                self.past.setdefault((row["subject_id"], row["month"]), row["amount"])

    def _bill(self, month: Month) -> None:
        """Net amount of the lines of every stay, by ordering department."""
        for row in month.rows("his_charge"):
            if row["encounter_type"] == "inpatient":
                self.billed[row["encounter_id"]][row["ordering_dept_id"]] += row["amount"]

    def _settle(self, month: Month) -> None:
        rows = [r for r in month.rows("his_settlement") if r["encounter_type"] == "inpatient"]
        reversed_ids = {r["reverses_settlement_id"] for r in rows}
        for row in rows:
            if not row["is_reversal"] and row["settlement_id"] not in reversed_ids:
                self.settled[row["encounter_id"]] = (on(row["settled_on"]), row["patient_pay"])
                outside = row["full_self_paid"] + row["first_self_paid"] + row["deductible"]
                self.scopes[row["encounter_id"]] = (outside, row["in_scope_ratio"])
        self.statements += month.rows("insurer_case_settlement")

    def _discharge(self, month: Month, groups: Mapping[str, Grouped]) -> list[str]:
        pages = {r["stay_id"]: r for r in month.rows("emr_front_page")}
        days = whole_bed_days(month, int(self.policy.parameter("sameday_bedday", month.first) or 1))
        wards: dict[str, dict[str, Fraction]] = defaultdict(dict)
        for (dept, stay), n in days.items():
            wards[stay][dept] = Fraction(n)
        found = []
        for row in month.rows("his_inpatient_stay"):
            stay = row["stay_id"]
            if row["discharged_at"] is None or not month.first <= on(row["discharged_at"]) < month.end or stay not in pages:
                continue
            weights = self._wards(month, row, wards[stay])
            page = pages[stay]
            self.cases[stay] = Discharged(
                stay, month.first, row, page, self.ledger.stays.pop(stay, StayCost()), weights, groups[stay]
            )
            found.append(stay)
        return found

    def _wards(self, month: Month, row: Row, days: dict[str, Fraction]) -> dict[str, Fraction]:
        if self.policy.parameter("transfer_split", month.first) == "discharge_department":
            return {row["discharge_dept_id"]: Fraction(1)}
        if self.policy.parameter("transfer_split", month.first) == "charges":
            billed = {dept: amount for dept, amount in self.billed[row["stay_id"]].items() if amount > 0}
            return billed or {row["discharge_dept_id"]: Fraction(1)}
        return {dept: n for dept, n in days.items() if n}

    def _is_simulated(self, case: Discharged, month: Month) -> bool:
        if case.group.is_quarantined:
            return False
        return case.row["insurance_type"] != "self_pay" or self.policy.parameter("simulate_self_pay", month.first) != "false"

    def _simulate(self, month: Month, discharged: list[str]) -> dict[str, tuple[Fraction, Fraction]]:
        """Standard total and fund payment of the cases discharged, or settled late, in this month."""
        late = [
            s
            for s, c in self.cases.items()
            if c.month < month.first and s in self.settled and month.first <= self.settled[s][0] < month.end
        ]
        settlements = {}
        for stay in [*discharged, *late]:
            case = self.cases[stay]
            if not self._is_simulated(case, month):
                continue
            settled_on, patient_pay = self.settled.get(stay, (on(case.row["discharged_at"]), case.page["self_paid_fee"]))
            total = standard_total(case.group, case.page["total_fee"], case.row["insurance_type"], settled_on, self.policy)
            fund = fund_pay(total, case.row["insurance_type"], patient_pay)
            if stay in self.scopes and self.policy.parameter("fund_basis", month.first) == "in_scope_ratio":
                fund = fund_pay_by_ratio(total, case.row["insurance_type"], *self.scopes[stay])
            settlements[stay] = (total, fund)
            case.simulated = fund if self.policy.parameter("pay_basis", month.first) == "fund" else total
        return settlements

    def _population(self, month: Month) -> list[Case]:
        everyone = self.policy.parameter("simulated_population", month.first) == "discharged"
        cases = []
        for stay, case in self.cases.items():
            settled_on = self.settled[stay][0] if stay in self.settled else None
            is_now = case.month == month.first and (everyone or settled_on is not None)
            is_late = (
                not everyone and case.month < month.first and settled_on is not None and month.first <= settled_on < month.end
            )
            if not (is_now or is_late) or case.simulated is None:
                continue
            key = case.group.group if case.group.status == "grouped" and case.group.group else stay
            payments = largest_remainder(case.simulated, case.wards)
            c = case.cost
            cases.append(Case(stay, key, c.own_cost, c.own_fee, c.shared, c.shared_direct, case.wards, payments))
        return cases

    def _true_ups(self, month: Month) -> dict[str, list[tuple[Fraction, Fraction]]]:
        """Actual and simulated by department of the cases whose statement falls due in this month."""
        pairs: dict[str, list[tuple[Fraction, Fraction]]] = defaultdict(list)
        opened: dict[str, dict[str, Fraction]] = defaultdict(dict)
        discharge: dict[str, date] = {}
        for row in self.openings:
            if row["measure_code"] == "simulated_settlement":
                opened[row["subject_id"]][row["dept_id"]] = row["amount"]
                discharge[row["subject_id"]] = row["month"]
        is_fund = self.policy.parameter("pay_basis", month.first) == "fund"
        for row in self.statements:
            stay = row["stay_id"]
            case = self.cases.get(stay)
            discharged = case.month if case else discharge.get(stay)
            if case and case.simulated is None:
                continue
            if discharged is None or max(shift(discharged, 12), row["statement_month"]) != month.first:
                continue
            actual = ZERO if row["is_rejected"] else row["fund_pay" if is_fund else "standard_total"] - row["deduction"]
            weights = case.wards if case else opened[stay]
            simulated = largest_remainder(case.simulated, case.wards) if case else opened[stay]
            for dept, part in largest_remainder(actual, weights).items():
                pairs[dept].append((part, simulated[dept]))
        return pairs

    def _departments(
        self,
        month: Month,
        cost: MonthCost,
        true_ups: Mapping[str, list[tuple[Fraction, Fraction]]],
        cards: Mapping[str, Card],
    ) -> tuple[dict[str, Fraction | None], dict[str, Department]]:
        rows = of_month(month.rows("his_department"), "dept_id", month)
        schemes = self._schemes(month, rows)
        points = self._points(month, rows)
        positions: dict[str, Fraction] = defaultdict(lambda: ZERO)
        for person in valid(month.rows("his_staff"), month.first):
            positions[person["dept_id"]] += person["position_coefficient"] * person["full_time_equivalent"]
        subsidies = {r["dept_id"]: r["amount"] for r in month.rows("performance_subsidy")}
        composites = self._composites(month, rows)
        is_full = self.policy.parameter("outpatient_cost_stage", month.first) == "full"
        departments = {
            dept: Department(
                scheme=schemes[dept],
                is_earning=_is_earning(row, schemes[dept]),
                points=points[dept],
                outpatient_costs=cost.outpatient_costs(dept, is_full=is_full),
                true_ups=true_ups.get(dept, []),
                subsidy=subsidies.get(dept, ZERO),
                position_weight=positions[dept],
                composite=composites[dept],
                opening_balance=self.balances.get((dept, shift(month.first, -1)), ZERO),
                past_bonuses=[self.past[dept, m] for m in (shift(month.first, -n) for n in (1, 2, 3)) if (dept, m) in self.past],
                year_bonus=sum(
                    (b for (d, m), b in self.past.items() if d == dept and m.year == month.first.year and m < month.first), ZERO
                ),
                card=cards[dept],
            )
            for dept, row in rows.items()
        }
        return composites, departments

    def _apply_formulas(self, month: Month, departments: dict[str, Department], population: list[Case]) -> None:
        numbers = {code: self.policy.number(code, month.first) or ZERO for code in Prices.__dataclass_fields__}
        is_weighed = any(department.scheme == "case_weight" for department in departments.values())
        discharged = [case for case in self.cases.values() if is_weighed and case.month == month.first]
        weights = [(group_weight(c.group, on(c.row["discharged_at"]), self.policy), c.wards) for c in discharged]
        for dept, department in departments.items():
            department.formula = formula_pay(
                dept,
                department.scheme,
                Prices(**numbers),
                weights,
                population,
                department.position_weight,
                department.card.rows,
            )

    def _count(
        self, month: Month, cost: MonthCost, discharged: list[str], settlements: Mapping[str, tuple[Fraction, Fraction]]
    ) -> Counted:
        """Indicators of the month and of the year so far."""
        cases = [self.cases[stay] for stay in discharged]
        self.counted[month.first] = counted(
            self.policy,
            month,
            cost,
            [
                Measured(c.stay_id, c.row["discharge_dept_id"], c.page, c.cost, settlements.get(c.stay_id, (None,))[0])
                for c in cases
            ],
        )
        of_year = year_to_date(x for m, x in self.counted.items() if m.year == month.first.year)
        own = self.counted[month.first]
        return {dept: own.get(dept, {}) | of_year.get(dept, {}) for dept in {*own, *of_year}}

    def _cards(self, month: Month, values: Counted, settlements: Mapping[str, tuple[Fraction, Fraction]]) -> dict[str, Card]:
        """Card of every department; what rulings charge is known once its quality is."""
        departments = of_month(month.rows("his_department"), "dept_id", month)
        rows = {d: card_rows(self.policy, month.first, row, values.get(d, {})) for d, row in departments.items()}
        for dept, charged in self._rule(month, rows, settlements).items():
            counts = {RULED: (charged, None)}
            rows[dept] += card_rows(self.policy, month.first, departments[dept], counts)
        return {d: Card(rows[d], row["discipline_class"], row["strategy_class"]) for d, row in departments.items()}

    def _rule(
        self, month: Month, cards: Mapping[str, list[CardRow]], settlements: Mapping[str, tuple[Fraction, Fraction]]
    ) -> dict[str, Fraction]:
        """Overrun of refused high-multiple cases by department; a case nobody has judged stays listed."""
        rulings = {r["stay_id"]: r["ruling"] for r in month.rows("performance_case_ruling")}
        minimum = self.policy.number("innovation_minimum_weight", month.first) or ZERO
        techniques = technique_stays(self.policy, month)
        for stay, (total, _) in settlements.items():
            case, day = self.cases[stay], self.settled.get(stay, (on(self.cases[stay].row["discharged_at"]), None))[0]
            if not is_high_multiple(case.group, case.page["total_fee"], day, self.policy):
                continue
            weight = group_weight(case.group, on(case.row["discharged_at"]), self.policy)
            overrun = max(case.page["total_fee"] - total, ZERO)
            self.listed[stay] = Listed(stay, case.row["discharge_dept_id"], weight, stay in techniques, overrun)
        charged: dict[str, Fraction] = defaultdict(lambda: ZERO)
        for stay, listed in list(self.listed.items()):
            outcome = judged(listed, rulings.get(stay), minimum, cards[listed.dept])
            charged[listed.dept] += listed.overrun if outcome == "refused" else ZERO
            if outcome != "pending":
                del self.listed[stay]
        return charged

    def _composites(self, month: Month, rows: Mapping[str, Row]) -> dict[str, Fraction | None]:
        weights: dict[str, dict[str, Fraction]] = defaultdict(dict)
        for row in self.policy.rows("score_weight", month.first):
            weights[row["dept_class"]][row["dimension_code"]] = Fraction(row["weight"])
        sheets: dict[str, list[tuple[str, Fraction]]] = defaultdict(list)
        for row in month.rows("performance_score"):
            sheets[row["dept_id"]].append((row["dimension_code"], row["score"]))
        return {dept: composite_score(sheets[dept], weights[row["dept_class"]]) for dept, row in rows.items()}

    def _point_lines(self, month: Month, rows: Mapping[str, Row]) -> list[tuple[str, str | None, str, Fraction]]:
        """(department, person, kind, points) of every line that earns."""
        items = {day: self._item_points(day) for day in {on(r["booked_at"]) for r in month.rows("his_charge")}}
        schemes = self._schemes(month, rows)
        is_technology_paid = self.policy.parameter("technology_inpatient_points", month.first) == "yes"
        lines: list[tuple[str, str | None, str, Fraction]] = []
        for row in month.rows("his_charge"):
            points = items[on(row["booked_at"])].get(row["item_id"])
            if points is None:
                continue
            judging, executing, nursing = (row["quantity"] * p for p in points)
            done = (row["executing_dept_id"], row["executing_staff_id"], "executing", executing)
            all_done = [
                (row["ordering_dept_id"], row["ordering_staff_id"], "judging", judging),
                done,
                (row["nursing_dept_id"] or row["executing_dept_id"], None, "nursing", nursing),
            ]
            if row["encounter_type"] == "outpatient":
                lines += all_done
                continue
            is_technology = rows[done[0]]["dept_class"] == "medical_technology" and is_technology_paid
            lines += [x for x in all_done if schemes[x[0]] == "workload_quality" or (x is done and is_technology)]
        return [line for line in lines if _is_earning(rows[line[0]], schemes[line[0]])]

    def _schemes(self, month: Month, rows: Mapping[str, Row]) -> dict[str, str]:
        """Scheme of every department: its own row, else that of its class."""
        schemes = self.policy.rows("bonus_scheme", month.first)
        by_class = {r["dept_class"]: r["scheme_code"] for r in schemes if r["dept_id"] is None}
        by_name = {r["dept_id"]: r["scheme_code"] for r in schemes if r["dept_id"] is not None}
        return {dept: by_name.get(dept, by_class.get(row["dept_class"], "")) for dept, row in rows.items()}

    def _item_points(self, day: date) -> dict[str, tuple[Fraction, Fraction, Fraction]]:
        return {
            r["item_id"]: (
                Fraction(r["judging_points"] or 0),
                Fraction(r["executing_points"] or 0),
                Fraction(r["nursing_points"] or 0),
            )
            for r in self.policy.rows("workload_points", day)
        }

    def _points(self, month: Month, rows: Mapping[str, Row]) -> dict[str, Fraction]:
        points: dict[str, Fraction] = defaultdict(lambda: ZERO)
        for dept, _, _, amount in self._point_lines(month, rows):
            points[dept] += amount
        return defaultdict(lambda: ZERO, {dept: rounded(amount, 100 * MICRO) for dept, amount in points.items()})

    def _bonuses(self, month: Month, departments: dict[str, Department], population: list[Case]) -> dict[str, Bonus]:
        pools = {r["pool_code"]: r["amount"] for r in month.rows("performance_pool")}
        ratios = {
            (r["cost_category"], r["is_separately_charged"] == "true"): None if r["ratio"] is None else Fraction(r["ratio"])
            for r in self.policy.rows("bonus_deduction", month.first)
            if r["setting"] == "outpatient"
        }
        steps: dict[str, list[str]] = defaultdict(list)
        for row in sorted(self.policy.rows("bonus_step", month.first), key=lambda r: int(r["step_no"])):
            if row["is_on"] == "true":
                steps[row["scheme_code"]].append(row["step"])
        return department_bonuses(departments, population, pools, ratios, steps, self._decisions(month.first))

    def _decisions(self, day: date) -> Decisions:
        policy = self.policy
        return Decisions(
            recognition_ratio=policy.number("recognition_ratio", day) or ZERO,
            uncontrollable_ratio=policy.number("uncontrollable_ratio", day) or ZERO,
            recognise_on=policy.parameter("recognise_on", day) or "",
            true_up_basis=policy.parameter("true_up_basis", day) or "",
            own_basis=policy.parameter("own_basis", day) or "",
            deduction_unit=policy.parameter("deduction_unit", day) or "",
            outpatient_cost_stage=policy.parameter("outpatient_cost_stage", day) or "",
            inpatient_cost_stage=policy.parameter("inpatient_cost_stage", day) or "",
            negative_bonus=policy.parameter("negative_bonus", day) or "",
            score_applies_to_true_up=policy.parameter("score_applies_to_true_up", day) == "true",
            smoothing_alpha=policy.number("smoothing_alpha", day) or ZERO,
            swing_limit=policy.number("swing_limit", day),
            reserve_overdraw=policy.parameter("reserve_overdraw", day) or "",
            card=card_rules(policy, day),
        )

    def _staff(self, month: Month, bonuses: Mapping[str, Bonus]) -> dict[str, Fraction]:
        rows = of_month(month.rows("his_department"), "dept_id", month)
        schemes = self._schemes(month, rows)
        weights: dict[str, dict[bool, dict[str, Fraction]]] = defaultdict(lambda: {True: {}, False: {}})
        for row in self.policy.rows("staff_share", month.first):
            weights[row["scheme_code"]][row["role"] == "nurse"][row["component"]] = Fraction(row["weight"])
        points: dict[tuple[str, str | None], Fraction] = defaultdict(lambda: ZERO)
        for dept, person, kind, amount in self._point_lines(month, rows):
            if kind != "nursing":
                points[dept, person] += amount
        sheets = {(r["dept_id"], r["staff_id"]): r for r in month.rows("performance_staff")}
        persons: dict[str, list[Person]] = defaultdict(list)
        for row in valid(month.rows("his_staff"), month.first):
            key = (row["dept_id"], row["staff_id"])
            persons[row["dept_id"]].append(_person(row, sheets.get(key, {}), points[key]))
        paid: dict[str, Fraction] = {}
        for dept, members in persons.items():
            paid |= staff_bonuses(bonuses[dept].bonus, members, weights[schemes[dept]], (month.end - month.first).days)
        return paid


def _is_earning(row: Row, scheme: str) -> bool:
    return row["dept_class"] in EARNING and scheme in ("standard", "workload_quality")


def _person(row: Row, sheet: Row, points: Fraction) -> Person:
    return Person(
        staff_id=row["staff_id"],
        is_nurse=row["role"] == "nurse",
        position=row["position_coefficient"] * row["full_time_equivalent"],
        days_worked=sheet.get("days_worked"),
        points=points,
        quality=sheet.get("quality_score"),
        teaching=sheet.get("teaching_score"),
        adjustment=sheet.get("manual_adjustment") or ZERO,
    )
