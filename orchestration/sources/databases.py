"""Databases: SQLAlchemy for every dialect, ADBC for PostgreSQL, where it is several times faster and keeps exact numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy
from sqlalchemy.engine import URL, make_url

from orchestration.contract import Table
from orchestration.errors import BadInput, ConfigurationError, Place
from orchestration.sources.mapping import ColumnMapping, TableMapping
from orchestration.sources.part import Month
from orchestration.sources.query_result import QueryResult, keep_batches
from orchestration.sources.workbench import Workbench

BATCH_ROWS = 50_000
Statement = sqlalchemy.Select[*tuple[Any, ...]] | sqlalchemy.TextClause
PARAMETERS = ("month_start", "next_month_start")


def read_database(
    bench: Workbench, url: str, folder: Path, shown: str, table: Table, spec: TableMapping, month: Month
) -> QueryResult:
    """Rows of a table or query, the month selected by the database; `shown` names the connection in messages.

    Raises:
        ConfigurationError: MAP-02 when the database cannot be reached or the URL names an unknown dialect.
        BadInput: F08 when the table, a column or the query is not known to the database.
    """
    address = _resolve(url, folder)
    statement = _statement(table, spec, month, address)
    shown = f"{shown}:{spec.table or spec.name}"
    try:
        if address.get_backend_name() == "postgresql":
            schema, batches = _read_adbc(address, statement)
        else:
            schema, batches = _read_sqlalchemy(address, statement)
        relation, types = keep_batches(bench, schema, batches)
    except sqlalchemy.exc.NoSuchTableError as error:
        raise _refused(shown, f"no such table: {error}") from None
    except sqlalchemy.exc.NoSuchModuleError as error:
        raise _unreachable(shown, str(error)) from None
    except sqlalchemy.exc.OperationalError as error:
        raise _failed(shown, str(error.orig)) from None
    except sqlalchemy.exc.DatabaseError as error:
        raise _refused(shown, str(error.orig)) from None
    return QueryResult(shown, "database", relation, types, spec.query or _text(statement))


def _resolve(url: str, folder: Path) -> URL:
    try:
        address = make_url(url)
    except sqlalchemy.exc.ArgumentError:
        raise _unreachable("the connection", "the URL cannot be read") from None
    if address.get_backend_name() != "sqlite" or not address.database:
        return address
    path = folder / address.database
    if not path.is_file():
        raise _unreachable(str(address.database), "the database file does not exist")
    return address.set(database=f"file:{path}", query={"mode": "ro", "uri": "true"})


def _statement(table: Table, spec: TableMapping, month: Month, address: URL) -> Statement:
    if spec.query is not None:
        return _bound(sqlalchemy.text(spec.query), month, address, None)
    names = dict.fromkeys(c.column for c in spec.columns.values() if c.column is not None)
    schema, _, name = str(spec.table).rpartition(".")
    source = sqlalchemy.table(name, schema=schema or None)
    statement: sqlalchemy.Select[*tuple[Any, ...]] = sqlalchemy.select(*(sqlalchemy.column(c) for c in names)).select_from(source)
    if spec.where:
        statement = statement.where(sqlalchemy.text(spec.where))
    if spec.month_filter:
        return statement.where(_bound(sqlalchemy.text(spec.month_filter), month, address, None))
    for condition in _month_conditions(table, spec, month, address):
        statement = statement.where(condition)
    return statement


def _bound(clause: sqlalchemy.TextClause, month: Month, address: URL, date_format: str | None) -> sqlalchemy.TextClause:
    values = {"month_start": month.start, "next_month_start": month.next_start}
    used = [name for name in PARAMETERS if f":{name}" in clause.text]
    return clause.bindparams(**{name: _bind(values[name], address, date_format) for name in used})


def _bind(day: date, address: URL, date_format: str | None) -> Any:
    """A date as the database keeps it: SQLite and columns with a format hold text."""
    if date_format:
        return day.strftime(date_format)
    return day.isoformat() if address.get_backend_name() == "sqlite" else day


def _month_conditions(table: Table, spec: TableMapping, month: Month, address: URL) -> list[sqlalchemy.ColumnElement[bool]]:
    """Stays discharged in the month or open at its end; every other month table by its month column."""
    if table.is_reference:
        return []
    if table.month_column is None:
        raise ConfigurationError(
            f"{table.name} has no month column, so the mapping must select its rows.",
            rule="MAP-01",
            zh=f"{table.zh} 没有月份列，须写 month_filter 或 query",
            remedy="Give month_filter or query with :month_start and :next_month_start.",
        )
    column = spec.columns[table.month_column]
    if column.column is None:
        return []
    start, after = (_bind(day, address, column.format) for day in (month.start, month.next_start))
    dated: sqlalchemy.ColumnClause[Any] = sqlalchemy.column(column.column)
    if table.name != "his_inpatient_stay":
        return [dated >= start, dated < after]
    admitted: ColumnMapping = spec.columns["admitted_at"]
    ends = (
        sqlalchemy.or_(dated.is_(None), dated == "", dated >= start)
        if isinstance(start, str)
        else sqlalchemy.or_(dated.is_(None), dated >= start)
    )
    return [ends, sqlalchemy.column(str(admitted.column)) < _bind(month.next_start, address, admitted.format)]


def _text(statement: Statement) -> str:
    return str(statement.compile()) if isinstance(statement, sqlalchemy.Select) else str(statement)


def _read_adbc(address: URL, statement: Statement) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """Stream over PostgreSQL's binary COPY; the only literals put into the text are the two dates of the month."""
    import adbc_driver_manager
    import adbc_driver_postgresql.dbapi as adbc
    from sqlalchemy.dialects import postgresql

    sql = str(statement.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))  # type: ignore[no-untyped-call]
    target = address.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = adbc.connect(target)
        cursor = connection.cursor()
        cursor.execute("set transaction read only")
        cursor.execute(sql.replace("%%", "%"))
        reader = cursor.fetch_record_batch()
    except adbc_driver_manager.OperationalError as error:
        raise sqlalchemy.exc.OperationalError(sql, None, error) from None
    except adbc_driver_manager.Error as error:
        raise sqlalchemy.exc.DatabaseError(sql, None, error) from None

    def batches() -> Iterator[pa.RecordBatch]:
        with connection, cursor:
            yield from reader

    return reader.schema, batches()


