"""F28–F36: well-formed rows that cannot be true, or that the rules must decide."""

from __future__ import annotations

import csv
from decimal import Decimal

from orchestration.home import DEFAULT_POLICY
from orchestration.sample.faults.editor import DeliveryEditor, Rows

UNKNOWN_ITEM, UNKNOWN_DEPT, UNKNOWN_STAFF, UNKNOWN_VISIT = "F9999", "9999", "999999", "MZ00000000000"
CARRIED = "-5000000.00"
HEADS = "heads"


def refunds_without_ground(editor: DeliveryEditor) -> None:
    """his_charge.csv gets two rows at its end: a refund of an unknown charge, and one of more than was charged."""
    rows = editor.rows("his_charge")
    original = _outpatient_row(rows)
    unknown = _refund(rows, original, "1", reverses="099999999999999")
    exceeding = _refund(rows, original, "2", times=5)
    editor.write_rows("his_charge", [*rows, unknown, exceeding])


def charge_and_refund_that_cancel(editor: DeliveryEditor) -> None:
    """his_charge.csv gets two rows at its end: a charge and its refund within the same visit."""
    rows = editor.rows("his_charge")
    charge = _outpatient_row(rows).copy()
    charge[rows[0].index("charge_id")] += "3"
    editor.write_rows("his_charge", [*rows, charge, _refund(rows, charge, "4")])


def unknown_codes(editor: DeliveryEditor) -> None:
    """his_charge.csv: one outpatient row with an unknown item, one with an unknown department, one with an unknown doctor."""
    rows = editor.rows("his_charge")
    chosen = [row for row in rows[1:] if _is_plain_visit_row(rows[0], row)][:3]
    for row, (column, code) in zip(
        chosen,
        (("item_id", UNKNOWN_ITEM), ("ordering_dept_id", UNKNOWN_DEPT), ("ordering_staff_id", UNKNOWN_STAFF)),
        strict=True,
    ):
        row[rows[0].index(column)] = code
    editor.write_rows("his_charge", rows)


def staff_in_two_departments(editor: DeliveryEditor) -> None:
    """reference/his_staff.csv gets a row: the first doctor is also valid, full time, in another department."""
    rows = editor.rows("his_staff")
    second = rows[1].copy()
    dept, since = rows[0].index("dept_id"), rows[0].index("valid_from")
    second[dept] = next(row[dept] for row in rows[1:] if row[dept] != rows[1][dept])
    second[since] = "2020-06-01"
    editor.write_rows("his_staff", [*rows, second])


def orphan_charges(editor: DeliveryEditor) -> None:
    """his_charge.csv: the rows of one visit name a visit nobody knows; emr_front_page.csv, row 2 fails its identity check."""
    rows = editor.rows("his_charge")
    encounter = rows[0].index("encounter_id")
    visit = _outpatient_row(rows)[encounter]
    for row in rows[1:]:
        if row[encounter] == visit:
            row[encounter] = UNKNOWN_VISIT
    editor.write_rows("his_charge", rows)
    editor.set_cell("emr_front_page", 2, "id_number_is_valid", "false")


def overlapping_parameter_periods(editor: DeliveryEditor) -> None:
    """policy/parameter.csv in the sample folder: recognition_ratio has two rows valid on the same days (use --policy)."""
    with (DEFAULT_POLICY / "parameter.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    second = next(row for row in rows if row[rows[0].index("parameter_code")] == "recognition_ratio").copy()
    second[rows[0].index("valid_from")] = "2025-01-01"
    folder = editor.root / "policy"
    folder.mkdir(exist_ok=True)
    with (folder / "parameter.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([*rows, second])


def empty_pool(editor: DeliveryEditor) -> None:
    """performance_pool.csv: the total pool is 0."""
    rows = editor.rows("performance_pool")
    for row in rows[1:]:
        if row[rows[0].index("pool_code")] == "total":
            row[rows[0].index("amount")] = "0.00"
    editor.write_rows("performance_pool", rows)


def weights_of_zero(editor: DeliveryEditor) -> None:
    """ledger_allocation_driver.csv: every quantity of the driver heads is 0."""
    rows = editor.rows("ledger_allocation_driver")
    for row in rows[1:]:
        if row[rows[0].index("driver_code")] == HEADS:
            row[rows[0].index("quantity")] = "0.0000"
    editor.write_rows("ledger_allocation_driver", rows)


def bonus_below_zero(editor: DeliveryEditor) -> None:
    """reference/performance_opening.csv: the first department carries five million yuan of debt into the month."""
    rows = editor.rows("performance_opening")
    header, first = rows[0], editor.rows("his_department")[1]
    dept = first[editor.rows("his_department")[0].index("dept_id")]
    names = {name: header.index(name) for name in header}
    kept = [row for row in rows if row[names["measure_code"]] != "carried_balance" or row[names["subject_id"]] != dept]
    debt = dict.fromkeys(header, "") | {
        "hospital_id": editor.hospital_id,
        "measure_code": "carried_balance",
        "month": _month_before(editor.month),
        "subject_id": dept,
        "dept_id": dept,
        "amount": CARRIED,
    }
    editor.write_rows("performance_opening", [*kept, [debt[name] for name in header]])


def _is_plain_visit_row(header: list[str], row: list[str]) -> bool:
    return row[header.index("encounter_type")] == "outpatient" and not row[header.index("reverses_charge_id")]


def _outpatient_row(rows: Rows) -> list[str]:
    """The first charge of a visit that is not a refund."""
    return next(row for row in rows[1:] if _is_plain_visit_row(rows[0], row))


def _refund(rows: Rows, charge: list[str], suffix: str, *, reverses: str | None = None, times: int = 1) -> list[str]:
    header, refund = rows[0], charge.copy()
    number = header.index("charge_id")
    refund[number] += suffix
    refund[header.index("reverses_charge_id")] = reverses or charge[number]
    for column in ("quantity", "amount"):
        place = header.index(column)
        refund[place] = format(Decimal(charge[place]) * -times, "f")
    return refund


def _month_before(month: str) -> str:
    year, number = (int(part) for part in month.split("-"))
    return f"{year - (number == 1)}-{(number - 2) % 12 + 1:02d}-01"
