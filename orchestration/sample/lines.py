"""Charge lines of stays and visits: which item, how many, when, ordered and executed by whom."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from orchestration.sample.catalogue import CONTEXTS
from orchestration.sample.diseases import Diseases
from orchestration.sample.items import Prices
from orchestration.sample.noise import Keys, combine
from orchestration.sample.stays import DAY, HOUR, Seconds, Stays
from orchestration.sample.structure import Hospital

DAILY, KIT, FILL, REVERSED, LATE = 0, 1_000, 2_000, 8_192, 16_383
LINES_OF_AN_ENCOUNTER = 16_384
MOST_FILL = 6_000
REFUNDED_SHARE = 0.008
INSTEAD_OF_UNFIT = "F1601"


@dataclass(frozen=True)
class Lines:
    """Lines as columns; `encounter` is a position in the stays or visits they were made from, amounts in fen."""

    encounter: NDArray[np.int64]
    line: NDArray[np.int64]
    key: Keys
    item: NDArray[np.int64]
    quantity: NDArray[np.int64]
    booked: Seconds
    dept: NDArray[np.int64]
    reverses: NDArray[np.int64]
    """Line number of the reversed line, else -1."""
    price: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.encounter)

    @property
    def amount(self) -> NDArray[np.int64]:
        """Fen of each line."""
        return self.quantity * self.price

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Lines:
        """The chosen lines."""
        return Lines(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


def join_lines(parts: list[Lines]) -> Lines:
    """Several sets of lines of the same encounters."""
    return Lines(**{field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Lines)})


def running_number(count: NDArray[np.int64]) -> NDArray[np.int64]:
    """0 … n−1 inside each repeated element."""
    first = np.concatenate([[0], np.cumsum(count)[:-1]]) if len(count) else count
    number: NDArray[np.int64] = np.arange(int(count.sum())) - np.repeat(first, count)
    return number


def days_of(stays: Stays) -> NDArray[np.int64]:
    """Midnights of a stay, at least 1."""
    days: NDArray[np.int64] = np.maximum(stays.discharged // DAY - stays.admitted // DAY, 1)
    return days


def stay_lines(hospital: Hospital, diseases: Diseases, prices: Prices, stays: Stays) -> Lines:
    """Every line of the stays, over the whole stay and, where refunded late, after it."""
    lines = join_lines(
        [
            _daily_lines(hospital, diseases, prices, stays),
            _kit_lines(hospital, diseases, prices, stays),
            _fill_lines(hospital, diseases, prices, stays),
        ]
    )
    return join_lines([lines, *_refunds(hospital, stays, lines)])


def operated_at(stays: Stays) -> Seconds:
    """Time of the procedures of a stay."""
    length = stays.discharged - stays.admitted
    time: Seconds = stays.admitted + np.clip(length * 3 // 10, HOUR, 2 * DAY)
    return time


def _daily_lines(hospital: Hospital, diseases: Diseases, prices: Prices, stays: Stays) -> Lines:
    sets = np.array([hospital.catalogue.daily_items.get(c, hospital.catalogue.daily_items["medical"]) for c in CONTEXTS])
    width = sets.shape[1]
    count = days_of(stays)
    stay = np.repeat(np.arange(len(stays)), count)
    day = running_number(count)
    booked = (stays.admitted[stay] // DAY + day) * DAY + 20 * HOUR + 1800
    booked = np.minimum(np.maximum(booked, stays.admitted[stay] + 600), stays.discharged[stay] - 600)
    dept = stays.dept_at(stay, booked)
    intensive = (hospital.departments["discipline_class"] == "platform").to_numpy()[dept]
    context = np.where(intensive, CONTEXTS.index("intensive"), diseases.context[stays.disease[stay]])
    item = sets[context].reshape(-1)
    stay, booked, dept = (np.repeat(values, width) for values in (stay, booked, dept))
    line = DAILY + np.repeat(day, width) * width + np.tile(np.arange(width), len(day))
    return make_lines(stays.key, prices, stay, line, item, np.ones(len(item), dtype=np.int64), booked, dept)


def _kit_lines(hospital: Hospital, diseases: Diseases, prices: Prices, stays: Stays) -> Lines:
    count = diseases.kit_count[stays.disease]
    stay = np.repeat(np.arange(len(stays)), count)
    place = running_number(count)
    position = diseases.kit_first[stays.disease[stay]] + place
    booked = operated_at(stays)[stay]
    dept = stays.dept_at(stay, booked)
    return make_lines(
        stays.key, prices, stay, KIT + place, diseases.kit_item[position], diseases.kit_quantity[position], booked, dept
    )


def _fill_lines(hospital: Hospital, diseases: Diseases, prices: Prices, stays: Stays) -> Lines:
    """Draw items of the disease's context until the expected fee of the case is met."""
    noise = hospital.settings.noise
    context = diseases.context[stays.disease]
    wanted = diseases.mean_fee[stays.disease] * stays.fee_factor
    rest = wanted - diseases.kit_amount[stays.disease] - diseases.daily_amount[stays.disease] * days_of(stays)
    count = np.clip(np.rint(rest / hospital.catalogue.pick.mean_amount[context]), 3, MOST_FILL).astype(np.int64)
    stay = np.repeat(np.arange(len(stays)), count)
    line = FILL + running_number(count)
    key = combine(stays.key[stay], line)
    item, quantity = draw_items(hospital, context[stay], key)
    unfit = (diseases.age_high[stays.disease] < 18)[stay] & (_lowest_age(hospital)[item] >= 18)
    item = np.where(unfit, hospital.catalogue.item_position[INSTEAD_OF_UNFIT], item)
    length = (stays.discharged - stays.admitted)[stay]
    booked = stays.admitted[stay] + HOUR + (noise.uniform(key, "time") * (length - 2 * HOUR)).astype(np.int64)
    dept = stays.dept_at(stay, booked)
    return make_lines(stays.key, prices, stay, line, item, np.where(unfit, 1, quantity), booked, dept, key)


