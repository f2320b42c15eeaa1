"""F47, F48, F49: what leaves a release is granted, logged, harmless in a spreadsheet, and masked outside the hospital."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest

from orchestration.contract import load_contract
from orchestration.errors import AccessDenied, BadInput, CasemixError, ConfigurationError
from orchestration.export import masked as masking
from orchestration.export.cells import harmless, harmless_sql, write_table
from orchestration.export.masked import export_masked
from orchestration.export.payroll import export_payroll
from orchestration.export.reidentify import reidentify
from orchestration.home import Home
from orchestration.privacy.access import read_log, verify_log
from orchestration.privacy.identifiers import NUMBERS
from orchestration.privacy.keys import KEY_VARIABLE
from orchestration.privacy.visitor import USER_VARIABLE
from orchestration.release import catalogue, partition, warehouse
from orchestration.release.catalogue import Mart, MartColumn, load_marts
from orchestration.release.partition import export_partition
from orchestration.release.publish import GatedMonth, publish
from orchestration.release.serving import open_release
from tests.conftest import Casemix
from tests.unit.release.releases import JANUARY, PASSED, kept_policy

EVIL = "=cmd|'/c calc'!A1"


def mart(name: str, **columns: str) -> Mart:
    shared = {"hospital_id": "varchar", "month": "date"}
    return Mart("scored", name, name, "", tuple(MartColumn(c, t, "", c) for c, t in (shared | columns).items()))


MARTS = {
    m.relation: m
    for m in (
        mart("fct_staff_bonus", dept_id="varchar", staff_id="varchar", bonus_yuan="decimal(18,2)"),
        mart("fct_bonus_journal", dept_id="varchar", staff_id="varchar", parent_key="varchar", amount_micro_yuan="bigint"),
        mart("fct_indicator", level="varchar", subject_id="varchar", value="decimal(18,6)"),
        mart("fct_department_group", dept_id="varchar", deduction_key="varchar", stay_id="varchar"),
    )
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A published month: two persons, one of them with a formula for a number, and a stay that is its own group."""
    for module in (catalogue, partition, warehouse, masking):
        monkeypatch.setattr(module, "load_marts", lambda: MARTS)
    monkeypatch.delenv(USER_VARIABLE, raising=False)
    monkeypatch.setenv(KEY_VARIABLE, "v1:a-key-for-tests-only-a-key-for-tests")
    home = Home(tmp_path / "home")
    folder = home.runs / "a"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as con:
        con.execute("create schema scored")
        for name, one in MARTS.items():
            con.execute(f"create table {name} ({', '.join(f'{c} {t}' for c, t in one.column_types.items())})")
        con.execute("insert into scored.fct_staff_bonus values ('H1', '2025-01-01', '0101', '00123', -12.5)")
        con.execute(
            f"insert into scored.fct_staff_bonus values ('H1', '2025-01-01', '0101', '{EVIL.replace(chr(39), chr(39) * 2)}', 7)"
        )
        con.execute("insert into scored.fct_bonus_journal values ('H1', '2025-01-01', '0101', '00123', '0101|00123', 1)")
        con.execute("insert into scored.fct_indicator values ('H1', '2025-01-01', 'doctor', '00123', 1)")
        con.execute("insert into scored.fct_department_group values ('H1', '2025-01-01', '0101', 'ZY1', 'ZY1')")
    evidence = {
        "hospital_id": "H1",
        "month": "2025-01-01",
        "gates": [PASSED],
        "landing": {"batch_id": "b0001", "manifests": {}},
        "batches": [],
        "policy": {"sha256": kept_policy(home)},
        "packs": [],
        "is_simulation": True,
    }
    files = export_partition(folder / "warehouse.duckdb", folder, "H1", JANUARY)
    publish(home, [GatedMonth("a", folder, tuple(files), {}, evidence)])
    return home


