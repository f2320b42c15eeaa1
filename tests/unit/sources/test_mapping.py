"""Mappings: every kind of mistake names its line; every kind of source gives contract rows."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from orchestration.errors import BadInput, CasemixError, ConfigurationError
from orchestration.home import Home
from orchestration.landing import land_month
from orchestration.privacy.keys import KEY_VARIABLE
from orchestration.sources import check_delivery, open_deliveries
from tests.unit.delivery import MONTH

DEPARTMENT = """
hospital_id: M1
connections:
  his: {url: "sqlite:///his.sqlite"}
tables:
  his_department:
    connection: his
    table: GY_KSDM
    where: "ZFPB = 0"
    columns:
      dept_id: KSDM
      dept_name: KSMC
      dept_class: {column: KSLB, value_map: {"1": clinical, "4": administrative}}
      service_setting: {constant: both}
      open_beds: CWS
      floor_area_m2: MJ
      valid_from: {column: QYRQ, format: "%Y%m%d"}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of hospital M1 with a small SQLite database under foreign names."""
    monkeypatch.setenv(KEY_VARIABLE, "v1:a-key-for-tests-only-a-key-for-tests")
    folder = tmp_path / "source" / "M1"
    folder.mkdir(parents=True)
    with sqlite3.connect(folder / "his.sqlite") as con:
        con.execute("create table GY_KSDM (KSDM integer, KSMC text, KSLB text, CWS integer, MJ real, QYRQ text, ZFPB integer)")
        rows = [
            (1, "内科", "1", 20, 100.5, "20200101", 0),
            (2, "财务科", "4", 0, 10, "20200101", 0),
            (3, "作废", "9", 0, 1, "x", 1),
        ]
        con.executemany("insert into GY_KSDM values (?, ?, ?, ?, ?, ?, ?)", rows)
        con.execute("create table BRRY (ZYH text, BRID integer, RYRQ text, CYRQ text, KS integer)")
        stays = [("a", "2024-12-20", "2025-01-03"), ("b", "2025-01-05", None), ("c", "2025-01-06", "2025-02-02"),
                 ("d", "2024-11-01", "2024-12-31"), ("e", "2025-02-01", None)]  # fmt: skip
        con.executemany(
            "insert into BRRY values (?, 7, ?, ?, 1)", [(z, f"{i} 08:00:00", o and f"{o} 09:00:00") for z, i, o in stays]
        )
    con.close()
    return folder


def write(folder: Path, text: str) -> None:
    (folder / "mapping.yml").write_text(text, encoding="utf-8")


def land(folder: Path, table: str) -> list[dict[str, object]]:
    """Rows of one contract table after landing the month through the mapping."""
    import pyarrow.parquet as pq

    (delivery,) = open_deliveries(source=folder.parent)
    landed = land_month(Home(folder.parent.parent / "home"), delivery.hospital_id, MONTH, delivery)
    return [row for file in landed.tables[table].files for row in pq.read_table(file.path).to_pylist()]


def test_a_table_of_a_database_under_foreign_names(folder: Path) -> None:
    write(folder, DEPARTMENT)
    rows = land(folder, "his_department")
    assert [(r["hospital_id"], r["dept_id"], r["dept_class"], r["service_setting"]) for r in rows] == [
        ("M1", "1", "clinical", "both"),
        ("M1", "2", "administrative", "both"),
    ]
    assert (
        rows[0]["floor_area_m2"] == Decimal("100.5")
        and str(rows[0]["valid_from"]) == "2020-01-01"
        and rows[0]["valid_to"] is None
    )


def test_stays_of_a_month_are_discharged_in_it_or_open_at_its_end(folder: Path) -> None:
    write(folder, """
connections: {his: {url: "sqlite:///his.sqlite"}}
defaults: {connection: his}
tables:
  his_inpatient_stay:
    table: BRRY
    columns: {stay_id: ZYH, patient_id: BRID, admitted_at: RYRQ, discharged_at: CYRQ, admission_dept_id: KS,
              attending_doctor_id: KS, insurance_type: {constant: employee}}
