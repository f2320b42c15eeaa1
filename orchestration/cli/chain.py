"""`casemix verify` and `casemix diff`: is the chain intact, can a release be repeated, and what differs between two."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.options import HomeOption

if TYPE_CHECKING:
    from datetime import date

    from orchestration.home import Home


def verify(
    home: HomeOption = None,
    anchor: Annotated[str | None, typer.Option(help="Head hash noted on an approval sheet, then or later.")] = None,
    release: Annotated[str | None, typer.Option(help="Read the files behind this release alone.")] = None,
    reperform: Annotated[str | None, typer.Option(help="Compute this release again from landing and record.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads of the engine, for --reperform.")] = 2,
    pack: Annotated[Path | None, typer.Option(help="Check an audit pack by itself; needs no warehouse.")] = None,
) -> None:
    """Verify records, signatures, files, landing, snapshots and access log; names the first bad link.

    Without an anchor nobody can see that the newest release was removed: note the head hash on the approval sheet.

    Example: casemix verify --home ./warehouse --anchor 9c0f…
    """
    from orchestration.cli.console import console
    from orchestration.home import Home
    from orchestration.privacy.access import log_head
    from orchestration.release.record import read_records
    from orchestration.release.verify import verify_home

    if pack is not None:
        _verify_pack(pack)
        return
    place = Home.resolve(home)
    head = verify_home(place, anchor, release or reperform)
    log = log_head(place)
    console.print(f"✓ {head.sequence} release(s) intact, head {head.release_id} 发布链完整", style="bold green", markup=False)
    console.print(f"anchor 锚点: {head.sha256}", markup=False)
    if anchor is not None:
        (noted,) = (record for record in read_records(place) if record.sha256 == anchor)
        since = head.sequence - noted.sequence
        console.print(f"noted 所记锚点: {noted.release_id}, {since} release(s) since 其后 {since} 个版本", markup=False)
    console.print(f"access log 访问日志: {log.entries} entries, head {log.sha256 or '-'}", markup=False)
    if reperform is not None:
        _reperform(place, reperform, threads)


def _verify_pack(pack: Path) -> None:
    from orchestration.cli.console import console
    from orchestration.lineage.pack import verify_pack

    trace = verify_pack(pack)
    subject = ", ".join(f"{column} {value}" for column, value in trace["subject"].items())
    figure = trace["total_yuan"] if "total_yuan" in trace else trace["published"]["value"]
    console.print(
        f"✓ {trace['hospital_id']} {trace['month']} {subject}: {figure} 审计包完整，合计与来源逐笔相符",
        style="bold green",
        markup=False,
    )
    console.print(f"release {trace['release_id']} {trace['record_sha256']}", markup=False)


def _reperform(home: Home, release_id: str, threads: int) -> None:
    """Compute a release again and compare every mart by its logical hash."""
    from orchestration.cli.console import console
    from orchestration.errors import BadInput
    from orchestration.release.record import find_record
    from orchestration.run.reperform import changed_code, reperform

    def announce(hospital_id: str, month: date) -> None:
        console.print(f"重新计算 computing {hospital_id} {month:%Y-%m} …", markup=False)

    found = reperform(home, release_id, threads=threads, on_month=announce)
    differing = [f"{one.relation} {one.hospital_id} {one.month:%Y-%m}" for one in found if not one.is_equal]
    if differing:
        changed = changed_code(find_record(home, release_id))
        raise BadInput(
            f"{len(differing)} of {len(found)} marts of {release_id} come out differently: {', '.join(differing)}",
            rule="F43",
            zh=f"{release_id} 重新计算的结果与发布不一致",
            remedy="check out the commit the record names and repeat"
            if changed
            else "the engine or the machine differs; look there",
        )
    console.print(f"✓ {release_id}: {len(found)} marts computed again, all equal 重新计算一致", style="bold green", markup=False)


def diff(
    earlier: Annotated[str, typer.Argument(help="Release.")],
    later: Annotated[str, typer.Argument(help="Release.")],
    home: HomeOption = None,
) -> None:
    """Show which marts of which months differ between two releases, by how much, and what it comes from.

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
        ("原因 cause", False),
    ]
    cells = [
        (
            one.relation,
            one.hospital_id,
            f"{one.month:%Y-%m}",
            one.kind,
            f"{one.rows:+d}",
            ", ".join(f"{column} {change:+f}" for column, change in one.sums.items()),
            one.cause,
        )
        for one in rows
    ]
    print_table(f"{earlier} → {later}", titles, cells)
