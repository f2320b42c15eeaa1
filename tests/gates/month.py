"""A small, faultless month of one hospital, as rows of the contract; tests plant one fault in a copy of it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from orchestration.contract import load_contract

HOSPITAL = "H1"
MONTH = date(2025, 1, 1)
NEXT_MONTH = date(2025, 2, 1)
STAYS = ("S1", "S2", "S3", "S4")
"""A pneumonia, a fracture with surgery, a caesarean delivery and a newborn."""

Row = dict[str, Any]


def rows() -> dict[str, list[Row]]:
    """Rows by contract table; columns left out are null or the zero of their type."""
    return {
        "his_department": [
            {"dept_id": d, "dept_name": d, "dept_class": c, "service_setting": s, "valid_from": date(2020, 1, 1)}
            for d, c, s in (("D1", "clinical", "both"), ("D2", "clinical", "inpatient"), ("LAB", "medical_technology", "none"))
        ],
        "his_staff": [
            {"staff_id": f"P{i}", "dept_id": "D1", "role": "doctor", "title": "主治医师", "valid_from": date(2020, 1, 1)}
            for i in range(1, 6)
        ],
        "his_item": [_item("I11", "D11"), _item("I20", "D20"), _item("I23", "D23")],
        "his_outpatient_visit": [
            {
                "visit_id": "V1",
                "patient_id": "A",
                "visited_at": datetime(2025, 1, 3, 9),
                "dept_id": "D1",
                "doctor_id": "P1",
                "visit_type": "outpatient",
                "insurance_type": "resident",
            },
        ],
        "his_inpatient_stay": [_stay(s) for s in STAYS],
        "his_transfer": [
            {
                "stay_id": s,
                "sequence": 1,
                "dept_id": "D1",
                "entered_at": datetime(2025, 1, 5, 8),
                "left_at": datetime(2025, 1, 9, 10),
            }
            for s in STAYS
        ],
        "his_charge": [_charge("C0", "outpatient", "V1", "I11", "20.00")]
        + [_charge(f"{s}-{item}", "inpatient", s, item, fee) for s in STAYS for item, fee in _fees(s).items()],
        "emr_front_page": [_page(s) for s in STAYS],
        "emr_diagnosis": [
            _diagnosis("S1", 1, "J18.900"),
            _diagnosis("S1", 2, "E11.900"),
            _diagnosis("S2", 1, "S82.201"),
            _diagnosis("S3", 1, "O82.000"),
            _diagnosis("S3", 2, "Z37.000"),
            _diagnosis("S4", 1, "P59.901"),
        ],
        "emr_procedure": [_procedure("S2", "79.3600", "3"), _procedure("S3", "74.1x01", "3")],
        "emr_coding_review": [
            {"stay_id": "S1", "review_level": level, "reviewed_on": date(2025, 1, 20), "reviewer_id": "P5", "error_fields": 0}
            for level in ("department", "coder", "insurance")
        ],
        "ledger_voucher_line": [
            {
                "voucher_id": "V1",
                "line_no": 1,
                "posted_on": date(2025, 1, 31),
                "account_code": "5001",
                "dept_id": "D1",
                "debit_amount": Decimal("100.00"),
                "credit_amount": Decimal("0.00"),
                "funding_source": "own",
            },
            {
                "voucher_id": "V1",
                "line_no": 2,
                "posted_on": date(2025, 1, 31),
                "account_code": "1001",
                "dept_id": None,
                "debit_amount": Decimal("0.00"),
                "credit_amount": Decimal("100.00"),
                "funding_source": "own",
            },
        ],
    }


def write(con: duckdb.DuckDBPyConnection) -> None:
    """Write the month, its batches and its scope into a private database."""
    con.execute("insert into run.scope values (?, ?, ?, null, 'test', true)", [HOSPITAL, MONTH, NEXT_MONTH])
    month = rows()
    for number, table in enumerate(load_contract(), start=1):
        _insert(con, table.name, month.get(table.name, []), number)
        delivered = table.name in month
        con.execute("insert into run.delivery values (?, ?, ?)", [table.name, delivered, len(month.get(table.name, []))])
        if delivered:
            _write_batch(con, table.name, number, len(month[table.name]))


def _write_batch(con: duckdb.DuckDBPyConnection, table: str, number: int, count: int) -> None:
    con.execute(
        "insert into run.batch (batch_key, batch_id, table_name, source_name, received_rows, landed_rows, duplicate_rows, "
        "sequence_no, sequence_count) values (?, ?, ?, ?, ?, ?, 0, 1, 1)",
        [number, f"b{number}", table, f"{HOSPITAL}/2025-01/{table}.csv", count, count],
    )
    con.execute("insert into run.control_total values (?, ?, 'amount', 100, 100, 0)", [number, table])


def _insert(con: duckdb.DuckDBPyConnection, name: str, given: list[Row], batch_key: int) -> None:
    zeros = {
        "money": 0,
        "quantity": 0,
        "price": 0,
        "ratio": 1,
        "int": 0,
        "bool": False,
        "text": "x",
        "date": None,
        "timestamp": None,
    }
    for number, row in enumerate(given, start=2):
        full = {
            c.name: HOSPITAL if c.name == "hospital_id" else row.get(c.name, None if c.nullable else zeros[c.contract_type])
            for c in load_contract()[name].columns
        }
        full |= {"batch_key": batch_key, "source_row": number}
        con.execute(f"insert into landing.{name} ({', '.join(full)}) values ({', '.join('?' * len(full))})", list(full.values()))


def _item(item_id: str, fee_class: str) -> Row:
    kind = "drug" if fee_class == "D23" else "service"
    return {
        "item_id": item_id,
        "item_name": item_id,
        "item_kind": kind,
        "fee_class": fee_class,
        "price": 1,
        "valid_from": date(2020, 1, 1),
    }


def _stay(stay_id: str) -> Row:
    return {
        "stay_id": stay_id,
        "patient_id": stay_id,
        "admitted_at": datetime(2025, 1, 5, 8),
        "discharged_at": datetime(2025, 1, 9, 10),
        "admission_dept_id": "D1",
        "discharge_dept_id": "D1",
        "attending_doctor_id": "P2",
        "insurance_type": "resident",
        "settled_on": date(2025, 1, 9),
    }


def _fees(stay_id: str) -> dict[str, str]:
    surgery = {"I20": "3000.00"} if stay_id in ("S2", "S3") else {}
    return {"I11": "500.00", "I23": "1500.00", **surgery}


def _charge(charge_id: str, encounter_type: str, encounter_id: str, item_id: str, amount: str) -> Row:
    return {
        "charge_id": charge_id,
        "encounter_type": encounter_type,
        "encounter_id": encounter_id,
        "item_id": item_id,
        "quantity": Decimal(amount),
        "unit_price": 1,
        "amount": Decimal(amount),
        "ordering_dept_id": "D1",
        "ordering_staff_id": "P1",
        "executing_dept_id": "D1",
        "occurred_at": datetime(2025, 1, 6, 9),
        "booked_at": datetime(2025, 1, 6, 9),
    }


def _page(stay_id: str) -> Row:
    fees = {key.replace("I", "d"): Decimal(value) for key, value in _fees(stay_id).items()}
    newborn = {"age_years": 0, "age_days": 3, "birth_date": date(2025, 1, 2), "birth_weight_g": 3200, "admission_weight_g": 3150}
    adult = {"age_years": 34, "birth_date": date(1990, 6, 1)}
    return {
        "stay_id": stay_id,
        "medical_record_no": stay_id,
        "admission_number": 1,
        "sex": "2" if stay_id == "S3" else "1",
        "admission_route": "2",
        "admitted_at": datetime(2025, 1, 5, 8),
        "discharged_at": datetime(2025, 1, 9, 10),
        "admission_dept_id": "D1",
        "discharge_dept_id": "D1",
        "stay_days": 4,
        "discharge_way": "1",
        "readmission_plan_31d": "1",
        "blood_type": "6",
        "allergy": "1",
        "chief_doctor_id": "P1",
        "attending_doctor_id": "P2",
        "resident_doctor_id": "P3",
        "nurse_id": "P4",
        "coder_id": "P5",
        "archived_on": date(2025, 1, 12),
        "id_number_is_valid": True,
        "external_cause_code": "W01.x00" if stay_id == "S2" else None,
        "birth_weight_g": 3000 if stay_id == "S3" else None,
        "total_fee": sum(fees.values()),
        "self_paid_fee": Decimal("100.00"),
        **fees,
        **(newborn if stay_id == "S4" else adult),
    }


def _diagnosis(stay_id: str, sequence: int, code: str) -> Row:
    return {"stay_id": stay_id, "sequence": sequence, "diagnosis_code": code, "diagnosis_name": code, "admission_condition": "1"}


def _procedure(stay_id: str, code: str, level: str) -> Row:
    return {
        "stay_id": stay_id,
        "sequence": 1,
        "procedure_code": code,
        "procedure_name": code,
        "procedure_level": level,
        "performed_on": date(2025, 1, 6),
        "surgeon_id": "P1",
        "anesthesia_code": "0201",
        "anesthetist_id": "P2",
    }
