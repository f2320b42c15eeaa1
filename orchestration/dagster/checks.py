"""Checks: the gates of a checkpoint as blocking asset checks.

Belongs here: how an answer of a gate becomes a check result. Not here: what a gate judges (`gates/`, `expectations/`).
"""

from collections.abc import Iterator

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    PartitionsDefinition,
    multi_asset_check,
)

from orchestration.dagster.resources import CasemixResource
from orchestration.dagster.specs import gates_key, gates_of
from orchestration.gates import GateAnswer
from orchestration.gates.answers import FAILED, STOP


def checkpoint_checks(checkpoint: str, partitions: PartitionsDefinition[str]) -> AssetChecksDefinition:
    """Judge a checkpoint: one check per gate, on the relations that find its rows."""
    key = gates_key(checkpoint)
    specs = [
        AssetCheckSpec(
            check_name(gate.gate_id),
            asset=key,
            description=f"{gate.zh} {gate.en}",
            blocking=True,
            partitions_def=partitions,
        )
        for gate in gates_of(checkpoint)
    ]

    @multi_asset_check(name=f"judge_{checkpoint}", specs=specs)
    def judge(context: AssetCheckExecutionContext, casemix: CasemixResource) -> Iterator[AssetCheckResult]:
        for answer in casemix.month_run(context).judge(checkpoint):
            yield check_result(answer, key)

    return judge


def check_result(answer: GateAnswer, asset_key: AssetKey) -> AssetCheckResult:
    """Only a failed gate fails its check; only a gate of severity stop blocks."""
    return AssetCheckResult(
        asset_key=asset_key,
        check_name=check_name(answer.gate_id),
        passed=answer.status != FAILED,
        severity=AssetCheckSeverity.ERROR if answer.severity == STOP else AssetCheckSeverity.WARN,
        description=f"{answer.message_zh} {answer.message_en}",
        metadata={
            "status": answer.status,
            "checked_rows": answer.checked_rows,
            "failing_rows": answer.failing_rows,
            "yuan": str(answer.amount_yuan or 0),
            "threshold": str(answer.threshold),
            "sample_keys": answer.sample_keys or "",
        },
    )


def check_name(gate_id: str) -> str:
    """Name of a gate's check: ``COST_02`` for ``COST-02``."""
    return gate_id.replace("-", "_")
