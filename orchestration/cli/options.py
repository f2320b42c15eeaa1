"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

HomeOption = Annotated[Path | None, typer.Option("--home", envvar="CASEMIX_HOME", help="Warehouse folder (default ./warehouse).")]
SourceOption = Annotated[Path | None, typer.Option("--source", help="Folder in the contract's own form, no mapping needed.")]
ConfigOption = Annotated[Path | None, typer.Option("--config", help="Mapping file of one or more hospitals (YAML).")]
HospitalOption = Annotated[list[str] | None, typer.Option("--hospital", help="Hospital; may be repeated (default: all).")]
PolicyOption = Annotated[Path | None, typer.Option("--policy", help="Policy folder laid over the default one.")]
PacksOption = Annotated[Path | None, typer.Option("--packs", help="Folder of grouper packs.")]
