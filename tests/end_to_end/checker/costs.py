"""Department cost: ledger, own items, settings and the allocation steps."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from tests.end_to_end.checker.money import largest_remainder, rounded
from tests.end_to_end.checker.tables import Month, Policy, Row, of_month, on, valid

ZERO = Fraction(0)
CHARGED = ("outpatient", "none")
LEVELS = ("L1", "L2")
L4_ACCOUNTS = ("5301", "5401", "5501", "59")
STAGES = {"administrative": "administrative", "medical_auxiliary": "auxiliary", "medical_technology": "technology"}
Centre = tuple[str, str]


@dataclass
class MonthCost:
    """Cost of a month.

    `centres` maps (department, setting, category, level, stage) to yuan; `own` maps (department, setting, category) to
    the part of it that followed patients; `items` holds own cost and fee by (encounter type, encounter, department); `ledger`
    and `controllable` are what the ledger booked by (department, category, level), and the part of it the department decides.
    """

    centres: dict[tuple[str, str, str, str, str], Fraction] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    own: dict[tuple[str, str, str], Fraction] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    items: dict[tuple[str, str, str], tuple[Fraction, Fraction]] = field(default_factory=dict)
    ledger: dict[tuple[str, str, str], Fraction] = field(default_factory=dict)
    controllable: dict[tuple[str, str, str], Fraction] = field(default_factory=dict)

    def pool(self, dept: str, setting: str, *, is_direct: bool = False) -> Fraction:
        """Cost of a department in a setting without its own items, levels L1 and L2."""
        rows = [v for (d, s, _, level, stage), v in self.centres.items() if (d, s) == (dept, setting) and level in LEVELS
                and (stage == "direct" or not is_direct)]  # fmt: skip
        return sum(rows, ZERO) - sum((v for (d, s, _), v in self.own.items() if (d, s) == (dept, setting)), ZERO)

    def controllable_cost(self) -> dict[str, Fraction]:
        """What departments decide: own items they ordered in full, of the rest of their direct cost the controllable part."""
        own: dict[tuple[str, str, str], Fraction] = defaultdict(lambda: ZERO)
        direct: dict[tuple[str, str, str], Fraction] = defaultdict(lambda: ZERO)
        for (dept, _, category), amount in self.own.items():
            own[dept, category, "L1"] += amount
        for (dept, _, category, level, stage), amount in self.centres.items():
            if stage == "direct" and level in LEVELS:
                direct[dept, category, level] += amount
        decided: dict[str, Fraction] = defaultdict(lambda: ZERO)
        for key, amount in direct.items():
            booked = self.ledger.get(key, ZERO)
            part = self.controllable.get(key, ZERO) / booked if booked else ZERO
            decided[key[0]] += own[key] + rounded((amount - own[key]) * part)
        return decided

    def outpatient_costs(self, dept: str, *, is_full: bool) -> dict[tuple[str, bool], Fraction]:
        """Cost charged to the points of a department by category, own items (true) apart from the rest (false)."""
        costs: dict[tuple[str, bool], Fraction] = defaultdict(lambda: ZERO)
        for (d, setting, category, level, stage), amount in self.centres.items():
            if d == dept and setting in CHARGED and level in LEVELS and (stage == "direct" or is_full):
                costs[category, False] += amount
        for (d, setting, category), amount in self.own.items():
            if d == dept and setting in CHARGED:
                costs[category, True] += amount
                costs[category, False] -= amount
        return costs


def month_cost(month: Month, policy: Policy) -> MonthCost:
    """Full calculation of one month."""
    departments = of_month(month.rows("his_department"), "dept_id", month)
    charges = month.rows("his_charge")
    items = ItemsOnDay(month.rows("his_item"))
    ledger, controllable = _ledger(month, policy, departments)
    cost = MonthCost(ledger=dict(ledger), controllable=dict(controllable))
    rest = _move_own_items(cost, ledger, charges, items, departments)
    split = _setting_shares(charges, items, departments)
    for (dept, category, level), amount in rest.items():
        for setting, part in largest_remainder(amount, split[dept]).items():
            cost.centres[dept, setting, category, level, "direct"] += part
    _allocate(cost, month, policy, departments, split, charges)
    return cost


class ItemsOnDay:
    """Item rows by item and day."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            self._rows[row["item_id"]].append(row)

    def __call__(self, item_id: str, day: date) -> Row:
        """The row of an item on a day."""
        (row,) = valid(self._rows[item_id], day)
        return row


