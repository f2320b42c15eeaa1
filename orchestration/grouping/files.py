"""Read the CSV files of a pack strictly: every cell as text, every row with its number."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.grouping.findings import Finding
from orchestration.grouping.pack import FILES

OPTIONAL = {
    "scheme.csv": {"value"},
    "group.csv": {"parent_code", "kind", "relative_weight"},
    "complication.csv": {"exclusion_table"},
}
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class RawPack:
    """Rows of each file (header left out, first row = row 2) and the hash of all of them."""

    rows: Mapping[str, list[list[str]]]
    sha256: str


def read_files(folder: Path) -> tuple[RawPack, list[Finding]]:
    """Rows and findings about form: encoding, quoting, header, empty cells, order, repeated rows."""
    findings = _listing(folder)
    digest = hashlib.sha256()
    rows: dict[str, list[list[str]]] = {}
    for name in sorted(FILES):
        path = folder / name
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
        rows[name], found = _parse(name, content) if path.is_file() else ([], [])
        findings += found
    return RawPack(rows, digest.hexdigest()), findings


def _listing(folder: Path) -> list[Finding]:
    present = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    missing = [Finding("PACK-01", f"{name} is missing", name) for name in FILES if name not in present]
    unknown = sorted(name for name in present if name.endswith(".csv") and name not in FILES)
    return missing + [Finding("PACK-01", f"{name} is no file of a pack", name) for name in unknown]


def _parse(name: str, content: bytes) -> tuple[list[list[str]], list[Finding]]:
    broken = _encoding(name, content)
    if broken:
        return [], [broken]
    reader = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
    records: list[list[str]] = []
    try:
        records.extend(reader)
    except csv.Error as error:
        return [], [Finding("PACK-03", f"not RFC 4180: {error}", name, len(records) + 1)]
    if not records or tuple(records[0]) != FILES[name]:
        return [], [Finding("PACK-04", f"the header must be {','.join(FILES[name])}", name, 1)]
    rows, width = records[1:], len(FILES[name])
    uneven = [
        Finding("PACK-03", f"{len(row)} cells instead of {width}", name, number)
        for number, row in enumerate(rows, start=2)
        if len(row) != width
    ]
    if uneven:
        return [], uneven
    return rows, _cells(name, rows) + _order(name, rows)


def _encoding(name: str, content: bytes) -> Finding | None:
    if content.startswith(BOM):
        return Finding("PACK-02", "begins with a byte order mark", name, 1)
    for byte, label in ((b"\r", "a carriage return"), (b"\0", "a NUL byte")):
        if byte in content:
            return Finding("PACK-02", f"contains {label}", name, content.count(b"\n", 0, content.index(byte)) + 1)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return Finding("PACK-02", f"not UTF-8 at byte {error.start}", name, content.count(b"\n", 0, error.start) + 1)
    if not content.endswith(b"\n"):
        return Finding("PACK-02", "the last line does not end; the file may be cut off", name, content.count(b"\n") + 1)
    return None


def _cells(name: str, rows: list[list[str]]) -> list[Finding]:
    found = []
    for index, column in enumerate(FILES[name]):
        may_be_empty = column in OPTIONAL.get(name, ())
        values = [row[index] for row in rows]
        if all((value or may_be_empty) and value == value.strip() for value in set(values)):
            continue
        for number, value in enumerate(values, start=2):
            if not value and not may_be_empty:
                found.append(Finding("PACK-05", "the cell is empty", name, number, column))
            elif value != value.strip():
                found.append(Finding("PACK-05", "the cell has spaces around its value", name, number, column))
    return found


def _order(name: str, rows: list[list[str]]) -> list[Finding]:
    key = _sort_key(name)
    keys = [key(row) for row in rows]
    if all(one < two for one, two in itertools.pairwise(keys)):
        return []
    found = []
    for number, (one, two) in enumerate(itertools.pairwise(keys), start=3):
        if one > two:
            found.append(Finding("PACK-06", "the row sorts before the row above it", name, number))
        elif one == two:
            found.append(Finding("PACK-07", "the row repeats the row above it", name, number))
    return found


def _sort_key(name: str) -> Callable[[list[str]], Any]:
    numbers = [index for index, column in enumerate(FILES[name]) if column in {"alternative", "rule_order"}]
    if not numbers:
        return lambda row: row
    (at,) = numbers
    return lambda row: (*row[:at], _as_number(row[at]), *row[at:])


def _as_number(text: str) -> tuple[int, int]:
    """Whole numbers by value; anything else, refused by another rule, after them."""
    return (0, int(text)) if text.isascii() and text.isdigit() else (1, 0)