@pytest.mark.parametrize("text", [EVIL, "＝1+1", "+86", "－1", "@sum(a)", "\tx", "\rx", "\nx", "  =1", "\u3000=1", "-"])
def test_f47_a_text_that_starts_a_formula_is_led_by_an_apostrophe(text: str) -> None:
    assert harmless(text) == "'" + text
    assert duckdb.execute(f"select {harmless_sql('?')}", [text] * 3).fetchone() == ("'" + text,)


@pytest.mark.parametrize("value", ["内科", "", "a=b", "00123", Decimal("-3.50"), -3, None, True, date(2025, 1, 1)])
def test_f47_everything_else_stays_what_it_is(value: object) -> None:
    assert harmless(value) == value


@pytest.mark.parametrize("text", ["内科", "", "a=b", "00123"])
def test_f47_the_engine_leaves_other_texts_alone(text: str) -> None:
    assert duckdb.execute(f"select {harmless_sql('?')}", [text] * 3).fetchone() == (text,)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_f47_files_hold_texts_as_texts_and_numbers_as_numbers(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"table{suffix}"
    write_table(path, ["name", "staff_id", "yuan"], [[EVIL, "00123", Decimal("-12.50")]])
    if suffix == ".csv":
        rows = list(csv.reader(path.open(encoding="utf-8-sig", newline="")))
        assert rows == [["name", "staff_id", "yuan"], ["'" + EVIL, "00123", "-12.50"]]
    else:
        cells = next(iter(openpyxl.load_workbook(path).active.iter_rows(min_row=2)))
        assert [cell.value for cell in cells] == ["'" + EVIL, "00123", -12.5]
        assert [cell.data_type for cell in cells] == ["s", "s", "n"]


def test_payroll_keeps_staff_numbers_and_is_logged(home: Home, tmp_path: Path) -> None:
    done = export_payroll(home, "H1", JANUARY, tmp_path / "payroll.csv", purpose="一月发放")
    rows = list(csv.DictReader((tmp_path / "payroll.csv").open(encoding="utf-8-sig", newline="")))
    assert {row["staff_id"]: row["bonus_yuan"] for row in rows} == {"00123": "-12.50", "'" + EVIL: "7.00"}
    assert (tmp_path / "payroll.csv").stat().st_mode & 0o077 == 0
    [entry] = read_log(home)
    assert (entry["action"], entry["rows"], entry["purpose"], entry["is_refused"]) == ("export payroll", 2, "一月发放", False)
    assert done.release_id in entry["subject"]


def test_f49_without_a_grant_nothing_leaves_and_the_refusal_is_logged(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(USER_VARIABLE, "finance_h2")
    with pytest.raises(AccessDenied):
        export_payroll(home, "H1", JANUARY, tmp_path / "payroll.csv", purpose=None)
    with pytest.raises(AccessDenied):
        export_masked(home, tmp_path / "masked.duckdb", purpose=None)
    assert [(e["user"], e["is_refused"]) for e in read_log(home)] == [("finance_h2", True)] * 2
    assert verify_log(home).entries == 2
    assert {path.name for path in tmp_path.iterdir()} == {"home"}


@pytest.mark.parametrize("hospital", ["x' or '1'='1", "H1'; drop table scored.fct_staff_bonus; --", "%"])
def test_f48_a_value_is_never_sql(home: Home, tmp_path: Path, hospital: str) -> None:
    with pytest.raises(BadInput, match="no staff bonus"):
        export_payroll(home, hospital, JANUARY, tmp_path / "payroll.csv", purpose=None)
    with open_release(home) as con:
        assert con.execute("select count(*) from scored.fct_staff_bonus").fetchone() == (2,)


def test_f48_the_command_line_takes_no_sql_either(casemix: Casemix, home: Home, tmp_path: Path) -> None:
    odd = "x' or '1'='1"
    asked = ["export", "payroll", "--month", "2025-01", "--output", tmp_path / "p.csv", "--home", home.root]
    assert casemix(*asked, "--hospital", odd).exit_code == 3
    assert casemix("verify", "--release", odd, "--home", home.root).exit_code == 4
    assert casemix("diff", odd, "../x", "--home", home.root).exit_code == 4
    assert casemix("restate", "--hospital", odd, "--from", "2025-01", "--home", home.root).exit_code == 4


def test_a_masked_release_holds_no_plain_number_and_still_adds_up(home: Home, tmp_path: Path) -> None:
    export_masked(home, tmp_path / "masked.duckdb", purpose="医保局对账")
    with duckdb.connect(str(tmp_path / "masked.duckdb"), read_only=True) as con:
        staff = con.execute("select staff_id, bonus_yuan from scored.fct_staff_bonus order by bonus_yuan").fetchall()
        journal = con.execute("select staff_id, parent_key from scored.fct_bonus_journal").fetchone()
        subject = con.execute("select subject_id from scored.fct_indicator").fetchone()
        group = con.execute("select deduction_key, stay_id from scored.fct_department_group").fetchone()
        tables = {row[0] for row in con.execute("select table_name from duckdb_tables()").fetchall()}
    assert [row[1] for row in staff] == [Decimal("-12.50"), Decimal(7)]
    assert staff[0][0].startswith("v1-") and journal == (staff[0][0], None) and subject == (staff[0][0],)
    assert group is not None and group[0] == group[1] and group[0].startswith("v1-")
    assert tables == {one.name for one in MARTS.values()}
    assert [(e["action"], e["rows"]) for e in read_log(home)] == [("export masked", 5)]


def test_a_plain_number_nobody_thought_of_stops_the_export(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replaced = masking._texts
    monkeypatch.setattr(masking, "_texts_to_replace", lambda one: replaced(one) - {"subject_id"})
    with pytest.raises(CasemixError, match="subject_id"):
        export_masked(home, tmp_path / "masked.duckdb", purpose=None)
    assert {path.name for path in tmp_path.iterdir()} == {"home"}


def test_a_pseudonym_is_found_again_with_vault_and_reason(home: Home, tmp_path: Path) -> None:
    export_masked(home, tmp_path / "masked.duckdb", purpose=None)
    with duckdb.connect(str(tmp_path / "masked.duckdb"), read_only=True) as con:
        (pseudonym,) = con.execute("select staff_id from scored.fct_bonus_journal").fetchone() or ("",)
    vault = tmp_path / "vault.txt"
    vault.write_text("00122\n00123\n00124\n", encoding="utf-8")
    asked = {"domain": "staff", "hospital_id": "H1", "vault": vault}
    assert reidentify(home, pseudonym, reason="投诉核查", **asked) == "00123"  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="reason"):
        reidentify(home, pseudonym, reason=" ", **asked)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="no number"):
        reidentify(home, "v1-0000", reason="试", **asked)  # type: ignore[arg-type]
    assert [(e["action"], e["rows"], e["purpose"]) for e in read_log(home)][1:] == [
        ("reidentify", 1, "投诉核查"),
        ("reidentify", 0, "试"),
    ]
    assert all("00123" not in str(e) for e in read_log(home))


@pytest.mark.parametrize(
    "query", ["select * from read_csv('/etc/passwd')", "set enable_external_access = true", "install httpfs"]
)
def test_a_serving_connection_is_locked(home: Home, query: str) -> None:
    with open_release(home) as con, pytest.raises(duckdb.Error):
        con.execute(query)


def test_no_direct_identifier_is_in_the_contract_and_published_pseudonyms_are_masked_again() -> None:
    columns = [c for table in load_contract() for c in table.columns]
    assert [c.name for c in columns if c.pii == "direct"] == []
    personal = {c.name for c in columns if c.pseudonym}
    published = {c.name for one in load_marts().values() for c in one.columns}
    assert personal & published <= set(NUMBERS)
