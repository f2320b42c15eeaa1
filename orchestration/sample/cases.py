"""Clinical facts of a stay that its front page tells: age, weight, diagnoses, procedures, way of leaving."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orchestration.sample.diseases import Diseases
from orchestration.sample.lines import operated_at
from orchestration.sample.stays import HOUR, Seconds, Stays
from orchestration.sample.structure import Hospital

SECONDARY_SHARE, ACQUIRED_SHARE = 0.33, 0.05
COMPLICATION_CAUSE = "Y83.900"
ONE_MONTH = np.timedelta64(1, "M")


@dataclass(frozen=True)
class Persons:
    """Sex and age at admission; `birth_weight` is 0 where the form has none."""

    sex: NDArray[np.int64]
    birth: NDArray[np.datetime64]
    age_years: NDArray[np.int64]
    age_days: NDArray[np.int64]
    birth_weight: NDArray[np.int64]
    admission_weight: NDArray[np.int64]


@dataclass(frozen=True)
class Coded:
    """Diagnoses or procedures in long form: a stay position, a sequence from 1, a code, and whether it arose in hospital."""

    stay: NDArray[np.int64]
    sequence: NDArray[np.int64]
    code: list[str]
    acquired: NDArray[np.bool_]


def dates(times: Seconds) -> NDArray[np.datetime64]:
    """Days of times."""
    return times.astype("datetime64[s]").astype("datetime64[D]")


def describe_persons(hospital: Hospital, diseases: Diseases, stays: Stays) -> Persons:
    """Ages fit the disease; a patient who comes back keeps sex and birthday."""
    noise = hospital.settings.noise
    sex = np.where(diseases.sex[stays.disease] > 0, diseases.sex[stays.disease], 1 + noise.whole(stays.person_key, "sex", 2))
    newborn = diseases.tagged("newborn")[stays.disease]
    low, high = diseases.age_low[stays.disease], diseases.age_high[stays.disease]
    years = low + noise.whole(stays.person_key, "age", high - low + 1)
    returns = stays.person != stays.number
    admitted = dates(stays.admitted)
    reference = np.where(returns, np.datetime64("2024-06-01"), admitted).astype("datetime64[M]")
    born_month = reference - (12 * years + 2 + noise.whole(stays.person_key, "month of birth", 10)) * ONE_MONTH
    born = born_month.astype("datetime64[D]") + noise.whole(stays.person_key, "day of birth", 28)
    days_old = np.where(noise.uniform(stays.key, "born here") < 0.6, 0, noise.whole(stays.key, "days old", 12))
    birth = np.where(newborn, admitted - days_old, born)
    months = (admitted.astype("datetime64[M]") - birth.astype("datetime64[M]")).astype(np.int64)
    not_yet = (admitted - admitted.astype("datetime64[M]")) < (birth - birth.astype("datetime64[M]"))
    age_years = (months - not_yet) // 12
    weight, admission_weight = _weights(hospital, diseases, stays, newborn)
    return Persons(sex, birth, age_years, (admitted - birth).astype(np.int64), weight, admission_weight)


def _weights(
    hospital: Hospital, diseases: Diseases, stays: Stays, newborn: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Grams in steps of ten; the mother's page carries the birth weight of her child."""
    noise = hospital.settings.noise
    early = (diseases.tagged("premature") | diseases.tagged("twins"))[stays.disease]
    chance = noise.uniform(stays.key, "birth weight")
    weight = np.where(early, 1050 + chance * 1400, 2600 + chance * 1500).astype(np.int64) // 10 * 10
    mother = diseases.tagged("mother")[stays.disease]
    at_admission = weight - noise.whole(stays.key, "weight lost", 8) * 10
    return np.where(newborn | mother, weight, 0), np.where(newborn, at_admission, 0)


