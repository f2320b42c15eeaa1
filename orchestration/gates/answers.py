"""What a gate answers, and what the answers mean for the run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

PASSED = "passed"
FAILED = "failed"
NOT_APPLICABLE = "not_applicable"
TOO_EARLY = "too_early"
WAIVED = "waived"
STATUSES = (PASSED, FAILED, NOT_APPLICABLE, TOO_EARLY, WAIVED)

STOP = "stop"
QUARANTINE = "quarantine"
WARN = "warn"
SEVERITIES = (STOP, QUARANTINE, WARN)

STATUS_ZH = {PASSED: "通过", FAILED: "未通过", NOT_APPLICABLE: "不适用", TOO_EARLY: "为时尚早", WAIVED: "已豁免"}


@dataclass(frozen=True)
class GateAnswer:
    """The answer of one gate for one hospital and month.

    `amount_yuan` is the money at stake; `figure` the ratio or number the gate looks at; `sample_keys` up to twenty
    keys joined by ``"; "``, with source addresses ``table[batch_key:source_row]`` where rows are concerned.
    """

    gate_id: str
    checkpoint: str
    hospital_id: str
    month: date
    severity: str
    status: str
    checked_rows: int
    failing_rows: int
    amount_yuan: Decimal | None
    figure: Decimal | None
    threshold: Decimal | None
    sample_keys: str | None
    reason: str | None
    message_zh: str
    message_en: str

    @property
    def stops(self) -> bool:
        """Whether nothing of the month may be published."""
        return self.status == FAILED and self.severity == STOP


def stopping(answers: Iterable[GateAnswer]) -> list[GateAnswer]:
    """The answers that end the run, in the order given."""
    return [answer for answer in answers if answer.stops]
