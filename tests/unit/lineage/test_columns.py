"""Columns are followed through the shapes of SQL that models use."""

from __future__ import annotations

from typing import Any

import pytest

from orchestration.errors import ConfigurationError
from orchestration.lineage.columns import Project

SOURCES = {
    "landing.charge": ("stay_id", "dept_id", "amount"),
    "landing.stay": ("stay_id", "left_on"),
    "policy.rate": ("dept_id", "ratio"),
}


def project(**models: str) -> Project:
    """A project of models in the schema `m`."""
    nodes = {
        name: {"resource_type": "model", "schema": "m", "name": name, "alias": name, "compiled_code": sql, "columns": {}}
        for name, sql in models.items()
    }
    sources = {}
    for relation, columns in SOURCES.items():
        schema, name = relation.split(".")
        sources[name] = {"schema": schema, "name": name, "columns": dict.fromkeys(columns)}
    return Project({"nodes": nodes, "sources": sources})


def steps(sql: str, **models: str) -> dict[str, Any]:
    """Origins of the columns of a query, as texts."""
    columns = project(asked=sql, **models).columns("m.asked")
    return {name: sorted(map(str, origins)) for name, origins in columns.named}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select amount as yuan from landing.charge", {"yuan": ["landing.charge.amount"]}),
        (
            "with c as (select * from landing.charge), s as (select * from c) select s.* from s",
            {name: [f"landing.charge.{name}"] for name in (*SOURCES["landing.charge"], "batch_key", "source_row")},
        ),
        (
            "select c.dept_id, sum(c.amount * r.ratio) as part from landing.charge as c inner join policy.rate as r"
            " on c.dept_id = r.dept_id group by all",
            {"dept_id": ["landing.charge.dept_id"], "part": ["landing.charge.amount", "policy.rate.ratio"]},
        ),
        (
            "select stay_id, amount from landing.charge union all select stay_id, 0 from landing.stay",
            {"stay_id": ["landing.charge.stay_id", "landing.stay.stay_id"], "amount": ["landing.charge.amount"]},
        ),
        ("select count(*) as lines, 'x' as kind from landing.charge", {"lines": ["landing.charge.*"], "kind": []}),
        (
            "select amount * 2 as twice, twice + 1 as more,"
            " (select max(ratio) from policy.rate as r where r.dept_id = c.dept_id) as top from landing.charge as c",
            {"twice": ["landing.charge.amount"], "more": ["landing.charge.amount"], "top": ["policy.rate.ratio"]},
        ),
        (
            "with recursive n (day) as (select left_on from landing.stay union all select day + 1 from n) select day from n",
            {"day": ["landing.stay.left_on"]},
        ),
        (
            "select s.left_on, c.amount from policy.rate as r inner join (landing.charge as c inner join landing.stay as s"
            " on c.stay_id = s.stay_id) on c.dept_id = r.dept_id",
            {"left_on": ["landing.stay.left_on"], "amount": ["landing.charge.amount"]},
        ),
        (
            "select d.part from landing.charge as c cross join unnest([c.amount, 0]) as d (part)",
            {"part": ["landing.charge.amount"]},
        ),
    ],
)
def test_columns_come_from(sql: str, expected: dict[str, list[str]]) -> None:
    assert steps(sql) == expected


def test_sources_lie_behind_all_models_between() -> None:
    found = project(
        one="select stay_id, amount as yuan from landing.charge",
        two="select stay_id, sum(yuan) as yuan, count(*) as lines from m.one group by stay_id",
    )
    assert sorted(map(str, found.columns("m.two").get("yuan") or ())) == ["m.one.yuan"]
    assert sorted(map(str, found.sources("m.two", "yuan"))) == ["landing.charge.amount"]
    assert sorted(map(str, found.sources("m.two", "lines"))) == ["landing.charge.*"]


def test_a_column_found_nowhere_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"m\.asked: its SQL reads 'r\.price'"):
        steps("select r.price from policy.rate as r")
