"""The judgement itself: Great Expectations compares the figures of a checkpoint with their thresholds.

The batch of a checkpoint is one row with one column per gate, read from the gates' relations in a read-only
connection, so that all expectations together cost two queries.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from orchestration.gates.index import Gate
from orchestration.gates.pages import make_self_contained
from orchestration.gates.unused import postpone_unused

SITE = "gates"


@dataclass(frozen=True)
class Verdict:
    """What Great Expectations found for one gate: whether the figure holds, and the error if it raised."""

    holds: bool
    error: str | None = None


def judge(
    warehouse: Path,
    gates: Sequence[Gate],
    thresholds: Mapping[str, Decimal],
    meta: Mapping[str, Mapping[str, Any]],
    docs: Path | None = None,
    run_name: str | None = None,
) -> dict[str, Verdict]:
    """Validate the gates of one checkpoint.

    Args:
        warehouse: private database; opened read-only.
        gates: gates whose relations exist; all of one checkpoint.
        thresholds: gate id to threshold.
        meta: gate id to what the rendered suite says beside the expectation.
        docs: folder of the Data Docs site; None writes none.
        run_name: what the Data Docs call the run.

    Returns:
        Gate id to verdict; a gate without a verdict was not evaluated.
    """
    if not gates:
        return {}
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    postpone_unused()
    import great_expectations as gx
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

    from orchestration.gates.engine import read_only_arguments

    # The default of an ephemeral context leaves a folder behind in the system's temporary folder.
    stores = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    context = gx.get_context(mode="ephemeral", project_config=DataContextConfig(store_backend_defaults=stores))
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    source = context.data_sources.add_duckdb(name="warehouse", **read_only_arguments(warehouse))
    checkpoint = gates[0].checkpoint
    try:
        batch = source.add_query_asset(name=checkpoint, query=batch_query(gates)).add_batch_definition_whole_table("month")
        suite = context.suites.add(
            gx.ExpectationSuite(name=checkpoint, expectations=[_expectation(g, meta[g.gate_id]) for g in gates])
        )
        definition = context.validation_definitions.add(gx.ValidationDefinition(name=checkpoint, data=batch, suite=suite))
        parameters = {gate.parameter: _number(thresholds[gate.gate_id]) for gate in gates}
        result = _validate(context, definition, parameters, docs, run_name)
    finally:
        source.get_execution_engine().close()
    return {entry.expectation_config.meta["gate_id"]: _verdict(entry) for entry in result.results}


def batch_query(gates: Sequence[Gate]) -> str:
    """SQL of the batch: one row, one column per gate holding the measure the gate is judged by."""
    columns = [f'(select {_measure(g)} from audit.{g.relation}) as "{g.gate_id}"' for g in gates]
    return "select " + ",\n    ".join(columns)


def _measure(gate: Gate) -> str:
    return "abs(amount_yuan)" if gate.measure == "amount_yuan" else gate.measure


def _validate(context: Any, definition: Any, parameters: dict[str, float | int], docs: Path | None, run_name: str | None) -> Any:
    import great_expectations as gx
    from great_expectations.checkpoint.actions import UpdateDataDocsAction
    from great_expectations.core.run_identifier import RunIdentifier

    actions: list[Any] = []
    if docs is not None:
        context.add_data_docs_site(SITE, _site(docs))
        actions.append(UpdateDataDocsAction(name="docs", site_names=[SITE]))
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(name=definition.name, validation_definitions=[definition], actions=actions)
    )
    started = time.time()
    (result,) = checkpoint.run(expectation_parameters=parameters, run_id=RunIdentifier(run_name=run_name)).run_results.values()
    if docs is not None:
        # File systems keep coarser times than the clock.
        make_self_contained(docs, started - 2)
    return result


def _expectation(gate: Gate, meta: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of the suite with the sentence the Data Docs show: texts, limit, severity, reason, owner."""
    sign = "≥" if gate.is_lower_limit else "≤"
    limit = f"{gate.measure} {sign} {meta['threshold']}, {meta['severity']} ({gate.owner}): {meta['reason']}"
    return {
        "type": gate.expectation["type"],
        "kwargs": dict(gate.expectation["kwargs"]),
        "meta": {**gate.expectation["meta"], **meta},
        "description": f"{gate.zh} · {gate.en} · {limit}",
    }


def _verdict(entry: Any) -> Verdict:
    info = entry.exception_info or {}
    infos = [info] if "raised_exception" in info else list(info.values())
    errors = [i["exception_message"] for i in infos if i["raised_exception"]]
    return Verdict(holds=bool(entry.success) and not errors, error="; ".join(map(str, errors)) or None)


def _site(docs: Path) -> dict[str, Any]:
    return {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder", "show_cta_footer": False},
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs.absolute())},
    }


def _number(threshold: Decimal) -> float | int:
    """The threshold as Great Expectations takes it: whole numbers stay exact."""
    return int(threshold) if threshold == threshold.to_integral_value() else float(threshold)
