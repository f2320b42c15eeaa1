"""The `bi` schema: one view per mart with Chinese column names, written from the dictionary in the marts' YAML.

The SQL means the same on DuckDB and PostgreSQL. A view has the columns of its mart, the names of its departments and items,
the release, and when it was published.
Where the rows of a mart can recur from month to month (no number of a person or stay in the key), every amount that may be
added up has two more columns: the year to date, and the same month of the last year. Such a view has a row in every
published month of the year after the first one in which the key occurred, so that a year to date adds up over any filter;
the amounts of the month itself are null there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orchestration.privacy.identifiers import IDENTIFIERS
from orchestration.release.catalogue import Mart, MartColumn

BI_SCHEMA = "bi"
PUBLISHED_MONTH = "audit.published_month"
PERIOD = "audit.period"
RELEASE_ID = MartColumn("release_id", "varchar", "Release that published the month.", "发布版本")
PUBLISHED_AT = MartColumn("published_at", "timestamp", "When the month was published (UTC).", "发布时间")
YEAR_TO_DATE = "本年累计"
LAST_YEAR = "上年同期"
EVERY_MONTH = ("hospital_id", "month")


@dataclass(frozen=True)
class Named:
    """A code that has a name in a dimension of the same hospital and month."""

    relation: str
    key: str
    source: str
    name: MartColumn


def _named(code: str, description: str, zh: str) -> Named:
    """A department or item, in a column called like the key of its dimension or ending in it."""
    key = code.removeprefix("from_").removeprefix("to_")
    relation = {"dept_id": "costed.dim_department", "item_id": "costed.dim_item"}[key]
    return Named(relation, key, _name(key), MartColumn(_name(code), "varchar", description, zh))


def _name(code: str) -> str:
    return code.removesuffix("_id") + "_name"


NAMES = {
    "dept_id": _named("dept_id", "Name of the department.", "科室名称"),
    "from_dept_id": _named("from_dept_id", "Name of the department it came from.", "转出科室名称"),
    "to_dept_id": _named("to_dept_id", "Name of the department it went to.", "转入科室名称"),
    "item_id": _named("item_id", "Name of the item.", "项目名称"),
}


@dataclass(frozen=True)
class View:
    """A view: its relation, its columns as readers see them (`name` is the Chinese one), and its query."""

    relation: str
    zh: str
    description: str
    columns: tuple[MartColumn, ...]
    query: str


def helper_views(release_table: str) -> list[View]:
    """Views the `bi` views read: the release behind every published month, and which months make up a year to date.

    Args:
        release_table: relation with a row per release, hospital and month it published.
    """
    return [
        View(
            PUBLISHED_MONTH,
            "已发布月份",
            "Published months. One row per hospital and month.",
            (),
            f"""select hospital_id, month, release_id, published_at
from (
    select hospital_id, month, release_id, published_at,
        row_number() over (partition by hospital_id, month order by sequence desc) as newest
    from {release_table}
) as numbered
where newest = 1""",
        ),
        View(
            PERIOD,
            "统计期间",
            "Months that make up the figures of a published month. One row per hospital, month and source month.",
            (),
            f"""select shown.hospital_id, shown.month, shown.release_id, shown.published_at,
    source.month as source_month,
    source.month = shown.month as is_month,
    source.month >= cast(date_trunc('year', shown.month) as date) as is_year_to_date,
    source.month = cast(shown.month - interval '1 year' as date) as is_last_year
