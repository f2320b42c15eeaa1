"""F01–F18: files that are not what they seem."""

from __future__ import annotations

import io

import openpyxl
import pyarrow.csv
import pyarrow.parquet as pq

from orchestration.errors import ConfigurationError
from orchestration.sample.faults.editor import DeliveryEditor

DEEP_ROW = 20_480


def other_encoding(editor: DeliveryEditor) -> None:
    """ledger_voucher_line.csv is written in GB18030 although contract form is UTF-8."""
    path = editor.path("ledger_voucher_line")
    editor.write_bytes(path, path.read_text(encoding="utf-8").encode("gb18030"))


def rare_characters(editor: DeliveryEditor) -> None:
    """performance_score.csv, row 2, evidence: 䶮, 𠮷 and a character of the private use area."""
    editor.set_cell("performance_score", 2, "evidence", "考核表：䶮𠮷\ue863")


def mojibake_in_a_key(editor: DeliveryEditor) -> None:
    """his_charge.csv, row 7: the charge number contains 锟斤拷."""
    editor.set_cell("his_charge", 7, "charge_id", "锟斤拷00007")


def nul_byte(editor: DeliveryEditor) -> None:
    """his_charge.csv, row 9 contains a NUL byte; his_stock_issue.csv has a BOM and CRLF, which are allowed."""
    path = editor.path("his_charge")
    lines = path.read_bytes().split(b"\n")
    lines[8] = lines[8].replace(b",inpatient,", b",inpat\x00ient,").replace(b",outpatient,", b",outpat\x00ient,")
    editor.write_bytes(path, b"\n".join(lines))
    other = editor.path("his_stock_issue")
    editor.write_bytes(other, b"\xef\xbb\xbf" + other.read_bytes().replace(b"\n", b"\r\n"))


def truncated_file(editor: DeliveryEditor) -> None:
    """his_charge.csv loses its last 40 bytes; the manifest still describes the whole file."""
    path = editor.path("his_charge")
    path.write_bytes(path.read_bytes()[:-40])


def header_only_file(editor: DeliveryEditor) -> None:
    """his_settlement.csv holds only its header."""
    editor.write_rows("his_settlement", editor.rows("his_settlement")[:1])


def reordered_columns(editor: DeliveryEditor) -> None:
    """his_charge.csv has its columns in reverse order."""
    editor.write_rows("his_charge", [row[::-1] for row in editor.rows("his_charge")])


def renamed_column(editor: DeliveryEditor) -> None:
    """his_charge.csv calls the column amount total_amount."""
    editor.set_cell("his_charge", 1, "amount", "total_amount")


def duplicate_column(editor: DeliveryEditor) -> None:
    """his_charge.csv has two columns amount, the second in full-width letters with a blank behind it."""
    editor.set_cell("his_charge", 1, "unit_price", "ａｍｏｕｎｔ ")


def unclosed_quote(editor: DeliveryEditor) -> None:
    """ledger_voucher_line.csv, row 5: the summary opens a quote that is never closed."""
    path = editor.path("ledger_voucher_line")
    lines = path.read_text(encoding="utf-8").split("\n")
    head, _, summary = lines[4].rpartition(",")
    lines[4] = f'{head},"{summary}'
    editor.write_bytes(path, "\n".join(lines).encode())


def text_in_amount(editor: DeliveryEditor) -> None:
    """his_charge.csv, row 20,481 (or the last): the amount is a word."""
    editor.set_cell("his_charge", DEEP_ROW + 1, "amount", "免费")


def thousands_separator(editor: DeliveryEditor) -> None:
    """his_charge.csv, row 11: the amount is written 1,234.50."""
    editor.set_cell("his_charge", 11, "amount", "1,234.50")


def too_many_decimals(editor: DeliveryEditor) -> None:
    """his_charge.csv, row 12: the amount has three decimals."""
    editor.set_cell("his_charge", 12, "amount", "10.005")


def numeric_codes_in_excel(editor: DeliveryEditor) -> None:
    """performance_score comes as .xlsx whose department numbers are stored as numbers, so that leading zeros are lost."""
    rows = editor.rows("performance_score")
    dept = rows[0].index("dept_id")
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("performance_score")
    sheet.append(rows[0])
    for row in rows[1:]:
        sheet.append([int(cell) if place == dept else cell for place, cell in enumerate(row)])
    saved = io.BytesIO()
    book.save(saved)
    editor.forget(editor.path("performance_score"))
    path = editor.folder / "performance_score.xlsx"
    path.write_bytes(saved.getvalue())
    editor.seal(path, rows=len(rows) - 1)


def impossible_date(editor: DeliveryEditor) -> None:
    """his_charge.csv, row 13: booked on the 30th of February."""
    editor.set_cell("his_charge", 13, "booked_at", "2025-02-30 08:00:00")


def flipped_bit_in_parquet(editor: DeliveryEditor) -> None:
    """his_charge comes as Parquet; one bit in its middle was flipped after the manifest was written."""
    path = editor.path("his_charge")
    texts = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(editor.rows("his_charge")[0], "string"),
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    table = pyarrow.csv.read_csv(path, convert_options=texts)
    editor.forget(path)
    parquet = editor.folder / "his_charge.parquet"
    pq.write_table(table, parquet)
    editor.seal(parquet, rows=table.num_rows)
    content = bytearray(parquet.read_bytes())
    content[len(content) // 2] ^= 1
    parquet.write_bytes(bytes(content))


def symbolic_link(editor: DeliveryEditor) -> None:
    """his_stock_issue.csv is a link to a file outside the delivery."""
    path = editor.path("his_stock_issue")
    outside = editor.root / "outside.csv"
    path.rename(outside)
    path.symlink_to(outside.absolute())


def unfinished_folder(editor: DeliveryEditor) -> None:
    """The month has no .done, while the later months of the hospital have one."""
    later = [folder for folder in (editor.folder.parent).glob("[0-9]*/.done") if folder.parent != editor.folder]
    if not later:
        raise ConfigurationError("fault F18 needs a sample of at least two months", remedy="Write two months or more.")
    (editor.folder / ".done").unlink()
