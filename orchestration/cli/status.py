"""`casemix status`: the present release, its months, and the latest runs."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli.options import HomeOption


def status(home: HomeOption = None, runs: Annotated[int, typer.Option(help="How many of the latest runs to show.")] = 10) -> None:
    """Show the release readers see, the months it holds, and the latest runs.

    Example: casemix status --home ./warehouse
    """
    from orchestration.cli.console import console, print_table
    from orchestration.home import Home
    from orchestration.release.record import current_record
    from orchestration.run.journal import close_dead_runs, read_journals

    place = Home.resolve(home)
    close_dead_runs(place)
    record = current_record(place)
    if record is None:
        console.print(f"nothing is published under {place.root} 尚无发布版本", markup=False)
    else:
        hospitals = sorted({month["hospital_id"] for month in record.content["months"]})
        held = [(h, record.months_of(h)) for h in hospitals]
        console.print(
            f"current release 当前版本: {record.release_id}  published 发布于 {record.content['published_at']}", markup=False
        )
        print_table(
            "已发布月份 Published months",
            [("机构 hospital", False), ("首月 first", False), ("末月 last", False), ("月数 months", True)],
            [(h, f"{m[0]:%Y-%m}", f"{m[-1]:%Y-%m}", str(len(m))) for h, m in held],
        )
    latest = list(read_journals(place))[-runs:]
    if latest:
        print_table(
            "最近运行 Latest runs",
            [("运行 run", False), ("状态 status", False), ("步骤 step", False), ("开始 started", False), ("发布 release", False)],
            [(j.run_id, j.status, j.step or "", j.started_at, j.release_id or "") for j in latest],
        )
