"""Figures and pieces of pages: signs, separators, and nothing from data that could become markup."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cockpit.ui import html
from cockpit.ui.figures import number, percent, plain, signed


@pytest.mark.parametrize(
    ("value", "shown"),
    [(Decimal("1234567.891"), "1,234,567.89"), (Decimal("-0.004"), "0.00"), (Decimal("-12"), "−12.00"), (None, "–")],
)
def test_a_number(value: Decimal | None, shown: str) -> None:
    assert number(value) == shown


def test_signs_ratios_and_idle_zeros() -> None:
    assert (signed(Decimal("5")), signed(Decimal("-5")), signed(Decimal("0.001"))) == ("+5.00", "−5.00", "0.00")
    assert (percent(Decimal("0.12345")), plain(Decimal("2.5000")), plain(Decimal("100"), 0)) == ("12.3%", "2.5", "100")


def test_colour_is_never_the_only_sign() -> None:
    assert "▼" in html.delta(Decimal("-1")) and "−1.00" in html.delta(Decimal("-1"))
    assert "▲" in html.delta(Decimal("1")) and "▲" not in html.delta(Decimal(0))
    assert "✕" in html.pill("failed", "bad") and "✓" in html.pill("passed", "good")


def test_data_cannot_become_markup() -> None:
    evil = '<img src=x onerror="alert(1)">'
    drawn = [html.text(evil), html.named(evil, evil), html.linked(evil, evil, "c"), html.crumbs([(evil, evil)]), html.title(evil)]
    drawn.append(html.table([html.Column(evil, lambda row: html.text(row["a"]))], [{"a": evil}], part=lambda row: row["a"]))
    assert not any("<img" in piece for piece in drawn)


def test_a_bar_is_as_long_as_its_share() -> None:
    assert "right: 50%; width: 25.00%" in html.bar(Decimal("-5"), Decimal("10"))
    assert html.bar(Decimal("5"), Decimal(0)) == ""


def test_a_table_with_parts_and_a_total() -> None:
    rows = [{"p": "a", "v": 1}, {"p": "a", "v": 2}, {"p": "b", "v": 3}]
    drawn = html.table([html.Column("v", lambda row: str(row["v"]))], rows, total=["6"], part=lambda row: row["p"])
    assert drawn.count('class="part"') == 2 and "<tfoot><tr><td" in drawn
