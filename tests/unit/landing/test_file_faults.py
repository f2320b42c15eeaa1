"""Each fault of a file is refused with its rule, its place and a remedy, and leaves nothing behind."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.contract import load_contract
from orchestration.errors import BadInput
from orchestration.home import Home
from orchestration.landing import LandedMonth
from tests.unit.delivery import HOSPITAL, csv_text, place_of, rows_of

Land = Callable[[], LandedMonth]
CHARGE = load_contract()["his_charge"]
DEPARTMENT = load_contract()["his_department"]
SCORE = load_contract()["performance_score"]


def refuse(land: Land, home: Home, rule: str, *said: str) -> BadInput:
    """The delivery is refused with the rule; every error names a file, speaks Chinese and says what to do; nothing is landed."""
    with pytest.raises(BadInput) as caught:
        land()
    error = caught.value
    assert error.rule == rule, str(error)
    assert error.place.file and error.zh and error.remedy
    for text in said:
        assert text in str(error)
    assert not list(home.landing.glob("*/*/b*"))
    assert not list(home.landing.glob("*/*/.b*"))
    return error


def rewrite(source: Path, change: Callable[[str], str], table=CHARGE, encoding: str = "utf-8") -> Path:
    """Change the text of a table's CSV."""
    path = place_of(source, table)
    path.write_bytes(change(path.read_text(encoding="utf-8")).encode(encoding))
    return path


def set_cell(source: Path, column: str, value: str, table=CHARGE, row: int = 0) -> None:
    """Set one cell of a table's CSV."""
    rows = rows_of(table)
    rows[row][column] = value
    place_of(source, table).write_text(csv_text(rows), encoding="utf-8")


def announce(source: Path, **entry: object) -> None:
    """A manifest that says something about his_charge.csv."""
    folder = source / HOSPITAL / "2025-01"
    (folder / "manifest.json").write_text(json.dumps({"files": {"his_charge.csv": entry}}), encoding="utf-8")


def to_excel(source: Path, change: Callable[[openpyxl.Workbook], None], table=SCORE) -> None:
    """Deliver a table as .xlsx instead of CSV, all cells text, after `change`."""
    place_of(source, table).unlink()
    book = openpyxl.Workbook()
    rows = rows_of(table)
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    change(book)
    book.save(place_of(source, table, suffix=".xlsx"))


def test_f01_gb18030_declared_utf8_names_byte_and_encoding(source: Path, land: Land, home: Home) -> None:
    set_cell(source, "dept_name", "妇产科", DEPARTMENT)
    path = rewrite(source, lambda text: text, DEPARTMENT, "gb18030")
    offset = path.read_bytes().index("妇".encode("gb18030"))
    refuse(land, home, "F01", f"byte {offset}", "gb18030")


def test_f01_utf8_declared_gb18030_is_refused_too(source: Path, land: Land, home: Home) -> None:
    set_cell(source, "dept_name", "妇产科门诊", DEPARTMENT)
    folder = source / HOSPITAL / "reference"
    (folder / "manifest.json").write_text(
        json.dumps({"files": {"his_department.csv": {"encoding": "gb18030"}}}), encoding="utf-8"
    )
    refuse(land, home, "F01", "utf-8")


def test_f02_rare_characters_survive_and_private_use_is_noted(source: Path, land: Land) -> None:
    set_cell(source, "dept_name", "䶮𠮷\ue001科", DEPARTMENT)
    table = land().tables["his_department"]
    names = pq.read_table(table.files[0].path).column("dept_name").to_pylist()
    assert "䶮𠮷\ue001科" in names
    assert any("private-use" in note for note in table.files[0].notes)


@pytest.mark.parametrize("text", ["锟斤拷", "a\ufffdb"])
def test_f03_mojibake_in_a_code_is_refused(source: Path, land: Land, home: Home, text: str) -> None:
    set_cell(source, "item_id", text)
    refuse(land, home, "F03", "row 2", "item_id")


def test_f04_bom_and_mixed_line_ends_are_accepted(source: Path, land: Land) -> None:
    rewrite(source, lambda text: "\ufeff" + text.replace("\n", "\r\n", 2))
    assert land().tables["his_charge"].rows == 2


def test_f04_nul_byte_is_refused_with_its_row(source: Path, land: Land, home: Home) -> None:
    rewrite(source, lambda text: text.replace("ite2", "it\0e2"))
    assert refuse(land, home, "F04").place.row == 3


