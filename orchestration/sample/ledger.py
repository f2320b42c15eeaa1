"""The general ledger of a month: vouchers that balance, in step with charges, stock and statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from orchestration.sample.catalogue import records
from orchestration.sample.columns import build_table
from orchestration.sample.fees import FIELDS
from orchestration.sample.noise import combine
from orchestration.sample.settings import month_start
from orchestration.sample.structure import OPENED_ON, Hospital

CASH, RECEIVABLE, DRUG_STOCK, MATERIAL_STOCK = "1002", "1212", "130201", "130202"
DEPRECIATED, AMORTISED, WAGES, PAYABLE, RISK_FUND = "1602", "1702", "2211", "2302", "3101"
DIFFERENCE, SUBSIDY = "41010103", "4001"
WAGE_SHARE, FAMILY_SHARE, DEPRECIATION_SHARE, AMORTISATION_SHARE, RUNNING_SHARE, RISK_SHARE = 0.29, 0.02, 0.05, 0.004, 0.08, 0.002
Entry = tuple[str, str | None, int, str]
"""Account, department, fen, funding source."""


@dataclass
class Journal:
    """Voucher lines as they are written; every voucher is opened, filled and left balanced."""

    stamp: str
    last_day: np.datetime64
    rows: list[tuple[str, int, np.datetime64, str, str | None, int, int, str, str]] = field(default_factory=list)
    vouchers: int = 0

    def post(self, summary: str, debit: Sequence[Entry], credit: Sequence[Entry]) -> None:
        """Write one voucher from (account, department, fen, funding) entries; zeros are left out."""
        entries = [(*entry, True) for entry in debit if entry[2]] + [(*entry, False) for entry in credit if entry[2]]
        if not entries:
            return
        self.vouchers += 1
        number = f"JZ{self.stamp}{self.vouchers:05d}"
        for line, (account, dept, fen, funding, is_debit) in enumerate(entries, start=1):
            amounts = (fen, 0) if is_debit else (0, fen)
            self.rows.append((number, line, self.last_day, account, dept, *amounts, funding, summary))


def accounts_table(hospital: Hospital) -> pa.Table:
    """`ledger_account`."""
    rows = hospital.catalogue.accounts
    columns = {name: rows[name].tolist() for name in ("account_code", "account_name", "account_class")}
    columns["cost_category"] = [value or None for value in rows["cost_category"]]
    return build_table("ledger_account", hospital.hospital_id, {**columns, "valid_from": np.full(len(rows), OPENED_ON)})


def voucher_lines(
    hospital: Hospital,
    month: int,
    revenue: NDArray[np.int64],
    issued: NDArray[np.int64],
    is_drug: NDArray[np.bool_],
    difference: int,
) -> pa.Table:
    """`ledger_voucher_line` of a month.

    Args:
        revenue: fen by encounter type (0 outpatient, 1 inpatient), ordering department and fee class.
        issued: fen of goods by department and item.
        difference: fen the insurer's statement gives (or takes) beyond what was booked by item.
    """
    journal = Journal(str(month_start(month))[2:7].replace("-", ""), month_start(month + 1) - 1)
    turnover = int(revenue.sum())
    _book_revenue(journal, hospital, revenue)
    _book_goods(journal, hospital, issued, is_drug)
    _book_wages(journal, hospital, turnover)
    _book_assets(journal, hospital, turnover)
    _book_running_cost(journal, hospital, month, turnover, revenue)
    _book_rest(journal, hospital, turnover, difference)
    return _table(hospital, journal)


def _book_revenue(journal: Journal, hospital: Hospital, revenue: NDArray[np.int64]) -> None:
    accounts = hospital.catalogue.accounts
    for kind, (prefix, name) in enumerate((("41010101", "门急诊收入"), ("41010102", "住院收入"))):
        chosen = accounts[accounts["account_code"].str.startswith(prefix) & (accounts["fee_classes"] != "")]
        groups = [(row.account_code, [FIELDS.index(c.lower()) for c in row.fee_classes.split("|")]) for row in records(chosen)]
        for dept, dept_id in enumerate(hospital.dept_ids):
            parts = [(account, int(revenue[kind, dept, classes].sum())) for account, classes in groups]
            total = sum(fen for _, fen in parts)
            credit: list[Entry] = [(account, dept_id, fen, "own") for account, fen in parts if fen > 0]
            debit: list[Entry] = [(account, dept_id, -fen, "own") for account, fen in parts if fen < 0]
            side = debit if total > 0 else credit
            side.append((RECEIVABLE, None, abs(total), "own"))
            journal.post(f"{name}确认", debit, credit)


def _book_goods(journal: Journal, hospital: Hospital, issued: NDArray[np.int64], is_drug: NDArray[np.bool_]) -> None:
    for dept, dept_id in enumerate(hospital.dept_ids):
        drugs, materials = int(issued[dept, is_drug].sum()), int(issued[dept, ~is_drug].sum())
        journal.post("药品出库", [("500104", dept_id, drugs, "own")], [(DRUG_STOCK, None, drugs, "own")])
        journal.post("卫生材料出库", [("500103", dept_id, materials, "own")], [(MATERIAL_STOCK, None, materials, "own")])


def _book_wages(journal: Journal, hospital: Hospital, turnover: int) -> None:
    staff = hospital.staff.table
    weight = np.bincount(staff["dept"], weights=staff["coefficient"] * staff["fte"], minlength=len(hospital.departments))
    for dept, dept_id in enumerate(hospital.dept_ids):
        head = _expense_head(hospital, dept)
        wage = int(turnover * WAGE_SHARE * weight[dept] / weight.sum())
        family = int(turnover * FAMILY_SHARE * weight[dept] / weight.sum())
        basic = wage // 5
        journal.post(
            "计提工资",
            [
                (f"{head}01", dept_id, basic, "basic"),
                (f"{head}01", dept_id, wage - basic, "own"),
                (f"{head}02", dept_id, family, "own"),
            ],
            [(WAGES, None, wage + family, "own")],
        )


def _book_assets(journal: Journal, hospital: Hospital, turnover: int) -> None:
    area = hospital.departments["floor_area_m2"].astype(float).to_numpy()
    heavy = np.where(hospital.departments["dept_class"] == "medical_technology", 3.0, 1.0) * area
    for dept, dept_id in enumerate(hospital.dept_ids):
        head = _expense_head(hospital, dept)
        worn = int(turnover * DEPRECIATION_SHARE * heavy[dept] / heavy.sum())
        by_project = worn * 3 // 10 if hospital.departments["function_code"].iloc[dept] == "IMG" else 0
        journal.post(
            "计提折旧",
            [(f"{head}05", dept_id, worn - by_project, "own"), (f"{head}05", dept_id, by_project, "fiscal_project")],
            [(DEPRECIATED, None, worn, "own")],
        )
        soft = int(turnover * AMORTISATION_SHARE * area[dept] / area.sum())
        journal.post("无形资产摊销", [(f"{head}06", dept_id, soft, "own")], [(AMORTISED, None, soft, "own")])


def _book_running_cost(journal: Journal, hospital: Hospital, month: int, turnover: int, revenue: NDArray[np.int64]) -> None:
    heads = np.bincount(hospital.staff.table["dept"], minlength=len(hospital.departments))
    key = combine(np.full(len(heads), month, dtype=np.uint64), np.arange(len(heads)))
    weight = heads * (0.7 + 0.6 * hospital.settings.noise.uniform(key, f"running cost {hospital.hospital_id}"))
    earned = np.maximum(revenue.sum(axis=(0, 2)), 0)
    classes = hospital.departments["dept_class"].to_numpy()
    for dept, dept_id in enumerate(hospital.dept_ids):
        head = _expense_head(hospital, dept)
        running = int(turnover * RUNNING_SHARE * weight[dept] / weight.sum())
        debit = [(f"{head}08", dept_id, running, "own")]
        if classes[dept] == "clinical" and dept % 4 == 0:
            debit += [(f"{head}08", dept_id, running // 10, "research"), (f"{head}08", dept_id, running // 20, "other_project")]
        journal.post("日常运行费用", debit, [(PAYABLE, None, sum(entry[2] for entry in debit), "own")])
        risk = int(earned[dept] * RISK_SHARE)
        journal.post("计提医疗风险基金", [("500107", dept_id, risk, "own")], [(RISK_FUND, None, risk, "own")])
        if dept % 9 == 0:
            journal.post("冲回多计费用", [(PAYABLE, None, running // 50, "own")], [(f"{head}08", dept_id, running // 50, "own")])


def _book_rest(journal: Journal, hospital: Hospital, turnover: int, difference: int) -> None:
    finance = hospital.dept_ids[hospital.function_dept["FINANCE"]]
    logistics = hospital.dept_ids[hospital.function_dept["LOGISTICS"]]
    journal.post("资产处置", [("5301", logistics, turnover // 2_000, "own")], [(PAYABLE, None, turnover // 2_000, "own")])
    journal.post("其他费用", [("5901", finance, turnover // 3_000, "own")], [(CASH, None, turnover // 3_000, "own")])
    journal.post("财政基本补助", [(CASH, None, turnover // 20, "basic")], [(SUBSIDY, finance, turnover // 20, "basic")])
    gain, owed = (DIFFERENCE, finance, abs(difference), "own"), (RECEIVABLE, None, abs(difference), "own")
    journal.post("医保结算差额", [owed if difference > 0 else gain], [gain if difference > 0 else owed])


def _expense_head(hospital: Hospital, dept: int) -> str:
    """Head of the expense account: administrative departments book to 5101."""
    return "5101" if hospital.departments["dept_class"].iloc[dept] == "administrative" else "5001"


def _table(hospital: Hospital, journal: Journal) -> pa.Table:
    names = (
        "voucher_id",
        "line_no",
        "posted_on",
        "account_code",
        "dept_id",
        "debit_amount",
        "credit_amount",
        "funding_source",
        "summary",
    )
    columns: dict[str, Any] = dict(zip(names, (list(values) for values in zip(*journal.rows, strict=True)), strict=True))
    columns["posted_on"] = np.array(columns["posted_on"])
    return build_table("ledger_voucher_line", hospital.hospital_id, columns)
