"""The DuckDB connection a delivery is read with: bounded memory, its own temporary folder, strict CSV reading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from duckdb.func import PythonUDFType

from orchestration.sources.text import identifier, literal

MEMORY_LIMIT = "2500MB"
CSV_LINE = re.compile(r"CSV Error on Line: (\d+)")


@dataclass
class Workbench:
    """A connection with a scratch folder. Readers put decoded copies there and hand out relations over them."""

    con: duckdb.DuckDBPyConnection
    folder: Path
    _numbers: Iterator[int] = field(default_factory=count)
    _registered: list[str] = field(default_factory=list)

    def scratch(self, suffix: str) -> Path:
        """A new file name in the scratch folder."""
        return self.folder / f"scratch_{next(self._numbers)}{suffix}"

    def register(self, table: pa.Table | pa.RecordBatchReader) -> str:
        """Make an Arrow table a relation; returns its quoted name."""
        name = f"arrow_{next(self._numbers)}"
        self.con.register(name, table)
        self._registered.append(name)
        return identifier(name)

    def clear(self) -> None:
        """Forget the relations and scratch files of the table that was read last."""
        for name in self._registered:
            self.con.unregister(name)
        self._registered.clear()
        for path in self.folder.glob("scratch_*"):
            path.unlink()


@contextmanager
def open_workbench(folder: Path, memory_limit: str = MEMORY_LIMIT) -> Iterator[Workbench]:
    """A workbench whose scratch files live in `folder`, which must exist."""
    con = duckdb.connect()
    try:
        con.execute(f"set memory_limit = {literal(memory_limit)}")
        con.execute(f"set temp_directory = {literal(str(folder / 'spill'))}")
        con.execute("set threads = 2")
        con.execute("set autoinstall_known_extensions = false")
        con.execute("set autoload_known_extensions = false")
        con.create_function("nfkc", _nfkc, ["VARCHAR"], "VARCHAR", type=PythonUDFType.ARROW)
        yield Workbench(con, folder)
    finally:
        con.close()


def _nfkc(column: pa.Array) -> pa.Array:
    return pc.utf8_normalize(column, form="NFKC")


def csv_relation(path: Path, header: tuple[str, ...], delimiter: str) -> str:
    """Table expression over a UTF-8 CSV: every cell text, nothing sniffed, `source_row` counting the header as row 1.

    Columns are named c0, c1, … by position, so that no header can be mistaken for SQL.
    """
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(header)))
    reader = (
        f"read_csv({literal(str(path))}, auto_detect = false, header = true, delim = {literal(delimiter)}, "
        "quote = '\"', escape = '\"', "
        f"strict_mode = true, null_padding = false, new_line = '\\n', columns = {{{columns}}})"
    )
    return f"(select *, row_number() over () + 1 as source_row from {reader})"


def csv_error_line(error: duckdb.Error) -> int | None:
    """The record DuckDB stopped at; its text may hold personal data and is never repeated."""
    found = CSV_LINE.search(str(error))
    return int(found[1]) if found else None


def is_quote_error(error: duckdb.Error) -> bool:
    """Whether DuckDB stopped at a quote; its diagnosis stands above its list of possible fixes."""
    diagnosis = str(error).split("Possible fixes")[0].rstrip().splitlines()
    return bool(diagnosis) and "quote" in diagnosis[-1]
