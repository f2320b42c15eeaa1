"""Inpatient stays, made by the month of admission: who, why, how long, through which wards. No charges here."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from orchestration.sample.catalogue import records
from orchestration.sample.diseases import Diseases
from orchestration.sample.noise import Keys, combine
from orchestration.sample.settings import month_start
from orchestration.sample.structure import Hospital

LONGEST_MONTHS = 4
"""A stay ends within so many months of its admission."""
LONGEST_DAYS = 95
STAY_SHARE_OF_CHARGES = 0.58
INSURANCE = ("employee", "resident", "other_region", "self_pay")
STAY_KIND, VISIT_KIND = 1, 2
HOUR, DAY = 3_600, 86_400

Seconds = NDArray[np.int64]


@dataclass(frozen=True)
class Stays:
    """Stays as columns of one length; times are seconds since 1970 (local time)."""

    number: NDArray[np.int64]
    """Identity: month of admission × 2^24 + ordinal."""
    key: Keys
    disease: NDArray[np.int64]
    admitted: Seconds
    discharged: Seconds
    fee_factor: NDArray[np.float64]
    person: NDArray[np.int64]
    person_key: Keys
    admission_number: NDArray[np.int64]
    insurance: NDArray[np.int64]
    first_dept: NDArray[np.int64]
    second_dept: NDArray[np.int64]
    """-1 without a transfer."""
    moved: Seconds
    returned: Seconds
    """Time of the way back to the first ward; the discharge where there is none."""
    doctor: NDArray[np.int64]
    settled_after_days: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.number)

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.int64] | slice) -> Stays:
        """The chosen stays."""
        return Stays(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})

    @property
    def last_dept(self) -> NDArray[np.int64]:
        """Ward of discharge."""
        moved_on = (self.second_dept >= 0) & (self.returned >= self.discharged)
        return np.where(moved_on, self.second_dept, self.first_dept)

    def dept_at(self, stay: NDArray[np.int64], time: Seconds) -> NDArray[np.int64]:
        """Ward of each stay (by position) at a time."""
        away = (self.second_dept[stay] >= 0) & (time >= self.moved[stay]) & (time < self.returned[stay])
        return np.where(away, self.second_dept[stay], self.first_dept[stay])


def concatenate(parts: list[Stays]) -> Stays:
    """Stays of several cohorts."""
    return Stays(**{field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Stays)})


def encounter_keys(hospital: Hospital, kind: int, number: NDArray[np.int64]) -> Keys:
    """Random keys of encounters."""
    base = np.uint64((hospital.index + 1) << 60 | kind << 56)
    return combine(number.astype(np.uint64) + base, np.zeros(len(number), dtype=np.int64))


def seconds(date: np.datetime64) -> int:
    """Seconds since 1970 of a day or month."""
    return int(date.astype("datetime64[s]").astype(np.int64))


def admit_cohort(hospital: Hospital, diseases: Diseases, month: int) -> Stays:
    """All stays admitted in a counted month."""
    noise = hospital.settings.noise
    number = (month << 24) + np.arange(_cohort_size(hospital, diseases, month))
    key = encounter_keys(hospital, STAY_KIND, number)
    disease = np.searchsorted(diseases.cumulative_share, noise.uniform(key, "disease"), side="right")
    person, person_key, admission_number, is_regular = _persons(hospital, diseases, month, number, key, disease)
    days, fee_factor = _days_and_fee(hospital, diseases, key, disease)
    admitted, discharged = _times(hospital, diseases, month, np.where(is_regular, person_key, key), key, disease, days)
    dept, second, moved, returned = _wards(hospital, diseases, key, disease, admitted, discharged)
    return Stays(
        number=number,
        key=key,
        disease=disease,
        admitted=admitted,
        discharged=discharged,
        fee_factor=fee_factor,
        person=person,
        person_key=person_key,
        admission_number=admission_number,
        insurance=_insurance(hospital, diseases, person_key, disease),
        first_dept=dept,
        second_dept=second,
        moved=moved,
        returned=returned,
        doctor=hospital.staff.choose("doctor", dept, noise.uniform(key, "doctor")),
        settled_after_days=np.where(noise.uniform(key, "settles later") < 0.1, 2 + noise.whole(key, "days to settle", 24), 0),
    )


def _cohort_size(hospital: Hospital, diseases: Diseases, month: int) -> int:
    season = 1.0 - 0.08 * (month % 12 == 1) + 0.04 * (month % 12 in (10, 11)) + 0.002 * (month - 24)
    return max(int(hospital.settings.scale * STAY_SHARE_OF_CHARGES * season / diseases.lines_per_stay), 3)


def _persons(
    hospital: Hospital, diseases: Diseases, month: int, number: NDArray[np.int64], key: Keys, disease: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Keys, NDArray[np.int64], NDArray[np.bool_]]:
    """Patients of courses (chemotherapy, immunotherapy, dialysis) come back each month; the others are admitted once."""
    is_regular = (diseases.tagged("chemo") | diseases.tagged("immune"))[disease]
    rank = np.zeros(len(number), dtype=np.int64)
    for one in np.unique(disease[is_regular]):
        mine = disease == one
        rank[mine] = np.arange(mine.sum())
    person = np.where(is_regular, 7 << 40 | disease << 32 | rank, number)
    person_key = np.where(is_regular, encounter_keys(hospital, 3, person), key)
    return person, person_key, np.where(is_regular, month + 1, 1), is_regular


def _days_and_fee(
    hospital: Hospital, diseases: Diseases, key: Keys, disease: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    noise = hospital.settings.noise
    ratio = np.clip(1 + 0.3 * noise.bell(key, "days"), 0.45, 2.0)
    spread = 1 + 0.12 * noise.bell(key, "fee") + 0.3 * (ratio - 1)
    kind = noise.uniform(key, "multiple")
    size = noise.uniform(key, "size of multiple")
    is_low = (kind > 0.96) & ~diseases.has_procedure[disease]
    is_high = kind < 0.03
    is_long = (noise.uniform(key, "long stay") < 0.006) & (diseases.mean_days[disease] >= 8)
    factor = np.select([is_low, is_high], [0.25 + 0.2 * size, 2.15 + 1.3 * size], np.clip(spread, 0.6, 1.75))
    ratio = np.select([is_low, is_long], [0.35, 4.0 + 3.0 * size], ratio)
    days = np.clip(np.rint(diseases.mean_days[disease] * ratio), 1, LONGEST_DAYS).astype(np.int64)
    ventilated = diseases.tagged("ventilation")[disease]
    days = np.where(ventilated, np.maximum(days, 7), days)
    day_case = diseases.tagged("day_surgery")[disease]
    overnight = noise.uniform(key, "overnight") < 0.3
    return np.where(day_case, overnight, days).astype(np.int64), factor * np.where(is_long, 1.6, 1.0)


def _times(
    hospital: Hospital,
    diseases: Diseases,
    month: int,
    day_key: Keys,
    key: Keys,
    disease: NDArray[np.int64],
    days: NDArray[np.int64],
) -> tuple[Seconds, Seconds]:
    noise = hospital.settings.noise
    start = month_start(month)
    length = int((month_start(month + 1) - start).astype(int))
    day = noise.whole(day_key, "day of admission", length)
    early = diseases.tagged("day_surgery")[disease]
    minute = np.where(early, 450 + noise.whole(key, "minute", 60), noise.whole(key, "minute", 1440))
    admitted = seconds(start) + day * DAY + minute * 60
    midnight = seconds(start) + (day + days) * DAY
    discharged = midnight + (15 * 60 + noise.whole(key, "minute of discharge", 150)) * 60
    return admitted, np.where(discharged < admitted + 5 * HOUR, admitted + 6 * HOUR, discharged)


def _wards(
    hospital: Hospital, diseases: Diseases, key: Keys, disease: NDArray[np.int64], admitted: Seconds, discharged: Seconds
) -> tuple[NDArray[np.int64], NDArray[np.int64], Seconds, Seconds]:
    noise = hospital.settings.noise
    first = diseases.dept[disease]
    second, returns = np.full(len(key), -1), np.zeros(len(key), dtype=bool)
    rules = hospital.catalogue.ward_transfers
    chance = noise.uniform(key, "transfer")
    for rule in records(rules[rules["hospital_id"] == hospital.hospital_id]):
        hit = (
            (first == hospital.dept_position[rule.from_dept_id])
            & (chance < float(rule.share))
            & (discharged - admitted > 3 * DAY)
        )
        second[hit] = hospital.dept_position[rule.to_dept_id]
        returns[hit] = rule.returns == "true"
        chance = np.where(hit, 1.0, chance - float(rule.share) * (first == hospital.dept_position[rule.from_dept_id]))
        chance = np.where(chance < 0, 1.0, chance)
    length = discharged - admitted
    moved = admitted + (length * (0.15 + 0.3 * noise.uniform(key, "moved"))).astype(np.int64) // 60 * 60
    back = moved + (length * (0.2 + 0.2 * noise.uniform(key, "returned"))).astype(np.int64) // 60 * 60
    has = second >= 0
    return first, second, np.where(has, moved, discharged), np.where(has & returns, back, discharged)


def _insurance(hospital: Hospital, diseases: Diseases, person_key: Keys, disease: NDArray[np.int64]) -> NDArray[np.int64]:
    chance = hospital.settings.noise.uniform(person_key, "insurance")
    is_child = diseases.age_high[disease] <= 14
    adult = np.searchsorted([0.5, 0.85, 0.93], chance, side="right")
    child = np.searchsorted([0.0, 0.8, 0.88], chance, side="right")
    return np.where(is_child, child, adult)
