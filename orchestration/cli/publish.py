"""`casemix publish`: bring a server to a release."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Annotated

import typer

from orchestration.cli.options import HomeOption

URL_VARIABLE = "CASEMIX_POSTGRES_URL"


class Server(StrEnum):
    """Where a release can be served from."""

    POSTGRES = "postgres"


def publish(
    to: Annotated[Server, typer.Option("--to", help="Kind of server.")],
    url_env: Annotated[str, typer.Option("--url-env", help="Environment variable that holds postgresql://….")] = URL_VARIABLE,
    release: Annotated[str | None, typer.Option("--release", help="Release (default: the present one).")] = None,
    purpose: Annotated[str | None, typer.Option("--purpose", help="Why; kept in the access log.")] = None,
    home: HomeOption = None,
) -> None:
    """Replace on a server the months that differ from a release, in one transaction, with roles and row policies.

    Example: CASEMIX_POSTGRES_URL=postgresql://casemix@db/casemix casemix publish --to postgres
    """
    from orchestration.cli.console import console
    from orchestration.errors import ConfigurationError
    from orchestration.home import Home
    from orchestration.serving.postgres.publish import publish_to_postgres

    url = os.environ.get(url_env)
    if not url:
        raise ConfigurationError(
            f"{url_env} is not set", remedy=f"put postgresql://… of the server into {url_env}", zh=f"未设置环境变量 {url_env}"
        )
    done = publish_to_postgres(Home.resolve(home), url, release_id=release, purpose=purpose)
    months = f"{len(done.months)} months 月, {done.rows} rows 行"
    console.print(f"✓ {done.release_id} on {to.value}: {months}", style="bold green", markup=False)
    if done.unknown_accounts:
        console.print(
            f"grants without an account on the server 授权但无账号: {', '.join(done.unknown_accounts)}; "
            "create the account with LOGIN and publish again",
            style="yellow",
            markup=False,
        )
