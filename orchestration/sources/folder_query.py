"""SQL over a folder of CSV files: the files a query names become tables of text, nothing else can be read."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from orchestration.errors import ConfigurationError
from orchestration.sources.csv_text import decode_csv
from orchestration.sources.headers import match_header
from orchestration.sources.issues import bad_file
from orchestration.sources.mapping import Connection, TableMapping
from orchestration.sources.part import Declaration, Month, Original
from orchestration.sources.query_result import QueryResult, keep_batches
from orchestration.sources.safe_files import below, read_original
from orchestration.sources.text import identifier
from orchestration.sources.workbench import Workbench, csv_relation

PARAMETER = re.compile(r"(?<![:\w]):(month_start|next_month_start)\b")
BATCH_ROWS = 100_000


def read_folder_query(bench: Workbench, connection: Connection, shown: str, spec: TableMapping, month: Month) -> QueryResult:
    """Run the mapping's query (or read its table) over the CSV files of a folder.

    Raises:
        ConfigurationError: MAP-02 when the folder is missing or the query cannot run.
        BadInput: what reading the named files raises.
    """
    folder = connection.folder
    if folder is None or not folder.is_dir():
        raise _error(shown, "the folder does not exist", "Check folder and folder_env of the connection.")
    query = spec.query or f"select * from {identifier(str(spec.table))}" + (f" where {spec.where}" if spec.where else "")
    con = duckdb.connect()
    try:
        originals = tuple(_load(bench, con, connection, shown, name) for name in _named(con, query, shown))
        con.execute("set enable_external_access = false")
        con.execute("set lock_configuration = true")
        values = {"month_start": month.start, "next_month_start": month.next_start}
        used = {name: values[name] for name in PARAMETER.findall(query)}
        reader = con.execute(PARAMETER.sub(r"$\1", query), used or None).to_arrow_reader(BATCH_ROWS)
        relation, types = keep_batches(bench, reader.schema, iter(reader))
    except duckdb.Error as error:
        raise _error(
            f"{shown}, {spec.name}", f"the query cannot run: {_first_line(error)}", "Correct the query in the mapping."
        ) from None
    finally:
        con.close()
    return QueryResult(
        f"{shown}:{spec.name}", "query", relation, types, query, originals, selects_month=spec.month_filter is None and bool(used)
    )


def _named(con: duckdb.DuckDBPyConnection, query: str, shown: str) -> list[str]:
    try:
        tree = con.execute("select json_serialize_sql(?)", [PARAMETER.sub("null", query)]).fetchone()
    except duckdb.Error as error:
        raise _error(shown, f"the query cannot be read: {_first_line(error)}", "Correct the query in the mapping.") from None
    text = tree[0] if tree else ""
    if '"error":true' in text:
        raise _error(shown, "the query is not one SELECT statement", "Correct the query in the mapping.")
    named = set(re.findall(r'"type":"BASE_TABLE"[^{}]*?"table_name":"((?:[^"\\]|\\.)*)"', text))
    common = set(re.findall(r'"key":"((?:[^"\\]|\\.)*)","value":\{"aliases"', text))
    return sorted(named - common)


def _load(bench: Workbench, con: duckdb.DuckDBPyConnection, connection: Connection, shown: str, name: str) -> Original:
    path = below(connection.folder or Path(), f"{name}.csv")
    if not path.exists():
        raise bad_file("F06", f"{shown}/{name}.csv", "is named by the query but does not exist", "查询引用的文件不存在")
    original = read_original(path, f"{shown}/{name}.csv")
    text = decode_csv(
        original, Declaration(sha256=original.sha256), connection.encoding, connection.delimiter, bench.scratch(".csv")
    )
    positions, _ = match_header(original.name, text.header, (), text.header, refuse_unknown=False)
    columns = ", ".join(f"c{i} as {identifier(column)}" for column, i in positions.items())
    relation = csv_relation(text.readable, text.header, connection.delimiter)
    con.execute(f"create table {identifier(name)} as select {columns}, source_row from {relation}")
    return original


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0][:200]


def _error(shown: str, message: str, remedy: str) -> ConfigurationError:
    return ConfigurationError(f"{shown}: {message}.", rule="MAP-02", zh=f"{shown}：查询或文件夹不可用", remedy=remedy)
