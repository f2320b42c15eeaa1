"""Department and case cost of a month in exact fractions, written from the rules and sharing no code with the models."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

Centre = tuple[str, str]
Row = Mapping[str, Any]
FEN = Fraction(1, 100)
STAGES = {"administrative": "administrative", "medical_auxiliary": "auxiliary", "medical_technology": "technology"}
SETTINGS = {"inpatient": "inpatient", "outpatient": "outpatient"}


@dataclass
class Month:
    """Source rows of one month; keys are the contract's column names."""

    start: date
    end: date
    departments: list[Row] = field(default_factory=list)
    ledger: list[Row] = field(default_factory=list)
    categories: list[Row] = field(default_factory=list)
    drivers: list[Row] = field(default_factory=list)
    steps: list[Row] = field(default_factory=list)
    items: list[Row] = field(default_factory=list)
    stays: list[Row] = field(default_factory=list)
    visits: list[Row] = field(default_factory=list)
    transfers: list[Row] = field(default_factory=list)
    charges: list[Row] = field(default_factory=list)


@dataclass
class Costs:
    """What the month costs: by (dept, setting, category, stage, level), by stay, and by bucket."""

    departments: dict[tuple[str, str, str, str, str], Fraction]
    own: dict[str, Fraction]
    shared: dict[str, Fraction]
    unabsorbed: Fraction


def split(amount: Fraction, weights: Mapping[Any, Fraction]) -> dict[Any, Fraction]:
    """Largest remainder in fen."""
    total = sum(weights.values())
    exact = {key: amount / FEN * weight / total for key, weight in weights.items()}
    parts = {key: math.trunc(value) for key, value in exact.items()}
    missing = int(amount / FEN) - sum(parts.values())
    sign = 1 if missing > 0 else -1
    for key in sorted(exact, key=lambda k: (-sign * (exact[k] - parts[k]), k))[: abs(missing)]:
        parts[key] += sign
    return {key: value * FEN for key, value in parts.items()}


def round_fen(value: Fraction) -> Fraction:
    """Halves away from zero."""
    scaled = math.floor(abs(value) / FEN + Fraction(1, 2))
    return (scaled if value >= 0 else -scaled) * FEN


def cost(month: Month) -> Costs:
    """Ledger to departments to stays."""
    classes = {d["dept_id"]: d["dept_class"] for d in month.departments}
    ledger = _ledger(month, classes)
    own = _own_items(month)
    direct = _direct(month, classes, ledger, own)
    rows: dict[tuple[str, str, str, str, str], Fraction] = defaultdict(Fraction)
    for (dept, setting, category, level), amount in direct.items():
        rows[dept, setting, category, "direct", level] += amount
    own_by_centre = _sum({(dept, SETTINGS[kind], category): 0 for (kind, _, dept, category) in own})
    for (kind, _, dept, category), amount in own.items():
        own_by_centre[dept, SETTINGS[kind], category] += amount
        rows[dept, SETTINGS[kind], category, "direct", "L1"] += amount
    _allocate(month, classes, direct, rows)
    return _cases(month, rows, own, own_by_centre)


def _sum(items: Mapping[Hashable, Any]) -> dict[Any, Fraction]:
    return {key: Fraction(value) for key, value in items.items()}


def _ledger(month: Month, classes: Mapping[str, str]) -> dict[tuple[str, str, str], Fraction]:
    totals: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    for line in month.ledger:
        fitting = [
            c
            for c in month.categories
            if line["account_code"].startswith(c["account_code"]) and c["funding_source"] == line["funding_source"]
        ]
        row = max(fitting, key=lambda c: len(c["account_code"]))
        level = "L2" if row["cost_level"] == "L1" and classes[line["dept_id"]] == "administrative" else row["cost_level"]
        totals[line["dept_id"], row["cost_category"], level] += Fraction(line["debit_amount"]) - Fraction(line["credit_amount"])
    return totals


