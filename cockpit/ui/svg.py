"""Charts that need no script: for reports that are printed, kept and opened without a network."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from html import escape

from cockpit.ui.figures import number, signed

NAME_WIDTH, BAR_WIDTH, WIDTH, ROW = 190, 620, 940, 28
INK, UP, DOWN, TOTAL, LINE = "#1c2733", "#6ea6d6", "#dd7d52", "#8593a1", "#c3ccd5"


def waterfall(steps: Sequence[tuple[str, Decimal]], *, start: tuple[str, Decimal] | None, end: tuple[str, Decimal]) -> str:
    """Signed steps from a start, or from zero, to an end, one below the other; arguments as for the interactive chart."""
    spans = _spans(steps, start, end)
    low = min(min(a, b) for _, a, b, _, _ in spans)
    width = max(max(a, b) for _, a, b, _, _ in spans) - low or Decimal(1)
    rows = []
    for place, (name, a, b, label, color) in enumerate(spans):
        x = NAME_WIDTH + int((min(a, b) - low) * BAR_WIDTH / width)
        length = max(int(abs(b - a) * BAR_WIDTH / width), 1)
        middle = place * ROW + 18
        rows.append(
            f'<text x="{NAME_WIDTH - 10}" y="{middle}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{x}" y="{place * ROW + 5}" width="{length}" height="18" rx="2" fill="{color}"/>'
            f'<text x="{WIDTH - 4}" y="{middle}" text-anchor="end">{label}</text>'
        )
    height = ROW * len(spans)
    return f'<svg viewBox="0 0 {WIDTH} {height}" width="100%" role="img" font-size="12.5" fill="{INK}">{"".join(rows)}</svg>'


def _spans(
    steps: Sequence[tuple[str, Decimal]], start: tuple[str, Decimal] | None, end: tuple[str, Decimal]
) -> list[tuple[str, Decimal, Decimal, str, str]]:
    """Name, from, to, label and colour of every bar."""
    nothing = Decimal(0)
    spans = [(start[0], nothing, start[1], number(start[1]), TOTAL)] if start else []
    reached = start[1] if start else nothing
    for name, amount in steps:
        spans.append((name, reached, reached + amount, signed(amount), UP if amount >= 0 else DOWN))
        reached += amount
    return [*spans, (end[0], nothing, end[1], number(end[1]), TOTAL)]
