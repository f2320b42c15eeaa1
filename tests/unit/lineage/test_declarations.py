"""Every model that carries money says where its money comes from, and what it says exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.contract import load_contract, load_history_tables, load_mart_columns, load_policy_contract
from orchestration.errors import ConfigurationError
from orchestration.home import DBT_PROJECT
from orchestration.lineage.declaration import Declaration, Edge, load_declarations, validate

MODELS = DBT_PROJECT / "models"
MONEY_FOLDERS = ("conformed", "costing", "grouping", "settlement", "scoring", "marts")
FRONT_PAGE_CHECKS = "front_page"
SQL_OF = {path.stem: path.read_text(encoding="utf-8") for path in MODELS.rglob("*.sql")}
DECLARATIONS = load_declarations()
MONEY_MODELS = sorted(
    path.stem
    for folder in MONEY_FOLDERS
    for path in (MODELS / folder).rglob("*.sql")
    if "_yuan" in SQL_OF[path.stem] and path.parent.name != FRONT_PAGE_CHECKS
)
ALIASED = re.compile(r'\b(\w+)\."?(\w+)"?')


@pytest.mark.parametrize("name", MONEY_MODELS)
def test_a_model_with_money_declares_its_lineage(name: str) -> None:
    assert name in DECLARATIONS, f"{name} works with yuan: declare config.meta.lineage (docs/lineage.md)"


def has_column(relation: str, column: str) -> bool:
    """Whether a relation named in a declaration has a column; of intermediate models the text of the SQL decides."""
    space, _, name = relation.rpartition(".")
    if space == "landing":
        return name in load_contract() and column in load_contract()[name].column_names
    if space == "policy":
        return name in load_policy_contract() and column in load_policy_contract()[name].column_names
    if space == "history":
        return name in load_history_tables() and column in load_mart_columns()[name]
    if name in load_mart_columns():
        return column in load_mart_columns()[name]
    return re.search(rf"\b{column}\b", SQL_OF.get(name, "")) is not None


def expressions(edge: Edge) -> Iterator[str]:
    """Every SQL text of an edge."""
    yield from edge.match.values()
    yield edge.weight
    yield edge.where or ""
    yield edge.of or ""
    yield "" if edge.column is None or edge.parent_measure else edge.column
    for lookup in edge.via.values():
        yield from lookup.by.values()
    if edge.counting:
        yield from (text for text in edge.counting.counts.values() if not text.isidentifier())


def problems(declaration: Declaration) -> Iterator[str]:
    """What a declaration names and does not exist."""
    names = [*declaration.key, *(m for m in declaration.measures if m not in declaration.sql)]
    yield from (f"no column {c}" for c in names if not has_column(declaration.name, c))
    if declaration.published_as and declaration.published_as not in DECLARATIONS:
        yield f"published as {declaration.published_as}, which declares nothing"
    for edge in declaration.parents:
        yield from _edge_problems(declaration, edge)


def _edge_problems(declaration: Declaration, edge: Edge) -> Iterator[str]:
    parent = DECLARATIONS.get(edge.parent_name)
    if edge.space is None and edge.parent_name not in SQL_OF:
        yield f"no model {edge.parent}"
    if edge.carries_money and edge.to not in declaration.measures:
        yield f"no measure {edge.to}"
    if edge.carries_money and not edge.is_leaf and (parent is None or not _is_measure_of(parent, edge)):
        yield f"{edge.parent} declares no measure {edge.column}"
    if edge.carries_money and edge.nature is None and (edge.is_leaf or (parent is not None and parent.source)):
        yield f"the edge to {edge.parent} ends at source rows and does not say of what nature they are"
    if (
        edge.is_leaf
        and edge.parent_measure
        and edge.carries_money
        and edge.column != "1"
        and not has_column(edge.parent, str(edge.column))
    ):
        yield f"{edge.parent} has no column {edge.column}"
    yield from _sum_problems(edge)
    relations = {"parent": edge.parent, "child": declaration.name} | {alias: v.relation for alias, v in edge.via.items()}
    for text in expressions(edge):
        for alias, column in ALIASED.findall(re.sub(r"'[^']*'|\b\d+\.\d+", "", text)):
            if alias not in relations:
                yield f"unknown alias {alias} in {text}"
            elif not has_column(relations[alias], column):
                yield f"{relations[alias]} has no column {column}"
    named = [text for text in (edge.counting.counts.values() if edge.counting else ()) if text.isidentifier()]
    named += [edge.counting.among] if edge.counting and edge.counting.among else []
    yield from (f"no column {c}" for c in (*edge.match, *edge.over, *named) if not has_column(declaration.name, c))


def _sum_problems(edge: Edge) -> Iterator[str]:
    """What identities ask of the sums of the parent rows and these do not hold; columns only `match` uses are not asked for."""
    holder = edge.entry.get("summed_in")
    asked = [edge.where or "", edge.weight, edge.column or ""]
    asked += [value for alias, lookup in edge.via.items() if f"{alias}." in str(asked) for value in lookup.by.values()]
    columns = {column for text in asked for alias, column in ALIASED.findall(text) if alias == "parent"}
    columns |= {str(edge.parent_measure)} if edge.parent_measure else set()
    yield from (f"{holder} does not hold {c}" for c in sorted(columns) if holder and not has_column(holder, c))


def _is_measure_of(parent: Declaration, edge: Edge) -> bool:
    """Rows of a source may be counted by an expression; everything else only by a measure that is declared itself."""
    return edge.column in parent.measures or (parent.source is not None and edge.parent_measure is None)


@pytest.mark.parametrize("name", sorted(DECLARATIONS))
def test_what_a_declaration_names_exists(name: str) -> None:
    assert list(problems(DECLARATIONS[name])) == []


@pytest.mark.parametrize("name", sorted(DECLARATIONS))
def test_a_declaration_has_a_model(name: str) -> None:
    assert name in SQL_OF


@pytest.mark.parametrize(
    ("lineage", "message"),
    [
        ({"key": ["a"]}, "is not valid"),
        ({"key": ["a"], "measure": "m", "parents": [{"kind": "guess", "from": "x"}]}, "guess"),
        ({"key": ["a"], "measure": "m", "parents": [{"kind": "sum", "from": "elsewhere.x"}]}, "elsewhere"),
        ({"key": ["a"], "measure": "m", "parents": [{"kind": "sum", "from": "x", "on": "y"}]}, "on"),
    ],
)
def test_a_broken_declaration_is_refused_by_name(lineage: object, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as refused:
        validate(lineage, Path("models.yml"), "fct_wrong")
    assert "fct_wrong" in str(refused.value)


def test_a_parent_or_column_that_does_not_exist_is_found() -> None:
    honest = DECLARATIONS["int_costing__shared_pool"]
    edge = honest.parents[0]
    wrong = [
        Edge(**(vars(edge) | {"parent": "int_costing__gone"})),
        Edge(**(vars(edge) | {"column": "gone_yuan"})),
        Edge(**(vars(edge) | {"where": "parent.gone = 1"})),
        Edge(**(vars(edge) | {"match": {"gone_id": 'parent."dept_id"'}})),
    ]
    for broken in wrong:
        assert any("gone" in text for text in _edge_problems(honest, broken))


def test_sums_that_lack_what_an_identity_asks_for_are_found() -> None:
    (edge,) = DECLARATIONS["fct_prior_period"].parents
    wrong = Edge(**(vars(edge) | {"where": "parent.encounter_key = 1"}))
    assert list(_sum_problems(edge)) == []
    assert list(_sum_problems(wrong)) == ["int_costing__charge_volume does not hold encounter_key"]
