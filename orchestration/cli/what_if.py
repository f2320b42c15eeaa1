"""`casemix what-if`: published months settled again under another policy, without changing anything."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.options import HomeOption, HospitalOption

if TYPE_CHECKING:
    from orchestration.whatif import Answer

SHOWN = 10


class Form(StrEnum):
    """What is written on standard output."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def what_if(
    policy: Annotated[Path, typer.Option("--policy", help="Folder of the other policy, laid over the default one.")],
    first: Annotated[str, typer.Option("--from", help="First month, YYYY-MM.")],
    last: Annotated[str | None, typer.Option("--to", help="Last month, YYYY-MM (default: the first).")] = None,
    hospital: HospitalOption = None,
    form: Annotated[Form, typer.Option("--format", help="table: what moved; csv: every case; json: the summary.")] = Form.TABLE,
    output: Annotated[Path | None, typer.Option("--output", help="New folder (default: what_if/… below the home).")] = None,
    release: Annotated[str | None, typer.Option("--release", help="Release to compare with (default: the present one).")] = None,
    purpose: Annotated[str | None, typer.Option("--purpose", help="Why, for the access log.")] = None,
    home: HomeOption = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads of the engine.")] = 2,
) -> None:
    """Settle published months again under another policy: differences per case, department and cause. Publishes nothing.

    Example: casemix what-if --policy ./policy-2026 --from 2025-01 --to 2025-03 --hospital H1
    """
    from orchestration.cli.console import console, progress_bars
    from orchestration.home import Home
    from orchestration.run.plan import months_between, parse_month
    from orchestration.run.progress import reporting
    from orchestration.whatif import Request, write_answer
    from orchestration.whatif import what_if as answer_of
    from orchestration.whatif.files import SUMMARY

    place = Home.resolve(home)
    months = months_between(parse_month(first), parse_month(last or first))
    request = Request(policy, months[0], months[-1], tuple(hospital or ()), release, purpose)
    if form == Form.TABLE:
        with progress_bars() as reporter, reporting(reporter):
            answer = answer_of(place, request, threads=threads)
    else:
        answer = answer_of(place, request, threads=threads)
    folder = write_answer(place, request, answer, output)
    if form == Form.TABLE:
        _print_causes(answer)
        _print_departments(answer)
        console.print(f"every case 全部病例: {folder}", markup=False)
    else:
        sys.stdout.write((folder / (SUMMARY if form == Form.JSON else "cases.csv")).read_text(encoding="utf-8-sig"))


def _print_causes(answer: Answer) -> None:
    from orchestration.cli.console import print_table
    from orchestration.whatif.files import table

    rows = [
        (
            f"{row['hospital_id']} {row['month']:%Y-%m}",
            f"{row['cause_zh']} {row['cause']}",
            str(row["case_count"]),
            f"{row['standard_difference_yuan']:+,.2f}",
            f"{row['fund_difference_yuan']:+,.2f}",
        )
        for row in table(answer, "causes")
        if row["case_count"] or row["cause"] != "program"
    ]
    columns = [
        ("机构与月份", False),
        ("原因 cause", False),
        ("变动病例", True),
        ("付费标准变动 standard", True),
        ("基金支付变动 fund", True),
    ]
    print_table("政策测算 What if, by cause", columns, rows)


def _print_departments(answer: Answer) -> None:
    """Departments that move most."""
    from orchestration.cli.console import print_table

    weightiest = sorted(answer.departments, key=lambda row: (-abs(row["standard_difference_yuan"]), row["dept_id"]))[:SHOWN]
    rows = [
        (
            f"{row['hospital_id']} {row['month']:%Y-%m}",
            row["dept_id"],
            f"{row['old_standard_total_yuan']:,.2f}",
            f"{row['new_standard_total_yuan']:,.2f}",
            f"{row['standard_difference_yuan']:+,.2f}",
        )
        for row in weightiest
    ]
    columns = [("机构与月份", False), ("科室", False), ("原付费标准", True), ("测算付费标准", True), ("差额", True)]
    print_table("变动最大的科室 Departments that move most", columns, rows)
