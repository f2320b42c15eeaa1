"""Resources: the one thing a month's ops share, the run in progress.

Belongs here: how ops reach the run. Not here: what the steps do.
"""

from __future__ import annotations

from pathlib import Path

from dagster import AssetCheckExecutionContext, AssetExecutionContext, ConfigurableResource, InitResourceContext
from pydantic import PrivateAttr

from orchestration.dagster.partitions import hospital_and_month
from orchestration.home import Home
from orchestration.run.month import MonthRun, open_run
from orchestration.run.settings import RunSettings, read_settings

RESOURCE = "casemix"
OpContext = AssetExecutionContext | AssetCheckExecutionContext


class CasemixResource(ConfigurableResource):  # type: ignore[type-arg]
    """Settings of a home, and the run of the present Dagster run.

    All ops of a Dagster run share one process (the executor is in-process), so the run's lock and its state are held here.
    """

    home: str
    _run: MonthRun | None = PrivateAttr(default=None)

    @classmethod
    def of(cls, home: Home) -> CasemixResource:
        """The resource of a home."""
        return cls(home=str(home.root))

    @property
    def settings(self) -> RunSettings:
        """What the home was last asked to do."""
        return read_settings(Home(Path(self.home)))

    def month_run(self, context: OpContext) -> MonthRun:
        """The run of this partition; begun at first use.

        Raises:
            RunBusy: another run holds the month.
        """
        if self._run is None:
            hospital_id, month = hospital_and_month(context.partition_key)
            self._run = open_run(self.settings, hospital_id, month, context.run.run_id)
        return self._run

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        """Give the month's lock back."""
        if self._run is not None:
            self._run.close()
            self._run = None