def _own_items(month: Month) -> dict[tuple[str, str, str, str], Fraction]:
    items = {i["item_id"]: i for i in month.items}
    exact: dict[tuple[str, str, str, str], Fraction] = defaultdict(Fraction)
    for line in month.charges:
        item = items[line["item_id"]]
        if item["item_kind"] == "service" or (item["item_kind"] == "material" and not item["is_separately_charged"]):
            continue
        price = item["purchase_price"]
        value = Fraction(line["amount"]) if price is None else Fraction(line["quantity"]) * Fraction(price)
        category = "C3" if item["item_kind"] == "drug" else "C2"
        exact[line["encounter_type"], line["encounter_id"], line["ordering_dept_id"], category] += value
    return {key: round_fen(value) for key, value in exact.items()}


def _service_weights(month: Month, dept: str) -> dict[str, Fraction]:
    items = {i["item_id"]: i for i in month.items}
    net = {"inpatient": Fraction(0), "outpatient": Fraction(0)}
    for line in month.charges:
        if line["ordering_dept_id"] == dept and items[line["item_id"]]["item_kind"] == "service":
            net[line["encounter_type"]] += Fraction(line["amount"])
    net = {setting: max(amount, Fraction(0)) for setting, amount in net.items()}
    return net if any(net.values()) else {"inpatient": Fraction(1), "outpatient": Fraction(0)}


def _shares(month: Month, dept: Row) -> dict[str, Fraction]:
    if dept["dept_class"] != "clinical":
        return {"none": Fraction(1)}
    if dept["service_setting"] != "both":
        return {dept["service_setting"]: Fraction(1)}
    weights = _service_weights(month, dept["dept_id"])
    return {setting: weight / sum(weights.values()) for setting, weight in weights.items()}


def _direct(
    month: Month,
    classes: Mapping[str, str],
    ledger: Mapping[tuple[str, str, str], Fraction],
    own: Mapping[tuple[str, str, str, str], Fraction],
) -> dict[tuple[str, str, str, str], Fraction]:
    remaining = dict(ledger)
    wanted: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for (_, _, dept, category), amount in own.items():
        wanted[dept, category] += amount
    for (dept, category), amount in wanted.items():
        first = min(amount, max(ledger.get((dept, category, "L1"), Fraction(0)), Fraction(0)))
        remaining[dept, category, "L1"] = remaining.get((dept, category, "L1"), Fraction(0)) - first
        givers = {
            d: value
            for (d, c, level), value in ledger.items()
            if c == category
            and level == "L1"
            and d != dept
            and classes[d] in ("medical_technology", "medical_auxiliary")
            and value
        }
        if amount != first:
            for giver, part in split(amount - first, givers).items():
                remaining[giver, category, "L1"] -= part
    direct: dict[tuple[str, str, str, str], Fraction] = defaultdict(Fraction)
    shares = {d["dept_id"]: _shares(month, d) for d in month.departments}
    for (dept, category, level), amount in remaining.items():
        for setting, part in split(amount, shares[dept]).items():
            direct[dept, setting, category, level] += part
    return direct


def _turns(month: Month, classes: Mapping[str, str]) -> list[list[tuple[str, Row]]]:
    turns: list[list[tuple[str, Row]]] = []
    named = {s["from_dept_id"] for s in month.steps if s["from_dept_id"]}
    for step in sorted(month.steps, key=lambda s: s["step_no"]):
        givers = (
            [step["from_dept_id"]]
            if step["from_dept_id"]
            else sorted(d for d in classes if classes[d] == step["from_dept_class"] and d not in named)
        )
        turns += [[(g, step)] for g in givers] if step["method"] == "sequential" else [[(g, step) for g in givers]]
    return turns


