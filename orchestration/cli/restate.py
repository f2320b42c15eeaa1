"""`casemix restate`: a published month and every later one again, as one release with a delta statement."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.options import ConfigOption, HomeOption, PacksOption, PolicyOption, SourceOption

if TYPE_CHECKING:
    from orchestration.home import Home
    from orchestration.release.delta import Statement
    from orchestration.run.settings import RunSettings


def restate(
    hospital: Annotated[str, typer.Option("--hospital", help="Hospital.")],
    first: Annotated[str, typer.Option("--from", help="First month, YYYY-MM; every later published month follows.")],
    source: SourceOption = None,
    config: ConfigOption = None,
    policy: PolicyOption = None,
    packs: PacksOption = None,
    simulation: Annotated[
        bool | None, typer.Option("--simulation/--no-simulation", help="Let assumptions move money (default: as before).")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why; kept in the release record.")] = None,
    approved_by: Annotated[str | None, typer.Option(help="Who approved it (default: the account).")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Show the delta statement, publish nothing.")] = False,
    home: HomeOption = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads of the engine.")] = 2,
) -> None:
    """Restate published months: late and corrected rows are accepted, every changed number gets its cause.

    Sources, policy and packs are those of the last run unless given.

    Example: casemix restate --hospital H1 --from 2025-01 --reason "补录手术材料" --approved-by 财务部
    """
    from orchestration.cli.console import console, progress_bars
    from orchestration.cli.report import print_outcome
    from orchestration.home import Home
    from orchestration.privacy.visitor import identify
    from orchestration.release.delta import DELTA_FILE
    from orchestration.run.journal import close_dead_runs
    from orchestration.run.plan import parse_month
    from orchestration.run.progress import reporting
    from orchestration.run.restate import Request, months_to_restate

    place = Home.resolve(home)
    request = Request(hospital, parse_month(first), reason, approved_by or identify(place).user)
    months_to_restate(place, request.hospital_id, request.first)
    settings = _settings(place, source, config, policy, packs, simulation, threads)
    close_dead_runs(place)
    with progress_bars() as reporter, reporting(reporter):
        from orchestration.dagster.launch import run_restatement

        outcome, statement, release_id = run_restatement(settings, request, is_preview=preview)
    print_outcome(place, outcome, release_id)
    if statement is not None:
        _print_statement(statement)
        file = place.published / release_id / DELTA_FILE if release_id else statement.file
        console.print(f"every changed number 全部变动: {file}", markup=False)
    if outcome.error is not None:
        raise outcome.error


def approve(
    hospital: Annotated[str, typer.Option("--hospital", help="Hospital.")],
    month: Annotated[str, typer.Option("--month", help="Published month whose late batches are approved, YYYY-MM.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the access log and in the record of the restatement.")],
    home: HomeOption = None,
) -> None:
    """Approve what came late for a published month; the restatement that lets it in names the approval.

    Example: casemix approve --hospital H1 --month 2025-01 --reason "补录手术材料"
    """
    from orchestration.cli.console import console
    from orchestration.home import Home
    from orchestration.privacy.access import require_grant
    from orchestration.run.approvals import approve_late
    from orchestration.run.plan import parse_month
    from orchestration.sources.safe_files import check_identifier

    place = Home.resolve(home)
    require_grant(place, "approve", check_identifier(hospital), purpose=reason)
    for batch in approve_late(place, hospital, parse_month(month), reason):
        console.print(f"✓ {batch.hospital_id} {batch.month} {batch.batch_id} approved 已批准", style="bold green", markup=False)
    console.print(f"next 下一步: casemix restate --hospital {hospital} --from {month}", markup=False)


def _settings(
    place: Home,
    source: Path | None,
    config: Path | None,
    policy: Path | None,
    packs: Path | None,
    simulation: bool | None,
    threads: int,
) -> RunSettings:
    """Settings of the last run with what is given laid over them."""
    from dataclasses import replace

    from orchestration.run.settings import read_settings

    known = read_settings(place)
    if source or config:
        known = replace(known, source=source and source.absolute(), config=config and config.absolute())
    return replace(
        known,
        policy=policy.absolute() if policy else known.policy,
        packs=packs.absolute() if packs else known.packs,
        is_simulation=known.is_simulation if simulation is None else simulation,
        threads=threads,
    )


def _print_statement(statement: Statement) -> None:
    """Months with their causes, then the key figures each cause moved."""
    from orchestration.cli.console import console, print_table
    from orchestration.release.delta import CAUSE_ZH

    for month in statement.content["months"]:
        causes = ", ".join(f"{CAUSE_ZH[c]} {c}" for c in month["causes"]) or "自前月结转 carried from earlier months"
        console.print(f"{month['month'][:7]}: {causes} {month['detail']}", markup=False)
    rows = [
        (
            f["month"][:7],
            f"{f['mart']}.{f['figure']}",
            f"{CAUSE_ZH[f['cause']]} {f['cause']}",
            str(f["changed"]),
            f["net_yuan"],
            f["gross_yuan"],
        )
        for f in statement.content["key_figures"]
    ]
    if not rows:
        console.print("no key figure changed 关键数字无变化", markup=False)
        return
    columns = [
        ("月份", False),
        ("数字 figure", False),
        ("原因 cause", False),
        ("变动数", True),
        ("净额 net", True),
        ("变动额 gross", True),
    ]
    print_table("差异说明 Delta statement", columns, rows)
