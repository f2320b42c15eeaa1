"""CASEMIX_HOME: where landing, runs, published releases, the Dagster instance and keys live."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DBT_PROJECT = PROJECT_ROOT / "dbt_project"
DEFAULT_POLICY = PROJECT_ROOT / "seeds" / "policy"
DEFAULT_PACKS = PROJECT_ROOT / "seeds" / "packs"
EXPECTATIONS = PROJECT_ROOT / "expectations"


@dataclass(frozen=True)
class Home:
    """Folders of one warehouse. Two homes share no data."""

    root: Path

    @classmethod
    def resolve(cls, given: Path | None = None) -> Home:
        """The given folder, else ``CASEMIX_HOME``, else ``./warehouse``."""
        return cls(Path(given or os.environ.get("CASEMIX_HOME") or "warehouse").absolute())

    @property
    def landing(self) -> Path:
        """Source rows as they were taken in."""
        return self.root / "landing"

    @property
    def runs(self) -> Path:
        """The diary and the reports of each run."""
        return self.root / "runs"

    @property
    def published(self) -> Path:
        """Every release, one folder each."""
        return self.root / "published"

    @property
    def current(self) -> Path:
        """The release readers see."""
        return self.published / "current"

    @property
    def dagster(self) -> Path:
        """The Dagster instance."""
        return self.root / "dagster"

    @property
    def keys(self) -> Path:
        """Keys that stay with the hospital."""
        return self.root / "keys"

    @property
    def snapshots(self) -> Path:
        """Policies and packs as runs used them."""
        return self.root / "snapshots"

    @property
    def cache(self) -> Path:
        """What can be computed again."""
        return self.root / "cache"

    @property
    def compiled(self) -> Path:
        """The compiled dbt project, files named by their content; ``CASEMIX_COMPILED`` names a folder that homes share."""
        return Path(os.environ.get("CASEMIX_COMPILED") or self.cache / "dbt")
