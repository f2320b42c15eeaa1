"""Strict casts against a plain Python judge, on generated texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.contract import load_contract
from orchestration.sources.casts import cast_column
from orchestration.sources.part import Part, RawColumn
from orchestration.sources.workbench import Workbench, open_workbench

CHARGE = load_contract()["his_charge"]
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    folder: Path = tmp_path_factory.mktemp("bench")
    with open_workbench(folder) as opened:
        yield opened


def judge(bench: Workbench, column: str, texts: list[str]) -> list[tuple[object, bool, str | None]]:
    """Typed value, failure and reason of each text as a cell of his_charge.<column>."""
    relation = bench.register(
        pa.table({"x": pa.array(texts, pa.string()), "source_row": pa.array(range(len(texts)), pa.int64())})
    )
    part = Part(CHARGE.name, "test", "csv", relation, {column: RawColumn("x", "VARCHAR", column)})
    cast = cast_column(CHARGE, CHARGE.column(column), part)
    rows = bench.con.execute(f"select {cast.value}, {cast.failure}, {cast.reason} from {relation} order by source_row").fetchall()
    bench.clear()
    return rows


@given(st.lists(st.decimals(min_value=-(10**15), max_value=10**15, places=2), min_size=1, max_size=20))
@QUIET
def test_every_exact_amount_is_read_exactly(bench: Workbench, amounts: list[Decimal]) -> None:
    for amount, (value, failed, _) in zip(amounts, judge(bench, "amount", [format(a, "f") for a in amounts]), strict=True):
        assert not failed and value == amount


@given(st.lists(st.decimals(min_value=-(10**12), max_value=10**12, places=4), min_size=1, max_size=20))
@QUIET
def test_more_decimals_are_refused_and_never_rounded(bench: Workbench, amounts: list[Decimal]) -> None:
    for amount, (value, failed, reason) in zip(amounts, judge(bench, "amount", [format(a, "f") for a in amounts]), strict=True):
        exact = amount == round(amount, 2)
        assert failed is not exact
        assert value == amount if exact else reason == "F13"


@given(st.lists(st.text(alphabet="0123456789.,-+eE￥（）０９ xX", max_size=12), min_size=1, max_size=30))
@QUIET
def test_what_is_not_a_plain_number_fails_or_is_null(bench: Workbench, texts: list[str]) -> None:
    for text, (value, failed, _) in zip(texts, judge(bench, "amount", texts), strict=True):
        bare = text.strip(" ")
        if re.fullmatch(r"-?[0-9]+(\.[0-9]{1,2}0*)?", bare):
            assert not failed and value == Decimal(bare)
        else:
            assert failed  # an empty required cell fails too


@given(st.lists(st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2100, 1, 1)), min_size=1, max_size=20))
@QUIET
def test_timestamps_are_read_exactly(bench: Workbench, moments: list[datetime]) -> None:
    texts = [m.replace(microsecond=0).isoformat(sep=" ") for m in moments]
    for moment, (value, failed, _) in zip(moments, judge(bench, "booked_at", texts), strict=True):
        assert not failed and value == moment.replace(microsecond=0)


@given(st.integers(2000, 2030), st.integers(0, 14), st.integers(0, 40))
@QUIET
def test_impossible_days_are_refused(bench: Workbench, year: int, month: int, day: int) -> None:
    try:
        date(year, month, day)
        possible = True
    except ValueError:
        possible = False
    ((_, failed, reason),) = judge(bench, "booked_at", [f"{year}-{month:02d}-{day:02d} 08:00:00"])
    assert failed is not possible
    assert possible or reason == "F15"


@given(st.lists(st.text(min_size=1, max_size=10), min_size=1, max_size=20))
@QUIET
def test_free_text_survives_as_written(bench: Workbench, texts: list[str]) -> None:
    names = load_contract()["his_department"]
    kept = [t for t in texts if "\0" not in t and t.strip() and not any(0xD800 <= ord(c) < 0xE000 for c in t)]
    relation = bench.register(pa.table({"x": pa.array(kept, pa.string())}))
    part = Part(names.name, "test", "csv", relation, {"dept_name": RawColumn("x", "VARCHAR", "dept_name")})
    cast = cast_column(names, names.column("dept_name"), part)
    read = [v for (v,) in bench.con.execute(f"select {cast.value} from {relation}").fetchall()]
    bench.clear()
    assert all((v or "") in t for v, t in zip(read, kept, strict=True))


def test_codes_are_trimmed_and_normalised(bench: Workbench) -> None:
    values = [value for value, *_ in judge(bench, "item_id", [" A1 ", "Ａ１", "　A1"])]
    assert values == ["A1", "A1", "A1"]
