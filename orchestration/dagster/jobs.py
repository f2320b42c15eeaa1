"""Jobs: one, the month from source files to release.

Belongs here: what a run of the pipeline contains. Not here: when it starts.
"""

from __future__ import annotations

from dagster import AssetSelection, define_asset_job
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

MONTH_JOB = "close_month"


def month_job() -> UnresolvedAssetJobDefinition:
    """The job of one hospital and month."""
    return define_asset_job(
        MONTH_JOB,
        selection=AssetSelection.all(),
        description="一家机构一个月，从来源文件到发布版本。One hospital, one month, from source files to release.",
    )
