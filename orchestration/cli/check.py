"""`casemix check`: a mapping against its source, without writing anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.options import ConfigOption, HospitalOption, SourceOption

if TYPE_CHECKING:
    from orchestration.sources import CheckReport
    from orchestration.sources.check import TableCheck


def check(
    source: SourceOption = None,
    config: ConfigOption = None,
    month: Annotated[str | None, typer.Option(help="Month, YYYY-MM (default: the latest).")] = None,
    hospital: HospitalOption = None,
    columns: Annotated[bool, typer.Option("--columns", help="Show every column with its source and type.")] = False,
) -> None:
    """Check a mapping against its source: columns, types, unmapped codes, counts. Writes nothing.

    Example: casemix check --config sample/casemix.yml --month 2025-01
    """
    from orchestration.sources.check import check_sources, problems

    reports = check_sources(source, config, month, tuple(hospital or ()))
    for report in reports:
        _print_report(report, with_columns=columns)
    error = problems(reports)
    if error is not None:
        raise error


def _print_report(report: CheckReport, *, with_columns: bool) -> None:
    from orchestration.cli.console import console, print_error, print_table

    rows = [_table_row(table) for table in report.tables if table.is_listed is not False]
    title = f"{report.hospital_id} {report.month:%Y-%m}"
    print_table(title, [("表 table", False), ("来源 source", False), ("行数 rows", True), ("结果 result", False)], rows)
    if left_out := [table.name for table in report.tables if table.is_listed is False]:
        console.print(f"不交付 not delivered: {', '.join(left_out)}", style="dim")
    if report.error:
        print_error(report.error)
    for table in report.tables:
        if table.error:
            print_error(table.error)
        for issue in table.issues:
            console.print(f"  {table.name}: {issue}", markup=False, style="red")
        for part in table.parts:
            for note in dict.fromkeys(part.notes):
                console.print(f"  {part.source_name}: {note}", markup=False, style="dim")
    if with_columns:
        _print_columns(report)


def _table_row(table: TableCheck) -> list[str]:
    sources = ", ".join(f"{part.source_name} ({part.kind})" for part in table.parts)
    if table.error:
        return [f"{table.name} {table.zh}", sources, "", f"✗ {table.error.rule}"]
    if not table.parts:
        return [f"{table.name} {table.zh}", "", "0", "无数据 absent"]
    failing = sum(issue.count for issue in table.issues)
    return [f"{table.name} {table.zh}", sources, f"{table.rows:,}", f"✗ {failing:,}" if failing else "✓"]


def _print_columns(report: CheckReport) -> None:
    from orchestration.cli.console import print_table

    rows = [
        [table.name, f"{column.name} {column.zh}", column.contract_type, column.source or "—", column.source_type or ""]
        for table in report.tables
        for part in table.parts[:1]
        for column in part.columns
    ]
    names = ("表 table", "列 column", "约定类型 type", "来源列 from", "来源类型 source type")
    heads = [(name, False) for name in names]
    print_table(f"{report.hospital_id}: columns 列", heads, rows)
