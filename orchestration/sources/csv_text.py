"""CSV as bytes: strict decoding in the declared encoding, and the faults only bytes can show."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import BadInput
from orchestration.sources.issues import bad_file
from orchestration.sources.part import Declaration, Original
from orchestration.sources.safe_files import BLOCK, open_unlinked

BOM = "\ufeff"
OTHER_ENCODING = {"utf-8": "gb18030", "gb18030": "utf-8"}
HANZI = re.compile("[\u4e00-\u9fff]")
NOT_ASCII = re.compile("[^\x00-\x7f]")


@dataclass(frozen=True)
class CsvText:
    """A decoded CSV: the UTF-8 file with LF line ends DuckDB may read, its header, and whether it has any data."""

    readable: Path
    header: tuple[str, ...]
    has_rows: bool


def decode_csv(original: Original, declared: Declaration, encoding: str, delimiter: str, target: Path) -> CsvText:
    """Write `target` as UTF-8 without byte order mark and with LF line ends.

    Raises:
        BadInput: F01 wrong encoding with the byte offset, F04 NUL byte, F05 missing final newline, F10 unclosed quote.
    """
    if encoding == "gb18030":
        _refuse_utf8(original)
    last, quotes = "", 0
    with target.open("w", encoding="utf-8", newline="") as out:
        for text in _decoded(original, encoding):
            quotes += text.count('"')
            out.write(text)
            last = text[-1]
    if last and last != "\n" and declared.sha256 is None:
        raise bad_file(
            "F05",
            original.name,
            "ends inside a line: the final newline is missing",
            "文件末行不完整，缺少换行符",
            row=_lines(target),
        )
    if quotes % 2:
        raise unclosed_quote(original.name, target, delimiter)
    return CsvText(target, _header(target, delimiter), _has_second_record(target, delimiter))


def unclosed_quote(name: str, readable: Path, delimiter: str) -> BadInput:
    """F10 with the record in which the quote that spoils the file was opened."""
    return bad_file(
        "F10",
        name,
        "has a quote that is not closed",
        "引号未闭合",
        'Quote the cell at both ends and write " inside it twice.',
        row=_open_quote(readable, delimiter),
    )


def _decoded(original: Original, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    offset, rows, held = 0, 1, ""
    with open_unlinked(original.path, original.name) as file:
        while True:
            block = file.read(BLOCK)
            try:
                pending = len(decoder.getstate()[0])
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                raise _wrong_encoding(original, encoding, offset - pending + error.start) from None
            if offset == 0:
                text = text.removeprefix(BOM)
            offset += len(block)
            text, held = held + text, ""
            if text.endswith("\r") and block:
                text, held = text[:-1], "\r"
            if "\0" in text:
                row = rows + text[: text.index("\0")].count("\n")
                raise bad_file("F04", original.name, "contains a NUL byte", "含有空字节（NUL）", row=row)
            rows += text.count("\n")
            if text:
                yield text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
            if not block:
                return


def _wrong_encoding(original: Original, encoding: str, offset: int) -> BadInput:
    other = OTHER_ENCODING[encoding]
    hint = f"; the bytes are valid {other}" if _is_valid(original, other) else ""
    return bad_file(
        "F01",
        original.name,
        f"is not {encoding} at byte {offset}{hint}",
        f"第 {offset} 字节不符合声明的编码 {encoding}" + (f"，疑为 {other}" if hint else ""),
        f"Declare encoding: {other} or export the file as {encoding}." if hint else f"Export the file as {encoding}.",
    )


def _is_valid(original: Original, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with open_unlinked(original.path, original.name) as file:
        try:
            while block := file.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _refuse_utf8(original: Original) -> None:
    """Most UTF-8 text is also valid GB18030, as nonsense: refuse a file that is valid UTF-8 and mostly hanzi as such."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    foreign, hanzi, offset, first = 0, 0, 0, None
    with open_unlinked(original.path, original.name) as file:
        try:
            while block := file.read(BLOCK):
                text = decoder.decode(block)
                if first is None and not block.isascii():
                    first = offset + next(i for i, byte in enumerate(block) if byte > 127)
                offset += len(block)
                foreign += len(NOT_ASCII.findall(text))
                hanzi += len(HANZI.findall(text))
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return
    if first is not None and hanzi * 2 > foreign:
        raise _wrong_encoding(original, "gb18030", first)


def _header(readable: Path, delimiter: str) -> tuple[str, ...]:
    with readable.open(encoding="utf-8", newline="") as file:
        return tuple(next(csv.reader(file, delimiter=delimiter), ()))


def _has_second_record(readable: Path, delimiter: str) -> bool:
    with readable.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        next(reader, None)
        return any(row for row in reader)


def _lines(readable: Path) -> int:
    with readable.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in file)


def _open_quote(readable: Path, delimiter: str) -> int:
    """Record (header = 1) of the first quoted cell that does not end at a delimiter or line end."""
    record, opened, inside, start = 1, 1, False, True
    with readable.open(encoding="utf-8", newline="") as file:
        for line in file:
            position = 0
            while position < len(line):
                char = line[position]
                if inside and char == '"':
                    after = line[position + 1 : position + 2]
                    if after == '"':
                        position += 1
                    elif after in (delimiter, "\n", ""):
                        inside = False
                    else:
                        return opened
                elif not inside and char == '"' and start:
                    inside, opened = True, record
                start = not inside and char in (delimiter, "\n")
                if not inside and char == "\n":
                    record += 1
                position += 1
    return opened
