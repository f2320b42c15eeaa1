"""A hospital read through its mapping."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestration.contract import Table
from orchestration.sources.mapping import Mapping
from orchestration.sources.part import Month, Part
from orchestration.sources.workbench import Workbench


@dataclass
class MappedDelivery:
    """Deliveries of one mapped hospital."""

    hospital_id: str
    mapping: Mapping

    def months(self) -> tuple[Month, ...]:
        """Months the mapping names, ascending."""
        return ()

    def is_listed(self, table: str) -> bool | None:
        """Whether the mapping lists the table."""
        return table in (self.mapping.delivers or frozenset(self.mapping.tables))

    def is_correction(self, month: Month) -> bool:
        """A mapped source always says everything."""
        return False

    def check_month(self, month: Month) -> None:
        """Nothing to check before the tables are read."""

    def parts(self, bench: Workbench, table: Table, month: Month) -> list[Part]:
        """The pieces of the table."""
        return []

    def path_of(self, source_name: str) -> Path | None:
        """The file behind a source name."""
        return None