from {PUBLISHED_MONTH} as shown
inner join {PUBLISHED_MONTH} as source on shown.hospital_id = source.hospital_id
where source.month = cast(shown.month - interval '1 year' as date)
    or source.month between cast(date_trunc('year', shown.month) as date) and shown.month""",
        ),
    ]


def bi_views(marts: Iterable[Mart]) -> list[View]:
    """The view of every mart, identifiers included."""
    known = list(marts)
    relations = frozenset(mart.relation for mart in known)
    return [bi_view(mart, relations=relations) for mart in known]


def bi_view(
    mart: Mart, schema: str = BI_SCHEMA, hidden: frozenset[str] = frozenset(), relations: frozenset[str] | None = None
) -> View:
    """The view of a mart.

    Args:
        mart: the mart.
        schema: where the view will stand.
        hidden: columns it must neither show nor read; a view that would have to group by one shows single months only.
        relations: marts that are there to take names from; all of the project by default.
    """
    shown = tuple(column for column in mart.columns if column.name not in hidden)
    amounts = [column for column in shown if column.is_additive] if _recurs(mart) else []
    names = {
        code: named
        for code, named in NAMES.items()
        if code in mart.column_types
        and named.name.name not in mart.column_types
        and (relations is None or named.relation in relations)
    }
    if amounts:
        columns, query = _accumulated(mart, shown, amounts, names)
    else:
        columns, query = _plain(mart, shown, names)
    return View(f"{schema}.{mart.name}", mart.zh, mart.description, columns, query)


def accumulated_columns(column: MartColumn) -> tuple[MartColumn, MartColumn]:
    """Year to date and same month of the last year of an amount."""
    return (
        MartColumn(
            f"{column.name}_year_to_date", column.data_type, f"{column.description} Year to date.", YEAR_TO_DATE + column.zh
        ),
        MartColumn(
            f"{column.name}_last_year",
            column.data_type,
            f"{column.description} Same month of the last year.",
            LAST_YEAR + column.zh,
        ),
    )


def _recurs(mart: Mart) -> bool:
    return bool(mart.key) and not set(mart.key) & IDENTIFIERS


def _plain(mart: Mart, shown: tuple[MartColumn, ...], names: Mapping[str, Named]) -> tuple[tuple[MartColumn, ...], str]:
    lines, columns = [], []
    for column in shown:
        lines.append(f'mart."{column.name}" as {quoted(column.zh)}')
        columns.append(column)
        if column.name in names:
            named = names[column.name]
            lines.append(f'of_{column.name}."{named.source}" as {quoted(named.name.zh)}')
            columns.append(named.name)
    lines += [f"mart.release_id as {quoted(RELEASE_ID.zh)}", f"published.published_at as {quoted(PUBLISHED_AT.zh)}"]
    query = (
        f"select {_list(lines)}\nfrom {mart.relation} as mart\n"
        f"left join {PUBLISHED_MONTH} as published on mart.hospital_id = published.hospital_id and mart.month = published.month"
        f"{_name_joins(names)}"
    )
    return (*columns, RELEASE_ID, PUBLISHED_AT), query


def _accumulated(
    mart: Mart, shown: tuple[MartColumn, ...], amounts: list[MartColumn], names: Mapping[str, Named]
) -> tuple[tuple[MartColumn, ...], str]:
    lines, columns = [], []
    for column in shown:
        lines.append(_own(column, mart.key))
        columns.append(column)
        if column.name in names:
            lines.append(_name_in_group(column.name, names[column.name]))
            columns.append(names[column.name].name)
    for amount in amounts:
        for extra, flag in zip(accumulated_columns(amount), ("is_year_to_date", "is_last_year"), strict=True):
            total = f'cast(sum(mart."{amount.name}") filter (where period.{flag}) as {amount.data_type})'
            lines.append(f"{total} as {quoted(extra.zh)}")
            columns.append(extra)
    lines += [f"period.release_id as {quoted(RELEASE_ID.zh)}", f"period.published_at as {quoted(PUBLISHED_AT.zh)}"]
    key = [column for column in shown if column.name in mart.key]
    group = [_key_source(column) for column in key] + ["period.release_id", "period.published_at"]
    query = (
        f"select {_list(lines)}\nfrom {mart.relation} as mart\n"
        f"inner join {PERIOD} as period on mart.hospital_id = period.hospital_id and mart.month = period.source_month"
        f"{_name_joins(names)}\n"
        f"group by {', '.join(group)}"
    )
    return (*columns, RELEASE_ID, PUBLISHED_AT), query


def _name_joins(names: Mapping[str, Named]) -> str:
    """Names of the month the amount is of, which a department keeps after it was closed."""
    return "".join(
        f"\nleft join {named.relation} as of_{code} on mart.hospital_id = of_{code}.hospital_id "
        f'and mart.month = of_{code}.month and mart."{code}" = of_{code}."{named.key}"'
        for code, named in names.items()
    )


def _name_in_group(code: str, named: Named) -> str:
    """The name in the month shown, else one it had in the months added up."""
    text = f'max(of_{code}."{named.source}")'
    return f"coalesce({text} filter (where period.is_month), {text}) as {quoted(named.name.zh)}"


def _own(column: MartColumn, key: tuple[str, ...]) -> str:
    if column.name in key:
        return f"{_key_source(column)} as {quoted(column.zh)}"
    pick = "bool_or" if column.data_type == "boolean" else "max"
    return f'{pick}(mart."{column.name}") filter (where period.is_month) as {quoted(column.zh)}'


def _key_source(column: MartColumn) -> str:
    return f'{"period" if column.name in EVERY_MONTH else "mart"}."{column.name}"'


def _list(lines: list[str]) -> str:
    return ",\n    ".join(lines)


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def labels(view: View) -> Mapping[str, MartColumn]:
    """Columns of a view by the name readers see."""
    return {column.zh: column for column in view.columns}
