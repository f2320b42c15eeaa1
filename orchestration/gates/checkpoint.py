"""One checkpoint: every gate of its suite gets exactly one answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.errors import GateStopped, Place
from orchestration.gates.answers import FAILED, NOT_APPLICABLE, PASSED, STOP, TOO_EARLY, WAIVED, GateAnswer
from orchestration.gates.figures import (
    Figures,
    Scope,
    Threshold,
    Waiver,
    existing_relations,
    read_figures,
    read_scope,
    read_thresholds,
    read_waivers,
)
from orchestration.gates.index import Gate, load_index, load_suite
from orchestration.gates.judge import Verdict, judge
from orchestration.gates.messages import Finding, message, plain
from orchestration.home import EXPECTATIONS


@dataclass(frozen=True)
class Evidence:
    """All that was read for the gates of one checkpoint."""

    scope: Scope
    built: frozenset[str]
    figures: dict[str, list[Figures]]
    thresholds: dict[str, Threshold]
    waivers: dict[str, Waiver]


def run_checkpoint(
    warehouse: Path, checkpoint: str, *, suites: Path = EXPECTATIONS, docs: Path | None = None
) -> list[GateAnswer]:
    """Judge the gates of one checkpoint on a private database whose gate models were built.

    The database is opened read-only; thresholds and waivers are its policy rows. A gate whose relation is missing, is
    not one row, names another month, raises, or looked at no rows is failed, never skipped.

    Args:
        warehouse: file of the private database; no other connection may hold it for writing.
        checkpoint: received, conformed or closed.
        suites: folder of the expectation suites.
        docs: folder in which the Data Docs site is written; None writes none.

    Returns:
        One answer per gate of the suite, in its order.

    Raises:
        GateStopped: F46, a suite is missing or empty, or a policy row names a gate that has no expectation.
    """
    index = load_index(suites)
    gates = load_suite(checkpoint, suites)
    evidence = _read(warehouse, gates)
    _refuse_unknown_gates(evidence.thresholds, index)
    judged = [g for g in gates if _finding_before(g, evidence) is None]
    meta = {g.gate_id: _rendered_meta(evidence.thresholds[g.gate_id]) for g in judged}
    limits = {g.gate_id: evidence.thresholds[g.gate_id].threshold for g in judged}
    run_name = f"{evidence.scope.hospital_id} {evidence.scope.month:%Y-%m}"
    verdicts = judge(warehouse, judged, limits, meta, docs, run_name)
    return [_answer(gate, evidence, verdicts.get(gate.gate_id)) for gate in gates]


def _read(warehouse: Path, gates: tuple[Gate, ...]) -> Evidence:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        scope = read_scope(con)
        built = existing_relations(con)
        return Evidence(
            scope=scope,
            built=built,
            figures=read_figures(con, [g for g in gates if g.relation in built]),
            thresholds=read_thresholds(con, scope.month),
            waivers=read_waivers(con, scope),
        )


def _refuse_unknown_gates(thresholds: dict[str, Threshold], index: dict[str, Gate]) -> None:
    unknown = sorted(set(thresholds) - set(index))
    if unknown:
        raise GateStopped(
            f"policy names gates that have no expectation: {', '.join(unknown)}",
            rule="F46",
            place=Place(file="gate.csv"),
            remedy="add the expectation to its suite, or remove the policy row",
            zh=f"政策表中的质量门没有对应期望：{'、'.join(unknown)}",
        )


def _finding_before(gate: Gate, evidence: Evidence) -> Finding | None:
    """Why the gate cannot be judged by its figure; None when it can."""
    if gate.gate_id not in evidence.thresholds:
        return Finding(FAILED, "no_threshold")
    if gate.relation not in evidence.built:
        return Finding(FAILED, "no_relation")
    rows = evidence.figures[gate.gate_id]
    if len(rows) != 1:
        return Finding(FAILED, "not_one_row", str(len(rows)))
    row = rows[0]
    if (row.gate_id, row.hospital_id, row.month) != (gate.gate_id, evidence.scope.hospital_id, evidence.scope.month):
        return Finding(FAILED, "other_scope", f"{row.gate_id} {row.hospital_id} {row.month}")
    return _finding_of_row(row)


def _finding_of_row(row: Figures) -> Finding | None:
    if row.hint is not None:
        kind, _, what = row.hint.partition(":")
        known = kind in (NOT_APPLICABLE, TOO_EARLY) and what.strip()
        return Finding(kind, kind, what.strip()) if known else Finding(FAILED, "unknown_hint", row.hint)
    if not row.checked_rows:
        return Finding(FAILED, "no_rows_checked")
    return None


def _finding(gate: Gate, evidence: Evidence, verdict: Verdict | None) -> Finding:
    """The status the gate earns by itself, before waivers."""
    before = _finding_before(gate, evidence)
    if before is not None:
        return before
    if verdict is None:
        return Finding(FAILED, "not_evaluated")
    if verdict.error:
        return Finding(FAILED, "raised", verdict.error.strip().splitlines()[0])
    return Finding(PASSED if verdict.holds else FAILED, "judged")


def _answer(gate: Gate, evidence: Evidence, verdict: Verdict | None) -> GateAnswer:
    finding = _finding(gate, evidence, verdict)
    waiver = evidence.waivers.get(gate.gate_id)
    status = WAIVED if finding.status == FAILED and waiver is not None and waiver.is_in_force else finding.status
    threshold = evidence.thresholds.get(gate.gate_id)
    rows = evidence.figures.get(gate.gate_id, [])
    row = rows[0] if len(rows) == 1 else None
    text = message(gate, finding, row, threshold, waiver if finding.status == FAILED else None)
    return GateAnswer(
        gate_id=gate.gate_id,
        checkpoint=gate.checkpoint,
        hospital_id=evidence.scope.hospital_id,
        month=evidence.scope.month,
        severity=threshold.severity if threshold else STOP,
        status=status,
        checked_rows=(row.checked_rows or 0) if row else 0,
        failing_rows=(row.failing_rows or 0) if row else 0,
        amount_yuan=row.amount_yuan if row else None,
        figure=row.figure if row else None,
        threshold=threshold.threshold if threshold else None,
        sample_keys=row.sample_keys if row else None,
        reason=text.reason,
        message_zh=text.zh,
        message_en=text.en,
    )


def _rendered_meta(threshold: Threshold) -> dict[str, str]:
    """What the rendered suite says about the threshold, whose home is the policy."""
    return {"threshold": plain(threshold.threshold), "severity": threshold.severity, "reason": threshold.reason}
