"""`casemix run`: extract, build, gates, publish."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.options import ConfigOption, HomeOption, HospitalOption, PacksOption, PolicyOption, SourceOption

if TYPE_CHECKING:
    from datetime import date

    from orchestration.run.plan import RangeOutcome
    from orchestration.run.settings import RunSettings


def run(
    source: SourceOption = None,
    config: ConfigOption = None,
    month: Annotated[str | None, typer.Option(help="Month, YYYY-MM.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="First month of a range.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last month of a range.")] = None,
    hospital: HospitalOption = None,
    policy: PolicyOption = None,
    packs: PacksOption = None,
    simulation: Annotated[bool, typer.Option("--simulation", help="Let assumptions of the policy move money.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Run and gate, publish nothing.")] = False,
    home: HomeOption = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads of the engine.")] = 2,
) -> None:
    """Run one month or a range, of one hospital or all: extract, build, gates, publish.

    Example: casemix run --config sample/casemix.yml --month 2025-01 --simulation
    """
    from orchestration.cli.report import print_outcome
    from orchestration.home import Home
    from orchestration.run.settings import RunSettings, read_settings

    place = Home.resolve(home)
    known = read_settings(place)
    settings = RunSettings(
        home=place.root,
        source=_absolute(source),
        config=_absolute(config),
        policy=_absolute(policy),
        packs=_absolute(packs),
        is_simulation=simulation,
        threads=threads,
        hospitals=known.hospitals,
        months=known.months,
    )
    outcome, release_id = _run(settings, _months(month, first, last), hospital or [], is_preview=preview)
    print_outcome(place, outcome, release_id)
    if outcome.error is not None:
        raise outcome.error


def _months(month: str | None, first: str | None, last: str | None) -> list[date]:
    from orchestration.errors import ConfigurationError
    from orchestration.run.plan import months_between, parse_month

    if month and not first and not last:
        return [parse_month(month)]
    if first and last and not month:
        return months_between(parse_month(first), parse_month(last))
    raise ConfigurationError("a run needs --month, or --from and --to", remedy="casemix run --help", zh="请给出月份")


def _run(settings: RunSettings, months: list[date], hospitals: list[str], *, is_preview: bool) -> tuple[RangeOutcome, str | None]:
    from orchestration.cli.console import progress_bars
    from orchestration.errors import ConfigurationError
    from orchestration.run.journal import close_dead_runs
    from orchestration.run.plan import plan_range
    from orchestration.run.progress import reporting
    from orchestration.sources import open_deliveries

    if (settings.source is None) == (settings.config is None):
        raise ConfigurationError("a run needs either --source or --config", remedy="casemix run --help", zh="请给出数据来源")
    deliveries = open_deliveries(settings.source, settings.config)
    # A database knows its months only when it is read, so it takes part in every month asked for.
    available = {d.hospital_id: [month.start for month in d.months()] or months for d in deliveries}
    plan = plan_range(available, months, hospitals)
    close_dead_runs(settings.warehouse_home)
    _ensure_sample_key(settings)
    with progress_bars() as reporter, reporting(reporter):
        from orchestration.dagster.launch import run_plan

        return run_plan(settings, plan, is_preview=is_preview)


def _ensure_sample_key(settings: RunSettings) -> None:
    from orchestration.cli.sample import MARKER
    from orchestration.privacy.keys import create_key_file

    folder = settings.source or (settings.config.parent if settings.config else None)
    if folder is not None and (folder / MARKER).is_file():
        create_key_file(settings.warehouse_home)


def _absolute(path: Path | None) -> Path | None:
    return path.absolute() if path else None
