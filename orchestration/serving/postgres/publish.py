"""Bring a PostgreSQL server to a release: the months that differ are replaced, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.errors import ConfigurationError
from orchestration.home import Home
from orchestration.policy.folder import PARAMETER, load_policy
from orchestration.privacy.access import record_access, require_grant
from orchestration.privacy.smallest_cell import smallest_cell
from orchestration.release.bi import PUBLISHED_MONTH, quoted
from orchestration.release.catalogue import Mart, load_marts
from orchestration.release.serving import open_release, release_folder
from orchestration.release.warehouse import DICTIONARY, RELEASE_TABLE, RELEASES
from orchestration.run.settings import read_settings
from orchestration.serving.postgres.cells import CELL_SIZE, cell_size_sql
from orchestration.serving.postgres.grants import grant_rows, memberships
from orchestration.serving.postgres.layout import GRANT_TABLE, GRANTS, IDENTIFIED, LAYOUT_TABLE, READER, layout_statements
from orchestration.serving.postgres.sql import literal
from orchestration.serving.postgres.visibility import VISIBLE_DEPT, visible_dept_sql

ACTION = "publish postgres"
OLDEST_SERVER = 150000
LOCK = "select pg_advisory_xact_lock(hashtext('casemix publish'))"

Month = tuple[str, date]


@dataclass(frozen=True)
class Served:
    """What was done: the release, the months replaced and their rows, and grantees the server has no account for."""

    release_id: str
    months: tuple[Month, ...]
    rows: int
    unknown_accounts: tuple[str, ...]


def publish_to_postgres(home: Home, url: str, *, release_id: str | None = None, purpose: str | None = None) -> Served:
    """Replace on the server what differs from a release, in one transaction; readers see all of it or nothing.

    Rows of hospitals the release does not hold are left alone, so several homes may share a server.

    Args:
        home: the warehouse.
        url: `postgresql://…` of an account that may create roles and schemas, or that owns those of an earlier publish.
        release_id: the release; by default the present one.
        purpose: why, for the access log.

    Raises:
        AccessDenied: F49, the visitor has no grant for every hospital of the release; logged.
        ConfigurationError: nothing is published, or the server cannot be reached, is too old or refuses a statement.
    """
    release = release_folder(home, release_id).name
    with open_release(home, release) as source, _transaction(url) as cursor:
        published = _months(source.execute(_published(source, ())).fetchall())
        hospitals = sorted({hospital for hospital, _ in published})
        for hospital in hospitals:
            require_grant(home, ACTION, hospital, purpose=purpose)
        cursor.execute(LOCK)
        is_new_layout = _ensure_layout(cursor)
        there = {} if is_new_layout else _months(_fetch(cursor, _published(None, hospitals)))
        replaced = sorted(month for month in {*published, *there} if published.get(month) != there.get(month))
        rows = _replace_months(cursor, source, hospitals, replaced, everything=is_new_layout)
        unknown = _write_grants(cursor, home, hospitals)
        named = ", ".join(f"{hospital} {month:%Y-%m}" for hospital, month in replaced) or "no month"
        record_access(home, ACTION, f"{release}: {named}", rows=rows, purpose=purpose)
    return Served(release, tuple(replaced), rows, unknown)


@contextmanager
def _transaction(url: str) -> Iterator[Any]:
    """A cursor whose statements become visible together, or not at all."""
    import adbc_driver_manager
    import adbc_driver_postgresql.dbapi as adbc

    try:
        with adbc.connect(url) as connection, connection.cursor() as cursor:
            _require_version(cursor)
            yield cursor
            connection.commit()
    except adbc_driver_manager.Error as error:
        reason = " ".join(str(error).split())
        raise ConfigurationError(
            f"PostgreSQL refused: {reason}",
            remedy="nothing was changed; see docs/serving.md for what the account needs",
            zh="PostgreSQL 拒绝，未作任何更改",
        ) from error


def _require_version(cursor: Any) -> None:
    ((version,),) = _fetch(cursor, "select current_setting('server_version_num')::integer")
    if version < OLDEST_SERVER:
        raise ConfigurationError(
            f"the server is PostgreSQL {version // 10000}; views that respect row policies need 15",
            remedy="use PostgreSQL 15 or newer",
            zh="PostgreSQL 版本过低，需要 15 及以上",
        )


def _published(source: duckdb.DuckDBPyConnection | None, hospitals: Sequence[str]) -> str:
    """Hospital, month and newest release; on the server only of the hospitals of the release."""
    chosen = "" if source is not None else f" where {_of(hospitals)}"
    return f"select hospital_id, month, release_id from {PUBLISHED_MONTH}{chosen}"


def _months(rows: Sequence[Sequence[Any]]) -> dict[Month, str]:
    return {(hospital, month): release for hospital, month, release in rows}


def _ensure_layout(cursor: Any) -> bool:
    """Lay the server out as the project says; whether it was not yet."""
    statements = list(layout_statements(list(load_marts().values())))
    digest = hashlib.sha256("\n".join(statements).encode()).hexdigest()
    ((table,),) = _fetch(cursor, f"select to_regclass('{LAYOUT_TABLE}')::text")
    if table is not None and _fetch(cursor, f"select sha256 from {LAYOUT_TABLE}") == [(digest,)]:
        return False
    for statement in statements:
        cursor.execute(statement)
    cursor.execute(f"delete from {LAYOUT_TABLE}")
    cursor.execute(f"insert into {LAYOUT_TABLE} values ({literal(digest)})")
    return True


def _replace_months(
    cursor: Any, source: duckdb.DuckDBPyConnection, hospitals: Sequence[str], months: Sequence[Month], *, everything: bool
) -> int:
    """Delete and copy in; the dictionary and the list of releases always become those of the release."""
    scope = _of(hospitals) if everything else _in(months)
    rows = 0
    for mart in load_marts().values() if months else []:
        cursor.execute(f"delete from {mart.relation} where {scope}")
        rows += _copy(cursor, mart, source.execute(_rows_query(mart, _in(months))).to_arrow_reader())
    cursor.execute(f"delete from {RELEASE_TABLE} where {_of(hospitals)}")
    cursor.execute(f"delete from {DICTIONARY.relation}")
    for mart in (RELEASES, DICTIONARY):
        names = ", ".join(quoted(column.name) for column in mart.columns)
        _copy(cursor, mart, source.execute(f"select {names} from {mart.relation}").to_arrow_reader())
    return rows


def _rows_query(mart: Mart, scope: str) -> str:
    names = ", ".join(f"mart.{quoted(column.name)}" for column in mart.columns)
    visible = f"{visible_dept_sql(mart)} as {VISIBLE_DEPT.name}, {cell_size_sql(mart)} as {CELL_SIZE.name}"
    return f"select {names}, mart.release_id, {visible} from {mart.relation} as mart where {scope}"


def _copy(cursor: Any, mart: Mart, batches: pa.RecordBatchReader) -> int:
    """Through COPY in its binary form."""
    return int(cursor.adbc_ingest(mart.name, batches, mode="append", db_schema_name=mart.schema))


def _write_grants(cursor: Any, home: Home, hospitals: Sequence[str]) -> tuple[str, ...]:
    """Replace the grants of the hospitals; grantees without an account on the server are returned."""
    policy = load_policy(read_settings(home).policy)
    smallest = {hospital: smallest_cell(policy.rows[PARAMETER], hospital) for hospital in hospitals}
    rows = grant_rows(policy.rows["access_grant"], smallest)
    cursor.execute(f"delete from {GRANT_TABLE} where {_of(hospitals)}")
    if rows:
        kinds = {"valid_from": pa.date32(), "valid_to": pa.date32(), "min_cell": pa.int64()}
        schema = pa.schema([(c.name, kinds.get(c.name, pa.string())) for c in GRANTS.columns])
        _copy(cursor, GRANTS, pa.Table.from_pylist(rows, schema=schema).to_reader())
    accounts = {name for (name,) in _fetch(cursor, "select rolname from pg_roles where rolcanlogin")}
    may_identify = memberships(rows)
    for account in sorted(accounts & set(may_identify)):
        cursor.execute(f"grant {IDENTIFIED if may_identify[account] else READER} to {quoted(account)}")
        if not may_identify[account]:
            cursor.execute(f"revoke {IDENTIFIED} from {quoted(account)}")
    return tuple(sorted(set(may_identify) - accounts))


def _of(hospitals: Sequence[str]) -> str:
    return f"hospital_id in ({', '.join(literal(hospital) for hospital in hospitals)})"


def _in(months: Sequence[Month]) -> str:
    pairs = ", ".join(f"({literal(hospital)}, date '{month:%Y-%m-%d}')" for hospital, month in months)
    return f"(hospital_id, month) in ({pairs})"


def _fetch(cursor: Any, query: str) -> list[tuple[Any, ...]]:
    cursor.execute(query)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
