"""Schemas, tables, roles, grants, row policies and views of the server.

Two roles hold the rights, accounts are members of one: `casemix_reader` sees no number of a person or stay, neither in the
marts nor in the views of `bi`; `casemix_identified` sees all columns and the views of `bi_identified`. Which rows an account
sees, and of how many persons at least, follows from `access.account_grant`, in which it sees its own rows only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestration.privacy.identifiers import IDENTIFIERS
from orchestration.release.bi import BI_SCHEMA, View, bi_view, helper_views, quoted
from orchestration.release.catalogue import Mart, MartColumn
from orchestration.release.warehouse import DICTIONARY, RELEASE_TABLE, RELEASES
from orchestration.serving.postgres.cells import CELL_SIZE
from orchestration.serving.postgres.sql import literal, server_type
from orchestration.serving.postgres.visibility import VISIBLE_DEPT, row_condition

READER = "casemix_reader"
IDENTIFIED = "casemix_identified"
IDENTIFIED_SCHEMA = "bi_identified"
ACCESS_SCHEMA = "access"
LAYOUT_TABLE = f"{ACCESS_SCHEMA}.layout"
GRANT_TABLE = f"{ACCESS_SCHEMA}.account_grant"
GRANTS = Mart(
    ACCESS_SCHEMA,
    "account_grant",
    "访问授权",
    "Who may see which rows. One row per account, role, hospital and department.",
    (
        MartColumn("grantee", "varchar", "Account of the server.", "账号"),
        MartColumn("role", "varchar", "Role of the account.", "角色"),
        MartColumn("hospital_id", "varchar", "Hospital.", "机构编码"),
        MartColumn("dept_id", "varchar", "Department; null for the whole hospital.", "科室编码"),
        MartColumn("min_cell", "bigint", "Persons a row must be about to be seen; null: any number.", "最小单元"),
        MartColumn("valid_from", "date", "First day of the grant.", "生效日期"),
        MartColumn("valid_to", "date", "Day after its last day; null without an end.", "失效日期"),
    ),
    ("grantee", "role", "hospital_id", "dept_id"),
)
RELEASE_ID = MartColumn("release_id", "varchar", "Release that published the row.", "发布版本")


def layout_statements(marts: Sequence[Mart]) -> Iterator[str]:
    """Everything but rows, in order; each statement may be repeated on a server that has an earlier layout."""
    yield from _roles()
    schemas = sorted({mart.schema for mart in marts} | {"audit"})
    for schema in [*schemas, ACCESS_SCHEMA]:
        yield f"create schema if not exists {schema}"
    yield from _access()
    for mart in marts:
        yield from _table(mart, (RELEASE_ID, VISIBLE_DEPT, CELL_SIZE))
        yield from _row_policy(mart.relation, row_condition(mart))
    yield from _table(RELEASES, ())
    yield from _row_policy(RELEASE_TABLE, f"hospital_id in (select hospital_id from {GRANT_TABLE})")
    yield from _table(DICTIONARY, ())
    for schema in [*schemas, ACCESS_SCHEMA]:
        yield f"grant usage on schema {schema} to {READER}"
    for mart in [*marts, RELEASES, DICTIONARY]:
        yield from _column_grants(mart)
    yield from _views(marts)


def _roles() -> Iterator[str]:
    for role in (READER, IDENTIFIED):
        yield (
            f"do $$ begin if not exists (select 1 from pg_roles where rolname = '{role}') "
            f"then create role {role} nologin; end if; end $$"
        )
    yield f"grant {READER} to {IDENTIFIED}"


def _access() -> Iterator[str]:
    yield f"create table if not exists {LAYOUT_TABLE} (sha256 text not null)"
    yield from _table(GRANTS, ())
    today = "valid_from <= current_date and (valid_to is null or current_date < valid_to)"
    yield from _row_policy(GRANT_TABLE, f"grantee = current_user and {today}")
    yield f"grant select on {GRANT_TABLE} to {READER}"


def _table(mart: Mart, more: Sequence[MartColumn]) -> Iterator[str]:
    columns = (*mart.columns, *more)
    body = ", ".join(f"{quoted(c.name)} {server_type(c.data_type)}" for c in columns)
    yield f"create table if not exists {mart.relation} ({body})"
    for column in columns:
        yield f"alter table {mart.relation} add column if not exists {quoted(column.name)} {server_type(column.data_type)}"
    key = [name for name in ("hospital_id", "month") if name in mart.column_types and name not in mart.key] + list(mart.key)
    index = f"{mart.name}_key"
    names = ", ".join(quoted(name) for name in key)
    yield f"drop index if exists {mart.schema}.{index}"
    yield f"create unique index {index} on {mart.relation} ({names}) nulls not distinct"
    yield f"comment on table {mart.relation} is {literal(f'{mart.zh}. {mart.description}')}"
    for column in columns:
        text = literal(f"{column.zh}. {column.description}")
        yield f"comment on column {mart.relation}.{quoted(column.name)} is {text}"


def _row_policy(relation: str, condition: str) -> Iterator[str]:
    yield f"alter table {relation} enable row level security"
    yield f"drop policy if exists own_rows on {relation}"
    yield f"create policy own_rows on {relation} for select using ({condition})"


def _column_grants(mart: Mart) -> Iterator[str]:
    names = [c.name for c in mart.columns if c.name not in IDENTIFIERS]
    if mart not in (RELEASES, DICTIONARY):
        names.append(RELEASE_ID.name)
    yield f"revoke all on {mart.relation} from {READER}, {IDENTIFIED}, public"
    yield f"grant select ({', '.join(quoted(name) for name in names)}) on {mart.relation} to {READER}"
    yield f"grant select on {mart.relation} to {IDENTIFIED}"


def _views(marts: Sequence[Mart]) -> Iterator[str]:
    for schema in (BI_SCHEMA, IDENTIFIED_SCHEMA):
        yield f"drop schema if exists {schema} cascade"
        yield f"create schema {schema}"
    for view in helper_views(RELEASE_TABLE):
        yield f"drop view if exists {view.relation} cascade"
        yield from _view(view, READER)
    for mart in marts:
        yield from _view(bi_view(mart, hidden=IDENTIFIERS), READER)
        yield from _view(bi_view(mart, IDENTIFIED_SCHEMA), IDENTIFIED)
    yield f"grant usage on schema {BI_SCHEMA} to {READER}"
    yield f"grant usage on schema {IDENTIFIED_SCHEMA} to {IDENTIFIED}"


def _view(view: View, role: str) -> Iterator[str]:
    """Read with the rights of whoever asks, so that row policies and column grants hold below the view too."""
    yield f"create view {view.relation} with (security_invoker = true) as {view.query}"
    yield f"grant select on {view.relation} to {role}"
    yield f"comment on view {view.relation} is {literal(f'{view.zh}. {view.description}')}"
    for column in view.columns:
        yield f"comment on column {view.relation}.{quoted(column.zh)} is {literal(column.description)}"
