"""Front pages of the stays discharged in a month, with diagnoses, procedures and what else the record room keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from orchestration.sample.cases import (
    COMPLICATION_CAUSE,
    Coded,
    dates,
    describe_persons,
    diagnoses_of,
    intensive_spans,
    operation_days,
    procedures_of,
    ventilator_hours,
    ways_of_leaving,
)
from orchestration.sample.columns import Coded as Words
from orchestration.sample.columns import Maybe, build_table
from orchestration.sample.diseases import Diseases
from orchestration.sample.fees import Fees, front_page_fees
from orchestration.sample.identifiers import patient_ids, stay_ids
from orchestration.sample.lines import days_of
from orchestration.sample.stays import HOUR, Stays
from orchestration.sample.structure import Hospital

FAULTY_SHARE = 0.004
"""Share of pages planted with a rule break that quarantines the case."""
TRANSFER_TO = "江州市第三人民医院"


def front_page_tables(
    hospital: Hospital, diseases: Diseases, stays: Stays, fees: Fees, self_paid: NDArray[np.int64], until: np.datetime64
) -> dict[str, pa.Table]:
    """emr_* tables of the discharged stays.

    Args:
        fees: fen by stay and fee class up to the discharge.
        self_paid: fen the patient pays, by stay.
        until: first day after the month; what happened later is not yet known.
    """
    diagnoses, procedures = diagnoses_of(hospital, diseases, stays), procedures_of(hospital, stays)
    ids = stay_ids(stays.number)
    page = {
        "stay_id": ids,
        **_person_columns(hospital, diseases, stays),
        **_stay_columns(hospital, diseases, stays, procedures),
        **_people_columns(hospital, stays, until),
        **_code_columns(hospital, stays, diagnoses),
        "total_fee": fees.sum(axis=1),
        "self_paid_fee": self_paid,
        **front_page_fees(fees),
    }
    tables = {
        "emr_front_page": page,
        "emr_diagnosis": _diagnosis_columns(hospital, ids, diagnoses),
        "emr_procedure": _procedure_columns(hospital, stays, ids, procedures),
        "emr_intensive_care": _intensive_columns(hospital, stays, ids),
        "emr_pathway": _pathway_columns(hospital, stays, ids),
        "emr_coding_review": _review_columns(hospital, stays, ids, until),
    }
    return {name: build_table(name, hospital.hospital_id, columns) for name, columns in tables.items()}


def is_faulty(hospital: Hospital, stays: Stays) -> NDArray[np.bool_]:
    """Pages planted with a break of rule FP-30 (planned readmission without purpose)."""
    return hospital.settings.noise.uniform(stays.key, "faulty page") < FAULTY_SHARE


def _person_columns(hospital: Hospital, diseases: Diseases, stays: Stays) -> dict[str, Any]:
    noise, person = hospital.settings.noise, describe_persons(hospital, diseases, stays)
    newborn = diseases.tagged("newborn")[stays.disease]
    allergic = noise.uniform(stays.person_key, "allergy") < 0.04
    return {
        "medical_record_no": patient_ids("BA", stays.person),
        "admission_number": stays.admission_number,
        "sex": Words(person.sex, ["0", "1", "2"]),
        "birth_date": person.birth,
        "age_years": person.age_years,
        "age_days": Maybe(person.age_days, person.age_years > 0),
        "birth_weight_g": Maybe(person.birth_weight, person.birth_weight == 0),
        "admission_weight_g": Maybe(person.admission_weight, person.admission_weight == 0),
        "blood_type": Words(noise.whole(stays.person_key, "blood type", 4), ["1", "2", "3", "4"]),
        "allergy": Words(allergic.astype(np.int64), ["1", "2"]),
        "allergy_drug": Words(np.where(allergic, 0, -1), ["青霉素类"]),
        "id_number_is_valid": Maybe(noise.uniform(stays.person_key, "identity card") > 0.002, newborn),
    }


def _stay_columns(hospital: Hospital, diseases: Diseases, stays: Stays, procedures: Coded) -> dict[str, Any]:
    noise = hospital.settings.noise
    way = ways_of_leaving(hospital, diseases, stays)
    course = (diseases.tagged("chemo") | diseases.tagged("immune"))[stays.disease]
    faulty = is_faulty(hospital, stays)
    coma = diseases.tagged("coma")[stays.disease]
    span_stay, _, entered, left = intensive_spans(hospital, stays)
    icu = np.bincount(span_stay, weights=(left - entered) // HOUR, minlength=len(stays)).astype(np.int64)
    emergency = noise.uniform(stays.key, "admission route")
    return {
        "admission_route": Words(np.searchsorted([0.35, 0.95, 0.985], emergency, side="right"), ["1", "2", "3", "9"]),
        "admitted_at": stays.admitted.astype("datetime64[s]"),
        "discharged_at": stays.discharged.astype("datetime64[s]"),
        "admission_dept_id": Words(stays.first_dept, hospital.dept_ids),
        "discharge_dept_id": Words(stays.last_dept, hospital.dept_ids),
        "stay_days": days_of(stays),
        "discharge_way": Words(way, ["0", "1", "2", "3", "4", "5"]),
        "readmission_plan_31d": Words((course | faulty).astype(np.int64), ["1", "2"]),
        "readmission_purpose": Words(np.where(course & ~faulty, 0, -1), ["继续治疗"]),
        "coma_minutes_before": np.where(coma, 30 + noise.whole(stays.key, "coma before", 600), 0),
        "coma_minutes_after": np.where(coma, noise.whole(stays.key, "coma after", 4_000), 0),
        "ventilator_hours": ventilator_hours(diseases, stays, procedures),
        "icu_hours": icu,
        "transfer_institution": Words(np.where((way == 2) | (way == 3), 0, -1), [TRANSFER_TO]),
        "is_autopsy": Maybe(np.zeros(len(stays), dtype=bool), way != 5),
        "is_day_surgery": diseases.tagged("day_surgery")[stays.disease],
    }


def _people_columns(hospital: Hospital, stays: Stays, until: np.datetime64) -> dict[str, Any]:
    noise, staff, people = hospital.settings.noise, hospital.staff, hospital.staff_ids
    dept = stays.last_dept
    records = np.full(len(stays), hospital.function_dept["RECORDS"])
    archived = dates(stays.discharged) + 1 + noise.whole(stays.key, "archived", 4)
    return {
        "chief_doctor_id": Words(staff.choose("doctor", dept, np.zeros(len(stays))), people),
        "attending_doctor_id": Words(stays.doctor, people),
        "resident_doctor_id": Words(staff.choose("doctor", dept, np.full(len(stays), 0.999)), people),
        "nurse_id": Words(staff.choose("any", dept, 0.7 + 0.29 * noise.uniform(stays.key, "nurse")), people),
        "coder_id": Words(staff.choose("any", records, noise.uniform(stays.key, "coder")), people),
        "quality_grade": Words((noise.uniform(stays.key, "grade") < 0.05).astype(np.int64), ["1", "2"]),
        "archived_on": Maybe(archived, archived >= until),
    }


def _code_columns(hospital: Hospital, stays: Stays, diagnoses: Coded) -> dict[str, Any]:
    rows = hospital.diseases
    injured = np.zeros(len(stays), dtype=bool)
    injured[diagnoses.stay[np.array([code[0] in "ST" for code in diagnoses.code], dtype=bool)]] = True
    tumour = np.zeros(len(stays), dtype=bool)
    tumour[diagnoses.stay[np.array([code[0] == "C" for code in diagnoses.code], dtype=bool)]] = True
    external = rows["external_cause_code"].to_numpy(dtype=object)[stays.disease]
    pathology = rows["pathology_code"].to_numpy(dtype=object)[stays.disease]
    principal = rows["principal_code"].to_numpy(dtype=object)[stays.disease]
    return {
        "outpatient_diagnosis_code": principal.tolist(),
        "external_cause_code": [
            code or (COMPLICATION_CAUSE if hurt else None) for code, hurt in zip(external, injured, strict=True)
        ],
        "pathology_diagnosis_code": [
            code or ("M8010/3" if grows else None) for code, grows in zip(pathology, tumour, strict=True)
        ],
    }


def _diagnosis_columns(hospital: Hospital, ids: pa.Array, diagnoses: Coded) -> dict[str, Any]:
    names = hospital.catalogue.diagnosis_names
    return {
        "stay_id": ids.take(pa.array(diagnoses.stay)),
        "sequence": diagnoses.sequence,
        "diagnosis_code": diagnoses.code,
        "diagnosis_name": [names[code] for code in diagnoses.code],
        "admission_condition": Words(diagnoses.acquired.astype(np.int64), ["1", "4"]),
    }


def _procedure_columns(hospital: Hospital, stays: Stays, ids: pa.Array, procedures: Coded) -> dict[str, Any]:
    noise, staff, people = hospital.settings.noise, hospital.staff, hospital.staff_ids
    rows = hospital.catalogue.procedures.loc[procedures.code]
    stay, key = procedures.stay, stays.key[procedures.stay]
    anesthesia = [code or None for code in rows["anesthesia_code"]]
    cut = np.array([code is not None and code != "03" for code in anesthesia], dtype=bool)
    theatre = np.full(len(stay), hospital.function_dept["OR"])
    healing = np.where(noise.uniform(key, "healing") < 0.97, 0, 1) + 2 * (noise.uniform(key, "incision") < 0.5)
    return {
        "stay_id": ids.take(pa.array(stay)),
        "sequence": procedures.sequence,
        "procedure_code": procedures.code,
        "procedure_name": rows["procedure_name"].tolist(),
        "procedure_level": rows["procedure_level"].tolist(),
        "performed_on": operation_days(stays)[stay],
        "surgeon_id": Words(stays.doctor[stay], people),
        "anesthesia_code": anesthesia,
        "incision_healing_code": Words(np.where(cut, healing, -1), ["1-1", "1-2", "2-1", "2-2"]),
        "anesthetist_id": Words(
            np.where(
                [code is not None for code in anesthesia], staff.choose("doctor", theatre, noise.uniform(key, "anaesthetist")), -1
            ),
            people,
        ),
        "is_elective": noise.uniform(key, "elective") < 0.7,
        "is_unplanned_return": noise.uniform(key, "unplanned return") < 0.002,
    }


def _intensive_columns(hospital: Hospital, stays: Stays, ids: pa.Array) -> dict[str, Any]:
    stay, dept, entered, left = intensive_spans(hospital, stays)
    sequence = np.ones(len(stay), dtype=np.int64)
    sequence[1:] += stay[1:] == stay[:-1]
    return {
        "stay_id": ids.take(pa.array(stay)),
        "sequence": sequence,
        "unit_code": Words(dept, hospital.dept_ids),
        "entered_at": entered.astype("datetime64[s]"),
        "left_at": left.astype("datetime64[s]"),
    }


def _pathway_columns(hospital: Hospital, stays: Stays, ids: pa.Array) -> dict[str, Any]:
    noise = hospital.settings.noise
    entered = np.flatnonzero(noise.uniform(stays.key, "pathway") < 0.45)
    key = stays.key[entered]
    varied = np.searchsorted([0.82, 0.93], noise.uniform(key, "variation"), side="right")
    codes = hospital.diseases["principal_code"].to_numpy(dtype=object)[stays.disease[entered]]
    return {
        "stay_id": ids.take(pa.array(entered)),
        "pathway_code": [f"LJ-{code[:5]}" for code in codes],
        "is_completed": (varied == 0) | (noise.uniform(key, "completed") < 0.4),
        "variation": Words(varied, ["none", "controllable", "uncontrollable"]),
        "variation_reason": Words(varied - 1, ["检查等待", "病情变化"]),
    }


def _review_columns(hospital: Hospital, stays: Stays, ids: pa.Array, until: np.datetime64) -> dict[str, Any]:
    """At least a tenth of the pages is reviewed at three levels within the month."""
    noise = hospital.settings.noise
    reviewed = dates(stays.discharged) + 1
    chosen = np.flatnonzero((noise.uniform(stays.key, "review") < 0.2) & (reviewed < until))
    stay = np.repeat(chosen, 3)
    level = np.tile(np.arange(3), len(chosen))
    errors = (noise.uniform(stays.key[stay] + level.astype(np.uint64), "errors") < 0.03).astype(np.int64)
    records = np.full(len(stay), hospital.function_dept["RECORDS"])
    return {
        "stay_id": ids.take(pa.array(stay)),
        "review_level": Words(level, ["department", "coder", "insurance"]),
        "reviewed_on": reviewed[stay],
        "reviewer_id": Words(
            hospital.staff.choose("any", records, noise.uniform(stays.key[stay], "reviewer")), hospital.staff_ids
        ),
        "error_fields": errors,
    }
