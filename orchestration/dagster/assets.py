"""Assets: one op per step of the month.

Belongs here: which op makes which assets, and what it tells about them. Not here: the steps themselves, which are in `run/`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    Config,
    MaterializeResult,
    PartitionsDefinition,
    multi_asset,
)
from pydantic import Field

from orchestration.dagster.resources import CasemixResource
from orchestration.dagster.specs import POLICY, SCOPE, checkpoint_spec, in_build_order, landing_specs, preparation_specs
from orchestration.run.figures import table_figures
from orchestration.run.phases import Phase
from orchestration.run.publishing import publish_runs


class LandConfig(Config):
    """Whether a published month is open again and accepts what came late."""

    is_restatement: bool = False


class PrepareConfig(Config):
    """Runs of the same range that are gated and not yet published; their months are read back."""

    earlier_runs: list[str] = Field(default_factory=list)


class ReleaseConfig(Config):
    """`publish` publishes the given runs, by default this one; `hold` leaves it to the end of the range; `preview` to nobody.

    `statement` is the folder of the delta statement that a restatement publishes with its runs.
    """

    mode: Literal["publish", "hold", "preview"] = "publish"
    runs: list[str] = Field(default_factory=list)
    statement: str | None = None


def landing_asset(partitions: PartitionsDefinition[str]) -> AssetsDefinition:
    """Extract every contract table of the month."""

    @multi_asset(name="land", specs=landing_specs(), partitions_def=partitions)
    def land(context: AssetExecutionContext, casemix: CasemixResource, config: LandConfig) -> Iterator[MaterializeResult[Any]]:
        landed = casemix.month_run(context).land(is_restatement=config.is_restatement)
        for key in context.selected_asset_keys:
            table = landed.tables.get(key.path[-1])
            files = table.files if table else ()
            metadata = {"rows": sum(f.landed_rows for f in files), "bytes": sum(f.bytes for f in files), "files": len(files)}
            yield MaterializeResult(asset_key=key, metadata=metadata)

    return land


def preparation_asset(partitions: PartitionsDefinition[str]) -> AssetsDefinition:
    """Write the private database."""

    @multi_asset(name="prepare", specs=preparation_specs(), partitions_def=partitions)
    def prepare(
        context: AssetExecutionContext, casemix: CasemixResource, config: PrepareConfig
    ) -> Iterator[MaterializeResult[Any]]:
        run = casemix.month_run(context)
        history = run.prepare(config.earlier_runs)
        evidence = run.journal.evidence
        yield MaterializeResult(
            asset_key=SCOPE, metadata={"run": run.journal.run_id, "parent": str(evidence["parent_release_id"])}
        )
        yield MaterializeResult(asset_key=POLICY, metadata={"sha256": evidence["policy"]["sha256"]})
        for name, months in history.items():
            yield MaterializeResult(asset_key=AssetKey(["history", name]), metadata={"months": months})

    return prepare


def models_asset(phase: Phase, specs: Sequence[AssetSpec], partitions: PartitionsDefinition[str]) -> AssetsDefinition:
    """Build the models of a phase."""
    ordered = in_build_order(specs)

    @multi_asset(name=f"build_{phase.checkpoint}", specs=specs, partitions_def=partitions)
    def build(context: AssetExecutionContext, casemix: CasemixResource) -> Iterator[MaterializeResult[Any]]:
        run = casemix.month_run(context)
        run.build(phase.checkpoint)
        figures = table_figures(run.warehouse)
        for key in ordered:
            yield MaterializeResult(asset_key=key, metadata=figures.get(".".join(key.path), {}))

    return build


def checkpoint_asset(checkpoint: str, partitions: PartitionsDefinition[str]) -> AssetsDefinition:
    """Positive evidence that a checkpoint is passed."""

    @multi_asset(name=f"pass_{checkpoint}", specs=[checkpoint_spec(checkpoint)], partitions_def=partitions)
    def pass_checkpoint(context: AssetExecutionContext, casemix: CasemixResource) -> MaterializeResult[Any]:
        run = casemix.month_run(context)
        run.require_checkpoint(checkpoint)
        return MaterializeResult(metadata={"gates": sum(answer.checkpoint == checkpoint for answer in run.answers)})

    return pass_checkpoint


def gated_month_asset(spec: AssetSpec, partitions: PartitionsDefinition[str]) -> AssetsDefinition:
    """Export the gated month."""

    @multi_asset(name="export", specs=[spec], partitions_def=partitions)
    def export(context: AssetExecutionContext, casemix: CasemixResource) -> MaterializeResult[Any]:
        files = casemix.month_run(context).seal()
        return MaterializeResult(metadata={"files": len(files), "bytes": sum(f.bytes for f in files)})

    return export


def release_asset(spec: AssetSpec, partitions: PartitionsDefinition[str]) -> AssetsDefinition:
    """Publish, unless the range or the preview says not yet."""

    @multi_asset(name="release", specs=[spec], partitions_def=partitions)
    def release(context: AssetExecutionContext, casemix: CasemixResource, config: ReleaseConfig) -> MaterializeResult[Any]:
        if config.mode != "publish":
            return MaterializeResult(metadata={"published": False, "mode": config.mode})
        runs = config.runs or [casemix.month_run(context).journal.run_id]
        statement = Path(config.statement) if config.statement else None
        record = publish_runs(casemix.settings.warehouse_home, runs, statement)
        return MaterializeResult(metadata={"release": record.release_id, "record_sha256": record.sha256, "runs": runs})

    return release