def _driver_weights(month: Month, giver: str, step: Row, receivers: set[str]) -> dict[Centre, Fraction]:
    shares = {d["dept_id"]: _shares(month, d) for d in month.departments}
    rows: dict[tuple[str, str | None], Fraction] = {}
    offered = [r for r in month.drivers if r["driver_code"] == step["driver_code"]]
    if step["driver_code"] == "revenue" and not offered:
        offered = [
            {
                "from_dept_id": c["executing_dept_id"],
                "to_dept_id": c["ordering_dept_id"],
                "service_setting": None,
                "quantity": c["amount"],
            }
            for c in month.charges
        ]
        net: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        for row in offered:
            net[row["from_dept_id"], row["to_dept_id"]] += Fraction(row["quantity"])
        offered = [{"from_dept_id": f, "to_dept_id": t, "service_setting": None, "quantity": q} for (f, t), q in net.items()]
    for source in (None, giver):
        for row in offered:
            if row["from_dept_id"] == source and row["to_dept_id"] in receivers:
                rows[row["to_dept_id"], row["service_setting"]] = max(Fraction(row["quantity"]), Fraction(0))
    weights: dict[Centre, Fraction] = defaultdict(Fraction)
    for (dept, setting), quantity in rows.items():
        for own_setting, share in shares[dept].items():
            if len(shares[dept]) == 1 or setting is None:
                weights[dept, own_setting] += quantity * share
            elif setting == own_setting:
                weights[dept, own_setting] += quantity
    return {centre: weight for centre, weight in weights.items() if weight}


def _allocate(
    month: Month,
    classes: Mapping[str, str],
    direct: Mapping[tuple[str, str, str, str], Fraction],
    rows: dict[tuple[str, str, str, str, str], Fraction],
) -> None:
    turns = _turns(month, classes)
    order = {giver: number for number, turn in enumerate(turns) for giver, _ in turn}
    held: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    for (dept, _, category, level), amount in direct.items():
        held[dept, category, level] += amount
    for number, turn in enumerate(turns):
        given = {key: amount for key, amount in held.items() if order.get(key[0]) == number}
        for giver, step in turn:
            to_classes = step["to_dept_classes"].split("|")
            receivers = {d for d in classes if classes[d] in to_classes and order.get(d, len(turns)) > number}
            weights = _driver_weights(month, giver, step, receivers)
            if not weights:
                continue
            stage = STAGES[classes[giver]]
            for (dept, category, level), amount in given.items():
                if dept != giver:
                    continue
                rows[giver, "none", category, stage, level] -= amount
                for (receiver, setting), part in split(amount, weights).items():
                    rows[receiver, setting, category, stage, level] += part
                    held[receiver, category, level] += part


def _bed_days(month: Month) -> dict[tuple[str, str], int]:
    days: dict[tuple[str, str], int] = defaultdict(int)
    for stay in month.stays:
        rows = sorted((t for t in month.transfers if t["stay_id"] == stay["stay_id"]), key=lambda t: t["sequence"])
        end = stay["discharged_at"] or datetime.combine(month.end, datetime.min.time())
        if rows[0]["entered_at"].date() == end.date():
            days[stay["stay_id"], rows[-1]["dept_id"]] += 1
            continue
        for row in rows:
            day = row["entered_at"].date()
            while day < (row["left_at"] or end).date():
                if month.start <= day < month.end:
                    days[stay["stay_id"], row["dept_id"]] += 1
                day += timedelta(days=1)
    return days


def _cases(
    month: Month,
    rows: dict[tuple[str, str, str, str, str], Fraction],
    own: Mapping[tuple[str, str, str, str], Fraction],
    own_by_centre: Mapping[tuple[str, str, str], Fraction],
) -> Costs:
    days = _bed_days(month)
    own_of, shared_of = defaultdict(Fraction), defaultdict(Fraction)
    for (kind, encounter, _, _), amount in own.items():
        if kind == "inpatient":
            own_of[encounter] += amount
    unabsorbed = Fraction(0)
    for dept in month.departments:
        pool = sum(
            (v for (d, s, _, _, level), v in rows.items() if d == dept["dept_id"] and s == "inpatient" and level <= "L2"),
            Fraction(0),
        ) - sum((v for (d, s, _), v in own_by_centre.items() if d == dept["dept_id"] and s == "inpatient"), Fraction(0))
        weights = {stay: Fraction(n) for (stay, d), n in days.items() if d == dept["dept_id"] and n}
        if weights:
            for stay, part in split(pool, weights).items():
                shared_of[stay] += part
        else:
            unabsorbed += pool
    return Costs({key: value for key, value in rows.items() if value}, dict(own_of), dict(shared_of), unabsorbed)
