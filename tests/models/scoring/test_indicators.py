"""Every indicator of the default policy on one month of literal rows, through the definitions and the engine as they are.

The month is small enough to count by hand: four discharged cases and one stay whose front page did not come, four visits,
three reports, what offices submitted, and what was published a year ago.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.home import PROJECT_ROOT
from tests.models.scoring.chain import Chain, choose_models

POLICY = PROJECT_ROOT / "seeds" / "policy"
ENGINE = (
    "staging.stg_his__*",
    "staging.stg_emr__*",
    "staging.stg_performance__indicator",
    "staging.stg_ledger__account",
    "conformed.int_conformed__*",
    "costing.int_costing__charge_volume",
    "scoring.int_scoring__read_decisions",
    "scoring.int_scoring__set_targets",
    "scoring.int_scoring__flag_cases",
    "scoring.int_scoring__measure_cases",
    "scoring.int_scoring__count_activity",
    "scoring.int_scoring__measure_activity",
    "scored.fct_stay_use",
    "scored.fct_equipment_use",
    "scored.fct_indicator_case",
    "scored.fct_indicator",
)
CODE, YUAN = "varchar", "decimal(18,2)"
GIVEN = {
    "conformed.int_conformed__quarantined_case": {"stay_id": CODE, "gate_id": CODE},
    "conformed.int_front_page__violation": {"stay_id": CODE, "gate_id": CODE},
    "costing.int_costing__ledger_line": {"account_code": CODE, "cost_category": CODE, "amount_yuan": YUAN},
    "costed.fct_cost_control": {"dept_id": CODE, "controllable_yuan": YUAN, "income_yuan": YUAN},
    "costed.fct_case_cost": {"stay_id": CODE, "method": CODE, "cost_yuan": YUAN},
    "settled.fct_case_settlement": {"stay_id": CODE, "basis": CODE, "multiple_class": CODE, "standard_total_yuan": YUAN},
    "scoring.int_scoring__rate_risks": {"scheme": CODE, "version": CODE, "group_code": CODE, "risk_level": "integer"},
    "grouped.fct_case": {
        "stay_id": CODE,
        "scheme": CODE,
        "version": CODE,
        "group_code": CODE,
        "mdc_code": CODE,
        "status": CODE,
        "weight": "decimal(18,4)",
        "score": "decimal(18,4)",
        "dept_id": CODE,
        "doctor_id": CODE,
    },
}
DEPARTMENTS = [("S", 10, "surgical"), ("M", 10, "medical"), ("X", 0, "medical_technology"), ("0114", 0, None)]
STAFF = [("p", "S", "doctor"), ("q", "M", "doctor"), ("v", "0114", "doctor"), ("t", "X", "technician")]
ITEMS: dict[str, dict[str, Any]] = {
    "OP": {"fee_class": "D20"},
    "EX": {"fee_class": "D17"},
    "SPEC": {"fee_class": "D34"},
    "F1201": {"fee_class": "D12"},
    "F1615": {"fee_class": "D16"},
    "ABX": {
        "item_kind": "drug",
        "fee_class": "D23x01",
        "is_antibacterial": True,
        "is_essential_drug": True,
        "defined_daily_doses": "0.5",
    },
    "KEY": {"item_kind": "drug", "fee_class": "D23", "is_key_monitored": True},
    "HERB": {"item_kind": "drug", "fee_class": "D25"},
    "MAT": {"item_kind": "material", "fee_class": "D31", "is_separately_charged": True},
}
# stay, department, doctor, patient, admitted, discharged
STAYS = [
    ("a", "S", "p", "pa", "2025-03-03", "2025-03-13"),
    ("b", "S", "p", "pb", "2025-03-10", "2025-03-15"),
    ("c", "M", "q", "pc", "2025-02-20", "2025-03-02"),
    ("d", "M", "q", "pd", "2025-03-05", "2025-03-08"),
    ("e", "M", "q", "pe", "2025-03-01", "2025-03-03"),
]
PAGES: dict[str, dict[str, Any]] = {
    "a": {"stay_days": 10, "total_fee": 6000, "d23": 200, "d23x01": 200, "d31": 1000},
    "b": {"stay_days": 5, "total_fee": 3000, "is_day_surgery": True},
    "c": {"stay_days": 10, "total_fee": 1000, "d23": 300, "d23x01": 10, "d24": 20, "discharge_way": "5"},
    "d": {"stay_days": 3, "total_fee": 500, "d25": 50},
}
DIAGNOSES = [
    ("a", 1, "K35.800", "1"),
    ("a", 2, "T81.411", "4"),
    ("b", 1, "N84.000", "1"),
    ("c", 1, "J18.900", None),
    ("d", 1, "J44.900", "1"),
]
# stay, sequence, code, level, day, elective, unplanned return, incision
PROCEDURES = [
    ("a", 1, "47.0900", "3", "2025-03-05", True, False, "1-1"),
    ("a", 2, "54.1201", "4", "2025-03-08", False, True, "1-3"),
    ("b", 1, "68.2101", "2", "2025-03-10", True, False, None),
    ("b", 2, "36.0700x004", None, "2025-03-10", True, False, None),
]
# stay, group, status, weight
GROUPED = [
    ("a", "g1", "grouped", "2"),
    ("b", "g1", "grouped", "2"),
    ("c", "g2", "grouped", "0.5"),
    ("d", None, "ambiguous", None),
]
VISITS = [
    ("v1", "S", "p", "outpatient"),
    ("v2", "M", "q", "emergency"),
    ("v3", "0114", "v", "outpatient"),
    ("v4", "M", "q", "outpatient"),
]
# encounter, item, quantity, amount
CHARGES = [
    ("a", "OP", 1, "4000"),
    ("a", "ABX", 20, "200"),
    ("a", "F1201", 3, "19.50"),
    ("a", "F1615", 1, "120"),
    ("a", "MAT", 2, "1000"),
    ("a", "EX", 1, "300"),
    ("b", "OP", 1, "2000"),
    ("b", "SPEC", 1, "500"),
    ("c", "KEY", 10, "300"),
    ("c", "ABX", -2, "-20"),
    ("d", "HERB", 5, "50"),
    ("v1", "ABX", 4, "40"),
    ("v2", "F1201", 1, "6.50"),
    ("v2", "F1201", -1, "-6.50"),
    ("v3", "F1201", 1, "6.50"),
    ("v4", "KEY", 2, "60"),
    ("v4", "SPEC", 1, "500"),
]
# report, encounter, equipment, hours to the report, positive
REPORTS = [("r1", "a", "E1", 2, True), ("r2", "v4", "E1", 1, False), ("r3", "b", None, 3, None)]
LAST_YEAR = {
    "fee_per_case": (20000, 10),
    "drug_fee_per_case": (1000, 10),
    "fee_per_visit": (1000, 10),
    "drug_fee_per_visit": (200, 10),
    "fee_per_weight": (20000, 10),
    "medical_revenue": (9000, None),
    "cmi_year": (42, 30),
}
SUBMITTED = {"new_technique_count": (1, None), "paper_count": (2, None), "multidisciplinary_count": (3, None)}
HOSPITAL = {
    "visit_discharge_ratio": "0.75",
    "day_surgery_share": "0.5",
    "surgery_share": "0.5",
    "minimally_invasive_share": "0.5",
    "level_4_surgery_share": "0.5",
    "level_3_4_surgery_share": "0.5",
    "special_service_share": "0.110897",
    "special_service_volume_share": "0.375",
    "surgical_complication_rate": "0.5",
    "incision_infection_rate": "1",
    "unplanned_return_rate": "0.5",
    "low_risk_mortality": "0.333333",
    "mortality": "0.25",
    "antibacterial_use_density": "32.142857",
    "antibacterial_use_rate": "0.5",
    "microbiology_test_rate": "0.5",
    "outpatient_infusion_rate": "0.25",
    "inpatient_infusion_rate": "0.5",
    "outpatient_essential_drug_rate": "0.25",
    "inpatient_essential_drug_rate": "0.25",
    "essential_drug_share": "0.349206",
    "essential_drug_product_share": "0.333333",
    "exam_positive_rate": "0.5",
    "equipment_positive_rate": "0.5",
    "inpatient_exam_positive_rate": "0.5",
    "exam_count": "3",
    "report_hours": "2",
    "equipment_use_rate": "0.013333",
    "doctor_bed_days": "0.225806",
    "bed_use": "0.033871",
    "bed_turnover": "0.2",
    "outpatient_revenue_share": "0.066825",
    "inpatient_revenue_share": "0.933175",
    "outpatient_fund_share": "0.516667",
    "inpatient_fund_share": "0.625",
    "medical_service_share": "0.663949",
    "key_monitored_drug_share": "0.571429",
    "key_monitored_drug_volume_share": "0.307692",
    "drug_revenue_share": "0.069414",
    "drug_revenue_share_without_herbs": "0.063905",
    "material_revenue_share": "0.110181",
    "material_cost_rate": "9.471939",
    "staff_expense_share": "0.6",
    "energy_expense_rate": "50",
    "medical_surplus_rate": "0.449097",
    "medical_revenue": "9076",
    "medical_revenue_growth": "0.008444",
    "fee_per_visit": "151.625",
    "fee_per_visit_growth": "0.51625",
    "drug_fee_per_visit": "25",
    "drug_fee_per_visit_growth": "0.25",
    "fee_per_case": "2625",
    "fee_per_case_growth": "0.3125",
    "drug_fee_per_case": "142.5",
    "drug_fee_per_case_growth": "0.425",
    "fee_per_weight": "2222.222222",
    "fee_per_weight_growth": "0.111111",
    "drug_share": "0.054286",
    "drug_share_without_herbs": "0.049524",
    "material_share": "0.095238",
    "average_stay_days": "7",
    "average_stay_days_trimmed": "7",
    "preoperative_stay_days": "1",
    "group_rate": "0.75",
    "ambiguous_rate": "0.25",
    "coding_accuracy_rate": "0.5",
    "cmi": "1.5",
    "cmi_year": "1.5",
    "cmi_year_change": "0.1",
    "total_weight": "4.5",
    "group_count": "2",
    "cost_index": "1.083333",
    "time_index": "0.958333",
    "high_multiple_share": "0.333333",
    "low_multiple_share": "0.333333",
    "special_review_share": "0",
    "margin_per_case": "633.333333",
    "margin_total": "1900",
    "cost_per_case": "2125",
    "cost_control_ratio": "0.806122",
    "cost_effect_ratio": "5.294118",
    "fee_to_standard_ratio": "1.020408",
    "insurance_target_year": "1.020408",
    "listed_technique_income": "4000",
    "readmission_30d_rate": "0.25",
    "readmission_31d_rate": "0.25",
    "front_page_score": "99",
    "front_page_excellent_rate": "1",
    "front_page_complete_rate": "0.8",
    "front_page_item_complete_rate": "0.977273",
    "pathway_entry_rate": "0.666667",
    "pathway_completion_rate": "0.5",
    "pathway_variation_rate": "0.5",
    "pathway_controllable_variation_rate": "0.5",
    "pathway_uncontrollable_variation_rate": "0",
    "pathway_varied_cost": "4500",
    "pathway_unvaried_cost": "900",
    "pathway_varied_stay": "10",
    "pathway_unvaried_stay": "10",
    "discharge_count": "4",
    "visit_count": "4",
    "controllable_cost_rate": "45",
    "chronic_control_rate": "0.5",
    "referred_down_count": "1",
    "new_high_weight_groups": "1",
    "new_technique_count": "1",
    "new_technique_year": "1",
    "paper_count": "2",
    "paper_year": "2",
    "multidisciplinary_count": "3",
    "satisfaction": "0.9",
    "family_doctor_contract_rate": "0.9",
    "report_accuracy_rate": "0.9",
    "clinical_satisfaction": "0.9",
    "surgery_support_rate": "0.9",
    "diagnostic_agreement_rate": "0.9",
    "contracted_control_rate": "0.9",
}
DEPARTMENT = {"department_efficiency": "65.725805"}


@pytest.fixture(scope="module")
def month(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """The literal month, built once."""
    chain = Chain(choose_models(project, ENGINE, GIVEN), tmp_path_factory.mktemp("month"), GIVEN)
    _fill_policy(chain)
    _fill_reference(chain)
    _fill_inpatients(chain)
    _fill_outpatients_and_ledger(chain)
    _fill_history(chain)
    return chain.build()


def _fill_policy(chain: Chain) -> None:
    for table in ("indicator", "indicator_definition", "indicator_component", "code_list", "front_page_score", "parameter"):
        chain.con.execute(f"delete from policy.{table}")
        chain.con.execute(f"insert into policy.{table} by name from read_csv('{POLICY / table}.csv', all_varchar = true)")
    chain.policy(
        "code_list", [{"list_code": "special_service", "code": "SPEC"}, {"list_code": "account.energy", "code": "50010803"}]
    )
    chain.policy("pathway", [{"pathway_code": code, "diagnosis_prefix": code} for code in ("K35", "N84")])
    chain.policy("hospital", [{"hospital_id": "H", "level": "3"}])
    common = {"scheme": "s", "version": "v", "hospital_level": "3"}
    benchmarks = [("g1", 4000, 8), ("g2", 1000, 10)]
    chain.policy("group_payment", [common | {"group_code": g, "mean_fee": fee, "mean_days": days} for g, fee, days in benchmarks])


def _fill_reference(chain: Chain) -> None:
    since = {"valid_from": "2020-01-01"}
    chain.landed(
        "his_department",
        [since | {"dept_id": d, "open_beds": beds, "discipline_class": discipline} for d, beds, discipline in DEPARTMENTS],
    )
    chain.landed("his_staff", [since | {"staff_id": s, "dept_id": d, "role": role} for s, d, role in STAFF])
    plain = {"item_kind": "service"} | dict.fromkeys(
        ("is_separately_charged", "is_key_monitored", "is_antibacterial", "is_essential_drug"), False
    )
    chain.landed("his_item", [since | plain | {"item_id": item} | values for item, values in ITEMS.items()])
    machines = [("E1", "CT", 100), ("E2", "MRI", 50)]
    chain.landed(
        "his_equipment",
        [
            since | {"equipment_id": e, "equipment_name": kind, "equipment_kind": kind, "dept_id": "X", "monthly_capacity": n}
            for e, kind, n in machines
        ],
    )


def _fill_inpatients(chain: Chain) -> None:
    chain.landed(
        "his_inpatient_stay",
        [
            {"stay_id": s, "patient_id": patient, "admitted_at": since, "discharged_at": until}
            | {"admission_dept_id": d, "discharge_dept_id": d, "attending_doctor_id": doctor}
            for s, d, doctor, patient, since, until in STAYS
        ],
    )
    chain.landed(
        "his_transfer",
        [
            {"stay_id": s, "sequence": 1, "dept_id": d, "entered_at": since, "left_at": until}
            for s, d, _, _, since, until in STAYS
        ],
    )
    fees = dict.fromkeys(("d23", "d23x01", "d24", "d25", "d31", "d32", "d33"), 0)
    filled = {"medical_record_no": "1", "sex": "1", "birth_date": "1970-01-01", "age_years": 55, "discharge_way": "1"}
    dates = {s: {"admitted_at": since, "discharged_at": until, "discharge_dept_id": d} for s, d, _, _, since, until in STAYS}
    plain = filled | fees | {"is_day_surgery": False, "readmission_plan_31d": "1"}
    chain.landed("emr_front_page", [plain | dates[s] | {"stay_id": s} | page for s, page in PAGES.items()])
    names = ("stay_id", "sequence", "diagnosis_code", "admission_condition")
    chain.landed("emr_diagnosis", [dict(zip(names, row, strict=True)) for row in DIAGNOSES])
    names = ("stay_id", "sequence", "procedure_code", "procedure_level", "performed_on")
    marks = ("is_elective", "is_unplanned_return", "incision_healing_code")
    chain.landed("emr_procedure", [dict(zip(names + marks, row, strict=True)) for row in PROCEDURES])
    chain.landed(
        "emr_pathway",
        [
            {"stay_id": "a", "pathway_code": "K35", "is_completed": True, "variation": "controllable"},
            {"stay_id": "c", "pathway_code": "J18", "is_completed": False, "variation": "none"},
        ],
    )
    chain.landed("emr_coding_review", [{"stay_id": s, "error_fields": n} for s, n in (("a", 0), ("b", 2))])
    chain.insert("conformed.int_front_page__violation", [{"stay_id": "d", "gate_id": "FP-02"}])
    places = {s: {"dept_id": d, "doctor_id": doctor} for s, d, doctor, *_ in STAYS}
    pack = {"scheme": "s", "version": "v"}
    names = ("stay_id", "group_code", "status", "weight")
    chain.insert("grouped.fct_case", [pack | places[row[0]] | dict(zip(names, row, strict=True)) for row in GROUPED])
    chain.insert("scoring.int_scoring__rate_risks", [pack | {"group_code": g, "risk_level": 1} for g in ("g1", "g2")])
    costs = {"a": 4500, "b": 2500, "c": 900, "d": 600}
    chain.insert("costed.fct_case_cost", [{"stay_id": s, "method": "top_down", "cost_yuan": y} for s, y in costs.items()])
    settled = [("a", "high", 5000), ("b", "normal", 4000), ("c", "low", 800)]
    names = ("stay_id", "multiple_class", "standard_total_yuan")
    chain.insert("settled.fct_case_settlement", [{"basis": "simulated"} | dict(zip(names, row, strict=True)) for row in settled])


def _fill_outpatients_and_ledger(chain: Chain) -> None:
    visits = {v: d for v, d, *_ in VISITS}
    wards = {s: d for s, d, *_ in STAYS}
    kinds = dict.fromkeys(wards, "inpatient") | dict.fromkeys(visits, "outpatient")
    names = ("visit_id", "dept_id", "doctor_id", "visit_type")
    chain.landed("his_outpatient_visit", [dict(zip(names, row, strict=True)) for row in VISITS])
    chain.landed(
        "his_charge",
        [
            {"charge_id": str(n), "encounter_type": kinds[e], "encounter_id": e, "item_id": item, "quantity": q, "amount": y}
            | {"ordering_dept_id": (wards | visits)[e], "executing_dept_id": "X", "booked_at": "2025-03-10"}
            | {"reverses_charge_id": "before" if q < 0 else None}
            for n, (e, item, q, y) in enumerate(CHARGES)
        ],
    )
    chain.landed(
        "his_exam_report",
        [
            {"report_id": r, "encounter_type": kinds[e], "encounter_id": e, "equipment_id": machine, "executing_dept_id": "X"}
            | {"performed_at": "2025-03-06 08:00:00", "reported_at": f"2025-03-06 {8 + hours:02}:00:00", "is_positive": positive}
            for r, e, machine, hours, positive in REPORTS
        ],
    )
    paid = [("outpatient", 300, 10, 600), ("inpatient", 4500, 500, 8000)]
    names = ("encounter_type", "fund_booked", "other_fund", "total_fee")
    chain.landed("his_settlement", [{"is_reversal": False} | dict(zip(names, row, strict=True)) for row in paid])
    chain.landed("his_follow_up", [{"patient_id": p, "measure_code": "m", "value": value} for p, value in (("pa", 1), ("pb", 0))])
    referrals = [("pa", "down", "a"), ("pa", "down", "a"), ("pb", "up", "b")]
    names = ("patient_id", "direction", "encounter_id")
    chain.landed("his_referral", [dict(zip(names, row, strict=True)) for row in referrals])
    booked = [("500101", "C1", 3000), ("500103", "C2", 800), ("500108", "C7", "1154.62"), ("5001080301", "C7", "45.38")]
    names = ("account_code", "cost_category", "amount_yuan")
    chain.insert("costing.int_costing__ledger_line", [dict(zip(names, row, strict=True)) for row in booked])
    chain.landed("ledger_account", [{"account_code": code} for code, *_ in booked])
    chain.insert("costed.fct_cost_control", [{"dept_id": "S", "controllable_yuan": 450, "income_yuan": 1000}])


def _fill_history(chain: Chain) -> None:
    defined = {code for (code,) in chain.rows("select indicator_code from policy.indicator_definition")}
    offices = {code for (code,) in chain.rows("select indicator_code from policy.indicator")} - defined - {"ruled_overrun"}
    sides = dict.fromkeys(offices, (9, 10)) | SUBMITTED
    chain.landed(
        "performance_indicator",
        [{"dept_id": "S", "indicator_code": code, "numerator": n, "denominator": d} for code, (n, d) in sides.items()],
    )
    subject = {"level": "hospital", "subject_id": "H", "month": "2024-03-01"}
    chain.insert(
        "history.fct_indicator",
        [subject | {"indicator_code": code, "numerator": n, "denominator": d} for code, (n, d) in LAST_YEAR.items()],
    )
    chain.insert(
        "history.fct_indicator_case",
        [
            {"month": "2025-02-01", "stay_id": "old", "patient_id": "pd", "diagnosis_category": "J44"}
            | {"discharged_on": "2025-02-03", "is_return_planned": 0},
            {"month": "2024-06-01", "stay_id": "older", "dept_id": "S", "group_code": "g0", "weight": 3},
        ],
    )
    used = {"essential_drug_quantity": 2, "infusion_quantity": 1, "microbiology_quantity": 0, "special_service_quantity": 0}
    examined = {"exam_count": 1, "judged_exam_count": 1, "positive_exam_count": 0}
    chain.insert(
        "history.fct_stay_use",
        [
            used | examined | {"month": "2025-02-01", "stay_id": "c"},
            used | examined | {"month": "2025-01-01", "stay_id": "c"},
            used | examined | {"month": "2025-02-01", "stay_id": "gone"},
        ],
    )


def values(month: Chain, level: str, subject_id: str) -> dict[str, Decimal]:
    query = f"select indicator_code, value from scored.fct_indicator where level = '{level}' and subject_id = '{subject_id}'"
    return dict(month.rows(query))


def test_every_indicator_counts_what_it_says(month: Chain) -> None:
    counted = values(month, "hospital", "H")
    assert counted == {code: Decimal(value) for code, value in HOSPITAL.items()}
    assert values(month, "department", "S").items() >= {code: Decimal(value) for code, value in DEPARTMENT.items()}.items()


def test_every_indicator_of_the_policy_is_among_them(month: Chain) -> None:
    named = {code for (code,) in month.rows("select indicator_code from policy.indicator")}
    assert named - {"ruled_overrun"} == set(HOSPITAL) | set(DEPARTMENT), "rulings are counted where they are made"


def test_an_indicator_is_known_at_every_level_its_quantities_are(month: Chain) -> None:
    query = "select level, subject_id from scored.fct_indicator where indicator_code = '{}' order by all"
    levels = {code: month.rows(query.format(code)) for code in ("inpatient_infusion_rate", "outpatient_infusion_rate")}
    assert levels["inpatient_infusion_rate"] == [
        ("department", "M"),
        ("department", "S"),
        ("disease", "APP"),
        ("disease", "CAP"),
        ("disease", "COPD"),
        ("doctor", "p"),
        ("doctor", "q"),
        ("group", "g1"),
        ("group", "g2"),
        ("hospital", "H"),
    ]
    assert [level for level, _ in levels["outpatient_infusion_rate"]] == ["department"] * 3 + ["doctor"] * 3 + ["hospital"]


@pytest.mark.parametrize("column", ["population", "numerator", "multiplier", "denominator"])
def test_a_quantity_nobody_counts_stops_the_run(month: Chain, column: str) -> None:
    """Left alone it would count as zero, and a department be scored by it."""
    (measure,) = [model.sql for model in month.models if model.relation == "scoring.int_scoring__measure_cases"]
    month.con.begin()
    try:
        month.con.execute(
            f"update policy.indicator_definition set {column} = 'is_ded' where indicator_code = 'low_risk_mortality'"
        )
        with pytest.raises(duckdb.Error, match=r"indicator_definition\.csv .* is_ded"):
            month.con.execute(measure)
    finally:
        month.con.rollback()


def test_a_stay_goes_on_from_what_it_was_given_the_month_before(month: Chain) -> None:
    """Stay c was infused in February, and what it got of an essential drug then it gave back in March."""
    query = "select stay_id, essential_drug_quantity, infusion_quantity, exam_count from scored.fct_stay_use order by stay_id"
    assert month.rows(query) == [("a", 20, 3, 1), ("b", 0, 0, 1), ("c", 0, 1, 1)]


def test_equipment_of_little_use_or_few_findings_is_flagged(month: Chain) -> None:
    query = "select equipment_id, exam_count, use_ratio, positive_ratio, is_volume_low, is_positive_low from {} order by 1"
    rows = month.rows(query.format("scored.fct_equipment_use"))
    assert rows == [("E1", 2, Decimal("0.02"), Decimal("0.5"), True, False), ("E2", 0, Decimal(0), None, True, False)]


def test_the_documentation_names_every_indicator(month: Chain) -> None:
    """Every indicator of the policy is in the list, and what is listed beside them are parameters, marts and code lists."""
    text = (PROJECT_ROOT / "docs" / "indicators.md").read_text(encoding="utf-8")
    counted, missing = text.split("## What the contract cannot feed")
    named = set(re.findall(r"`([a-z]\w+)`", counted))
    policy = {code for (code,) in month.rows("select indicator_code from policy.indicator")}
    assert policy - named == set()
    parameters = {code for (code,) in month.rows("select parameter_code from policy.parameter")}
    assert named - policy - parameters == {"attainment", "disease", "health_checkup", "performance_indicator"}
    assert set(re.findall(r"`([a-z]\w+)`", missing)) == {"performance_indicator"}
