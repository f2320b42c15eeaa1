"""What the patient and the fund pay: settlements of stays and visits."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from orchestration.sample.cases import dates
from orchestration.sample.columns import RATIO_UNIT, Coded, build_table
from orchestration.sample.identifiers import stay_ids, visit_ids
from orchestration.sample.noise import Keys, Noise
from orchestration.sample.stays import INSURANCE, Stays
from orchestration.sample.structure import Hospital
from orchestration.sample.visits import Visits

SELF_PAY = INSURANCE.index("self_pay")
RATIO_PERCENT = {"inpatient": np.array([85, 70, 60, 0]), "outpatient": np.array([60, 50, 40, 0])}
DEDUCTIBLE_FEN = {"inpatient": 50_000, "outpatient": 0}
REDONE_SHARE = 0.01
PARTS = ("full_self_paid", "first_self_paid", "over_limit_self_paid", "deductible", "fund_booked", "other_fund", "patient_pay")


@dataclass(frozen=True)
class Payment:
    """Parts of a fee in fen: total = fund_booked + other_fund + patient_pay; the first four are inside patient_pay."""

    total_fee: NDArray[np.int64]
    full_self_paid: NDArray[np.int64]
    first_self_paid: NDArray[np.int64]
    over_limit_self_paid: NDArray[np.int64]
    deductible: NDArray[np.int64]
    fund_booked: NDArray[np.int64]
    other_fund: NDArray[np.int64]
    patient_pay: NDArray[np.int64]
    ratio_percent: NDArray[np.int64]

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Payment:
        """The chosen payments."""
        return Payment(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


def divide_fee(noise: Noise, kind: str, key: Keys, insurance: NDArray[np.int64], total: NDArray[np.int64]) -> Payment:
    """Share a fee between patient and funds; who is not insured pays everything."""
    insured = insurance != SELF_PAY
    ratio = RATIO_PERCENT[kind][insurance]
    full = np.where(insured, (total * (0.02 + 0.05 * noise.uniform(key, "full self"))).astype(np.int64), total)
    first = np.where(insured, (total * (0.03 + 0.05 * noise.uniform(key, "first self"))).astype(np.int64), 0)
    over = np.where(insured & (noise.uniform(key, "over limit") < 0.1), total // 100, 0)
    scope = total - full - first - over
    deductible = np.where(insured, np.minimum(DEDUCTIBLE_FEN[kind], np.maximum(scope, 0)), 0)
    fund = np.maximum(scope - deductible, 0) * ratio // 100
    other = np.where(insured & (noise.uniform(key, "other fund") < 0.05), (scope - deductible - fund) // 4, 0)
    return Payment(total, full, first, over, deductible, fund, other, total - fund - other, ratio)


def settlement_days(stays: Stays) -> NDArray[np.datetime64]:
    """Day a stay is settled."""
    return dates(stays.discharged) + stays.settled_after_days


def settlement_ids(ids: pa.Array) -> pa.Array:
    """Settlement number of an encounter."""
    return pc.binary_join_element_wise(pa.scalar("JS"), ids, "")


def stay_settlements(hospital: Hospital, stays: Stays, payment: Payment) -> pa.Table:
    """Settlements of stays; one in a hundred was settled wrongly first, reversed and settled again on the same day."""
    redone = np.flatnonzero(hospital.settings.noise.uniform(stays.key, "settled twice") < REDONE_SHARE)
    ids = settlement_ids(stay_ids(stays.number))
    every = _rows(hospital, "inpatient", ids, stay_ids(stays.number), settlement_days(stays), stays.insurance, payment, 1)
    again = stays.take(redone)
    their = stay_ids(again.number)
    wrong, undone = (pc.binary_join_element_wise(settlement_ids(their), pa.scalar(end), "") for end in ("W", "R"))
    first = _rows(hospital, "inpatient", wrong, their, settlement_days(again), again.insurance, payment.take(redone), 1)
    back = _rows(hospital, "inpatient", undone, their, settlement_days(again), again.insurance, payment.take(redone), -1, wrong)
    return pa.concat_tables([every, first, back])


def visit_settlements(hospital: Hospital, visits: Visits, payment: Payment) -> pa.Table:
    """One settlement per visit, on its day."""
    ids = visit_ids(visits.number)
    return _rows(hospital, "outpatient", settlement_ids(ids), ids, dates(visits.visited), visits.insurance, payment, 1)


def _rows(
    hospital: Hospital,
    kind: str,
    ids: pa.Array,
    encounters: pa.Array,
    settled_on: NDArray[np.datetime64],
    insurance: NDArray[np.int64],
    payment: Payment,
    sign: int,
    reverses: pa.Array | None = None,
) -> pa.Table:
    columns: dict[str, Any] = {
        "settlement_id": ids,
        "encounter_type": pa.repeat(kind, len(ids)),
        "encounter_id": encounters,
        "settled_on": settled_on,
        "insurance_type": Coded(insurance, INSURANCE),
        "total_fee": payment.total_fee * sign,
        **{name: getattr(payment, name) * sign for name in PARTS},
        "in_scope_ratio": payment.ratio_percent * (RATIO_UNIT // 100),
        "is_reversal": np.full(len(ids), sign < 0),
    }
    if reverses is not None:
        columns["reverses_settlement_id"] = reverses
    return build_table("his_settlement", hospital.hospital_id, columns)
