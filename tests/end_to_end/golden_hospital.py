"""A hospital small enough to compute by hand: the published goldens, from CSV files to the bonus.

G1 carries the allocation and bed-day figures (goldens A and B), G2 the department bonus (golden J).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.delivery import Delivery, write_policy_table

MONTH = "2025-01"
FIRST = "2025-01-01"
DIMENSION = "medical"


def write_goldens(folder: Path) -> tuple[Path, Path]:
    """Write both deliveries and the policy folder; returns (source, policy)."""
    source, policy = folder / "source", folder / "policy"
    allocation_hospital().write(source)
    bonus_hospital().write(source)
    write_policy(policy)
    return source, policy


def allocation_hospital() -> Delivery:
    """Goldens A and B: three-step allocation, 1,000 bed days of MED at 439.60 a day."""
    g1 = Delivery("G1")
    departments = {
        "ADM": "administrative",
        "CSSD": "medical_auxiliary",
        "LAB": "medical_technology",
        "MED": "clinical",
        "SUR": "clinical",
    }
    for dept_id, dept_class in departments.items():
        g1.add("his_department", dept_id=dept_id, dept_name=dept_id, dept_class=dept_class, service_setting=_setting(dept_class))
    _accounts(g1)
    g1.add(
        "his_item",
        item_id="DRUG",
        item_name="drug",
        item_kind="drug",
        fee_class="D23",
        price="1",
        purchase_price="1",
        unit="g",
        is_separately_charged="true",
    )
    direct = {"ADM": 120_000, "CSSD": 40_000, "LAB": 200_000, "MED": 250_000, "SUR": 740_000}
    for line, (dept_id, amount) in enumerate(direct.items(), start=1):
        _expense(g1, line, dept_id, "500101", amount)
    _expense(g1, 6, "MED", "500103", 250_000)
    _drivers(g1, "heads", None, {"CSSD": 10, "LAB": 20, "MED": 60, "SUR": 60})
    _drivers(g1, "packs", "CSSD", {"MED": 100, "SUR": 300})
    _drivers(g1, "revenue", "LAB", {"MED": 180_000, "SUR": 120_000})
    g1.add(
        "his_staff", staff_id="S1", dept_id="MED", role="doctor", title="-", position_coefficient="1", full_time_equivalent="1"
    )
    _stay(g1, "P1", "MED", "2025-01-03 08:00:00", "2025-01-11 08:00:00")
    _charge(g1, "P1-D", "P1", "DRUG", 3_200, "MED", staff="S1")
    for number in range(32):
        stay_id = f"L{number:02}"
        _stay(g1, stay_id, "MED", "2025-01-01 00:10:00", None)
        _charge(g1, f"{stay_id}-D", stay_id, "DRUG", 7_712.5, "MED", staff="S1")
    return g1


def bonus_hospital() -> Delivery:
    """Golden J: department D earns 6,000.00 from outpatients, 5,600.00 from inpatients, a true-up of 800.00, scored 95."""
    g2 = Delivery("G2")
    g2.add("his_department", dept_id="ADM", dept_name="ADM", dept_class="administrative", service_setting="none")
    g2.add("his_department", dept_id="D", dept_name="D", dept_class="clinical", service_setting="both", open_beds="10")
    g2.add("his_department", dept_id="E", dept_name="E", dept_class="clinical", service_setting="inpatient", open_beds="10")
    _accounts(g2)
    _items(g2)
    for number, (dept_id, role) in enumerate([("D", "doctor"), ("D", "nurse"), ("E", "doctor")], start=1):
        g2.add(
            "his_staff",
            staff_id=f"S{number}",
            dept_id=dept_id,
            role=role,
            title="-",
            position_coefficient="1",
            full_time_equivalent="1",
        )
    _bonus_ledger(g2)
    _outpatients(g2)
    _inpatients(g2)
    _statement(g2)
    g2.add("performance_pool", MONTH, month=FIRST, pool_code="total", amount="14500.00", approved_by="board")
    for dept_id, score in {"D": "95", "E": "100"}.items():
        g2.add(
            "performance_score", MONTH, month=FIRST, dept_id=dept_id, office_code="office", dimension_code=DIMENSION, score=score
        )
    return g2


def _items(g2: Delivery) -> None:
    for item_id, kind, fee_class, price in [
        ("A", "service", "D14", 10),
        ("B", "service", "D14", 10),
        ("N", "service", "D14", 10),
    ]:
        g2.add("his_item", item_id=item_id, item_name=item_id, item_kind=kind, fee_class=fee_class, price=price, unit="次")
    g2.add(
        "his_item",
        item_id="DRUG",
        item_name="drug",
        item_kind="drug",
        fee_class="D23",
        price="1",
        purchase_price="1",
        unit="g",
        is_separately_charged="true",
    )
    g2.add(
        "his_item",
        item_id="MAT",
        item_name="mat",
        item_kind="material",
        fee_class="D32",
        price="1",
        purchase_price="1",
        unit="g",
        is_separately_charged="true",
    )


def _bonus_ledger(g2: Delivery) -> None:
    """Direct cost of D is halved by its service charges (6,000 each); 8,700 and 6,000 come from ADM by a driver with setting."""
    lines = [
        ("D", "500101", 16_000), ("D", "500104", 3_000), ("D", "500107", 1_000), ("D", "500106", 600),
        ("D", "500103", 1_800 + 8_600), ("D", "500102", 1_200), ("E", "500103", 1_400), ("ADM", "510101", 14_700),
    ]  # fmt: skip
    for number, (dept_id, account, amount) in enumerate(lines, start=1):
        _expense(g2, number, dept_id, account, amount)
    for dept_id, quantity in {"D": 8_700, "E": 6_000}.items():
        g2.add(
            "ledger_allocation_driver",
            MONTH,
            month=FIRST,
            driver_code="heads",
            to_dept_id=dept_id,
            service_setting="inpatient",
            quantity=quantity,
        )


def _outpatients(g2: Delivery) -> None:
    g2.add(
        "his_outpatient_visit",
        MONTH,
        visit_id="V1",
        patient_id="X1",
        visited_at="2025-01-05 09:00:00",
        dept_id="D",
        doctor_id="S1",
    )
    _charge(g2, "V1-A", "V1", "A", 400, "D", "outpatient", price=10)
    _charge(g2, "V1-B", "V1", "B", 200, "D", "outpatient", price=10)
    _charge(g2, "V1-D", "V1", "DRUG", 1_800, "D", "outpatient")
    _charge(g2, "V1-M", "V1", "MAT", 1_200, "D", "outpatient")


def _inpatients(g2: Delivery) -> None:
    """Nineteen bed days of D share 19,000: 4,000, 5,000 and 10,000; six of E share 6,000."""
    cases = [
        ("C1", "D", 4, 2_000, "Q10.1"),
        ("C2", "D", 5, 2_600, "Q10.1"),
        ("C3", "E", 6, 1_400, "Q10.1"),
        ("C4", "D", 10, 4_000, "Q20.2"),
    ]
    for stay_id, dept_id, days, own, diagnosis in cases:
        _stay(g2, stay_id, dept_id, "2025-01-02 08:00:00", f"2025-01-{2 + days:02} 08:00:00")
        _charge(g2, f"{stay_id}-O", stay_id, "DRUG", own, dept_id)
        _charge(g2, f"{stay_id}-N", stay_id, "N", 200, dept_id, price=10)
        _front_page(g2, stay_id, dept_id, days, own + 2_000, {"d14": 2_000, "d23": own})
        g2.add(
            "emr_diagnosis",
            MONTH,
            stay_id=stay_id,
            sequence=1,
            diagnosis_code=diagnosis,
            diagnosis_name="-",
            admission_condition="1",
        )
        g2.add(
            "his_settlement", MONTH, settlement_id=f"{stay_id}-S", encounter_type="inpatient", encounter_id=stay_id, insurance_type="employee",
            settled_on=f"2025-01-{2 + days:02}", total_fee=own + 2_000, fund_booked=own + 1_000, patient_pay=1_000, in_scope_ratio="0.8",
        )  # fmt: skip


def _statement(g2: Delivery) -> None:
    for stay_id, simulated, actual in [("O1", 13_000, 13_400), ("O2", 13_200, 13_600)]:
        g2.add(
            "performance_opening",
            measure_code="simulated_settlement",
            month="2024-01-01",
            subject_id=stay_id,
            dept_id="D",
            amount=simulated,
        )
        g2.add(
            "insurer_case_settlement", MONTH, settlement_id=f"{stay_id}-A", statement_month=FIRST, stay_id=stay_id, settled_on="2024-01-20",
            statement_year=2024, insurance_type="employee", group_code="G1", score="1000", billed_fee=13_000, standard_total=actual,
            fund_pay_by_item=10_000, fund_pay=actual - 1_000, patient_pay=1_000, is_rejected="false",
        )  # fmt: skip


def _setting(dept_class: str) -> str:
    return "inpatient" if dept_class == "clinical" else "none"


def _accounts(delivery: Delivery) -> None:
    names = {
        "500101": "人员",
        "500102": "卫生材料",
        "500103": "药品",
        "500104": "折旧",
        "500106": "风险基金",
        "500107": "其他",
        "510101": "管理人员",
    }
    for code, name in names.items():
        delivery.add("ledger_account", account_code=code, account_name=name, account_class="expense")
    delivery.add("ledger_account", account_code="1002", account_name="银行存款", account_class="other")


def _expense(delivery: Delivery, line: int, dept_id: str, account: str, amount: float) -> None:
    common: dict[str, Any] = {"voucher_id": f"J{line}", "posted_on": "2025-01-31", "funding_source": "own"}
    delivery.add(
        "ledger_voucher_line",
        MONTH,
        line_no=1,
        account_code=account,
        dept_id=dept_id,
        debit_amount=amount,
        credit_amount=0,
        **common,
    )
    delivery.add("ledger_voucher_line", MONTH, line_no=2, account_code="1002", debit_amount=0, credit_amount=amount, **common)


def _drivers(delivery: Delivery, code: str, giver: str | None, quantities: dict[str, int]) -> None:
    for dept_id, quantity in quantities.items():
        delivery.add(
            "ledger_allocation_driver",
            MONTH,
            month=FIRST,
            driver_code=code,
            from_dept_id=giver,
            to_dept_id=dept_id,
            quantity=quantity,
        )


def _stay(delivery: Delivery, stay_id: str, dept_id: str, admitted: str, discharged: str | None) -> None:
    delivery.add(
        "his_inpatient_stay", MONTH, stay_id=stay_id, patient_id=f"X-{stay_id}", admitted_at=admitted, discharged_at=discharged,
        admission_dept_id=dept_id, discharge_dept_id=dept_id if discharged else None, attending_doctor_id="S1", insurance_type="employee",
    )  # fmt: skip
    delivery.add("his_transfer", MONTH, stay_id=stay_id, sequence=1, dept_id=dept_id, entered_at=admitted, left_at=discharged)


def _charge(
    delivery: Delivery,
    charge_id: str,
    encounter_id: str,
    item_id: str,
    quantity: float,
    dept_id: str,
    kind: str = "inpatient",
    *,
    price: int = 1,
    staff: str = "S1",
) -> None:
    delivery.add(
        "his_charge", MONTH, charge_id=charge_id, encounter_type=kind, encounter_id=encounter_id, item_id=item_id, quantity=quantity,
        unit_price=price, amount=f"{quantity * price:.2f}", ordering_dept_id=dept_id, ordering_staff_id=staff, executing_dept_id=dept_id,
        executing_staff_id=staff, occurred_at="2025-01-05 10:00:00", booked_at="2025-01-05 10:00:00",
    )  # fmt: skip


def _front_page(delivery: Delivery, stay_id: str, dept_id: str, days: int, total: int, fees: dict[str, int]) -> None:
    delivery.add(
        "emr_front_page", MONTH, stay_id=stay_id, medical_record_no=f"R-{stay_id}", admission_number=1, sex="1", birth_date="1980-01-01", age_years=45,
        admission_route="2", admitted_at="2025-01-02 08:00:00", discharged_at=f"2025-01-{2 + days:02} 08:00:00", admission_dept_id=dept_id,
        discharge_dept_id=dept_id, stay_days=days, discharge_way="1", readmission_plan_31d="1", allergy="1", chief_doctor_id="S1",
        attending_doctor_id="S2", resident_doctor_id="S3", nurse_id="S2", coder_id="S3", archived_on=f"2025-01-{4 + days:02}",
        total_fee=total, self_paid_fee=1_000, **fees,
    )  # fmt: skip


def write_policy(folder: Path) -> None:
    """The policy of the goldens: published ratios, two DIP groups worth 8,000 and 12,000."""
    write_policy_table(folder, "hospital", [
        {"hospital_id": h, "hospital_name": h, "level": "3", "region": "golden", "scheme": "DIP", "grouper_version": "golden", "coefficient": 1} for h in ("G1", "G2")
    ])  # fmt: skip
    write_policy_table(folder, "cost_category", [
        {"account_code": account, "funding_source": "own", "cost_category": category, "cost_level": level, "is_controllable": "true"}
        for account, category, level in [("500101", "C1", "L1"), ("500102", "C2", "L1"), ("500103", "C3", "L1"), ("500104", "C4", "L1"), ("500106", "C6", "L1"), ("500107", "C7", "L1"), ("510101", "C1", "L2")]
    ])  # fmt: skip
    steps = [
        ("administrative", "medical_auxiliary|medical_technology|clinical", "heads"),
        ("medical_auxiliary", "medical_technology|clinical", "packs"),
        ("medical_technology", "clinical", "revenue"),
    ]
    write_policy_table(folder, "allocation_step", [
        {"hospital_id": "*", "step_no": n, "from_dept_class": giver, "to_dept_classes": receivers, "driver_code": driver, "negative_driver_policy": "floor", "zero_driver_policy": "fail", "method": "strict"}
        for n, (giver, receivers, driver) in enumerate(steps, start=1)
    ])  # fmt: skip
    write_policy_table(
        folder,
        "workload_points",
        [
            {"item_id": "A", "judging_points": "1.0", "executing_points": "2.0", "nursing_points": "0.5"},
            {"item_id": "B", "judging_points": "0.5", "executing_points": "1.5", "nursing_points": "1.0"},
        ],
    )
    write_policy_table(folder, "dip_group", [
        {"version": "golden", "group_code": g, "kind": "core", "diagnosis_prefix": p, "group_name": g} for g, p in [("G1", "Q10.1"), ("G2", "Q20.2")]
    ])  # fmt: skip
    for empty in (
        "dip_term",
        "dip_auxiliary",
        "dip_exclusion",
        "dip_treatment_class",
        "bonus_coefficient",
        "crosswalk_diagnosis",
        "crosswalk_procedure",
        "award",
        "indicator_target",
    ):
        write_policy_table(folder, empty, [])
    write_policy_table(folder, "group_payment", [
        {"scheme": "DIP", "version": "golden", "group_code": g, "hospital_level": "3", "score": score, "mean_fee": fee, "is_basic_group": "false", "is_same_price": "false"}
        for g, score, fee in [("G1", 1_000, 4_000), ("G2", 1_500, 6_000)]
    ])  # fmt: skip
    write_policy_table(folder, "point_value", [
        {"region": "golden", "scheme": "DIP", "insurance_type": kind, "year": year, "kind": "budget", "value": 8} for kind in ("employee", "resident", "other_region", "self_pay") for year in (2024, 2025)
    ])  # fmt: skip
    write_policy_table(
        folder, "payment_band", [{"region": "golden", "scheme": "DIP", "rw_low": 0, "high_multiple": 2, "low_multiple": "0.5"}]
    )
    write_policy_table(
        folder,
        "score_weight",
        [
            {"dept_class": c, "dimension_code": DIMENSION, "weight": 1}
            for c in ("clinical", "medical_technology", "medical_auxiliary", "administrative")
        ],
    )
    write_policy_table(folder, "parameter", [
        {"hospital_id": "*", "parameter_code": code, "value": value, "unit": "-"} for code, value in [("recognition_ratio", "0.70"), ("uncontrollable_ratio", "0.30")]
    ])  # fmt: skip
