"""`casemix cockpit`: the published release in a browser."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli.options import HomeOption


def cockpit(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")] = 8501,
    host: Annotated[str, typer.Option("--host", help="Address to listen on; by default this machine only.")] = "127.0.0.1",
    home: HomeOption = None,
) -> None:
    """Open the cockpit on the published release: overview, departments, cases, cost pools, source rows. 驾驶舱.

    Example: casemix cockpit --home ./warehouse
    """
    from cockpit.launch import serve
    from orchestration.cli.console import console
    from orchestration.home import Home
    from orchestration.release.serving import release_folder

    place = Home.resolve(home)
    release = release_folder(place).name
    console.print(f"{release}: http://{host}:{port}  (Ctrl+C 结束 ends it)", markup=False)
    serve(place, host, port)