""")  # fmt: skip
    assert [r["stay_id"] for r in land(folder, "his_inpatient_stay")] == ["a", "b", "c"]


def test_the_same_database_again_is_a_no_op(folder: Path) -> None:
    write(folder, DEPARTMENT)
    land(folder, "his_department")
    land(folder, "his_department")
    assert len(list((folder.parent.parent / "home").glob("landing/M1/2025-01/b*"))) == 1


def test_gb18030_files_under_their_own_names_with_a_crosswalk(folder: Path) -> None:
    (folder / "2025-01").mkdir()
    (folder / "2025-01" / "总账_1.csv").write_bytes("凭证,科室,借\nv1,老内科,1.00\n".encode("gb18030"))
    (folder / "2025-01" / "总账_2.csv").write_bytes("凭证,科室,借\nv2,老外科,2.50\n".encode("gb18030"))
    (folder / "dept.csv").write_text("old,new\n老内科,D1\n老外科,D2\n", encoding="utf-8")
    write(folder, """
defaults: {encoding: gb18030}
tables:
  ledger_voucher_line:
    file: "{month}/总账_*.csv"
    columns: {voucher_id: 凭证, line_no: {row_number: true}, posted_on: {month_start: true}, account_code: {constant: "5001"},
              dept_id: {column: 科室, crosswalk: {file: dept.csv, from: old, to: new}},
              debit_amount: 借, credit_amount: {constant: 0},
              funding_source: {constant: basic}}
""")  # fmt: skip
    (delivery,) = open_deliveries(source=folder.parent)
    assert [str(m) for m in delivery.months()] == ["2025-01"]
    rows = land(folder, "ledger_voucher_line")
    assert [(r["dept_id"], r["debit_amount"], r["source_row"]) for r in rows] == [
        ("D1", Decimal("1.00"), 2),
        ("D2", Decimal("2.50"), 2),
    ]


def test_a_code_without_translation_is_refused_and_checked(folder: Path) -> None:
    write(folder, DEPARTMENT.replace('"4": administrative', '"7": administrative'))
    (delivery,) = open_deliveries(source=folder.parent)
    with pytest.raises(BadInput, match="MAP-03"):
        land(folder, "his_department")
    report = check_delivery(delivery, MONTH)
    (table,) = (t for t in report.tables if t.is_listed)
    assert not report.is_good
    assert table.rows == 2 and table.issues[0].samples == ("4 × 1",)
    assert {c.name: c.source for c in table.parts[0].columns}["dept_id"] == "KSDM"
    assert not (folder.parent.parent / "home" / "landing" / "M1" / "2025-01" / "b0001").exists()


def test_money_in_thousandths_is_rounded_against_its_total(folder: Path) -> None:
    (folder / "gl.csv").write_text("id,cost\na,0.005\nb,0.005\nc,10.004\nd,-1.003\n", encoding="utf-8")
    write(folder, """
connections: {files: {folder: "."}}
tables:
  ledger_voucher_line:
    connection: files
    query: select id, cost, 'D1' as dept from gl order by id
    round_money: true
    columns: {voucher_id: id, line_no: {row_number: true}, posted_on: {month_start: true}, account_code: {constant: "5001"},
              dept_id: dept, debit_amount: cost, credit_amount: {constant: 0}, funding_source: {constant: basic}}