def diagnoses_of(hospital: Hospital, diseases: Diseases, stays: Stays) -> Coded:
    """Principal diagnosis first, then those that always belong, then comorbidities and complications by chance."""
    noise = hospital.settings.noise
    texts = [text.split("|") if text else [] for text in hospital.diseases["secondary_codes"]]
    most = max(len(codes) for codes in texts)
    principal = hospital.diseases["principal_code"].to_numpy(dtype=object)[stays.disease]
    sequence = np.ones(len(stays), dtype=np.int64)
    parts = [(np.arange(len(stays)), sequence.copy(), principal, np.zeros(len(stays), dtype=bool))]
    for place in range(most):
        marked = np.array([codes[place] if place < len(codes) else "" for codes in texts], dtype=object)
        share = np.array(
            [
                0.0 if not code else 1.1 if code[0] == "+" else ACQUIRED_SHARE if code[0] == "!" else SECONDARY_SHARE
                for code in marked
            ]
        )
        present = noise.uniform(stays.key, f"secondary {place}") < share[stays.disease]
        sequence = sequence + present
        here = np.flatnonzero(present)
        codes = np.array([code.lstrip("+!") for code in marked], dtype=object)[stays.disease[here]]
        acquired = np.array([code.startswith("!") for code in marked])[stays.disease[here]]
        parts.append((here, sequence[here], codes, acquired))
    stay, order, code, acquired = (np.concatenate([part[i] for part in parts]) for i in range(4))
    sort = np.lexsort((order, stay))
    return Coded(stay[sort], order[sort], code[sort].tolist(), acquired[sort])


def procedures_of(hospital: Hospital, stays: Stays) -> Coded:
    """The procedures of the disease in catalogue order, main one first."""
    texts = [text.split("|") if text else [] for text in hospital.diseases["procedure_codes"]]
    count = np.array([len(codes) for codes in texts])[stays.disease]
    stay = np.repeat(np.arange(len(stays)), count)
    first = np.concatenate([[0], np.cumsum(count)[:-1]]) if len(count) else count
    place = np.arange(int(count.sum())) - np.repeat(first, count)
    code = [texts[d][p] for d, p in zip(stays.disease[stay], place, strict=True)]
    return Coded(stay, place + 1, code, np.zeros(len(stay), dtype=bool))


def operation_days(stays: Stays) -> NDArray[np.datetime64]:
    """Day of the procedures."""
    return dates(operated_at(stays))


def ways_of_leaving(hospital: Hospital, diseases: Diseases, stays: Stays) -> NDArray[np.int64]:
    """1 on advice, 2 and 3 to another institution, 4 against advice, 5 dead; day cases and courses end well."""
    chance = hospital.settings.noise.uniform(stays.key, "way of leaving")
    severe = (diseases.tagged("ventilation") | diseases.tagged("icu") | diseases.tagged("coma"))[stays.disease]
    calm = (diseases.tagged("day_surgery") | diseases.tagged("chemo") | diseases.tagged("immune") | diseases.tagged("radiation"))[
        stays.disease
    ]
    steps = np.where(severe[:, None], [0.08, 0.12, 0.14, 0.20], [0.004, 0.022, 0.032, 0.065])
    way = np.array([5, 2, 3, 4, 1])[(chance[:, None] >= steps).sum(axis=1)]
    return np.where(calm, 1, way)


def ventilator_hours(diseases: Diseases, stays: Stays, procedures: Coded) -> NDArray[np.int64]:
    """At least 96 for the long kind of ventilation, below for the short one, and never longer than the stay."""
    length = (stays.discharged - stays.admitted) // HOUR
    hours = np.zeros(len(stays), dtype=np.int64)
    codes = np.array(procedures.code, dtype=object)
    for code, wanted in (("96.7101", 60), ("96.7201", 150), ("93.9000", 40)):
        hours[procedures.stay[codes == code]] = wanted
    most: NDArray[np.int64] = np.minimum(hours, length * 9 // 10)
    return most


def intensive_spans(hospital: Hospital, stays: Stays) -> tuple[NDArray[np.int64], NDArray[np.int64], Seconds, Seconds]:
    """Times in an intensive-care ward: stay position, department, entered, left."""
    beds = hospital.departments["open_beds"].astype(int).to_numpy() > 0
    intensive = (hospital.departments["discipline_class"] == "platform").to_numpy() & beds
    first = np.flatnonzero(intensive[stays.first_dept])
    second = np.flatnonzero((stays.second_dept >= 0) & intensive[np.maximum(stays.second_dept, 0)])
    stay = np.concatenate([first, second])
    dept = np.concatenate([stays.first_dept[first], stays.second_dept[second]])
    entered = np.concatenate([stays.admitted[first], stays.moved[second]])
    left = np.concatenate([stays.moved[first], stays.returned[second]])
    order = np.argsort(stay, kind="stable")
    return stay[order], dept[order], entered[order], left[order]
