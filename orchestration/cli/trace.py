"""`casemix trace`: from a bonus, or any other published figure, to its source rows."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from orchestration.cli.options import HomeOption

if TYPE_CHECKING:
    from orchestration.lineage.evidence import Evidence
    from orchestration.lineage.opened import OpenedRelease
    from orchestration.lineage.trace import Subject, Trace

SHOWN_LEAVES = 10
PAGE_LEAVES = 2_000


class Depth(StrEnum):
    """How far a trace goes."""

    LINE = "line"
    LEAF = "leaf"


class Form(StrEnum):
    """What a trace is written as."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    HTML = "html"


def trace(
    month: Annotated[str, typer.Argument(help="Month, such as 2025-01.")],
    who: Annotated[str | None, typer.Argument(help="Department or staff number; left out with --mart.")] = None,
    hospital: Annotated[str | None, typer.Option("--hospital", help="Hospital; needed where the month has several.")] = None,
    mart: Annotated[str | None, typer.Option("--mart", help="Another mart, such as costed.fct_case_cost.")] = None,
    key: Annotated[list[str] | None, typer.Option("--key", help="COLUMN=VALUE of its rows; may be repeated.")] = None,
    component: Annotated[str | None, typer.Option("--component", help="Only this line; with --mart the measure.")] = None,
    to: Annotated[Depth | None, typer.Option("--to", help="How far: lines, or leaves (source rows).")] = None,
    form: Annotated[Form, typer.Option("--format", help="How it is written.")] = Form.TABLE,
    top: Annotated[int | None, typer.Option("--top", min=1, help="Leaves per line, the weightiest first.")] = None,
    negative: Annotated[bool, typer.Option("--negative", help="Only leaves that count negative, such as refunds.")] = False,
    release: Annotated[str | None, typer.Option("--release", help="Release (default: the present one).")] = None,
    purpose: Annotated[str | None, typer.Option("--purpose", help="Why, for the access log.")] = None,
    output: Annotated[Path | None, typer.Option("--output", help="File to write.")] = None,
    pack: Annotated[Path | None, typer.Option("--pack", help="Write an audit pack (ZIP) with everything to verify it.")] = None,
    home: HomeOption = None,
) -> None:
    """Explain a figure: its waterfall, and the source rows behind every line, to the fen.

    Example: casemix trace 2025-01 0101 --hospital H1 --to leaf --component POINTS
    """
    from orchestration.home import Home
    from orchestration.lineage.evidence import is_evidence_mart
    from orchestration.lineage.opened import open_release
    from orchestration.lineage.trace import Trace
    from orchestration.privacy.access import require_grant
    from orchestration.run.plan import parse_month

    opened = open_release(Home.resolve(home), hospital, parse_month(month), release)
    if mart is not None and is_evidence_mart(mart):
        _explain_indicator(opened, month, mart, key or [], form, top, purpose, output, pack)
        return
    subject = _subject(opened, parse_month(month), who, mart, key or [], component)
    depth = to or (Depth.LINE if form == Form.TABLE and pack is None and not negative else Depth.LEAF)
    require_grant(opened.home, "trace", opened.hospital_id, subject.key.get("dept_id"), purpose=purpose)
    traced = Trace(opened, parse_month(month), subject)
    seen = f"{opened.record.release_id} {opened.hospital_id} {month} {subject.declaration.relation} {subject.name} to {depth}"
    _hand_out(opened, traced, lambda file: _write(traced, depth, form, top, negative, file), seen, purpose, output, pack)


def _explain_indicator(
    opened: OpenedRelease,
    month: str,
    mart: str,
    key: list[str],
    form: Form,
    top: int | None,
    purpose: str | None,
    output: Path | None,
    pack: Path | None,
) -> None:
    """An indicator is no sum of yuan: its definition and the rows it counts explain it."""
    from orchestration.cli.evidence import write_evidence
    from orchestration.lineage.evidence import Evidence
    from orchestration.privacy.access import require_grant
    from orchestration.run.plan import parse_month

    pairs = _pairs(key)
    dept_id = pairs.get("subject_id") if pairs.get("level") == "department" else None
    require_grant(opened.home, "trace", opened.hospital_id, dept_id, purpose=purpose)
    evidence = Evidence(opened, parse_month(month), mart, pairs)
    seen = f"{opened.record.release_id} {opened.hospital_id} {month} {evidence.declaration.relation} {' '.join(pairs.values())}"
    _hand_out(opened, evidence, lambda file: write_evidence(evidence, form, top, file), seen, purpose, output, pack)