def test_f05_missing_final_newline(source: Path, land: Land, home: Home) -> None:
    rewrite(source, lambda text: text[:-9])
    refuse(land, home, "F05", "newline")


@pytest.mark.parametrize("entry", [{"bytes": 5}, {"sha256": "0" * 64}, {"rows": 9}])
def test_f05_manifest_says_otherwise(source: Path, land: Land, home: Home, entry: dict[str, object]) -> None:
    announce(source, **entry)
    refuse(land, home, "F05", "his_charge.csv")


def test_f05_record_with_missing_cells(source: Path, land: Land, home: Home) -> None:
    rewrite(source, lambda text: text + "T1,x,y\n")
    assert refuse(land, home, "F05").place.row == 4


@pytest.mark.parametrize("change", [lambda text: "", lambda text: text.splitlines()[0] + "\n"])
def test_f06_empty_or_header_only(source: Path, land: Land, home: Home, change: Callable[[str], str]) -> None:
    rewrite(source, change)
    refuse(land, home, "F06", "his_charge.csv")


def test_f06_missing_table(source: Path, land: Land, home: Home) -> None:
    place_of(source, CHARGE).unlink()
    refuse(land, home, "F06", "his_charge")


def test_f06_empty_is_fine_where_allowed_or_approved(source: Path, land: Land) -> None:
    subsidy = load_contract()["performance_subsidy"]
    rewrite(source, lambda text: text.splitlines()[0] + "\n", subsidy)
    rewrite(source, lambda text: text.splitlines()[0] + "\n")
    announce(source, rows=0, empty_approved_by="finance")
    landed = land()
    assert landed.tables["performance_subsidy"].is_delivered and landed.tables["performance_subsidy"].rows == 0
    assert landed.tables["his_charge"].rows == 0


def test_f07_column_order_does_not_matter(source: Path, land: Land, tmp_path: Path) -> None:
    first = land().tables["his_charge"].files[0]
    rows = rows_of(CHARGE)
    place_of(source, CHARGE).write_text(csv_text(rows, list(reversed(rows[0]))), encoding="utf-8")
    second = land().tables["his_charge"].files[0]
    assert second.path != first.path
    assert pq.read_table(second.path).equals(pq.read_table(first.path))


def test_f08_added_column_is_kept_aside(source: Path, land: Land, home: Home) -> None:
    rewrite(source, lambda text: text.replace("charge_id", "neue,charge_id", 1).replace("\nT1,", "\nT1,x,"))
    refuse(land, home, "F08", "neue")
    assert len(list(home.landing.glob("*/*/quarantine/*his_charge.csv"))) == 1


@pytest.mark.parametrize("new", ["charge_number", ""])
def test_f08_renamed_or_removed_column(source: Path, land: Land, home: Home, new: str) -> None:
    rows = [{(new if k == "item_id" else k): v for k, v in row.items() if new or k != "item_id"} for row in rows_of(CHARGE)]
    place_of(source, CHARGE).write_text(csv_text(rows), encoding="utf-8")
    refuse(land, home, "F08", "item_id")


@pytest.mark.parametrize("header", ["", "item_id"])
def test_f09_blank_or_double_header(source: Path, land: Land, home: Home, header: str) -> None:
    rewrite(source, lambda text: text.replace("unit_price", header, 1))
    refuse(land, home, "F09")


def test_f09_full_width_header_is_normalised_and_noted(source: Path, land: Land) -> None:
    rewrite(source, lambda text: text.replace("item_id", " ｉｔｅｍ＿ｉｄ ", 1))
    assert "read as 'item_id'" in land().tables["his_charge"].files[0].notes[0]


def test_f10_delimiter_and_newline_in_quotes_are_text(source: Path, land: Land) -> None:
    set_cell(source, "dept_name", 'a,b\n"c"', DEPARTMENT)
    names = pq.read_table(land().tables["his_department"].files[0].path).column("dept_name").to_pylist()
    assert 'a,b\n"c"' in names


@pytest.mark.parametrize("cell", ['"ite1', '"it"e1'])
def test_f10_unclosed_quote_names_the_line(source: Path, land: Land, home: Home, cell: str) -> None:
    rewrite(source, lambda text: text.replace("ite1", cell))
    assert refuse(land, home, "F10").place.row == 2


