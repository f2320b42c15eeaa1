"""What hangs on charge lines and encounters beside money: orders, examination reports, referrals, follow-ups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.sample.cases import dates
from orchestration.sample.catalogue import records
from orchestration.sample.columns import RATIO_UNIT, Coded, Maybe, build_table
from orchestration.sample.identifiers import patient_ids, stay_ids, visit_ids
from orchestration.sample.lines import Lines
from orchestration.sample.settings import HOSPITAL_IDS
from orchestration.sample.stays import DAY, HOUR, Stays
from orchestration.sample.structure import OPENED_ON, Hospital
from orchestration.sample.visits import Visits

ORDERED_SHARE = 0.2
POSITIVE_SHARE = {"CT": 0.72, "MRI": 0.76, "DR": 0.45, "US": 0.55}


def equipment_table(hospital: Hospital) -> pa.Table:
    """`his_equipment`; capacity grows with the hospital."""
    rows = _equipment(hospital)
    capacity = np.ceil(rows["monthly_capacity"].astype(int).to_numpy() * hospital.settings.size).astype(np.int64)
    return build_table(
        "his_equipment",
        hospital.hospital_id,
        {
            **{name: rows[name].tolist() for name in ("equipment_id", "equipment_name", "equipment_kind")},
            "dept_id": [hospital.dept_ids[hospital.function_dept[code]] for code in rows["function_code"]],
            "monthly_capacity": capacity,
            "valid_from": np.full(len(rows), OPENED_ON),
        },
    )


def orders(hospital: Hospital, lines: Lines, ids: pa.Array, encounters: pa.Array, kind: str) -> pa.Table:
    """`his_order` for a share of the lines: ordered a little before the charge."""
    noise = hospital.settings.noise
    drug = (hospital.catalogue.items["item_kind"] == "drug").to_numpy()
    chosen = np.flatnonzero((lines.reverses < 0) & (noise.uniform(lines.key, "ordered") < ORDERED_SHARE))
    executed = lines.booked[chosen]
    ordered = np.maximum(executed - 60 * (1 + noise.whole(lines.key[chosen], "order ahead", 40)), executed // DAY * DAY)
    is_course = drug[lines.item[chosen]] & (kind == "outpatient")
    days = 3 + noise.whole(lines.key[chosen], "days of supply", 12)
    return build_table(
        "his_order",
        hospital.hospital_id,
        {
            "order_id": pc.binary_join_element_wise(pa.scalar("YZ"), ids.take(pa.array(chosen)), ""),
            "encounter_type": pa.repeat(kind, len(chosen)),
            "encounter_id": encounters.take(pa.array(chosen)),
            "item_id": Coded(lines.item[chosen], hospital.catalogue.items["item_id"].tolist()),
            "ordered_at": ordered.astype("datetime64[s]"),
            "executed_at": executed.astype("datetime64[s]"),
            "days_supply": Maybe(days, ~is_course),
        },
    )


def exam_reports(hospital: Hospital, lines: Lines, ids: pa.Array, encounters: pa.Array, kind: str) -> pa.Table:
    """`his_exam_report` of the imaging lines, on the same day as the examination."""
    rows, item_ids = _equipment(hospital), hospital.catalogue.item_position
    machine = np.full(len(hospital.catalogue.items), -1)
    share = np.zeros(len(rows))
    for position, row in enumerate(records(rows)):
        machine[[item_ids[item] for item in row.item_ids.split("|")]] = position
        share[position] = POSITIVE_SHARE[row.equipment_kind]
    chosen = np.flatnonzero((machine[lines.item] >= 0) & (lines.reverses < 0))
    used, noise, key = machine[lines.item[chosen]], hospital.settings.noise, lines.key[chosen]
    performed = lines.booked[chosen]
    reported = np.minimum(performed + 1200 + noise.whole(key, "report", 5 * HOUR), performed // DAY * DAY + DAY - 60)
    return build_table(
        "his_exam_report",
        hospital.hospital_id,
        {
            "report_id": pc.binary_join_element_wise(pa.scalar("BG"), ids.take(pa.array(chosen)), ""),
            "encounter_type": pa.repeat(kind, len(chosen)),
            "encounter_id": encounters.take(pa.array(chosen)),
            "item_id": Coded(lines.item[chosen], hospital.catalogue.items["item_id"].tolist()),
            "equipment_id": Coded(used, rows["equipment_id"].tolist()),
            "executing_dept_id": Coded(hospital.executing_dept[lines.item[chosen]], hospital.dept_ids),
            "performed_at": performed.astype("datetime64[s]"),
            "reported_at": reported.astype("datetime64[s]"),
            "is_positive": noise.uniform(key, "positive") < share[used],
        },
    )


def referrals(hospital: Hospital, stays: Stays, month_days: tuple[np.datetime64, np.datetime64]) -> pa.Table:
    """`his_referral`: stays of the other hospital of the region that came here, dated on admission."""
    noise, (start, end) = hospital.settings.noise, month_days
    admitted = dates(stays.admitted)
    chosen = stays.take((admitted >= start) & (admitted < end) & (noise.uniform(stays.key, "referred") < 0.04))
    accepted = dates(chosen.admitted)
    partner = HOSPITAL_IDS[1 - hospital.index]
    ids = stay_ids(chosen.number)
    columns: dict[str, Any] = {
        "referral_id": pc.binary_join_element_wise(pa.scalar("ZZ"), ids, ""),
        "patient_id": patient_ids("ZP", chosen.person),
        "direction": Coded(noise.whole(chosen.key, "direction", 4), ["in", "up", "down", "out"]),
        "partner_hospital_id": pa.repeat(partner, len(chosen)),
        "encounter_id": ids,
        "referred_on": accepted,
        "accepted_on": Maybe(accepted, noise.uniform(chosen.key, "accepted") > 0.9),
    }
    return build_table("his_referral", hospital.hospital_id, columns)


def follow_ups(hospital: Hospital, visits: Visits) -> pa.Table:
    """`his_follow_up`: control of chronic disease, reported on the day of the visit."""
    noise = hospital.settings.noise
    chosen = visits.take(noise.uniform(visits.key, "follow-up") < 0.03)
    return build_table(
        "his_follow_up",
        hospital.hospital_id,
        {
            "follow_up_id": pc.binary_join_element_wise(pa.scalar("SF"), visit_ids(chosen.number), ""),
            "patient_id": patient_ids("MP", chosen.person),
            "measure_code": Coded(noise.whole(chosen.key, "measure", 2), ["glucose_controlled", "pressure_controlled"]),
            "value": (noise.uniform(chosen.key, "controlled") < 0.82).astype(np.int64) * RATIO_UNIT,
            "reported_on": dates(chosen.visited),
        },
    )


def _equipment(hospital: Hospital) -> Any:
    rows = hospital.catalogue.equipment
    return rows[rows["hospital_id"] == hospital.hospital_id]
