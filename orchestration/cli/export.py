"""`casemix export …` and `casemix reidentify`: files for others; data leave granted and logged only."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.options import HomeOption

export = typer.Typer(help="Write files for others: payroll, masked releases. 导出。", no_args_is_help=True)
PurposeOption = Annotated[str | None, typer.Option("--purpose", help="Why; kept in the access log.")]
ReleaseOption = Annotated[str | None, typer.Option("--release", help="Release (default: the present one).")]


@export.command("payroll")
def payroll(
    hospital: Annotated[str, typer.Option("--hospital", help="Hospital.")],
    month: Annotated[str, typer.Option("--month", help="Month, YYYY-MM.")],
    output: Annotated[Path, typer.Option("--output", help="File to write, .csv or .xlsx.")],
    purpose: PurposeOption = None,
    release: ReleaseOption = None,
    home: HomeOption = None,
) -> None:
    """Write the bonus of every person with readable staff numbers, for the hospital's own payroll.

    Example: casemix export payroll --hospital H1 --month 2025-01 --output payroll.csv --purpose 一月发放
    """
    from orchestration.cli.console import console
    from orchestration.export.payroll import export_payroll
    from orchestration.home import Home
    from orchestration.run.plan import parse_month

    done = export_payroll(Home.resolve(home), hospital, parse_month(month), output, purpose=purpose, release_id=release)
    console.print(f"✓ {done.rows} persons 人, {done.release_id}: {done.path}", style="bold green", markup=False)


@export.command("masked")
def masked(
    output: Annotated[Path, typer.Option("--output", help="DuckDB file to write.")],
    purpose: PurposeOption = None,
    release: ReleaseOption = None,
    home: HomeOption = None,
) -> None:
    """Write the marts for readers outside the hospital: staff and stays under pseudonyms.

    Example: casemix export masked --output region.duckdb --purpose 医保局对账
    """
    from orchestration.cli.console import console
    from orchestration.export.masked import export_masked
    from orchestration.home import Home

    done = export_masked(Home.resolve(home), output, purpose=purpose, release_id=release)
    console.print(f"✓ {done.rows} rows 行, {done.release_id}: {done.path}", style="bold green", markup=False)


@export.command("superset")
def superset(
    output: Annotated[Path, typer.Option("--output", help="Zip file to write.")],
    uri_env: Annotated[
        str | None,
        typer.Option("--uri-env", help="Environment variable with the server's address (default: the home's DuckDB file)."),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Write the dashboards for Apache Superset, over the present release or a server; docs/serving.md says how to import them.

    Example: casemix export superset --output dashboards.zip
    """
    from orchestration.cli.console import console
    from orchestration.errors import ConfigurationError
    from orchestration.home import Home
    from orchestration.release.warehouse import WAREHOUSE_FILE
    from orchestration.serving.superset.bundle import write_bundle

    uri = os.environ.get(uri_env) if uri_env else f"duckdb:///{Home.resolve(home).current / WAREHOUSE_FILE}"
    if not uri:
        raise ConfigurationError(f"{uri_env} is not set", remedy="put postgresql+psycopg2://… of the server into it")
    charts = write_bundle(output, uri)
    console.print(f"✓ {charts} charts 图表: {output}", style="bold green", markup=False)


def reidentify(
    pseudonym: Annotated[str, typer.Argument(help="Pseudonym.")],
    domain: Annotated[str, typer.Option(help="Kind of number: patient, person, medical_record, staff or stay.")],
    hospital: Annotated[str, typer.Option("--hospital", help="Hospital.")],
    vault: Annotated[Path, typer.Option(help="File with one plain number a line, kept apart from the warehouse.")],
    reason: Annotated[str, typer.Option(help="Why; kept in the access log.")],
    home: HomeOption = None,
) -> None:
    """Find the number behind a pseudonym, with the vault and a reason; logged.

    Example: casemix reidentify v1-0f3c… --domain patient --hospital H1 --vault /mnt/vault/patients.txt --reason 投诉核查
    """
    from orchestration.cli.console import console
    from orchestration.export import reidentify as vaults
    from orchestration.home import Home

    found = vaults.reidentify(Home.resolve(home), pseudonym, domain=domain, hospital_id=hospital, vault=vault, reason=reason)
    console.print(found, markup=False)