def _ledger(month: Month, policy: Policy, departments: dict[str, Row]) -> tuple[dict[tuple[str, str, str], Fraction], ...]:
    """Expense by department, category and level, and the part of it on controllable accounts."""
    accounts = month.rows("ledger_account")
    classes: dict[str, Any] = {r["account_code"]: r["account_class"] for r in accounts}
    categories = policy.rows("cost_category", month.first)
    ledger: dict[tuple[str, str, str], Fraction] = defaultdict(lambda: ZERO)
    controllable: dict[tuple[str, str, str], Fraction] = defaultdict(lambda: ZERO)
    for line in month.rows("ledger_voucher_line"):
        code = line["account_code"]
        if classes.get(code) != "expense":
            continue
        fitting = [r for r in categories if code.startswith(r["account_code"]) and r["funding_source"] == line["funding_source"]]
        best = max(fitting, key=lambda r: len(r["account_code"]))
        level = "L4" if code.startswith(L4_ACCOUNTS) else best["cost_level"]
        if level == "L1" and departments[line["dept_id"]]["dept_class"] == "administrative":
            level = "L2"
        key, amount = (line["dept_id"], best["cost_category"], level), line["debit_amount"] - line["credit_amount"]
        ledger[key] += amount
        controllable[key] += amount if best["is_controllable"] == "true" else ZERO
    return ledger, controllable


def own_category(item: Row) -> str | None:
    """C3 for drugs, C2 for separately charged materials, None for everything else."""
    if item["item_kind"] == "drug":
        return "C3"
    return "C2" if item["item_kind"] == "material" and item["is_separately_charged"] else None


def _move_own_items(
    cost: MonthCost,
    ledger: dict[tuple[str, str, str], Fraction],
    charges: list[Row],
    items: ItemsOnDay,
    departments: dict[str, Row],
) -> dict[tuple[str, str, str], Fraction]:
    exact: dict[tuple[str, str, str, str], Fraction] = defaultdict(lambda: ZERO)
    fees: dict[tuple[str, str, str], Fraction] = defaultdict(lambda: ZERO)
    for line in charges:
        item = items(line["item_id"], on(line["booked_at"]))
        category = own_category(item)
        if category is None:
            continue
        price = item["purchase_price"]
        key = (line["encounter_type"], line["encounter_id"], line["ordering_dept_id"])
        exact[*key, category] += line["amount"] if price is None else line["quantity"] * price
        fees[key] += line["amount"]
    sums: dict[tuple[str, str, str], Fraction] = defaultdict(lambda: ZERO)
    for (kind, encounter, dept, category), amount in exact.items():
        fen = rounded(amount)
        cost.own[dept, kind, category] += fen
        cost.centres[dept, kind, category, "L1", "direct"] += fen
        sums[kind, encounter, dept] += fen
    cost.items = {key: (amount, fees[key]) for key, amount in sums.items()}
    return _take(cost, ledger, departments)


def _take(
    cost: MonthCost, ledger: dict[tuple[str, str, str], Fraction], departments: dict[str, Row]
) -> dict[tuple[str, str, str], Fraction]:
    rest = defaultdict(lambda: ZERO, ledger)
    wanted: dict[tuple[str, str], Fraction] = defaultdict(lambda: ZERO)
    for (dept, _, category), amount in cost.own.items():
        wanted[dept, category] += amount
    for (dept, category), amount in wanted.items():
        at_home = min(amount, ledger.get((dept, category, "L1"), ZERO))
        rest[dept, category, "L1"] -= at_home
        givers = {
            d: ledger.get((d, category, "L1"), ZERO)
            for d, row in departments.items()
            if row["dept_class"] in ("medical_technology", "medical_auxiliary") and (d, category, "L1") in ledger
        }
        for giver, part in largest_remainder(amount - at_home, givers).items():
            rest[giver, category, "L1"] -= part
    return rest


