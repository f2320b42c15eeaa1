"""One hospital-month: every contract table, made in blocks of encounters so that a large month stays small in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from orchestration.sample.columns import Maybe, build_table
from orchestration.sample.diseases import Diseases, describe_diseases
from orchestration.sample.drivers import allocation_drivers
from orchestration.sample.encounter_tables import INPATIENT, OUTPATIENT, charge_table, stay_table, transfer_table, visit_table
from orchestration.sample.events import equipment_table, exam_reports, follow_ups, orders, referrals
from orchestration.sample.fees import FIELDS, Fees, class_of_items, sum_by_class
from orchestration.sample.front_pages import front_page_tables
from orchestration.sample.identifiers import charge_ids, stay_ids, visit_ids
from orchestration.sample.insurer import Account, account_of, expected_fee, is_stated, simulated_total, statement
from orchestration.sample.items import Prices, item_prices, reference_items
from orchestration.sample.ledger import accounts_table, voucher_lines
from orchestration.sample.lines import LATE, Lines, stay_lines
from orchestration.sample.opening import department_history, open_stays, opening_table, simulated_last_year
from orchestration.sample.performance import Turnover, performance_tables
from orchestration.sample.settings import Settings, month_start
from orchestration.sample.settlements import (
    Payment,
    divide_fee,
    settlement_days,
    settlement_ids,
    stay_settlements,
    visit_settlements,
)
from orchestration.sample.stays import LONGEST_MONTHS, Stays, admit_cohort, concatenate
from orchestration.sample.stock import stock_issues
from orchestration.sample.structure import Hospital, build_hospital, reference_departments, reference_staff
from orchestration.sample.visits import Visits, is_refunded_late, receive_visits, visit_lines

STAY_BLOCK, VISIT_BLOCK = 20_000, 200_000
Encounters = TypeVar("Encounters", Stays, Visits)
Sink = Callable[[str, pa.Table], None]
"""Takes a table name and some of its rows; called many times for the large tables."""


@dataclass
class Totals:
    """What the month's charges add up to, by ordering department."""

    revenue: NDArray[np.int64]
    used: NDArray[np.int64]
    lines: NDArray[np.int64]

    @classmethod
    def empty(cls, hospital: Hospital) -> Totals:
        """Nothing charged yet: (type, dept, class) in fen, (dept, item) in pieces, (type, dept) in lines."""
        depts, items = len(hospital.departments), len(hospital.catalogue.items)
        return cls(*(np.zeros(shape, dtype=np.int64) for shape in ((2, depts, len(FIELDS)), (depts, items), (2, depts))))

    def add(self, kind: int, lines: Lines, item_class: NDArray[np.int64]) -> None:
        """Count lines of an encounter type (0 outpatient, 1 inpatient)."""
        for target, cell, weight in (
            (self.revenue[kind], lines.dept * len(FIELDS) + item_class[lines.item], lines.amount),
            (self.used, lines.dept * self.used.shape[1] + lines.item, lines.quantity),
            (self.lines[kind], lines.dept, np.ones(len(lines))),
        ):
            target += np.rint(np.bincount(cell, weights=weight, minlength=target.size)).astype(np.int64).reshape(target.shape)


