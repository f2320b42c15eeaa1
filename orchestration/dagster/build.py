"""Put the definitions together from their parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dagster import Definitions, in_process_executor

from orchestration.dagster.assets import (
    checkpoint_asset,
    gated_month_asset,
    landing_asset,
    models_asset,
    preparation_asset,
    release_asset,
)
from orchestration.dagster.checks import checkpoint_checks
from orchestration.dagster.jobs import month_job
from orchestration.dagster.partitions import hospital_months
from orchestration.dagster.resources import RESOURCE, CasemixResource
from orchestration.dagster.schedules import monthly_schedule
from orchestration.dagster.specs import gated_month_spec, model_specs, release_spec
from orchestration.run.phases import PHASES
from orchestration.run.settings import RunSettings


def build_definitions(resource: CasemixResource, settings: RunSettings, manifest: Mapping[str, Any]) -> Definitions:
    """Everything Dagster shows and runs.

    Args:
        resource: how ops reach their run.
        settings: hospitals and months of the home.
        manifest: the dbt manifest, as a dictionary.
    """
    partitions = hospital_months(settings)
    models = {phase: model_specs(manifest, phase) for phase in PHASES}
    assets = [landing_asset(partitions), preparation_asset(partitions)]
    checks = []
    for phase, specs in models.items():
        assets += [models_asset(phase, specs, partitions), checkpoint_asset(phase.checkpoint, partitions)]
        checks.append(checkpoint_checks(phase.checkpoint, partitions))
    every_model = [spec for specs in models.values() for spec in specs]
    assets += [gated_month_asset(gated_month_spec(every_model), partitions), release_asset(release_spec(), partitions)]
    return Definitions(
        assets=assets,
        asset_checks=checks,
        jobs=[month_job()],
        schedules=[monthly_schedule(settings)],
        resources={RESOURCE: resource},
        executor=in_process_executor,
    )
