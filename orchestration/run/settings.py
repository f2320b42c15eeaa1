"""What a run is asked to do, kept in the home so that the web interface runs months the same way as the command line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from orchestration.home import Home
from orchestration.release.files import write_atomically

SETTINGS_FILE = "settings.json"
DEFAULT_THREADS = 2


@dataclass(frozen=True)
class RunSettings:
    """Where the rows come from and what they are computed with.

    Exactly one of `source` (folder in the contract's own form) and `config` (mapping file) is set before anything runs.
    """

    home: Path
    source: Path | None = None
    config: Path | None = None
    policy: Path | None = None
    packs: Path | None = None
    is_simulation: bool = False
    threads: int = DEFAULT_THREADS
    hospitals: tuple[str, ...] = ()
    months: tuple[str, ...] = ()

    @property
    def warehouse_home(self) -> Home:
        """Folders of the home."""
        return Home(self.home)

    def knowing(self, hospitals: Iterable[str], months: Iterable[date]) -> RunSettings:
        """The settings with these hospitals and months added to the known ones."""
        return replace(
            self,
            hospitals=tuple(sorted({*self.hospitals, *hospitals})),
            months=tuple(sorted({*self.months, *(f"{m:%Y-%m}" for m in months)})),
        )


def read_settings(home: Home) -> RunSettings:
    """Settings of the last run of the home; empty ones before the first."""
    path = home.root / SETTINGS_FILE
    if not path.is_file():
        return RunSettings(home=home.root)
    kept = json.loads(path.read_text(encoding="utf-8"))
    paths = {name: Path(kept[name]) if kept[name] else None for name in ("source", "config", "policy", "packs")}
    return RunSettings(
        home=home.root,
        **paths,
        is_simulation=kept["is_simulation"],
        threads=kept["threads"],
        hospitals=tuple(kept["hospitals"]),
        months=tuple(kept["months"]),
    )


def write_settings(settings: RunSettings) -> None:
    """Keep the settings in their home; paths are made absolute."""
    kept = {key: str(value) if isinstance(value, Path) else value for key, value in asdict(settings).items() if key != "home"}
    settings.home.mkdir(parents=True, exist_ok=True)
    write_atomically(settings.home / SETTINGS_FILE, json.dumps(kept, ensure_ascii=False, indent=1).encode())