""")  # fmt: skip
    rows = land(folder, "ledger_voucher_line")
    assert [r["debit_amount"] for r in rows] == [Decimal("0.01"), Decimal("0.00"), Decimal("10.00"), Decimal("-1.00")]
    (delivery,) = open_deliveries(source=folder.parent)
    landed = land_month(Home(folder.parent.parent / "home"), "M1", MONTH, delivery)
    assert landed.tables["ledger_voucher_line"].files[0].control["debit_amount"] == (Decimal("9.0100"), None, Decimal("0.001000"))


@pytest.mark.parametrize(("old", "new", "line", "said"), [
    ("where:", "filter:", 9, "filter"),
    ("dept_name:", "department_name:", 12, "department_name"),
    ("      open_beds: CWS\n", "", 10, "open_beds"),
    ("connection: his", "connection: erp", 6, "erp"),
    ("  his_department:", "  his_departments:", 6, "his_departments"),
    ("open_beds: CWS", "open_beds: {constant: 1, column: CWS}", 15, "open_beds"),
    ("open_beds: CWS", "open_beds: CWS\n      open_beds: CWS", 16, "twice"),
    ("open_beds: CWS", "open_beds: [", None, "YAML"),
])  # fmt: skip
def test_mistakes_name_file_and_line(folder: Path, old: str, new: str, line: int | None, said: str) -> None:
    write(folder, DEPARTMENT.replace(old, new, 1))
    with pytest.raises(ConfigurationError) as caught:
        open_deliveries(source=folder.parent)
    assert said in str(caught.value) and "mapping.yml" in str(caught.value.place)
    assert line is None or caught.value.place.row == line


@pytest.mark.parametrize(("old", "new", "rule"), [
    ("table: GY_KSDM", "table: NOWHERE", "F08"),
    ("open_beds: CWS", "open_beds: NOWHERE", "F08"),
    ("his.sqlite", "nowhere.sqlite", "MAP-02"),
    ("sqlite:///his.sqlite", "nodialect://x", "MAP-02"),
])  # fmt: skip
def test_sources_that_are_not_there(folder: Path, old: str, new: str, rule: str) -> None:
    write(folder, DEPARTMENT.replace(old, new, 1))
    with pytest.raises(CasemixError, match=rule):
        land(folder, "his_department")


@pytest.mark.parametrize("query", ["select * from read_text('/etc/hostname')", "attach 'x'", "select * from 'his.sqlite'"])
def test_queries_reach_only_the_files_of_their_folder(folder: Path, query: str) -> None:
    write(
        folder,
        f"""
connections: {{files: {{folder: "."}}}}
tables:
  his_equipment:
    connection: files
    query: "{query}"
    columns: {{equipment_id: a, equipment_name: a, equipment_kind: a, dept_id: a, monthly_capacity: a, valid_from: a}}
""",
    )
    with pytest.raises(CasemixError):
        land(folder, "his_equipment")


def test_f17_file_patterns_stay_below_the_mapping(folder: Path) -> None:
    write(
        folder,
        """
tables:
  his_equipment:
    file: "../../secret.csv"
    columns: {equipment_id: a, equipment_name: a, equipment_kind: a, dept_id: a, monthly_capacity: a, valid_from: a}
""",
    )
    with pytest.raises(BadInput, match="F17"):
        land(folder, "his_equipment")


def test_a_configuration_names_mappings_and_folders(folder: Path) -> None:
    write(folder, DEPARTMENT)
    config = folder.parent / "casemix.yml"
    config.write_text("hospitals:\n  - mapping: M1/mapping.yml\n", encoding="utf-8")
    assert [d.hospital_id for d in open_deliveries(config=config)] == ["M1"]
    config.write_text("hospitals:\n  - mapping: M1/mapping.yml\n  - folder: .\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="twice"):
        open_deliveries(config=config)
    config.write_text("hospitals:\n  - path: x\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        open_deliveries(config=config)
    assert caught.value.place.row == 2


@pytest.mark.parametrize(("old", "new", "code", "said"), [
    ("", "", 0, "GY_KSDM"),
    ('"4": administrative', '"7": administrative', 3, "4 × 1"),
    ("dept_name:", "department_name:", 4, "department_name"),
])  # fmt: skip
def test_check_command_shows_what_a_mapping_gives(folder: Path, old: str, new: str, code: int, said: str) -> None:
    from typer.testing import CliRunner

    from orchestration.cli.app import app

    write(folder, DEPARTMENT.replace(old, new, 1) if old else DEPARTMENT)
    result = CliRunner().invoke(app, ["check", "--source", str(folder.parent), "--month", "2025-01", "--columns"])
    error = result.exception
    assert getattr(error, "exit_code", getattr(error, "code", 0)) == code or result.exit_code == code
    assert said in result.output + str(error)


def test_f18_a_month_folder_without_done_is_not_read(folder: Path) -> None:
    for month in ("2024-12", "2025-01"):
        (folder / month).mkdir()
        (folder / month / "设备.csv").write_text("a,b\n1,x\n", encoding="utf-8")
    (folder / "2024-12" / ".done").touch()
    write(folder, """
tables:
  his_equipment:
    file: "{month}/设备.csv"
    columns: {equipment_id: a, equipment_name: b, equipment_kind: b, dept_id: b, monthly_capacity: a,
              valid_from: {month_start: true}}
""")  # fmt: skip
    with pytest.raises(BadInput, match="F18"):
        land(folder, "his_equipment")
    (folder / "2025-01" / ".done").touch()
    assert len(land(folder, "his_equipment")) == 1
