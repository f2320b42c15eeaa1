"""A trace as rows of a file: CSV and JSON. Text cells cannot become formulas when a spreadsheet opens them."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from orchestration.export.cells import harmless
from orchestration.lineage.declaration import Declaration
from orchestration.lineage.leaves import Leaf
from orchestration.lineage.opened import OpenedRelease
from orchestration.lineage.trace import Trace
from orchestration.lineage.words import component_zh, mart_zh

LINE_COLUMNS = ("line", "component", "component_zh", "amount_yuan", "running_yuan", "leaves", "difference_yuan", "evidence")


def origin(opened: OpenedRelease, month: date, declaration: Declaration) -> dict[str, str]:
    """Release, hospital, month and mart that a figure stands in."""
    record = opened.record
    return {
        "release_id": record.release_id,
        "record_sha256": record.sha256,
        "published_at": record.content["published_at"],
        "hospital_id": opened.hospital_id,
        "month": f"{month:%Y-%m}",
        "mart": declaration.relation,
        "mart_zh": mart_zh(declaration.name),
    }


def summary(trace: Trace) -> dict[str, Any]:
    """What the trace is of, and that it adds up."""
    return origin(trace.opened, trace.month, trace.subject.declaration) | {
        "subject": dict(trace.subject.key),
        "measure": trace.subject.measure,
        "component": trace.subject.component,
        "total_yuan": fen(trace.total),
        "difference_yuan": fen(trace.difference),
    }


def line_rows(trace: Trace, *, with_leaves: bool) -> Iterator[dict[str, Any]]:
    """Lines of the waterfall with the sum up to each; with leaves also how many there are and what they leave open."""
    running = Decimal(0)
    for line in trace.lines:
        running += line.amount
        yield {
            "line": line.number,
            "component": line.component,
            "component_zh": component_zh(line.component),
            "amount_yuan": str(line.amount),
            "running_yuan": str(running),
            "leaves": trace.leaf_counts[line.number] if with_leaves else None,
            "difference_yuan": fen(trace.leaf_differences[line.number]) if with_leaves else None,
            "evidence": line.evidence,
        }


def leaf_row(leaf: Leaf) -> dict[str, Any]:
    """One leaf with its whole address."""
    return {
        "line": leaf.line,
        "component": leaf.component,
        "component_zh": component_zh(leaf.component),
        "month": f"{leaf.month:%Y-%m}",
        "table": leaf.table,
        "table_zh": leaf.table_zh,
        "source_file": leaf.source.source_name,
        "file_row": leaf.file_row,
        "batch_id": leaf.source.batch_id,
        "key": leaf.key,
        "counted": plain(leaf.counted),
        "rate": plain(leaf.rate),
        "contribution_yuan": str(leaf.contribution),
        "running_yuan": str(leaf.running),
        "facts": leaf.facts,
        "source_sha256": leaf.source.source_sha256,
        "landed_sha256": leaf.source.landed_sha256,
    }


def write_csv(rows: Iterable[dict[str, Any]], columns: Iterable[str], file: TextIO) -> int:
    """Write rows; returns how many. Numbers stay numbers, text that looks like a formula gets an apostrophe."""
    names = list(columns)
    writer = csv.DictWriter(file, names, extrasaction="raise", lineterminator="\n")
    writer.writeheader()
    count = 0
    for row in rows:
        writer.writerow({name: _safe(name, value) for name, value in row.items()})
        count += 1
    return count


def write_leaves(trace: Trace, file: TextIO, most: int | None = None, *, negative: bool = False) -> int:
    """Write the leaves as CSV; the engine makes the file, so that a million rows are a matter of seconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leaves.csv"
        count = trace.write_leaves(path, most, negative=negative)
        with path.open(encoding="utf-8", newline="") as written:
            shutil.copyfileobj(written, file)
    return count


def write_json(trace: Trace, leaves: Iterable[Leaf] | None, file: TextIO) -> int:
    """The summary, the lines and the leaves as one object; leaves are written as they come. Returns their number."""
    head = summary(trace) | {"lines": list(line_rows(trace, with_leaves=leaves is not None))}
    if leaves is None:
        json.dump(head, file, ensure_ascii=False, indent=1)
        return len(trace.lines)
    file.write(json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "leaves": [')
    count = 0
    for leaf in leaves:
        file.write(("," if count else "") + "\n  " + json.dumps(leaf_row(leaf), ensure_ascii=False))
        count += 1
    file.write("\n ]\n}\n")
    return count


def fen(value: Decimal) -> str:
    """Yuan to the fen; zero without a sign."""
    rounded = value.quantize(Decimal("0.01"))
    return str(rounded or abs(rounded))


def thousands(value: Decimal | int | str, digits: int) -> str:
    """A number with commas, to the digits; zero without a sign."""
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-digits))
    return f"{rounded or abs(rounded):,.{digits}f}"


def plain(value: Decimal | None) -> str | None:
    """A number without exponent and without idle zeros."""
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _safe(name: str, value: Any) -> Any:
    is_number = name in ("counted", "rate", "line", "file_row", "leaves") or name.endswith("_yuan")
    return value if is_number else harmless(value)
