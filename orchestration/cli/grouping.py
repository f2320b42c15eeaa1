"""`casemix pack …` and `casemix group`: check, import and list grouper packs; group a CSV of cases."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.options import HomeOption, PolicyOption

if TYPE_CHECKING:
    from orchestration.grouping.explain import Explained, Explanation

EXPLAINED = 10
CATALOGUE = "dip_group.csv"
HELP = "Check, import and list grouper packs. Example: casemix pack import packs/chs_drg"
pack = typer.Typer(name="pack", help=HELP, no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="Folder of the pack.", exists=True, file_okay=False)]


@pack.command("check")
def check(folder: Folder) -> None:
    """Check a pack folder, or a folder with a DIP catalogue, and print every finding.

    Example: casemix pack check packs/chs_drg
    """
    from orchestration.grouping import PackRefused, check_pack

    if (folder / CATALOGUE).is_file():
        _check_catalogue(folder)
        return
    findings = check_pack(folder)
    for finding in findings:
        typer.echo(str(finding), err=True)
    if findings:
        raise PackRefused(folder.name, findings)
    typer.echo(f"{folder.name}: no findings（检查通过）")


@pack.command("import")
def import_(folder: Folder, home: HomeOption = None) -> None:
    """Check a pack and store it by the hash of its content. Example: casemix pack import packs/chs_drg."""
    from orchestration.errors import ConfigurationError
    from orchestration.grouping.store import import_pack
    from orchestration.home import Home

    if (folder / CATALOGUE).is_file():
        raise ConfigurationError(
            f"{folder.name} holds a DIP catalogue, which is part of a policy folder",
            remedy="copy its files into the folder you pass with --policy; the release records their hash",
            zh="DIP 目录随政策目录生效，无需导入",
        )
    stored = import_pack(Home.resolve(home), folder)
    typer.echo(f"{stored.scheme} {stored.version} {stored.sha256[:12]}: {stored.groups} DRG groups, in force（已导入）")


@pack.command("list")
def list_(home: HomeOption = None) -> None:
    """List the packs a run can choose from, imported and shipped. Example: casemix pack list."""
    from rich.table import Table

    from orchestration.cli.console import console
    from orchestration.grouping.store import list_packs, packs_in_force
    from orchestration.home import Home

    table = Table("scheme", "version", "hash", "imported", "from", "DRG groups", "in force")
    imported = list_packs(Home.resolve(home))
    for one in imported:
        values = (one.scheme, one.version, one.sha256[:12], one.imported_at[:19], one.imported_from, str(one.groups))
        table.add_row(*values, "yes" if one.is_in_force else "")
    known = {one.sha256 for one in imported}
    for shipped in packs_in_force(Home.resolve(home)):
        if shipped.sha256 not in known:
            groups = sum(group.level == "drg" for group in shipped.groups)
            table.add_row(shipped.scheme, shipped.version, shipped.sha256[:12], "", "shipped", str(groups), "yes")
    console.print(table)


def _check_catalogue(folder: Path) -> None:
    from orchestration.policy import load_policy

    groups = load_policy(folder).rows["dip_group"]
    typer.echo(f"{folder.name}: DIP catalogue of {len(groups)} groups, no findings（检查通过）")


@pack.command("derive")
def derive(
    cases: Annotated[Path, typer.Argument(help="Year, total fee, diagnoses, procedures.", exists=True, dir_okay=False)],
    output: Annotated[Path, typer.Option("--output", help="Folder for the policy files of the catalogue.")],
    version: Annotated[str, typer.Option("--version", help="Version the catalogue gets.")],
    like: Annotated[str, typer.Option("--like", help="Version whose treatment classes and pre-groups it keeps.")],
    valid_from: Annotated[datetime, typer.Option("--valid-from", help="First day of the catalogue.", formats=["%Y-%m-%d"])],
    level: Annotated[str, typer.Option("--level", help="Level of the hospitals the cases are from.")],
    compare_to: Annotated[Path | None, typer.Option("--compare", help="CSV for derived scores beside those in force.")] = None,
    columns: Annotated[list[str] | None, typer.Option("--map", help="FIELD=COLUMN where names differ.")] = None,
    policy: PolicyOption = None,
) -> None:
    """Derive a DIP catalogue from one to three years of cases.

    Example: casemix pack derive cases.csv --output own --version 2026 --like demo-1 --valid-from 2026-01-01 --level tertiary
    """
    from orchestration.grouping import catalogue_files as files
    from orchestration.grouping.catalogue import derive_catalogue
    from orchestration.policy import load_policy

    rows = load_policy(policy)
    settings, words = files.read_words(rows, like, valid_from.date())
    found = derive_catalogue(cases, settings, words, _mapping(columns or []))
    edition = files.Edition(version, like, level, valid_from.date(), f"derived from {cases.name}")
    files.write_catalogue(output, found, edition, rows)
    if compare_to is not None:
        files.write_comparison(compare_to, files.compare(found, edition, rows))
    core = [group for group in found.groups if group.key.kind == "core"]
    covered = sum(group.cases for group in core)
    typer.echo(
        f"{found.cases:,} cases ({found.left_out:,} left out): {len(core)} core groups with {covered:,} cases, "
        f"{len(found.groups) - len(core)} comprehensive groups -> {output}（目录已生成）"
    )


def group(
    cases: Annotated[Path, typer.Argument(help="CSV of cases.", exists=True, dir_okay=False)],
    pack_name: Annotated[str, typer.Option("--pack", help="Folder of a pack, or SCHEME VERSION or hash of an imported one.")],
    output: Annotated[Path | None, typer.Option("--output", help="CSV to write.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Print the rule that held and the nearest that failed.")] = False,
    case: Annotated[list[str] | None, typer.Option("--case", help=f"Case to explain; default the first {EXPLAINED}.")] = None,
    columns: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=COLUMN where names differ; FIELD= when missing.")
    ] = None,
    batch: Annotated[int | None, typer.Option("--batch", help="Bytes of the file grouped at once.", min=1024)] = None,
    threads: Annotated[
        int | None, typer.Option("--threads", help="Batches at a time; default one per processor, 4 at most.", min=1)
    ] = None,
    home: HomeOption = None,
) -> None:
    """Group a CSV of cases. Example: casemix group cases.csv --pack packs/chs_drg --output groups.csv."""
    from orchestration.errors import ConfigurationError
    from orchestration.grouping.cases import BATCH_BYTES
    from orchestration.grouping.command import group_file
    from orchestration.grouping.engine import Engine
    from orchestration.grouping.explain import explain_file
    from orchestration.grouping.store import find_pack
    from orchestration.home import Home

    if output is None and not explain:
        raise ConfigurationError("nothing to do", remedy="name --output FILE, or ask to --explain", zh="缺少输出")
    chosen = find_pack(Home.resolve(home), pack_name)
    mapping = _mapping(columns or [])
    if output is not None:
        started = time.perf_counter()
        with closing(Engine(chosen, threads)) as engine:
            done = group_file(cases, engine, output, mapping, batch or BATCH_BYTES)
        seconds = time.perf_counter() - started
        shares = ", ".join(f"{status} {count:,}" for status, count in done.by_status.items())
        typer.echo(f"{done.cases:,} cases in {seconds:.1f} s ({shares}) -> {output}", err=True)
    if explain:
        for one in explain_file(cases, chosen, mapping, set(case or ()), EXPLAINED):
            _print(one)


def _mapping(columns: list[str]) -> dict[str, str]:
    from orchestration.errors import ConfigurationError

    for text in columns:
        if "=" not in text:
            raise ConfigurationError(f"--map {text} is no FIELD=COLUMN", remedy="write --map age_years=AGE", zh="列映射格式错误")
    return dict(text.split("=", 1) for text in columns)


def _print(explanation: Explanation) -> None:
    decided = explanation.decided
    typer.echo(
        f"case {explanation.case_id}: {decided.rule if decided else 'no rule holds'}; complication {explanation.complication}"
    )
    if decided:
        _print_terms(decided)
    for near in explanation.nearest:
        typer.echo(f"  not {near.rule}: {near.failed} of {len(near.answers)} terms failed")
        _print_terms(near)


def _print_terms(explained: Explained) -> None:
    for answer in explained.answers:
        typer.echo(f"    {'holds' if answer.holds else 'FAILS'}  {answer.predicate}  <- {answer.offered}")
