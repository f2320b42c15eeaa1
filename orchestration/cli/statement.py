"""`casemix statement`: the reconciliation statement of a published month on one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TextIO

import typer

from orchestration.cli.options import HomeOption


def statement(
    month: Annotated[str, typer.Argument(help="Month, such as 2025-01.")],
    hospital: Annotated[str | None, typer.Option("--hospital", help="Hospital; needed where the month has several.")] = None,
    release: Annotated[str | None, typer.Option("--release", help="Release (default: the present one).")] = None,
    purpose: Annotated[str | None, typer.Option("--purpose", help="Why, for the access log.")] = None,
    output: Annotated[Path | None, typer.Option("--output", help="File to write (default: standard output).")] = None,
    home: HomeOption = None,
) -> None:
    """Write the reconciliation statement (对账单) as an HTML page: every figure = Σ parents, received = used + excluded.

    Example: casemix statement 2025-01 --hospital H1 --output statement.html
    """
    from orchestration.cli.console import console
    from orchestration.cli.output import hand_out
    from orchestration.home import Home
    from orchestration.lineage.opened import open_release
    from orchestration.lineage.statement import read_statement, statement_page
    from orchestration.privacy.access import record_access, require_grant
    from orchestration.run.plan import parse_month

    start = parse_month(month)
    opened = open_release(Home.resolve(home), hospital, start, release)
    require_grant(opened.home, "statement", opened.hospital_id, purpose=purpose)
    stated = read_statement(opened, start)
    page = statement_page(stated)
    seen = f"{opened.record.release_id} {opened.hospital_id} {month}"

    def write(file: TextIO) -> int:
        file.write(page)
        return stated.row_count

    hand_out(output, write, lambda rows: record_access(opened.home, "statement", seen, rows=rows, purpose=purpose))
    if output is None:
        return
    closed = "全部闭合 all closed" if stated.is_closed else "未闭合 not closed"
    console.print(f"{'✓' if stated.is_closed else '✗'} {closed}: {output}", style="bold", markup=False)
