"""Tables of encounters and their charges, from the arrays they were drawn in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from orchestration.sample.cases import dates
from orchestration.sample.columns import PRICE_PER_FEN, QUANTITY_UNIT, Coded, Maybe, build_table
from orchestration.sample.identifiers import patient_ids, person_ids, stay_ids, visit_ids
from orchestration.sample.lines import Lines
from orchestration.sample.settlements import SELF_PAY, settlement_days
from orchestration.sample.stays import DAY, INSURANCE, Stays
from orchestration.sample.structure import Hospital
from orchestration.sample.visits import Visits, visit_diagnoses

INPATIENT, OUTPATIENT = "inpatient", "outpatient"
ORDERED_BEFORE = 1_200
"""Seconds between a service and its booking."""


def charge_table(
    hospital: Hospital,
    kind: str,
    lines: Lines,
    ids: pa.Array,
    encounters: pa.Array,
    doctor: NDArray[np.int64],
    reversed_ids: pa.Array,
    settlements: Maybe,
) -> pa.Table:
    """`his_charge` rows of lines that carry their identifiers already."""
    noise = hospital.settings.noise
    executing = np.where(hospital.executing_dept[lines.item] < 0, lines.dept, hospital.executing_dept[lines.item])
    performer = hospital.staff.choose("any", executing, noise.uniform(lines.key, "performer"))
    nursing = hospital.catalogue.items["fee_class"].isin(["D12", "D13"]).to_numpy()
    return build_table(
        "his_charge",
        hospital.hospital_id,
        {
            "charge_id": ids,
            "encounter_type": pa.repeat(kind, len(lines)),
            "encounter_id": encounters,
            "item_id": Coded(lines.item, hospital.catalogue.items["item_id"].tolist()),
            "quantity": lines.quantity * QUANTITY_UNIT,
            "unit_price": lines.price * PRICE_PER_FEN,
            "amount": lines.amount,
            "ordering_dept_id": Coded(lines.dept, hospital.dept_ids),
            "ordering_staff_id": Coded(doctor, hospital.staff_ids),
            "executing_dept_id": Coded(executing, hospital.dept_ids),
            "executing_staff_id": Coded(
                np.where(noise.uniform(lines.key, "performer known") < 0.98, performer, -1), hospital.staff_ids
            ),
            "nursing_dept_id": Coded(np.where(nursing[lines.item], lines.dept, -1), hospital.dept_ids),
            "occurred_at": np.where(
                lines.reverses < 0, np.maximum(lines.booked - ORDERED_BEFORE, lines.booked // DAY * DAY), lines.booked
            ).astype("datetime64[s]"),
            "booked_at": lines.booked.astype("datetime64[s]"),
            "reverses_charge_id": _masked(reversed_ids, lines.reverses < 0),
            "settlement_id": _masked(settlements.values, settlements.is_missing),
        },
    )


def visit_table(hospital: Hospital, visits: Visits) -> pa.Table:
    """`his_outpatient_visit`."""
    return build_table(
        "his_outpatient_visit",
        hospital.hospital_id,
        {
            "visit_id": visit_ids(visits.number),
            "patient_id": patient_ids("MP", visits.person),
            "person_id": person_ids("1", visits.person, visits.insurance == SELF_PAY),
            "visited_at": visits.visited.astype("datetime64[s]"),
            "dept_id": Coded(visits.dept, hospital.dept_ids),
            "doctor_id": Coded(visits.doctor, hospital.staff_ids),
            "visit_type": Coded(visits.is_emergency.astype(np.int64), [OUTPATIENT, "emergency"]),
            "insurance_type": Coded(visits.insurance, INSURANCE),
            "diagnosis_code": visit_diagnoses(hospital, visits),
        },
    )


def stay_table(hospital: Hospital, stays: Stays, until: np.datetime64) -> pa.Table:
    """`his_inpatient_stay` as known before `until`."""
    is_open = dates(stays.discharged) >= until
    settled = settlement_days(stays)
    return build_table(
        "his_inpatient_stay",
        hospital.hospital_id,
        {
            "stay_id": stay_ids(stays.number),
            "patient_id": patient_ids("ZP", stays.person),
            "person_id": person_ids("2", stays.person, stays.insurance == SELF_PAY),
            "admitted_at": stays.admitted.astype("datetime64[s]"),
            "discharged_at": Maybe(stays.discharged.astype("datetime64[s]"), is_open),
            "admission_dept_id": Coded(stays.first_dept, hospital.dept_ids),
            "discharge_dept_id": Coded(np.where(is_open, -1, stays.last_dept), hospital.dept_ids),
            "attending_doctor_id": Coded(stays.doctor, hospital.staff_ids),
            "insurance_type": Coded(stays.insurance, INSURANCE),
            "settled_on": Maybe(settled, settled >= until),
        },
    )


def transfer_table(hospital: Hospital, stays: Stays, until: np.datetime64) -> pa.Table:
    """`his_transfer`: one row per ward and span that has begun before the end of the month."""
    starts = np.stack([stays.admitted, stays.moved, stays.returned], axis=1)
    ends = np.stack([stays.moved, stays.returned, stays.discharged], axis=1)
    depts = np.stack([stays.first_dept, stays.second_dept, stays.first_dept], axis=1)
    end = int(until.astype("datetime64[s]").astype(np.int64))
    real = (starts < stays.discharged[:, None]) & (starts < end) & (depts >= 0)
    stay, span = np.nonzero(real)
    left = ends[stay, span]
    sequence = np.cumsum(real, axis=1)[stay, span]
    return build_table(
        "his_transfer",
        hospital.hospital_id,
        {
            "stay_id": stay_ids(stays.number).take(pa.array(stay)),
            "sequence": sequence,
            "dept_id": Coded(depts[stay, span], hospital.dept_ids),
            "entered_at": starts[stay, span].astype("datetime64[s]"),
            "left_at": Maybe(left.astype("datetime64[s]"), left >= end),
        },
    )


def _masked(values: pa.Array, is_missing: NDArray[np.bool_]) -> pa.Array:
    return pc.if_else(pa.array(is_missing), pa.scalar(None, pa.string()), values)