@pytest.mark.parametrize(("column", "value", "rule"), [
    ("amount", "twenty", "F11"), ("amount", "1e5", "F11"), ("amount", "99999999999999999.00", "F11"),
    ("amount", "1,234.50", "F12"), ("amount", "￥20", "F12"), ("amount", "１２", "F12"),
    ("amount", "(12.00)", "F12"), ("amount", "-", "F12"),
    ("amount", "10.005", "F13"), ("quantity", "1.00001", "F13"),
    ("booked_at", "2025-02-30 08:00:00", "F15"), ("booked_at", "1900-01-01 00:00:00", "F15"), ("booked_at", "03/01/2025", "F15"),
    ("booked_at", "2025-01-03T08:00:00+08:00", "F27"), ("booked_at", "2025-01-03 08:00:00Z", "F27"),
    ("encounter_type", "other", "REC-01"), ("item_id", "", "REC-01"), ("hospital_id", "T2", "REC-01"),
])  # fmt: skip
def test_values_of_a_cell(source: Path, land: Land, home: Home, column: str, value: str, rule: str) -> None:
    set_cell(source, column, value, row=1)
    error = refuse(land, home, rule, column)
    assert error.place.row == 3
    assert value not in str(error) or rule in ("REC-01", "F12")


def test_f11_a_late_bad_row_rejects_the_whole_batch(source: Path, land: Land, home: Home) -> None:
    rows = rows_of(CHARGE, 30_000)
    rows[25_000]["amount"] = "n/a"
    place_of(source, CHARGE).write_text(csv_text(rows), encoding="utf-8")
    assert refuse(land, home, "F11").place.row == 25_002


def test_personal_values_never_reach_the_message(source: Path, land: Land, home: Home) -> None:
    set_cell(source, "birth_date", "secret-1980", load_contract()["emr_front_page"])
    assert "secret" not in str(refuse(land, home, "F15"))


def test_exact_zeros_beyond_the_scale_are_not_more_decimals(source: Path, land: Land) -> None:
    set_cell(source, "amount", "10.500")
    assert land().tables["his_charge"].rows == 2


def test_a_dash_on_the_front_page_is_null(source: Path, land: Land) -> None:
    set_cell(source, "allergy_drug", "-", load_contract()["emr_front_page"])
    set_cell(source, "birth_weight_g", "-", load_contract()["emr_front_page"])
    assert pq.read_table(land().tables["emr_front_page"].files[0].path).column("birth_weight_g").null_count == 1


def test_f14_excel_with_text_cells_is_read(source: Path, land: Land) -> None:
    to_excel(source, lambda book: None)
    assert land().tables["performance_score"].rows == 2


@pytest.mark.parametrize(("change", "said"), [
    (lambda book: book.active.cell(2, 3, 123456789012345678), "C2"),
    (lambda book: book.active.cell(2, 2, 45658), "B2"),
    (lambda book: book.active.cell(2, 6, "=1+1"), "F2"),
    (lambda book: book.active.row_dimensions.__getitem__(3).__setattr__("hidden", True), "A3"),
    (lambda book: book.active.column_dimensions.__getitem__("B").__setattr__("hidden", True), "column"),
    (lambda book: book.active.merge_cells("C2:D2"), "C2:D2"),
    (lambda book: book.create_sheet("Tabelle2"), "2 sheets"),
], ids=["number in a code", "date serial", "formula", "hidden row", "hidden column", "merged", "two sheets"])  # fmt: skip
def test_f14_what_excel_changes_is_refused_with_its_cell(
    source: Path, land: Land, home: Home, change: Callable, said: str
) -> None:
    to_excel(source, change)
    refuse(land, home, "F14", said)


@pytest.mark.parametrize("suffix", [".xls", ".xlsx"])
def test_f14_html_named_excel(source: Path, land: Land, home: Home, suffix: str) -> None:
    place_of(source, SCORE).unlink()
    place_of(source, SCORE, suffix=suffix).write_text("<html><table></table></html>")
    refuse(land, home, "F14")


def to_parquet(source: Path, **replaced: pa.Array) -> Path:
    """Deliver charges as Parquet with native types."""
    place_of(source, CHARGE).unlink()
    arrays = {c.name: pa.array([row[c.name] for row in rows_of(CHARGE)], pa.string()) for c in CHARGE.columns} | replaced
    path = place_of(source, CHARGE, suffix=".parquet")
    pq.write_table(pa.table(arrays), path)
    return path


