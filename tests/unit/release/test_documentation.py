"""Documentation is built once per project, linked into every release, and guarded by the record."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from orchestration.errors import BadInput
from orchestration.home import Home
from orchestration.release import catalogue, documentation, partition, warehouse
from orchestration.release.catalogue import load_marts
from orchestration.release.documentation import DICTIONARY_PAGE, Lineage, column_lineage, dbt_page, dictionary_page, nearest
from orchestration.release.publish import publish
from orchestration.release.verify import verify_home
from orchestration.run.project import load_manifest_json, project_hash
from tests.unit.release.releases import FEBRUARY, JANUARY, RELATION, TOY, gated, home_in

SQL = """
with moved as (select dept_id, amount from "warehouse"."landing"."his_charge")
select 'H1' as hospital_id, scope.month, moved.dept_id, sum(moved.amount) as amount_yuan
from moved cross join run.scope group by all
"""
MANIFEST: dict[str, Any] = {
    "metadata": {},
    "nodes": {
        "model.casemix.fct_toy": {
            "resource_type": "model",
            "schema": "costed",
            "name": "fct_toy",
            "alias": "fct_toy",
            "compiled_code": SQL,
            "columns": {column.name: {"description": column.description} for column in TOY.columns},
        }
    },
    "sources": {
        "charge": {"schema": "landing", "name": "his_charge", "columns": {"dept_id": {}, "amount": {}}},
        "scope": {"schema": "run", "name": "scope", "columns": {"month": {}}},
    },
}


SPACES = ("landing", "policy", "history", "run")
# Filled from the answers of the gates, which no SQL of the project makes.
WRITTEN_BY_THE_RUN = {"audit.fct_gate_result"}


@pytest.fixture(scope="module")
def lineage(tmp_path_factory: pytest.TempPathFactory) -> Lineage:
    return column_lineage(load_manifest_json(Home(tmp_path_factory.mktemp("lineage"))))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for module in (catalogue, partition, warehouse, documentation):
        monkeypatch.setattr(module, "load_marts", lambda: {RELATION: TOY})
    home = home_in(tmp_path)
    kept = home.compiled / f"{project_hash()}.json"
    kept.parent.mkdir(parents=True)
    kept.write_text(json.dumps(MANIFEST), encoding="utf-8")
    return home


def test_every_release_carries_the_same_files_of_one_project(home: Home) -> None:
    first = publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    second = publish(home, [gated(home, "b", "H1", FEBRUARY, "2")])
    names = ["docs/column_lineage.json", "docs/dbt.html", "docs/dictionary.html"]
    assert sorted(name for name in second.content["files"] if name.startswith("docs/")) == names
    for name in names:
        assert (home.published / first.release_id / name).samefile(home.published / second.release_id / name)
    verify_home(home)


def test_an_altered_page_is_found(home: Home) -> None:
    publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    (home.current / "docs" / DICTIONARY_PAGE).write_text("another", encoding="utf-8")
    with pytest.raises(BadInput, match="altered"):
        verify_home(home)


def test_a_home_that_never_parsed_the_project_publishes_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (catalogue, partition, warehouse):
        monkeypatch.setattr(module, "load_marts", lambda: {RELATION: TOY})
    home = home_in(tmp_path)
    publish(home, [gated(home, "a", "H1", JANUARY, "1")])
    assert not (home.current / "docs").exists()


def test_the_dictionary_names_every_column_and_where_it_comes_from(lineage: Lineage) -> None:
    page = dictionary_page(lineage)
    for mart in load_marts().values():
        assert f'id="{mart.relation}"' in page
        assert all(f"<code>{column.name}</code>" in page and column.zh in page for column in mart.columns)
    assert "scored.fct_bonus_journal.amount_micro_yuan" in page
    assert not re.search(r"(src|href)=\"(?!#)", page), "the page needs nothing beside it"


def test_columns_of_amounts_have_declared_steps(lineage: Lineage) -> None:
    steps = lineage["scored.fct_department_bonus.bonus_yuan"]["amount"]
    assert {"kind": "sum", "relation": "scored.fct_bonus_journal", "column": "amount_micro_yuan"} in steps


def test_every_column_of_a_mart_leads_to_sources_or_is_a_constant(lineage: Lineage) -> None:
    columns = {f"{mart.relation}.{column.name}": column for mart in load_marts().values() for column in mart.columns}
    made_here = {name for name in columns if name in lineage and "from" in lineage[name]}
    assert {name.rpartition(".")[0] for name in set(columns) - made_here} == WRITTEN_BY_THE_RUN
    constants = {name for name in made_here if not lineage[name]["sources"]}
    assert (
        all(columns[name].data_type in ("varchar", "boolean", "integer", "bigint") for name in constants) and len(constants) < 30
    )
    assert all(source.split(".")[0] in SPACES for name in made_here for source in lineage[name]["sources"])
    for step in {step for found in lineage.values() for step in found.get("from", [])}:
        assert step in lineage or step.split(".")[0] in SPACES or step.endswith(".*"), step


def test_the_dbt_page_holds_manifest_lineage_and_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documentation, "load_marts", lambda: {RELATION: TOY})
    page = dbt_page(deepcopy(MANIFEST), column_lineage(MANIFEST))
    assert "INLINE DATA" not in page and '"model.casemix.fct_toy"' in page
    assert "Yuan. ← `landing.his_charge.amount`" in page


def test_nothing_comes_from_a_constant() -> None:
    assert nearest({"from": [], "sources": []}) == []
