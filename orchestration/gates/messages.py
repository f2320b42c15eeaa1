"""Sentences of the answers, in Chinese and in English."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from orchestration.gates.figures import Figures, Threshold, Waiver
from orchestration.gates.index import Gate


@dataclass(frozen=True)
class Finding:
    """A status and why: `why` is a key of `WHY`, `detail` fills its blank."""

    status: str
    why: str
    detail: str = ""


class Text(NamedTuple):
    """What is told about one answer; `reason` is what the mart keeps."""

    zh: str
    en: str
    reason: str | None


WHY = {
    "no_threshold": ("政策表 gate.csv 没有该门的有效行", "gate.csv has no row of this gate in force"),
    "no_relation": ("质量门模型未构建", "the relation of the gate was not built"),
    "not_one_row": ("质量门模型应为一行，实际 {} 行", "the relation of the gate holds {} rows instead of one"),
    "other_scope": ("质量门模型属于其他门、机构或月份：{}", "the relation of the gate is of another gate, hospital or month: {}"),
    "unknown_hint": ("无法识别的提示：{}", "unknown hint: {}"),
    "no_rows_checked": ("应检查的记录为零行", "no rows were checked although rows were expected"),
    "not_evaluated": ("期望未被评估", "the expectation was not evaluated"),
    "raised": ("评估时出错：{}", "the evaluation raised: {}"),
    "not_applicable": ("不适用，缺少 {}", "not applicable, missing {}"),
    "too_early": ("为时尚早：{}", "too early: {}"),
}
MEASURE_ZH = {"failing_rows": "不符行数", "amount_yuan": "差额（元）", "figure": "指标值"}


def message(gate: Gate, finding: Finding, row: Figures | None, threshold: Threshold | None, waiver: Waiver | None) -> Text:
    """The sentences of one answer.

    Args:
        gate: what was asked.
        finding: what was found before waivers.
        row: figures of the gate, if it had exactly one row.
        threshold: policy row of the gate, if any.
        waiver: waiver of a failed gate, if any.
    """
    if finding.why == "judged" and row is not None and threshold is not None:
        zh, en = _judged(gate, row, threshold)
        reason = None
    else:
        zh, en = (sentence.format(finding.detail) for sentence in WHY[finding.why])
        reason = en
    if waiver is not None:
        zh_waiver, reason = _waived(waiver)
        zh, en = f"{zh}；{zh_waiver}", f"{en}; {reason}"
    return Text(f"{gate.gate_id} {gate.zh}：{zh}", f"{gate.gate_id} {gate.en}: {en}", reason)


def reason_zh(reason: str) -> str:
    """A reason as the mart keeps it, in Chinese; what people wrote themselves stays as it is."""
    for zh, en in WHY.values():
        begin, _, end = en.partition("{}")
        if reason.startswith(begin) and reason.endswith(end):
            return zh.format(reason[len(begin) : len(reason) - len(end)])
    return reason


def _judged(gate: Gate, row: Figures, threshold: Threshold) -> tuple[str, str]:
    measured = getattr(row, gate.measure)
    if gate.measure == "amount_yuan" and measured is not None:
        measured = abs(measured)
    value, limit = plain(measured), plain(threshold.threshold)
    zh_limit, en_limit = ("不低于", "at least") if gate.is_lower_limit else ("不超过", "at most")
    zh = f"检查 {row.checked_rows} 行，不符 {row.failing_rows} 行，{MEASURE_ZH[gate.measure]} {value}，应{zh_limit} {limit}"
    en = f"{row.checked_rows} rows checked, {row.failing_rows} failing, {gate.measure} {value}, should be {en_limit} {limit}"
    if row.amount_yuan is not None and gate.measure != "amount_yuan":
        zh, en = f"{zh}，涉及 {row.amount_yuan} 元", f"{en}, {row.amount_yuan} yuan at stake"
    return zh, en


def _waived(waiver: Waiver) -> tuple[str, str]:
    if waiver.is_in_force:
        return (
            f"经 {waiver.approver} 批准豁免至 {waiver.expires_on}：{waiver.reason}",
            f"waived by {waiver.approver} until {waiver.expires_on}: {waiver.reason}",
        )
    return (
        f"豁免不在有效期（至 {waiver.expires_on}）",
        f"the waiver of {waiver.approver} is not in force (until {waiver.expires_on})",
    )


def plain(value: Decimal | int | None) -> str:
    """A number without trailing zeros."""
    return "-" if value is None else format(Decimal(value).normalize(), "f")