def _setting_shares(charges: list[Row], items: ItemsOnDay, departments: dict[str, Row]) -> dict[str, dict[str, Fraction]]:
    service: dict[tuple[str, str], Fraction] = defaultdict(lambda: ZERO)
    for line in charges:
        if items(line["item_id"], on(line["booked_at"]))["item_kind"] == "service":
            service[line["ordering_dept_id"], line["encounter_type"]] += line["amount"]
    shares = {}
    for dept, row in departments.items():
        if row["dept_class"] != "clinical":
            shares[dept] = {"none": Fraction(1)}
        elif row["service_setting"] != "both":
            shares[dept] = {row["service_setting"]: Fraction(1)}
        else:
            net = {setting: max(service[dept, setting], ZERO) for setting in ("inpatient", "outpatient")}
            total = sum(net.values(), ZERO)
            shares[dept] = {s: v / total for s, v in net.items()} if total else {"inpatient": Fraction(1), "outpatient": ZERO}
    return shares


def _allocate(
    cost: MonthCost,
    month: Month,
    policy: Policy,
    departments: dict[str, Row],
    split: dict[str, dict[str, Fraction]],
    charges: list[Row],
) -> None:
    drivers = month.rows("ledger_allocation_driver")
    for step in sorted(policy.rows("allocation_step", month.first), key=lambda r: int(r["step_no"])):
        givers = [
            d
            for d, row in departments.items()
            if d == step["from_dept_id"] or (step["from_dept_id"] is None and row["dept_class"] == step["from_dept_class"])
        ]
        receivers = [d for d, row in departments.items() if row["dept_class"] in step["to_dept_classes"].split("|")]
        amounts: dict[tuple[str, str, str], Fraction] = defaultdict(lambda: ZERO)
        sources: dict[tuple[str, str, str, str], Fraction] = defaultdict(lambda: ZERO)
        for (dept, setting, category, level, _), amount in cost.centres.items():
            if dept in givers:
                amounts[dept, category, level] += amount
                sources[dept, setting, category, level] += amount
        weights = {g: _weights(g, step, receivers, drivers, split, charges) for g in givers}
        stage = STAGES[departments[givers[0]]["dept_class"]] if givers else ""
        for (giver, category, level), amount in amounts.items():
            if not amount:
                continue
            for (dept, setting), part in largest_remainder(amount, weights[giver]).items():
                cost.centres[dept, setting, category, level, stage] += part
        for (giver, setting, category, level), amount in sources.items():
            cost.centres[giver, setting, category, level, stage] -= amount


def _weights(
    giver: str, step: Row, receivers: list[str], drivers: list[Row], split: dict[str, dict[str, Fraction]], charges: list[Row]
) -> dict[Centre, Fraction]:
    weights: dict[Centre, Fraction] = {}
    for code in (step["driver_code"], step["fallback_driver_code"]):
        if code is None:
            continue
        weights = _driver_weights(giver, code, receivers, drivers, split, charges)
        if sum(weights.values(), ZERO):
            return weights
    return weights


def _driver_weights(
    giver: str, code: str, receivers: list[str], drivers: list[Row], split: dict[str, dict[str, Fraction]], charges: list[Row]
) -> dict[Centre, Fraction]:
    rows = [r for r in drivers if r["driver_code"] == code]
    chosen: dict[tuple[str, str | None], Fraction] = {}
    if code == "revenue" and not rows:
        revenue: dict[tuple[str, str | None], Fraction] = defaultdict(lambda: ZERO)
        for line in charges:
            if line["executing_dept_id"] == giver:
                revenue[line["ordering_dept_id"], None] += line["amount"]
        chosen = dict(revenue)
    for named in (None, giver):
        for row in rows:
            if row["from_dept_id"] == named:
                chosen[row["to_dept_id"], row["service_setting"]] = row["quantity"]
    weights: dict[Centre, Fraction] = defaultdict(lambda: ZERO)
    for (dept, setting), quantity in chosen.items():
        if dept not in receivers:
            continue
        for centre, share in split[dept].items() if setting is None else ((setting, Fraction(1)),):
            weights[dept, centre] += max(quantity, ZERO) * share
    return weights
