"""`casemix report`: frozen pages of a month, a department or a doctor."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.options import HomeOption


class Language(StrEnum):
    """Language of a report."""

    CHINESE = "zh"
    ENGLISH = "en"


def report(
    month: Annotated[str, typer.Argument(help="Month, such as 2025-01.")],
    who: Annotated[str | None, typer.Argument(help="Department or staff number; left out: the month of the hospital.")] = None,
    hospital: Annotated[str, typer.Option("--hospital", help="Hospital.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Every department and doctor; --output names a folder.")] = False,
    output: Annotated[Path | None, typer.Option("--output", help="File to write (default: standard output).")] = None,
    language: Annotated[Language, typer.Option("--language", help="Language of the page.")] = Language.CHINESE,
    release: Annotated[str | None, typer.Option("--release", help="Release (default: the present one).")] = None,
    purpose: Annotated[str | None, typer.Option("--purpose", help="Why, for the access log.")] = None,
    home: HomeOption = None,
) -> None:
    """Write a report that stays as it is: one self-contained HTML page, without scripts or network. 月度报告.

    Example: casemix report 2025-02 0102 --hospital H1 --output 0102.html
    """
    from cockpit.freeze import Asked, freeze_all, freeze_one, open_report
    from orchestration.cli.console import console
    from orchestration.errors import ConfigurationError
    from orchestration.home import Home
    from orchestration.run.plan import parse_month

    if not hospital or (everything and output is None):
        raise ConfigurationError(
            "name a hospital, and a folder with --all",
            remedy="casemix report 2025-02 --hospital H1 --all --output reports",
            zh="请用 --hospital 指明机构；--all 须用 --output 指明目录",
        )
    asked = Asked(hospital, parse_month(month), who, language.value, purpose)
    cockpit = open_report(Home.resolve(home), asked, release)
    if everything and output is not None:
        count = freeze_all(cockpit, asked, output)
        console.print(f"✓ {count} reports 份报告: {output / 'index.html'}", style="bold green", markup=False)
        return
    page = freeze_one(cockpit, asked)
    if output is None:
        sys.stdout.write(page)
        return
    output.write_text(page, encoding="utf-8")
    console.print(f"✓ {output}", style="bold green", markup=False)
