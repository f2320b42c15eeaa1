"""The insurer's yearly statement: cases of the same month a year before, in the sample's own guess of groups and prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from orchestration.sample.columns import QUANTITY_UNIT, RATIO_UNIT, Coded, Maybe, build_table
from orchestration.sample.diseases import Diseases
from orchestration.sample.identifiers import stay_ids
from orchestration.sample.settings import month_start
from orchestration.sample.settlements import SELF_PAY, divide_fee, settlement_days
from orchestration.sample.stays import INSURANCE, Stays
from orchestration.sample.structure import Hospital

DEDUCTION_REASONS = ("超限定支付范围用药", "重复收费", "低标准入院")
SCORE_FEN = 1_000
"""Fen of a score point in the insurer's books."""


@dataclass(frozen=True)
class Account:
    """What the insurer says of a stay, in fen."""

    billed: NDArray[np.int64]
    standard: NDArray[np.int64]
    fund_by_item: NDArray[np.int64]
    patient: NDArray[np.int64]
    fund: NDArray[np.int64]
    deduction: NDArray[np.int64]
    rejected: NDArray[np.bool_]


def expected_fee(diseases: Diseases, stays: Stays) -> NDArray[np.int64]:
    """Fee of a stay where its lines are not made: the insurer's books hold stays from before the first month."""
    return np.rint(diseases.mean_fee[stays.disease] * stays.fee_factor).astype(np.int64)


def is_stated(hospital: Hospital, stays: Stays) -> NDArray[np.bool_]:
    """Stays the insurer answers for: insured, and for 19 of 20 the statement is there after a year."""
    answered: NDArray[np.bool_] = hospital.settings.noise.uniform(stays.key, "stated") < 0.95
    answered &= stays.insurance != SELF_PAY
    return answered


def account_of(hospital: Hospital, diseases: Diseases, stays: Stays, billed: NDArray[np.int64]) -> Account:
    """Standard payment by the disease's mean fee, with the multiples of the region's formula."""
    noise = hospital.settings.noise
    mean = np.rint(diseases.mean_fee[stays.disease]).astype(np.int64)
    ratio = billed / mean
    standard = np.where(ratio > 2, billed - mean, np.where(ratio < 0.5, billed, mean))
    standard = (standard * (0.95 + 0.1 * noise.uniform(stays.key, "clearing"))).astype(np.int64)
    payment = divide_fee(noise, "inpatient", stays.key, stays.insurance, billed)
    rejected = noise.uniform(stays.key, "rejected") < 0.008
    cut = noise.uniform(stays.key, "deduction") < 0.06
    fund = np.maximum(standard - payment.patient_pay, 0)
    deduction = np.where(cut & ~rejected, fund // 50, 0)
    return Account(billed, standard, payment.fund_booked, payment.patient_pay, fund, deduction, rejected)


def simulated_total(hospital: Hospital, diseases: Diseases, stays: Stays) -> NDArray[np.int64]:
    """What the hospital expected a year ago, in fen, with the patient's share."""
    account = account_of(hospital, diseases, stays, expected_fee(diseases, stays))
    guess = 0.97 + 0.06 * hospital.settings.noise.uniform(stays.key, "simulation")
    return (account.standard * guess).astype(np.int64)


def statement(hospital: Hospital, diseases: Diseases, stays: Stays, month: int, account: Account) -> pa.Table:
    """`insurer_case_settlement` of a statement month for the given stays."""
    groups = hospital.diseases["group_code"].to_numpy(dtype=object)
    reason = hospital.settings.noise.whole(stays.key, "reason", len(DEDUCTION_REASONS))
    ids = stay_ids(stays.number)
    return build_table(
        "insurer_case_settlement",
        hospital.hospital_id,
        {
            "settlement_id": pc.binary_join_element_wise(pa.scalar("QS"), ids, ""),
            "statement_month": np.full(len(stays), month_start(month)),
            "stay_id": ids,
            "settled_on": settlement_days(stays),
            "statement_year": settlement_days(stays).astype("datetime64[Y]").astype(int) + 1970,
            "insurance_type": Coded(stays.insurance, INSURANCE),
            "group_code": groups[stays.disease].tolist(),
            "score": account.standard * (QUANTITY_UNIT // SCORE_FEN),
            "billed_fee": account.billed,
            "standard_total": account.standard,
            "fund_pay_by_item": account.fund_by_item,
            "fund_pay": account.fund,
            "patient_pay": account.patient,
            "deduction": account.deduction,
            "deduction_reason": Coded(np.where(account.deduction > 0, reason, -1), DEDUCTION_REASONS),
            "coefficient": np.full(len(stays), RATIO_UNIT),
            "point_value": Maybe(np.full(len(stays), SCORE_FEN * 100), np.zeros(len(stays), dtype=bool)),
            "is_rejected": account.rejected,
        },
    )
