"""The views with Chinese names: same rows and amounts as the marts, year to date and last year exact over any filter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.home import Home
from orchestration.release import catalogue, partition, warehouse
from orchestration.release.bi import bi_view, labels
from orchestration.release.catalogue import Mart, MartColumn, load_marts
from orchestration.release.publish import publish
from orchestration.release.warehouse import layout_statements
from tests.unit.release.releases import FEBRUARY, JANUARY, RELATION, TOY, gated, home_in

COLUMNS = (
    MartColumn("hospital_id", "varchar", "Hospital.", "机构编码"),
    MartColumn("month", "date", "Month.", "月份"),
    MartColumn("dept_id", "varchar", "Department.", "科室编码"),
    MartColumn("is_open", "boolean", "Open.", "是否开放"),
    MartColumn("amount_yuan", "decimal(18,2)", "Amount (yuan).", "金额", is_additive=True),
    MartColumn("balance_yuan", "decimal(18,2)", "Balance (yuan).", "余额"),
)
MART = Mart("costed", "fct_flow", "流量", "Flow. One row per department.", COLUMNS, ("hospital_id", "month", "dept_id"))
STAYS = (*COLUMNS[:2], MartColumn("stay_id", "varchar", "Stay.", "住院号"), *COLUMNS[4:])
PER_STAY = Mart("costed", "fct_stay", "住院", "Stays. One row per stay.", STAYS, ("hospital_id", "month", "stay_id"))
SHOWN = '"月份", "科室编码", "是否开放", "金额", "本年累计金额", "上年同期金额", "余额", "发布版本"'
LAST_YEAR, MARCH = date(2024, 3, 1), date(2025, 3, 1)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for statement in layout_statements([MART, PER_STAY]):
            connection.execute(statement)
        yield connection


def add(con: duckdb.DuckDBPyConnection, month: date, release_id: str, **amounts: str) -> None:
    number = int(release_id[1:])
    con.execute(
        "insert into audit.dim_release (release_id, sequence, hospital_id, month, published_at) values (?, ?, 'H1', ?, ?)",
        [release_id, number, month, date(2025, 6, number)],
    )
    for dept_id, amount in amounts.items():
        con.execute("insert into costed.fct_flow values ('H1', ?, ?, true, ?, 7, ?)", [month, dept_id, amount, release_id])


def test_year_to_date_and_last_year_add_up_although_departments_come_and_go(con: duckdb.DuckDBPyConnection) -> None:
    add(con, LAST_YEAR, "r1", D1="5", D3="50")
    add(con, JANUARY, "r2", D1="1.10", D2="9")
    add(con, FEBRUARY, "r3", D1="2.20")
    add(con, MARCH, "r4", D1="3.30")
    found = con.execute(f"select {SHOWN} from bi.fct_flow where \"月份\" = date '2025-03-01' order by 2").fetchall()
    assert found == [
        (MARCH, "D1", True, Decimal("3.30"), Decimal("6.60"), Decimal(5), Decimal(7), "r4"),
        (MARCH, "D2", None, None, Decimal(9), None, None, "r4"),
        (MARCH, "D3", None, None, None, Decimal(50), None, "r4"),
    ]
    assert (
        con.execute('select sum("金额") from bi.fct_flow').fetchone()
        == con.execute("select sum(amount_yuan) from costed.fct_flow").fetchone()
    )


def test_january_starts_anew_and_a_month_nobody_published_has_no_row(con: duckdb.DuckDBPyConnection) -> None:
    add(con, date(2024, 12, 1), "r1", D1="100")
    add(con, JANUARY, "r2", D1="1")
    add(con, MARCH, "r3", D1="3")
    found = con.execute('select "月份", "本年累计金额" from bi.fct_flow order by 1').fetchall()
    assert found == [(date(2024, 12, 1), Decimal(100)), (JANUARY, Decimal(1)), (MARCH, Decimal(4))]


def test_a_month_published_twice_counts_once_under_its_newest_release(con: duckdb.DuckDBPyConnection) -> None:
    add(con, JANUARY, "r1")
    add(con, JANUARY, "r2", D1="1")
    found = con.execute('select "本年累计金额", "发布版本", "发布时间" from bi.fct_flow').fetchall()
    assert [(amount, release) for amount, release, _ in found] == [(Decimal(1), "r2")]
    assert found[0][2].date() == date(2025, 6, 2)


def test_a_mart_of_stays_has_its_own_months_only(con: duckdb.DuckDBPyConnection) -> None:
    assert not [zh for zh in labels(bi_view(PER_STAY)) if zh.startswith(("本年累计", "上年同期"))]
    con.execute("insert into costed.fct_stay values ('H1', date '2025-01-01', 'S1', 5, 6, 'r9')")
    assert con.execute('select "住院号", "金额", "发布版本" from bi.fct_stay').fetchall() == [("S1", Decimal(5), "r9")]


def test_departments_and_items_have_their_names_of_the_month_else_of_an_earlier_one() -> None:
    dimension = load_marts()["costed.dim_department"]
    with duckdb.connect() as con:
        for statement in layout_statements([MART, dimension]):
            con.execute(statement)
        add(con, JANUARY, "r1", D1="1", D2="2")
        add(con, FEBRUARY, "r2", D1="1")
        names = [(JANUARY, "D1", "老名"), (JANUARY, "D2", "二科"), (FEBRUARY, "D1", "新名")]
        for month, dept_id, name in names:
            con.execute(
                "insert into costed.dim_department (hospital_id, month, dept_id, dept_name) values ('H1', ?, ?, ?)",
                [month, dept_id, name],
            )
        shown = con.execute('select "月份", "科室编码", "科室名称" from bi.fct_flow order by all').fetchall()
        assert shown == [*names[:2], (FEBRUARY, "D1", "新名"), (FEBRUARY, "D2", "二科")]
        assert con.execute('select count(*) from bi.dim_department where "科室名称" is not null').fetchone() == (3,)


def test_balances_means_and_limits_are_not_accumulated() -> None:
    assert "本年累计余额" not in labels(bi_view(MART))
    views = {name: set(labels(bi_view(mart))) for name, mart in load_marts().items()}
    assert "本年累计绩效额" in views["scored.fct_department_bonus"]
    assert "本年累计期末结转" not in views["scored.fct_department_bonus"]
    assert "本年累计单位成本（元）" not in views["costed.fct_item_cost"]
    assert not [zh for zh in views["settled.fct_year_end"] if zh.startswith("本年累计")]


def test_a_hidden_column_is_neither_shown_nor_read() -> None:
    view = bi_view(PER_STAY, "masked", frozenset({"stay_id"}))
    assert view.relation == "masked.fct_stay"
    assert "住院号" not in labels(view) and "stay_id" not in view.query


def test_every_mart_of_the_project_has_a_view_that_answers() -> None:
    marts = load_marts()
    with duckdb.connect() as con:
        for statement in layout_statements(list(marts.values())):
            con.execute(statement)
        for mart in marts.values():
            names = [column[0] for column in con.execute(f"select * from bi.{mart.name}").description]
            assert names == list(labels(bi_view(mart)))
            assert {"机构编码", "月份", "发布版本", "发布时间"} <= set(names)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for module in (catalogue, partition, warehouse):
        monkeypatch.setattr(module, "load_marts", lambda: {RELATION: TOY})
    return home_in(tmp_path)


def test_a_release_has_views_and_dictionary_and_the_next_one_does_not_write_them_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    written: list[object] = []
    monkeypatch.setattr(warehouse, "_write_dictionary", lambda *_: written.append(1))
    publish(home, [gated(home, "b", "H1", FEBRUARY, "2")])
    assert not written
    with duckdb.connect(str(home.current / "warehouse.duckdb"), read_only=True) as con:
        assert con.execute('select "月份", "金额" from bi.fct_toy order by 1').fetchall() == [
            (JANUARY, Decimal(1)),
            (FEBRUARY, Decimal(2)),
        ]
        assert con.execute(f"select column_zh, is_key from audit.dim_column where relation = '{RELATION}'").fetchall()[:1] == [
            ("机构编码", True)
        ]


def test_a_project_that_changed_is_laid_out_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    wider = Mart(
        TOY.schema, TOY.name, TOY.zh, TOY.description, (*TOY.columns, MartColumn("note", "varchar", "Note.", "备注")), TOY.key
    )
    monkeypatch.setattr(warehouse, "load_marts", lambda: {RELATION: wider})
    from orchestration.release.warehouse import write_warehouse

    folder = home.root / "next"
    folder.mkdir()
    row = {c.name: None for c in warehouse.RELEASES.columns}
    write_warehouse(folder, home.current / "warehouse.duckdb", [], [row], "r0002")
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as con:
        assert con.execute('select "金额", "备注" from bi.fct_toy').fetchall() == [(Decimal(1), None)]
