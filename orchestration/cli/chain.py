"""`casemix verify` and `casemix diff`: is the chain intact, and what differs between two releases."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli.options import HomeOption


def verify(
    home: HomeOption = None, anchor: Annotated[str | None, typer.Option(help="Head hash noted on an approval sheet.")] = None
) -> None:
    """Verify records, signatures, files and chain of every release; names the first bad link.

    Example: casemix verify --home ./warehouse
    """
    from orchestration.cli.console import console
    from orchestration.home import Home
    from orchestration.release.verify import verify_home

    head = verify_home(Home.resolve(home), anchor)
    console.print(
        f"✓ {head.sequence} release(s) intact, head {head.release_id} {head.sha256} 发布链完整", style="bold green", markup=False
    )


def diff(
    earlier: Annotated[str, typer.Argument(help="Release.")],
    later: Annotated[str, typer.Argument(help="Release.")],
    home: HomeOption = None,
) -> None:
    """Show which marts of which months differ between two releases.

    Example: casemix diff r0001-0a1b2c3d r0002-4e5f6a7b
    """
    from orchestration.cli.console import console, print_table
    from orchestration.home import Home
    from orchestration.release.diff import diff_releases

    rows = diff_releases(Home.resolve(home), earlier, later)
    if not rows:
        console.print("no difference 无差异")
        return
    titles = [
        ("数据集 mart", False),
        ("机构 hospital", False),
        ("月份 month", False),
        ("变化 change", False),
        ("行 rows", True),
        ("金额 sums", False),
    ]
    print_table(f"{earlier} → {later}", titles, rows)
