"""`casemix check`: a mapping against its source, without writing anything."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli.options import ConfigOption, HospitalOption, SourceOption


def check(
    source: SourceOption = None,
    config: ConfigOption = None,
    month: Annotated[str | None, typer.Option(help="Month, YYYY-MM (default: the latest).")] = None,
    hospital: HospitalOption = None,
) -> None:
    """Check a mapping against its source: columns, types, unmapped codes, counts. Writes nothing.

    Example: casemix check --config sample/casemix.yml --month 2025-01
    """
    from orchestration.cli.console import console
    from orchestration.sources.check import check_sources

    report = check_sources(source, config, month, tuple(hospital or ()))
    console.print(report)