def _read_sqlalchemy(address: URL, statement: Statement) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """Stream rows and turn every value into its exact text, because a column may change its type from row to row."""
    engine = sqlalchemy.create_engine(address, poolclass=sqlalchemy.pool.NullPool)
    _refuse_unknown_columns(engine, statement)
    connection = engine.connect().execution_options(stream_results=True, max_row_buffer=BATCH_ROWS)
    result = connection.execute(statement)
    schema = pa.schema([(name, pa.string()) for name in tuple(result.keys())])

    def batches() -> Iterator[pa.RecordBatch]:
        with closing(connection):
            while rows := result.fetchmany(BATCH_ROWS):
                yield pa.record_batch([exact_text(values) for values in zip(*rows, strict=True)], schema=schema)

    return schema, batches()


def _refuse_unknown_columns(engine: sqlalchemy.Engine, statement: Statement) -> None:
    """SQLite takes an unknown quoted column for a piece of text, so names are compared first."""
    if engine.dialect.name != "sqlite" or not isinstance(statement, sqlalchemy.Select):
        return
    names = [source.name for source in statement.get_final_froms() if isinstance(source, sqlalchemy.TableClause)]
    inspector = sqlalchemy.inspect(engine)
    known = {column["name"] for name in names for column in inspector.get_columns(name)}
    missing = [column.name for column in statement.selected_columns if column.name not in known]
    if missing:
        raise sqlalchemy.exc.DatabaseError(None, None, ValueError(f"no such column: {', '.join(missing)}"))


def exact_text(values: Sequence[Any]) -> pa.Array:
    """Each value as the text that says exactly the same; whole columns of text or whole numbers without a Python loop."""
    try:
        array = pa.array(values, from_pandas=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        array = None
    if array is not None and (pa.types.is_string(array.type) or pa.types.is_integer(array.type) or pa.types.is_null(array.type)):
        return array.cast(pa.string())
    return pa.array([None if v is None else _exact(v) for v in values], pa.string())


def _exact(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).decode("utf-8", "replace")
    return str(value)


def _unreachable(shown: str, message: str) -> ConfigurationError:
    return ConfigurationError(
        f"{shown} cannot be used: {message}.",
        rule="MAP-02",
        zh=f"数据库 {shown} 无法连接",
        remedy="Check the connection of the mapping.",
    )


def _failed(shown: str, message: str) -> Exception:
    lowered = message.lower()
    if "no such" in lowered or "does not exist" in lowered:
        return _refused(shown, message)
    return _unreachable(shown, message.splitlines()[0] if message else "no answer")


def _refused(shown: str, message: str) -> BadInput:
    line = message.strip().splitlines()[0] if message.strip() else "the query failed"
    return BadInput(
        f"{shown}: the database refuses the query: {line}.",
        rule="F08",
        zh="数据库拒绝查询：表或列不存在",
        place=Place(shown),
        remedy="Compare table and column names of the mapping with the database.",
    )