def _hand_out(
    opened: OpenedRelease,
    explained: Trace | Evidence,
    write: Callable[[TextIO], int],
    seen: str,
    purpose: str | None,
    output: Path | None,
    pack: Path | None,
) -> None:
    """Log what is seen before anybody sees it, as a pack or in the form asked for."""
    from orchestration.cli.output import hand_out, hidden
    from orchestration.privacy.access import record_access

    def record(rows: int) -> None:
        record_access(opened.home, "trace", seen, rows=rows, purpose=purpose)

    if pack is not None:
        from orchestration.lineage.pack import write_pack

        with hidden(pack) as scratch:
            rows = write_pack(explained, scratch)
            record(rows)
    else:
        rows = hand_out(output, write, record)
    _print_written(rows, pack or output)


def _print_written(rows: int, path: Path | None) -> None:
    if path is not None:
        from orchestration.cli.console import console

        console.print(f"✓ {rows} rows written to {path} 已写入", style="bold green", markup=False)


def _pairs(key: list[str]) -> dict[str, str]:
    """COLUMN=VALUE as given on the command line."""
    return dict(pair.split("=", 1) for pair in key if "=" in pair)


def _subject(
    opened: OpenedRelease, month: object, who: str | None, mart: str | None, key: list[str], component: str | None
) -> Subject:
    from datetime import date

    from orchestration.errors import ConfigurationError
    from orchestration.lineage.trace import bonus_subject, mart_subject

    assert isinstance(month, date)  # noqa: S101 - parsed by the caller
    if mart is not None and who is None:
        return mart_subject(mart, _pairs(key), component)
    if who is None or mart is not None:
        raise ConfigurationError(
            "name a department or staff member, or --mart with --key",
            remedy="casemix trace --help",
            zh="请给出科室、职工，或 --mart 与 --key",
        )
    return bonus_subject(opened, month, who, component)


def _write(trace: Trace, depth: Depth, form: Form, top: int | None, negative: bool, file: TextIO) -> int:
    from orchestration.cli.output import printed
    from orchestration.lineage import formats
    from orchestration.lineage.page import trace_page

    with_leaves = depth == Depth.LEAF
    if form == Form.CSV and with_leaves:
        return formats.write_leaves(trace, file, top, negative=negative)
    if form == Form.CSV:
        return formats.write_csv(formats.line_rows(trace, with_leaves=False), formats.LINE_COLUMNS, file)
    if form == Form.JSON:
        return formats.write_json(trace, trace.leaves(top, negative=negative) if with_leaves else None, file)
    if form == Form.HTML:
        leaves = list(trace.leaves(top or PAGE_LEAVES, negative=negative)) if with_leaves else []
        file.write(trace_page(trace, leaves))
        return len(leaves)
    with printed(file):
        return _print(trace, with_leaves, top or SHOWN_LEAVES, negative)


def _print(trace: Trace, with_leaves: bool, most: int, negative: bool) -> int:
    from decimal import Decimal

    from orchestration.cli.console import console, print_table
    from orchestration.lineage import formats

    head = formats.summary(trace)
    titles = [
        ("序", True),
        ("组成项 line", False),
        ("金额 yuan", True),
        ("累计 running", True),
        ("来源行 leaves", True),
        ("依据 evidence", False),
    ]
    rows = [
        [
            str(r["line"]),
            f"{r['component_zh']} {r['component']}",
            formats.thousands(r["amount_yuan"], 2),
            formats.thousands(r["running_yuan"], 2),
            "" if r["leaves"] is None else f"{r['leaves']:,}",
            r["evidence"],
        ]
        for r in formats.line_rows(trace, with_leaves=with_leaves)
    ]
    print_table(
        f"{head['mart_zh']} {trace.subject.name} {head['hospital_id']} {head['month']} · {head['release_id']}", titles, rows
    )
    count = len(rows)
    if with_leaves:
        count = _print_leaves(trace, most, negative)
    open_leaves = sum((abs(gap) for gap in trace.leaf_differences.values()), Decimal(0)) if with_leaves else Decimal(0)
    gap = formats.fen(abs(trace.difference) + open_leaves)
    total = formats.thousands(head["total_yuan"], 2)
    console.print(f"合计 total {total}   差额 difference {gap}", style="bold", markup=False)
    return count


def _print_leaves(trace: Trace, most: int, negative: bool) -> int:
    from orchestration.cli.console import print_table
    from orchestration.lineage import formats

    titles = [
        ("项 line", True),
        ("来源文件 file", False),
        ("行 row", True),
        ("键 key", False),
        ("计入 counted", True),
        ("贡献 yuan", True),
        ("累计 running", True),
    ]
    rows = []
    for leaf in trace.leaves(most, negative=negative):
        counted = formats.plain(leaf.counted) or ""
        rows.append(
            [
                str(leaf.line),
                f"{leaf.source.source_name} ({leaf.source.batch_id})",
                str(leaf.file_row),
                leaf.key,
                counted,
                formats.thousands(leaf.contribution, 6),
                formats.thousands(leaf.running, 2),
            ]
        )
    print_table(f"来源行 leaves（每项至多 {most} 行 at most {most} a line）", titles, rows)
    return len(rows)
