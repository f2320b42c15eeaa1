"""Every page on published sample months: it draws without error what the marts say, and a finance officer finds the reason."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

import cockpit
from cockpit.ui.figures import number, signed
from orchestration.home import Home
from orchestration.privacy.access import read_log
from orchestration.release.serving import open_release

APP = Path(cockpit.__file__).parent / "app.py"
FEBRUARY = {"hospital": "H1", "month": "2025-02"}
LINK = re.compile(r'href="([^"]+)"[^>]*>([^<]+)')
TIMEOUT = 60


class Reader:
    """A reader of the cockpit: opens addresses and sees the HTML of the page."""

    def __init__(self) -> None:
        self.app = AppTest.from_file(str(APP), default_timeout=TIMEOUT)
        self.app.run()
        self.page = "overview"

    def open(self, page: str, **parameters: str) -> str:
        """Go to a page; returns its HTML."""
        self.app.query_params.clear()
        self.app.query_params.update({name: [value] for name, value in parameters.items()})
        if page != self.page:
            self.app.switch_page(f"views/{page}.py")
            self.page = page
        self.app.run()
        assert not self.app.exception, [found.message for found in self.app.exception]
        return self.html

    def follow(self, address: str) -> str:
        """Click on a link of a page."""
        parts = urlsplit(unescape(address))
        page = parts.path.removeprefix("./") or "overview"
        return self.open(page, **{name: values[0] for name, values in parse_qs(parts.query).items()})

    @property
    def html(self) -> str:
        """Everything the page shows as HTML."""
        return "\n".join(str(element.proto.body) for element in self.app.get("html"))


MONTH = "hospital_id = 'H1' and month = '2025-02-01'"


@pytest.fixture(scope="module")
def con(february: Home) -> duckdb.DuckDBPyConnection:
    return open_release(february)


@pytest.fixture(scope="module")
def reader(february: Home, con: duckdb.DuckDBPyConnection) -> Any:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CASEMIX_HOME", str(february.root))
        yield Reader()


def one(con: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = con.execute(query).fetchone()
    assert row is not None
    return row if len(row) > 1 else row[0]


def test_three_clicks_from_the_largest_fall_to_its_cases(reader: Reader, con: duckdb.DuckDBPyConnection) -> None:
    fallen, change = one(
        con,
        """select now.dept_id, now.bonus_yuan - earlier.bonus_yuan as change from scored.fct_department_bonus as now
        inner join scored.fct_department_bonus as earlier using (hospital_id, dept_id)
        where hospital_id = 'H1' and now.month = '2025-02-01' and earlier.month = '2025-01-01'
        order by change, dept_id limit 1""",
    )
    overview = reader.open("overview", **FEBRUARY)
    first = next(address for address, _ in LINK.findall(overview.split("<tbody>")[1]) if address.startswith("department"))
    assert f"dept={fallen}" in first and signed(change) in overview

    department = reader.follow(first)
    assert signed(change) in department
    component = next(address for address, _ in LINK.findall(department.split("<tbody>")[1]) if address.startswith("component"))

    drivers = reader.follow(component)
    on = [address for address, _ in LINK.findall(drivers) if address.startswith(("cases", "pool"))]
    assert on
    assert "<tbody><tr>" in reader.follow(on[0])


def test_the_waterfall_adds_up_to_the_change(reader: Reader) -> None:
    reader.open("department", **FEBRUARY, dept="0101")
    (chart,) = reader.app.get("plotly_chart")
    trace = json.loads(chart.proto.spec)["data"][0]
    start, *steps, end = trace["x"]
    assert Decimal(str(start)) + sum(Decimal(str(step)).quantize(Decimal("0.000001")) for step in steps) == pytest.approx(
        Decimal(str(end)), abs=Decimal("0.02")
    )


def total(con: duckdb.DuckDBPyConnection, mart: str, column: str, where: str) -> str:
    return number(one(con, f"select sum({column}) from {mart} where {MONTH} and dept_id = '0101' and {where}"))


def deducted(con: duckdb.DuckDBPyConnection) -> str:
    return total(
        con, "scored.fct_bonus_journal", "amount_micro_yuan * 0.000001", "component = 'INPATIENT_DEDUCTION' and staff_id is null"
    )


def salaries(con: duckdb.DuckDBPyConnection) -> str:
    return total(con, "costed.fct_department_cost", "amount_yuan", "cost_category = 'C1' and service_setting = 'inpatient'")


def farthest_item(con: duckdb.DuckDBPyConnection) -> str:
    return str(one(con, f"select item_name from scored.fct_point_review where {MONTH} and deviation_rank = 1"))


@pytest.mark.parametrize(
    ("page", "parameters", "shows"),
    [
        ("overview", {"hospital": "*", "month": "2025-01"}, lambda con: "H2"),
        ("overview", {"hospital": "H2", "month": "2025-01"}, lambda con: "上月未发布"),
        ("component", {"dept": "0101", "component": "INPATIENT_DEDUCTION"}, deducted),
        ("component", {"dept": "0101", "component": "OUTPATIENT_DEDUCTION"}, lambda con: "人员经费"),
        ("component", {"dept": "0101", "component": "ADJ_SCORE"}, lambda con: "医务"),
        ("component", {"dept": "0101", "component": "TRUE_UP"}, lambda con: "待清算病例"),
        ("component", {"dept": "0101", "component": "ADJ_CARD"}, lambda con: "没有此组成项"),
        ("pool", {"dept": "0101"}, salaries),
        ("overruns", {}, lambda con: "累计占比"),
        ("overruns", {"dept": "0101", "basis": "billed"}, lambda con: "收费超付费标准"),
        ("indicators", {}, lambda con: "药占比"),
        ("indicators", {"indicator": "drug_share"}, lambda con: "各科室：药占比"),
        ("indicators", {"level": "department", "subject": "0101"}, lambda con: "产科"),
        ("review", {}, farthest_item),
        ("review", {"lang": "en"}, lambda con: "Points farthest from their cost"),
        ("gates", {}, lambda con: "FP-39"),
        ("gates", {"lang": "en"}, lambda con: "Release record"),
        ("what_if", {}, lambda con: "尚无情景测算结果"),
    ],
)  # fmt: skip
def test_a_page_shows_what_the_marts_say(
    reader: Reader,
    con: duckdb.DuckDBPyConnection,
    page: str,
    parameters: dict[str, str],
    shows: Callable[[duckdb.DuckDBPyConnection], str],
) -> None:
    assert shows(con) in reader.open(page, **(FEBRUARY | {"lang": "zh"} | parameters))


def test_points_case_and_item_name_what_is_there(reader: Reader, con: duckdb.DuckDBPyConnection) -> None:
    dept_id = one(con, f"select dept_id from scored.fct_workload_points where {MONTH} order by points desc, dept_id limit 1")
    assert "点单价" in reader.open("component", **FEBRUARY, dept=dept_id, component="POINTS")
    top_down = f"select stay_id, cost_yuan from costed.fct_case_cost where {MONTH} and method = 'top_down' order by 1 limit 1"
    stay_id, cost = one(con, top_down)
    assert number(cost) in reader.open("case", **FEBRUARY, stay=stay_id)
    item_id = one(con, f"select item_id from costed.fct_item_cost where {MONTH} order by 1 limit 1")
    name = one(con, f"select item_name from costed.dim_item where {MONTH} and item_id = '{item_id}'")
    assert name in reader.open("item", **FEBRUARY, item=item_id)


def test_source_rows_close_and_are_logged(reader: Reader, february: Home) -> None:
    page = reader.open("source", **FEBRUARY, dept="0101", component="OUTPATIENT_DEDUCTION")
    assert "逐笔闭合" in page and ".csv ·" in page
    assert list(read_log(february))[-1]["action"] == "cockpit source"


def test_what_if_shows_a_kept_answer(reader: Reader, february: Home) -> None:
    folder = february.root / "what_if" / "20250301T000000Z-abcdef12"
    folder.mkdir(parents=True)
    month = {"hospital_id": "H1", "month": "2025-01"}
    differences = {"standard_difference_yuan": "-12.30", "fund_difference_yuan": "-12.30"}
    amounts = {f"{side}_{name}_yuan": "100.00" for side in ("old", "new") for name in ("standard_total", "fund_pay")}
    summary = {
        "at": "2025-03-01T00:00:00+00:00",
        "release_id": "r0001-00000000",
        "policy": "policy-2026",
        "months": [month],
        "case_count": 2,
        "changed_case_count": 1,
        "totals": amounts | differences,
        "causes": [month | {"cause": "rate", "cause_zh": "费率", "case_count": 1} | differences],
        "files": {name: {"file": f"{name}.csv"} for name in ("departments", "cases")},
    }
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    for name, key, value in (("departments", "dept_id", "0101"), ("cases", "stay_id", "ZY1")):
        lines = [
            f"hospital_id,month,{key},{','.join(amounts)},standard_difference_yuan",
            f"H1,2025-01-01,{value},100,100,87.7,90,-12.30",
        ]
        (folder / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    page = reader.open("what_if", **FEBRUARY)
    assert "policy-2026" in page and "−12.30" in page and "ZY1" in page


def test_a_department_head_sees_the_department_alone(reader: Reader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from orchestration.privacy import visitor

    grant = visitor.Visitor("head", (visitor.Grant("department", "H1", "0101"),))
    monkeypatch.setattr("cockpit.session.identify", lambda home: grant)
    overview = reader.open("overview", **FEBRUARY)
    assert "dept=0101" in overview and "dept=0102" not in overview and "质量门通过" not in overview
    assert "无权查看" in reader.open("department", **FEBRUARY, dept="0102")
    for page in ("gates", "overruns", "review", "what_if"):
        assert "只能查看所授权的科室" in reader.open(page, **FEBRUARY)
    assert "cost_yuan" not in reader.open("overview", hospital="H2", month="2025-01")


def test_the_region_sees_aggregates_of_enough_persons(
    reader: Reader, con: duckdb.DuckDBPyConnection, february: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.privacy import visitor

    smallest = 5
    group, small = one(
        con,
        f"""select deduction_key, case_count from scored.fct_department_group where {MONTH} and dept_id = '0101'
        and case_count between 1 and {smallest - 1} order by 1 limit 1""",
    )
    stay_id = one(con, f"select min(stay_id) from grouped.fct_case where {MONTH}")
    asked = FEBRUARY | {"dept": "0101", "component": "INPATIENT_DEDUCTION"}
    assert 0 < small < smallest and group in reader.open("component", **asked)

    monkeypatch.setattr("cockpit.session.identify", lambda home: visitor.Visitor("region", (visitor.Grant("region", "*", None),)))
    assert "dept=0101" in reader.open("overview", **FEBRUARY), "departments are aggregates"
    assert f">{group}<" not in reader.open("component", **asked)
    assert "<tbody><tr>" not in reader.open("cases", **FEBRUARY, dept="0101")
    assert f"{stay_id} ·" not in reader.open("case", **FEBRUARY, stay=stay_id)
    reader.open("source", **FEBRUARY, dept="0101", component="OUTPATIENT_DEDUCTION")
    assert "最小单元" in reader.app.error[0].value and list(read_log(february))[-1]["is_refused"]
    for page in ("department", "pool", "overruns", "indicators", "review", "gates", "what_if"):
        reader.open(page, **FEBRUARY, dept="0101")
    assert reader.open("overview", hospital="*", month="2025-01")
