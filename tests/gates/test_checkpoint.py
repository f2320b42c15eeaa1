"""What a checkpoint answers, whatever the gates are about: nothing is skipped, nothing passes unseen."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml

from orchestration.contract import load_policy_contract, load_run_tables
from orchestration.errors import ConfigurationError, GateStopped
from orchestration.gates import GateAnswer, load_index, require_passed, resolve_addresses, run_checkpoint, write_gate_results
from orchestration.gates.engine import DuckDBExecutionEngine
from orchestration.gates.index import CHECKPOINTS, load_suite
from orchestration.gates.judge import judge
from orchestration.gates.messages import WHY, reason_zh
from orchestration.home import DEFAULT_POLICY, PROJECT_ROOT

Answer = Callable[..., GateAnswer]
ROW = {
    "gate_id": "X-01",
    "hospital_id": "H1",
    "month": date(2025, 1, 1),
    "checked_rows": 10,
    "failing_rows": 0,
    "amount_yuan": Decimal("0.00"),
    "figure": Decimal("0.960000"),
    "sample_keys": None,
    "hint": None,
}
TYPES = (
    "gate_id text, hospital_id text, month date, checked_rows bigint, failing_rows bigint, "
    "amount_yuan decimal(38,2), figure decimal(38,6), sample_keys text, hint text"
)
WAIVER = "gate_id, hospital_id, month, reason, approver, expires_on, valid_from"


def entry(gate_id: str, measure: str = "failing_rows", limit: str = "max_value") -> dict[str, object]:
    parameter = gate_id.lower().replace("-", "_")
    meta = {"gate_id": gate_id, "measure": measure, "zh": "说明", "en": "Text", "owner": "tests"}
    return {
        "type": "expect_column_max_to_be_between",
        "kwargs": {"column": gate_id, limit: {"$PARAMETER": parameter}},
        "meta": meta,
    }


def write_suites(folder: Path, **entries: list[dict[str, object]]) -> Path:
    folder.mkdir(exist_ok=True)
    for checkpoint in CHECKPOINTS:
        given = entries.get(checkpoint, [entry(f"{checkpoint.upper()}-99")])
        (folder / f"{checkpoint}.yml").write_text(yaml.safe_dump({"name": checkpoint, "expectations": given}), encoding="utf-8")
    load_suite.cache_clear()
    return folder


def write_warehouse(
    path: Path, threshold: str | None = "0", severity: str = "stop", waivers: str = "", **changed: object
) -> Path:
    with duckdb.connect(str(path)) as con:
        con.execute("create schema run; create schema policy; create schema audit")
        for name, columns in load_run_tables().items():
            con.execute(f"create table run.{name} ({', '.join(f'{c} {t}' for c, t in columns.items())})")
        for name in ("gate", "gate_waiver"):
            columns = {c.name: c.data_type for c in load_policy_contract()[name].columns}
            con.execute(f"create table policy.{name} ({', '.join(f'{c} {t}' for c, t in columns.items())})")
        con.execute("insert into run.scope values ('H1', '2025-01-01', '2025-02-01', null, 'x', true)")
        con.execute("insert into run.batch (batch_key, source_name) values (7, 'H1/2025-01/his_charge.csv')")
        con.execute(f"create table audit.gate_x_01 ({TYPES})")
        con.execute(f"insert into audit.gate_x_01 values ({', '.join('?' * len(ROW))})", list((ROW | changed).values()))
        if threshold is not None:
            values = ["X-01", threshold, severity, "because", "2020-01-01"]
            con.execute(
                "insert into policy.gate (gate_id, threshold, severity, reason, valid_from) values (?, ?, ?, ?, ?)", values
            )
        if waivers:
            con.execute(f"insert into policy.gate_waiver ({WAIVER}) values {waivers}")
    return path


@pytest.fixture
def answer(tmp_path: Path) -> Answer:
    """The answer of gate X-01 to a row, a threshold and a waiver."""

    def _answer(measure: str = "failing_rows", limit: str = "max_value", sql: str = "", **given: object) -> GateAnswer:
        suites = write_suites(tmp_path / "suites", conformed=[entry("X-01", measure, limit)])
        warehouse = write_warehouse(tmp_path / "warehouse.duckdb", **given)
        if sql:
            with duckdb.connect(str(warehouse)) as con:
                con.execute(sql)
        (only,) = run_checkpoint(warehouse, "conformed", suites=suites)
        return only

    return _answer


@pytest.mark.parametrize(
    ("measure", "limit", "threshold", "changed", "status"),
    [
        ("failing_rows", "max_value", "0", {"failing_rows": 0}, "passed"),
        ("failing_rows", "max_value", "0", {"failing_rows": 1}, "failed"),
        ("failing_rows", "max_value", "0", {"failing_rows": None}, "failed"),
        ("amount_yuan", "max_value", "0.01", {"amount_yuan": Decimal("-0.01")}, "passed"),
        ("amount_yuan", "max_value", "0.01", {"amount_yuan": Decimal("-0.02")}, "failed"),
        ("amount_yuan", "max_value", "0", {"amount_yuan": None}, "failed"),
        ("figure", "min_value", "0.95", {"figure": Decimal("0.950000")}, "passed"),
        ("figure", "min_value", "0.95", {"figure": Decimal("0.949999")}, "failed"),
    ],
)
def test_the_measure_is_compared_with_the_threshold(
    answer: Answer, measure: str, limit: str, threshold: str, changed: dict[str, object], status: str
) -> None:
    assert answer(measure, limit, threshold=threshold, **changed).status == status


@pytest.mark.parametrize(
    ("hint", "status", "reason"),
    [
        ("not_applicable:his_settlement", "not_applicable", "not applicable, missing his_settlement"),
        ("too_early:statement of 2024-01", "too_early", "too early: statement of 2024-01"),
        ("not_applicable:", "failed", "unknown hint: not_applicable:"),
        ("whatever", "failed", "unknown hint: whatever"),
    ],
)
def test_a_hint_says_why_a_gate_cannot_be_judged(answer: Answer, hint: str, status: str, reason: str) -> None:
    given = answer(hint=hint, checked_rows=0)
    assert (given.status, given.reason) == (status, reason)


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("drop table audit.gate_x_01", "was not built"),
        ("delete from audit.gate_x_01", "0 rows instead of one"),
        ("insert into audit.gate_x_01 from audit.gate_x_01", "2 rows instead of one"),
        ("update audit.gate_x_01 set month = '2024-12-01'", "another gate, hospital or month"),
        ("update audit.gate_x_01 set hospital_id = 'H2'", "another gate, hospital or month"),
        ("update audit.gate_x_01 set checked_rows = 0", "no rows were checked"),
        ("delete from policy.gate", "no row of this gate in force"),
        ("update policy.gate set valid_to = '2025-01-01'", "no row of this gate in force"),
    ],
)
def test_what_was_not_evaluated_is_failed_and_stops(answer: Answer, sql: str, reason: str) -> None:
    given = answer(sql=sql)
    assert given.status == "failed"
    assert reason in (given.reason or "")
    assert given.stops


def test_an_exception_counts_as_failure(answer: Answer) -> None:
    given = answer(
        sql="alter table audit.gate_x_01 alter failing_rows type text; update audit.gate_x_01 set failing_rows = 'many'"
    )
    assert given.status == "failed"


@pytest.mark.parametrize(
    ("waiver", "status"),
    [
        ("('X-01', 'H1', '2025-01-01', 'known', 'director', '2025-06-30', '2020-01-01')", "waived"),
        ("('X-01', '*', '2025-01-01', 'known', 'director', '2025-06-30', '2020-01-01')", "waived"),
        ("('X-01', 'H1', '2025-01-01', 'known', 'director', '2025-01-01', '2020-01-01')", "failed"),
        ("('X-01', 'H2', '2025-01-01', 'known', 'director', '2025-06-30', '2020-01-01')", "failed"),
        ("('X-01', 'H1', '2025-02-01', 'known', 'director', '2025-06-30', '2020-01-01')", "failed"),
        ("('X-02', 'H1', '2025-01-01', 'known', 'director', '2025-06-30', '2020-01-01')", "failed"),
    ],
)
def test_a_waiver_holds_for_its_gate_hospital_and_month_until_it_expires(answer: Answer, waiver: str, status: str) -> None:
    given = answer(failing_rows=3, waivers=waiver)
    assert given.status == status
    assert given.stops is (status == "failed")
    if status == "waived":
        assert "director" in (given.reason or "") and "known" in given.message_zh


def test_a_waiver_does_not_change_a_passed_gate(answer: Answer) -> None:
    waiver = "('X-01', 'H1', '2025-01-01', 'known', 'director', '2025-06-30', '2020-01-01')"
    assert answer(waivers=waiver).status == "passed"


@pytest.mark.parametrize("severity", ["quarantine", "warn"])
def test_only_severity_stop_stops(answer: Answer, severity: str) -> None:
    given = answer(failing_rows=3, severity=severity)
    assert (given.status, given.stops) == ("failed", False)


def test_messages_tell_figures_in_both_languages(answer: Answer) -> None:
    given = answer(failing_rows=3, amount_yuan=Decimal("12.50"))
    assert given.message_en == "X-01 Text: 10 rows checked, 3 failing, failing_rows 3, should be at most 0, 12.50 yuan at stake"
    assert given.message_zh == "X-01 说明：检查 10 行，不符 3 行，不符行数 3，应不超过 0，涉及 12.50 元"


def test_a_reason_the_mart_keeps_is_told_in_chinese_too() -> None:
    for zh, en in WHY.values():
        assert reason_zh(en.format("x")) == zh.format("x")
    assert reason_zh("waived by a person") == "waived by a person"


@pytest.mark.parametrize("entries", [[], None])
def test_an_empty_suite_stops(tmp_path: Path, entries: list[dict[str, object]] | None) -> None:
    suites = write_suites(tmp_path / "suites", conformed=entries)  # type: ignore[arg-type]
    with pytest.raises(GateStopped, match="F46"):
        run_checkpoint(tmp_path / "warehouse.duckdb", "conformed", suites=suites)


def test_a_missing_suite_stops(tmp_path: Path) -> None:
    suites = write_suites(tmp_path / "suites")
    (suites / "closed.yml").unlink()
    with pytest.raises(GateStopped, match="F46"):
        run_checkpoint(tmp_path / "warehouse.duckdb", "conformed", suites=suites)


def test_a_policy_row_without_expectation_stops(tmp_path: Path) -> None:
    suites = write_suites(tmp_path / "suites")
    with pytest.raises(GateStopped, match="X-01"):
        run_checkpoint(write_warehouse(tmp_path / "warehouse.duckdb"), "conformed", suites=suites)


def test_two_expectations_for_one_gate_are_refused(tmp_path: Path) -> None:
    suites = write_suites(tmp_path / "suites", conformed=[entry("X-01")], closed=[entry("X-01")])
    with pytest.raises(ConfigurationError, match="exactly one"):
        load_index(suites)


def test_an_incomplete_expectation_is_refused(tmp_path: Path) -> None:
    broken = entry("X-01") | {"meta": {"gate_id": "X-01", "measure": "failing_rows"}}
    with pytest.raises(ConfigurationError, match="X-01"):
        load_index(write_suites(tmp_path / "suites", conformed=[broken]))


def test_a_stopped_run_names_gates_files_and_rows(tmp_path: Path, answer: Answer) -> None:
    given = answer(failing_rows=1, sample_keys="his_charge[7:12] C5; voucher V1")
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as con, pytest.raises(GateStopped) as stopped:
        require_passed(con, [given])
    assert stopped.value.exit_code == 2
    assert "H1/2025-01/his_charge.csv row 12 C5; voucher V1" in str(stopped.value)
    assert "X-01" in str(stopped.value) and "说明" in str(stopped.value)


def test_an_unknown_address_stays_as_it_is(tmp_path: Path) -> None:
    with duckdb.connect(str(write_warehouse(tmp_path / "warehouse.duckdb"))) as con:
        assert resolve_addresses(con, "his_charge[8:12] C5") == "his_charge[8:12] C5"
        assert resolve_addresses(con, None) is None


def test_answers_become_a_mart(tmp_path: Path, answer: Answer) -> None:
    given = answer(failing_rows=1)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as con:
        write_gate_results(con, [given])
        write_gate_results(con, [given])
        rows = con.execute(
            "select hospital_id, month, gate_id, status, checked_rows, failing_rows from audit.fct_gate_result"
        ).fetchall()
    assert rows == [("H1", date(2025, 1, 1), "X-01", "failed", 10, 1)]


def test_data_docs_show_gate_reason_and_threshold_and_need_no_folder_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    suites = write_suites(tmp_path / "suites", conformed=[entry("X-01")])
    run_checkpoint(write_warehouse(tmp_path / "warehouse.duckdb"), "conformed", suites=suites, docs=tmp_path / "docs")
    (page,) = (tmp_path / "docs" / "validations").rglob("*.html")
    text = page.read_text(encoding="utf-8")
    assert "说明 · Text · failing_rows ≤ 0, stop (tests): because" in text
    assert "H1 2025-01" in text
    assert list((tmp_path / "tmp").iterdir()) == []
    pages = [path.read_text(encoding="utf-8") for path in (tmp_path / "docs").rglob("*.html")]
    loads = re.compile(r"""(src|href)=["'](https?:)?//|@import|url\(["']?https?:""")
    assert pages and [found.group() for page in pages for found in loads.finditer(page)] == []


def test_the_database_is_free_afterwards(tmp_path: Path) -> None:
    warehouse = write_warehouse(tmp_path / "warehouse.duckdb")
    run_checkpoint(warehouse, "conformed", suites=write_suites(tmp_path / "suites", conformed=[entry("X-01")]))
    with duckdb.connect(str(warehouse)) as con:
        con.execute("create table audit.still_writable (x integer)")


def test_the_engine_reads_only(tmp_path: Path) -> None:
    warehouse = write_warehouse(tmp_path / "warehouse.duckdb")
    engine = DuckDBExecutionEngine(connection_string=f"duckdb:///{warehouse}", connect_args={"read_only": True})
    try:
        import sqlalchemy

        assert engine.execute_query(sqlalchemy.text("select count(*) from audit.gate_x_01")).fetchall() == [(1,)]
        with pytest.raises(Exception, match="read-only"):
            engine.execute_query(sqlalchemy.text("create table t (x integer)"))
    finally:
        engine.close()


def test_judging_nothing_costs_nothing(tmp_path: Path) -> None:
    assert judge(tmp_path / "none.duckdb", [], {}, {}) == {}


def test_great_expectations_is_imported_only_to_judge() -> None:
    import subprocess

    code = "import sys, orchestration.gates; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, check=False).returncode == 0


def test_every_gate_of_the_default_policy_has_its_expectation_and_the_reverse() -> None:
    load_suite.cache_clear()
    listed = {line.split(",")[0] for line in (DEFAULT_POLICY / "gate.csv").read_text(encoding="utf-8").splitlines()[1:]}
    assert listed == set(load_index())