def draw_items(hospital: Hospital, context: NDArray[np.int64], key: Keys) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Items of a context and their quantities."""
    noise, pick = hospital.settings.noise, hospital.catalogue.pick
    place = np.searchsorted(pick.cumulative, context + noise.uniform(key, "item"), side="right")
    quantity = 1 + noise.whole(key, "quantity", pick.largest_quantity[place])
    return pick.item[place], quantity


def _lowest_age(hospital: Hospital) -> NDArray[np.int64]:
    return np.array([int(value or 0) for value in hospital.catalogue.items["min_age"]])


def _refunds(hospital: Hospital, stays: Stays, lines: Lines) -> list[Lines]:
    """Full reversals inside the stay, and a few in the month after the discharge."""
    noise = hospital.settings.noise
    later = lines.booked + HOUR + (noise.uniform(lines.key, "refund after") * 60 * HOUR).astype(np.int64)
    inside = (lines.line >= FILL) & (noise.uniform(lines.key, "refund") < REFUNDED_SHARE)
    inside &= later < stays.discharged[lines.encounter] - 1800
    is_late = (noise.uniform(stays.key, "late refund") < 0.008)[lines.encounter] & (lines.line == FILL) & ~inside
    next_month = (stays.discharged.astype("datetime64[s]").astype("datetime64[M]") + 1).astype("datetime64[s]").astype(np.int64)
    after = next_month + DAY * noise.whole(stays.key, "day of late refund", 20) + 10 * HOUR
    return [
        reverse(lines.take(inside), later[inside], REVERSED + lines.line[inside] - FILL),
        reverse(lines.take(is_late), after[lines.encounter[is_late]], np.full(int(is_late.sum()), LATE)),
    ]


def reverse(lines: Lines, booked: Seconds, line: NDArray[np.int64]) -> Lines:
    """Reversals of lines at their own price."""
    return Lines(
        lines.encounter, line, lines.key, lines.item, -lines.quantity, booked // 60 * 60, lines.dept, lines.line, lines.price
    )


def make_lines(
    keys: Keys,
    prices: Prices,
    encounter: NDArray[np.int64],
    line: NDArray[np.int64],
    item: NDArray[np.int64],
    quantity: NDArray[np.int64],
    booked: Seconds,
    dept: NDArray[np.int64],
    key: Keys | None = None,
) -> Lines:
    """Lines at the price of the day; the key of a line comes from its encounter and its number."""
    booked = booked // 60 * 60
    price = prices.price(item, booked.astype("datetime64[s]").astype("datetime64[D]"))
    own = combine(keys[encounter], line) if key is None else key
    return Lines(encounter, line, own, item, quantity, booked, dept, np.full(len(item), -1), price)
