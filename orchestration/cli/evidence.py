"""The part of `casemix trace` that explains an indicator: its definition and the rows it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from orchestration.cli.trace import Form
    from orchestration.lineage.evidence import Evidence

SHOWN_ROWS = 20
PAGE_ROWS = 2_000


def write_evidence(evidence: Evidence, form: Form, top: int | None, file: TextIO) -> int:
    """Write the evidence in a form; returns how many rows it holds."""
    from orchestration.cli.output import printed
    from orchestration.cli.trace import Form
    from orchestration.lineage import evidence_formats, formats

    if form == Form.CSV:
        rows = map(evidence_formats.evidence_row, evidence.rows[:top])
        return formats.write_csv(rows, evidence_formats.ROW_COLUMNS, file)
    if form == Form.JSON:
        return evidence_formats.write_evidence_json(evidence, top, file)
    if form == Form.HTML:
        file.write(evidence_formats.evidence_page(evidence, top or PAGE_ROWS))
        return min(len(evidence.rows), top or PAGE_ROWS)
    with printed(file):
        return _print(evidence, top or SHOWN_ROWS)


def _print(evidence: Evidence, most: int) -> int:
    from orchestration.cli.console import console, print_table
    from orchestration.lineage.evidence_formats import evidence_row, evidence_summary, published_labels

    head, labels = evidence_summary(evidence), published_labels(evidence)
    for found in head["definitions"]:
        said = "；".join(f"{name} {value}" for name, value in found["values"].items())
        console.print(f"口径 definition {found['source_file']} 行 row {found['file_row']}: {said}", markup=False)
    rows = [[labels[name], name, str(value)] for name, value in head["published"].items() if value is not None]
    title = f"{head['mart_zh']} {' '.join(evidence.key.values())} {head['hospital_id']} {head['month']} · {head['release_id']}"
    print_table(title, [("项", False), ("column", False), ("值 value", True)], rows)
    _print_compared(head["compared"])
    titles = [
        ("来源 source", False),
        ("行 row", True),
        ("键 key", False),
        ("分子 numerator", True),
        ("分母 denominator", True),
    ]
    counted = [
        [
            f"{row['source_file']} ({row['batch_id']})" if row["source_file"] else f"{row['month']} {row['table_zh']}",
            str(row["file_row"] or ""),
            row["key"],
            row["numerator"] or "",
            row["denominator"] or "",
        ]
        for row in map(evidence_row, evidence.rows[:most])
    ]
    print_table(f"计入的行 rows counted（{len(counted)} / {len(evidence.rows)}）", titles, counted)
    for side, gap in head["difference"].items():
        total = head["counted"][side]
        said = f"逐行合计 counted {total}   " if total is not None else ""
        console.print(f"{labels[side]} {side}: {said}差额 difference {gap}", style="bold", markup=False)
    return len(counted)


def _print_compared(compared: list[dict[str, Any]]) -> None:
    """Both months of a growth, with what their rows add up to."""
    from orchestration.cli.console import print_table

    if not compared:
        return
    titles = [
        ("月份 month", False),
        ("指标 indicator", False),
        ("分子 numerator", True),
        ("分母 denominator", True),
        ("差额 difference", True),
    ]
    rows = [
        [
            one["month"],
            one["subject"]["indicator_code"],
            one["published"]["numerator"] or "",
            one["published"]["denominator"] or "",
            " / ".join(one["difference"].values()),
        ]
        for one in compared
    ]
    print_table("同比 compared with last year", titles, rows)