def test_parquet_keeps_exact_types_and_row_numbers(source: Path, land: Land) -> None:
    to_parquet(source, amount=pa.array(["1.25", "2.5"]).cast(pa.decimal128(20, 4)))
    landed = pq.read_table(land().tables["his_charge"].files[0].path)
    assert landed.column("source_row").to_pylist() == [1, 2]
    assert [str(x) for x in landed.column("amount").to_pylist()] == ["1.25", "2.50"]


@pytest.mark.parametrize(("replaced", "rule"), [
    ({"amount": pa.array(["1.2505", "2.5"]).cast(pa.decimal128(20, 4))}, "F13"),
    ({"amount": pa.array([0.1 + 0.2, 1.0])}, "F13"),
    ({"item_id": pa.array([1, 2])}, "F11"),
    ({"booked_at": pa.array([0, 0], pa.timestamp("us", tz="UTC"))}, "F27"),
])  # fmt: skip
def test_parquet_of_another_type(source: Path, land: Land, home: Home, replaced: dict[str, pa.Array], rule: str) -> None:
    to_parquet(source, **replaced)
    refuse(land, home, rule)


def test_f16_truncated_parquet(source: Path, land: Land, home: Home) -> None:
    path = to_parquet(source)
    path.write_bytes(path.read_bytes()[:-20])
    refuse(land, home, "F16")


def test_f16_flipped_bit_against_the_manifest(source: Path, land: Land, home: Home) -> None:
    path = to_parquet(source)
    content = bytearray(path.read_bytes())
    entry = {"his_charge.parquet": {"sha256": hashlib.sha256(content).hexdigest()}}
    (path.parent / "manifest.json").write_text(json.dumps({"files": entry}), encoding="utf-8")
    content[len(content) // 3] ^= 1
    path.write_bytes(content)
    refuse(land, home, "F16")


def test_f17_symbolic_link(source: Path, land: Land, home: Home, tmp_path: Path) -> None:
    path = place_of(source, CHARGE)
    path.rename(tmp_path / "elsewhere.csv")
    path.symlink_to(tmp_path / "elsewhere.csv")
    refuse(land, home, "F17")


def test_f17_manifest_that_climbs_out(source: Path, land: Land, home: Home) -> None:
    (source / HOSPITAL / "2025-01" / "manifest.json").write_text(
        json.dumps({"files": {"../../secret.csv": {}}}), encoding="utf-8"
    )
    refuse(land, home, "F17")


def test_f18_no_done_yet(source: Path, land: Land, home: Home) -> None:
    (source / HOSPITAL / "2024-12").mkdir()
    (source / HOSPITAL / "2024-12" / ".done").touch()
    refuse(land, home, "F18", ".done")
    (source / HOSPITAL / "2025-01" / ".done").touch()
    assert land().batch_id == "b0001"


def test_f18_file_that_grows_while_it_is_read(source: Path, land: Land, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration.landing import month

    copy = month.copy_original

    def grow_first(original, target):
        if original.name.endswith("his_charge.csv"):
            with original.path.open("a") as file:
                file.write("T1,late\n")
        copy(original, target)

    monkeypatch.setattr(month, "copy_original", grow_first)
    refuse(land, home, "F18", "his_charge.csv")


def test_f21_announced_file_that_is_not_there(source: Path, land: Land, home: Home) -> None:
    folder = source / HOSPITAL / "2025-01"
    (folder / "manifest.json").write_text(json.dumps({"files": {"his_charge.02.csv": {"sequence_no": 2, "sequence_count": 2}}}))
    refuse(land, home, "F21", "his_charge.02.csv")


def test_f21_sequence_and_f25_control_totals_are_handed_to_the_gates(source: Path, land: Land) -> None:
    announce(source, sequence_no=1, sequence_count=2, control={"amount": "99.99"})
    file = land().tables["his_charge"].files[0]
    assert (file.sequence_no, file.sequence_count) == (1, 2)
    assert str(file.control["amount"][1]) == "99.99"


def test_every_name_in_the_folder_is_known(source: Path, land: Land, home: Home) -> None:
    os.rename(place_of(source, CHARGE), place_of(source, CHARGE).with_name("his_charges.csv"))  # noqa: PTH104
    refuse(land, home, "F06", "his_charges.csv")
