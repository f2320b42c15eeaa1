"""A trace as one self-contained page: no script, no network, something an auditor can print and keep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import jinja2

from orchestration.lineage.formats import leaf_row, line_rows, summary, thousands
from orchestration.lineage.leaves import Leaf
from orchestration.lineage.trace import Trace
from orchestration.lineage.words import component_zh

TEMPLATE = Path(__file__).with_name("page.html")
LEFT, WIDTH = 210, 640


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["thousands"] = thousands
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8"))


def trace_page(trace: Trace, leaves: Iterable[Leaf]) -> str:
    """The page; where `leaves` are not all of a line, it says how many more there are and what they add up to."""
    lines = list(line_rows(trace, with_leaves=True))
    bars, zero = _bars([(component_zh(line.component), line.amount) for line in trace.lines])
    return _template().render(
        head=summary(trace),
        subject="，".join(f"{column} {value}" for column, value in trace.subject.key.items()),
        is_closed=not trace.difference and not any(trace.leaf_differences.values()),
        lines=lines,
        bars=bars,
        zero=zero,
        sections=list(_sections(lines, leaves)),
        files=sorted(trace.opened.source_files(trace.month).values(), key=lambda file: file.table),
    )


def _sections(lines: Sequence[dict[str, Any]], leaves: Iterable[Leaf]) -> Iterator[dict[str, Any]]:
    for number, group in groupby(leaves, key=lambda leaf: leaf.line):
        shown = list(group)
        line = lines[number - 1]
        rest_yuan = Decimal(line["amount_yuan"]) - sum((leaf.contribution for leaf in shown), Decimal(0))
        yield {
            "line": line,
            "leaves": [leaf_row(leaf) for leaf in shown],
            "rest": line["leaves"] - len(shown),
            "rest_yuan": rest_yuan,
        }


def _bars(steps: Sequence[tuple[str, Decimal]]) -> tuple[list[dict[str, Any]], int]:
    """Bars from sum to sum, the last one the whole; and where zero is. Pixels are whole numbers."""
    sums = [Decimal(0)]
    for _, amount in steps:
        sums.append(sums[-1] + amount)
    low, span = min(sums), max(sums) - min(sums) or Decimal(1)

    def place(value: Decimal) -> int:
        return LEFT + int((value - low) * WIDTH / span)

    ends = [(name, amount, sums[n], sums[n + 1]) for n, (name, amount) in enumerate(steps)]
    bars = [
        _bar(name, amount, place(min(a, b)), place(max(a, b)), "up" if amount >= 0 else "down") for name, amount, a, b in ends
    ]
    whole = sums[-1]
    bars.append(_bar("合计", whole, place(min(whole, Decimal(0))), place(max(whole, Decimal(0))), "sum"))
    return bars, place(Decimal(0))


def _bar(name: str, amount: Decimal, start: int, end: int, color: str | None = None) -> dict[str, Any]:
    color = color or ("up" if amount >= 0 else "down")
    return {"name": name, "amount": amount, "x": start, "width": max(end - start, 1), "color": color}
