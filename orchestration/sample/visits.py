"""Outpatient and emergency visits of a month, and their charge lines."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from orchestration.sample.catalogue import CONTEXTS
from orchestration.sample.items import Prices
from orchestration.sample.lines import LATE, REVERSED, Lines, draw_items, join_lines, make_lines, reverse, running_number
from orchestration.sample.noise import Keys, combine
from orchestration.sample.settings import month_start
from orchestration.sample.stays import DAY, HOUR, STAY_SHARE_OF_CHARGES, VISIT_KIND, Seconds, encounter_keys, seconds
from orchestration.sample.structure import CHILD_DEPARTMENTS, WOMEN_DEPARTMENTS, Hospital

LINES_PER_VISIT = 5.0
REGISTRATION = ("F1101", "F1102", "F1107")
LATE_SHARE = 0.008
DIAGNOSES = {"women": "N76.000", "child": "J20.900", "other": "I10.x00x002"}


@dataclass(frozen=True)
class Visits:
    """Visits as columns; times are seconds since 1970 (local time)."""

    number: NDArray[np.int64]
    key: Keys
    dept: NDArray[np.int64]
    context: NDArray[np.int64]
    visited: Seconds
    doctor: NDArray[np.int64]
    person: NDArray[np.int64]
    insurance: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.number)

    def take(self, chosen: NDArray[np.bool_] | slice) -> Visits:
        """The chosen visits."""
        return Visits(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})

    @property
    def is_emergency(self) -> NDArray[np.bool_]:
        """Visits to an emergency department."""
        emergency: NDArray[np.bool_] = self.context == CONTEXTS.index("emergency")
        return emergency


def receive_visits(hospital: Hospital, month: int) -> Visits:
    """All visits of a counted month. Persons come from one population of the region, so that hospitals share some."""
    settings, noise = hospital.settings, hospital.settings.noise
    season = 1.0 - 0.08 * (month % 12 == 1) + 0.05 * (month % 12 in (0, 10, 11)) + 0.002 * (month - 24)
    lines = LINES_PER_VISIT * _fineness(hospital)
    count = max(int(settings.scale * (1 - STAY_SHARE_OF_CHARGES) * season / lines), 5)
    number = (month << 24) + np.arange(count)
    key = encounter_keys(hospital, VISIT_KIND, number)
    weight = np.where(hospital.departments["dept_id"].iloc[hospital.visit_depts].isin(["0112", "2118"]), 2.0, 1.0)
    dept = hospital.visit_depts[np.searchsorted(np.cumsum(weight) / weight.sum(), noise.uniform(key, "dept"), side="right")]
    context = hospital.visit_context[dept]
    length = int((month_start(month + 1) - month_start(month)).astype(int))
    minute = np.where(
        context == CONTEXTS.index("emergency"), noise.whole(key, "minute", 1320), 480 + noise.whole(key, "minute", 540)
    )
    return Visits(
        number=number,
        key=key,
        dept=dept,
        context=context,
        visited=seconds(month_start(month)) + noise.whole(key, "day", length) * DAY + minute * 60,
        doctor=hospital.staff.choose("doctor", dept, noise.uniform(key, "doctor")),
        person=noise.whole(key, "person", max(settings.scale * 3 // _fineness(hospital), 100)),
        insurance=np.searchsorted([0.42, 0.8, 0.87], noise.uniform(key, "insurance"), side="right"),
    )


def visit_lines(hospital: Hospital, prices: Prices, visits: Visits) -> Lines:
    """Registration, what the doctor ordered, and reversals (some in a later month)."""
    noise = hospital.settings.noise
    count = (2 + noise.whole(visits.key, "lines", 5)) * _fineness(hospital)
    visit = np.repeat(np.arange(len(visits)), count)
    line = running_number(count)
    key = combine(visits.key[visit], line)
    item, quantity = draw_items(hospital, visits.context[visit], key)
    unfit = _unfit(hospital, visits.dept[visit], item)
    item = np.where(unfit, hospital.catalogue.item_position["F1601"], item)
    first = line == 0
    item = np.where(first, _registration(hospital, visits)[visit], item)
    quantity = np.where(first | unfit, 1, quantity)
    booked = visits.visited[visit] + 300 + line * 60 + np.where(first, 0, noise.whole(key, "time", 4_500))
    booked = np.minimum(booked, visits.visited[visit] // DAY * DAY + DAY - 60)
    lines = make_lines(visits.key, prices, visit, line, item, quantity, booked, visits.dept[visit], key)
    return join_lines([lines, *_refunds(hospital, visits, lines)])


def _fineness(hospital: Hospital) -> int:
    """Visits have few lines, so they are divided half as finely as stays."""
    return (hospital.settings.fineness + 1) // 2


def is_refunded_late(hospital: Hospital, visits: Visits) -> NDArray[np.bool_]:
    """Visits whose second line is refunded days later."""
    return hospital.settings.noise.uniform(visits.key, "late refund") < LATE_SHARE


def _refunds(hospital: Hospital, visits: Visits, lines: Lines) -> list[Lines]:
    noise = hospital.settings.noise
    is_late = is_refunded_late(hospital, visits)[lines.encounter] & (lines.line == 1)
    inside = (lines.line > 1) & (noise.uniform(lines.key, "refund") < 0.006)
    soon = np.minimum(lines.booked + HOUR, lines.booked // DAY * DAY + DAY - 60)
    after = visits.visited // DAY * DAY + DAY * (2 + noise.whole(visits.key, "days of late refund", 34)) + 10 * HOUR
    return [
        reverse(lines.take(inside), soon[inside], REVERSED + lines.line[inside]),
        reverse(lines.take(is_late), after[lines.encounter[is_late]], np.full(int(is_late.sum()), LATE)),
    ]


def _registration(hospital: Hospital, visits: Visits) -> NDArray[np.int64]:
    ordinary, emergency, expert = (hospital.catalogue.item_position[item] for item in REGISTRATION)
    is_expert = hospital.settings.noise.uniform(visits.key, "expert") < 0.25
    return np.where(visits.is_emergency, emergency, np.where(is_expert, expert, ordinary))


def _unfit(hospital: Hospital, dept: NDArray[np.int64], item: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Items for women outside the women's departments."""
    women = np.isin(hospital.departments["dept_id"], list(WOMEN_DEPARTMENTS))
    for_women = (hospital.catalogue.items["sex_limit"] == "2").to_numpy()
    return for_women[item] & ~women[dept]


def visit_diagnoses(hospital: Hospital, visits: Visits) -> list[str]:
    """One plausible diagnosis per department."""
    kind = ["women" if d in WOMEN_DEPARTMENTS else "child" if d in CHILD_DEPARTMENTS else "other" for d in hospital.dept_ids]
    return [DIAGNOSES[kind[dept]] for dept in visits.dept]