@dataclass
class HospitalSample:
    """Source of all tables of one hospital. Months may be asked for in any order and alone."""

    settings: Settings
    hospital: Hospital
    diseases: Diseases
    prices: Prices
    item_class: NDArray[np.int64]
    cohorts: dict[int, Stays] = field(default_factory=dict)

    @classmethod
    def build(cls, hospital_id: str, settings: Settings) -> HospitalSample:
        """The hospital of that id."""
        hospital = build_hospital(hospital_id, settings)
        return cls(
            settings, hospital, describe_diseases(hospital), item_prices(hospital.catalogue), class_of_items(hospital.catalogue)
        )

    def reference_tables(self) -> dict[str, pa.Table]:
        """Tables that are handed over whole."""
        hospital_id = self.hospital.hospital_id
        return {
            "his_department": build_table("his_department", hospital_id, reference_departments(self.hospital)),
            "his_staff": build_table("his_staff", hospital_id, reference_staff(self.hospital)),
            "his_item": build_table("his_item", hospital_id, reference_items(self.hospital.catalogue)),
            "his_equipment": equipment_table(self.hospital),
            "ledger_account": accounts_table(self.hospital),
            "performance_opening": self._opening(),
        }

    def write_month(self, month: int, sink: Sink) -> None:
        """Hand every month table of a counted month to the sink."""
        totals = Totals.empty(self.hospital)
        stays = self._stays_of(month)
        discharged = stays.take(_in_month(stays.discharged, month))
        fees = self._write_stay_charges(month, stays, discharged, totals, sink)
        visits = self._write_visits(month, totals, sink)
        until = month_start(month + 1)
        payment = self._payment(discharged, fees)
        sink("his_inpatient_stay", stay_table(self.hospital, stays, until))
        sink("his_transfer", transfer_table(self.hospital, stays, until))
        for name, table in front_page_tables(self.hospital, self.diseases, discharged, fees, payment.patient_pay, until).items():
            sink(name, table)
        sink("his_settlement", self._settlements(month))
        sink("his_referral", referrals(self.hospital, stays, (month_start(month), until)))
        stated, account = self._stated(month)
        sink("insurer_case_settlement", statement(self.hospital, self.diseases, stated, month, account))
        self._write_books(month, totals, visits, discharged, stated, account, sink)

    def _cohort(self, month: int) -> Stays:
        if month not in self.cohorts:
            self.cohorts[month] = admit_cohort(self.hospital, self.diseases, month)
        return self.cohorts[month]

    def _stays_of(self, month: int) -> Stays:
        """Stays discharged in the month or open at its end, admitted before its end."""
        start = _seconds(month)
        parts = [self._cohort(m) for m in range(month - LONGEST_MONTHS, month + 1)]
        self.cohorts = {m: c for m, c in self.cohorts.items() if m >= month - LONGEST_MONTHS - 2}
        return concatenate([part.take(part.discharged >= start) for part in parts])

    def _discharged_in(self, month: int) -> Stays:
        parts = [self._cohort(m) for m in range(month - LONGEST_MONTHS, month + 1)]
        return concatenate([part.take(_in_month(part.discharged, month)) for part in parts])

    def _write_stay_charges(self, month: int, stays: Stays, discharged: Stays, totals: Totals, sink: Sink) -> Fees:
        """Charges of the month; returns the fees of the discharged stays over their whole stay."""
        earlier = self._refunded_late(month)
        fees = []
        for block in _blocks(discharged, STAY_BLOCK):
            lines = stay_lines(self.hospital, self.diseases, self.prices, block)
            fees.append(sum_by_class(lines.take(lines.line != LATE), len(block), self.item_class))
            self._write_charges(month, block, lines, totals, sink)
        still_in = stays.take(stays.discharged >= _seconds(month + 1))
        for block in _blocks(still_in, STAY_BLOCK):
            self._write_charges(month, block, stay_lines(self.hospital, self.diseases, self.prices, block), totals, sink)
        for block in _blocks(earlier, STAY_BLOCK):
            lines = stay_lines(self.hospital, self.diseases, self.prices, block)
            self._write_charges(month, block, lines.take(lines.line == LATE), totals, sink)
        return np.concatenate(fees) if fees else np.zeros((0, len(FIELDS)), dtype=np.int64)

    def _refunded_late(self, month: int) -> Stays:
        """Stays of the month before with a refund after their discharge; none from before go-live."""
        if month - 1 < self.settings.first:
            return self._discharged_in(month).take(slice(0, 0))
        before = self._discharged_in(month - 1)
        return before.take(self.settings.noise.uniform(before.key, "late refund") < 0.008)

    def _write_charges(self, month: int, stays: Stays, lines: Lines, totals: Totals, sink: Sink) -> None:
        lines = lines.take(_in_month(lines.booked, month))
        totals.add(1, lines, self.item_class)
        ids = charge_ids(True, stays.number[lines.encounter], lines.line)
        encounters = stay_ids(stays.number).take(pa.array(lines.encounter))
        in_own_ward = lines.dept == stays.first_dept[lines.encounter]
        chance = self.settings.noise.uniform(lines.key, "ordering doctor")
        doctor = np.where(in_own_ward, stays.doctor[lines.encounter], self.hospital.staff.choose("doctor", lines.dept, chance))
        reversed_ids = charge_ids(True, stays.number[lines.encounter], np.maximum(lines.reverses, 0))
        settled = settlement_days(stays)
        known = (settled < month_start(month + 1))[lines.encounter]
        numbers = settlement_ids(encounters)
        sink(
            "his_charge",
            charge_table(self.hospital, INPATIENT, lines, ids, encounters, doctor, reversed_ids, Maybe(numbers, ~known)),
        )
        sink("his_order", orders(self.hospital, lines, ids, encounters, INPATIENT))
        sink("his_exam_report", exam_reports(self.hospital, lines, ids, encounters, INPATIENT))

    def _write_visits(self, month: int, totals: Totals, sink: Sink) -> NDArray[np.int64]:
        """Visits, their charges and settlements; returns visits by department."""
        visits = receive_visits(self.hospital, month)
        for earlier in range(max(month - 2, self.settings.first), month):
            old = receive_visits(self.hospital, earlier)
            old = old.take(is_refunded_late(self.hospital, old))
            lines = visit_lines(self.hospital, self.prices, old)
            self._write_visit_charges(old, lines.take((lines.line == LATE) & _in_month(lines.booked, month)), totals, sink)
        for block in _blocks(visits, VISIT_BLOCK):
            lines = visit_lines(self.hospital, self.prices, block)
            lines = lines.take(_in_month(lines.booked, month))
            self._write_visit_charges(block, lines, totals, sink)
            first = lines.take(lines.line != LATE)
            total = sum_by_class(first, len(block), self.item_class).sum(axis=1)
            payment = divide_fee(self.settings.noise, OUTPATIENT, block.key, block.insurance, total)
            sink("his_settlement", visit_settlements(self.hospital, block, payment))
            sink("his_outpatient_visit", visit_table(self.hospital, block))
        sink("his_follow_up", follow_ups(self.hospital, visits))
        return np.bincount(visits.dept, minlength=len(self.hospital.departments))

    def _write_visit_charges(self, visits: Visits, lines: Lines, totals: Totals, sink: Sink) -> None:
        totals.add(0, lines, self.item_class)
        number = visits.number[lines.encounter]
        ids, encounters = charge_ids(False, number, lines.line), visit_ids(visits.number).take(pa.array(lines.encounter))
        reversed_ids = charge_ids(False, number, np.maximum(lines.reverses, 0))
        doctor = visits.doctor[lines.encounter]
        numbers = Maybe(settlement_ids(encounters), lines.line == LATE)
        sink("his_charge", charge_table(self.hospital, OUTPATIENT, lines, ids, encounters, doctor, reversed_ids, numbers))
        sink("his_order", orders(self.hospital, lines, ids, encounters, OUTPATIENT))
        sink("his_exam_report", exam_reports(self.hospital, lines, ids, encounters, OUTPATIENT))

    def _payment(self, stays: Stays, fees: Fees) -> Payment:
        return divide_fee(self.settings.noise, INPATIENT, stays.key, stays.insurance, fees.sum(axis=1))

    def _fees_of(self, stays: Stays) -> Fees:
        """Fees of whole stays, made again from their lines."""
        fees = []
        for block in _blocks(stays, STAY_BLOCK):
            lines = stay_lines(self.hospital, self.diseases, self.prices, block)
            fees.append(sum_by_class(lines.take(lines.line != LATE), len(block), self.item_class))
        return np.concatenate(fees) if fees else np.zeros((0, len(FIELDS)), dtype=np.int64)

    def _settlements(self, month: int) -> pa.Table:
        """Stays settled in the month: discharged in it or in the month before; those from before go-live are balances."""
        both = concatenate([self._discharged_in(m) for m in range(max(month - 1, self.settings.first), month + 1)])
        settled = both.take(settlement_days(both).astype("datetime64[M]") == month_start(month).astype("datetime64[M]"))
        return stay_settlements(self.hospital, settled, self._payment(settled, self._fees_of(settled)))

    def _stated(self, month: int) -> tuple[Stays, Account]:
        """Stays of a year ago and what the insurer says of them; one in ten is answered a month late."""
        parts = []
        for discharged, is_late in ((month - 12, False), (month - 13, True)):
            if discharged >= self.settings.first - 12:
                stays = self._discharged_in(discharged)
                stays = stays.take(is_stated(self.hospital, stays))
                parts.append(stays.take((self.settings.noise.uniform(stays.key, "late statement") < 0.1) == is_late))
        stays = concatenate(parts)
        known = stays.discharged >= _seconds(self.settings.first)
        billed = expected_fee(self.diseases, stays)
        billed[known] = self._fees_of(stays.take(known)).sum(axis=1)
        return stays, account_of(self.hospital, self.diseases, stays, billed)

    def _write_books(
        self,
        month: int,
        totals: Totals,
        visits: NDArray[np.int64],
        discharged: Stays,
        stated: Stays,
        account: Account,
        sink: Sink,
    ) -> None:
        """Stock, ledger, drivers and the submissions of the offices."""
        hospital = self.hospital
        issues, issued, is_drug = stock_issues(hospital, self.prices, month, totals.used)
        sink("his_stock_issue", issues)
        gain = np.where(account.rejected, 0, account.fund - account.fund_by_item - account.deduction)
        sink("ledger_voucher_line", voucher_lines(hospital, month, totals.revenue, issued, is_drug, int(gain.sum())))
        leaving = np.bincount(discharged.last_dept, minlength=len(hospital.departments))
        sink("ledger_allocation_driver", allocation_drivers(hospital, month, visits, leaving, totals.lines))
        simulated = simulated_total(hospital, self.diseases, stated)
        actual = np.where(account.rejected, 0, account.standard - account.deduction)
        outpatient, inpatient = (int(part.sum()) for part in totals.revenue)
        turnover = Turnover(outpatient, inpatient, int((actual - simulated).sum()))
        for name, table in performance_tables(hospital, month, turnover, discharged).items():
            sink(name, table)

    def _opening(self) -> pa.Table:
        """Balances at go-live; simulated settlements only for months whose statements the sample delivers."""
        first = self.settings.first
        parts = [*department_history(self.hospital)]
        for month in range(first - 12, min(first, first - 12 + self.settings.months)):
            parts.append(simulated_last_year(self.hospital, self.diseases, self._discharged_in(month), month))
        open_then = self._stays_of(first - 1)
        open_then = open_then.take(open_then.discharged >= _seconds(first))
        for block in _blocks(open_then, STAY_BLOCK):
            lines = stay_lines(self.hospital, self.diseases, self.prices, block)
            lines = lines.take(lines.booked < _seconds(first))
            parts += open_stays(self.hospital, block, lines, self._own_cost(lines))
        return opening_table(parts, self.hospital)

    def _own_cost(self, lines: Lines) -> NDArray[np.int64]:
        items = self.hospital.catalogue.items
        own = ((items["item_kind"] != "service") & (items["is_separately_charged"] == "true")).to_numpy()
        price = self.prices.purchase(np.arange(len(items)), month_start(self.settings.first) - 1)
        return np.where(own[lines.item], lines.quantity * price[lines.item], 0)


def _seconds(month: int) -> int:
    return int(month_start(month).astype("datetime64[s]").astype(np.int64))


def _in_month(times: NDArray[np.int64], month: int) -> NDArray[np.bool_]:
    return (times >= _seconds(month)) & (times < _seconds(month + 1))


def _blocks(rows: Encounters, size: int) -> Iterator[Encounters]:
    for start in range(0, len(rows), size):
        yield rows.take(slice(start, start + size))
