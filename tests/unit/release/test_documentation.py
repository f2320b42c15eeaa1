"""Documentation is built once per project, linked into every release, and guarded by the record."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from orchestration.errors import BadInput
from orchestration.home import Home
from orchestration.release import catalogue, documentation, partition, warehouse
from orchestration.release.catalogue import load_marts
from orchestration.release.documentation import DICTIONARY_PAGE, column_lineage, dbt_page, dictionary_page
from orchestration.release.publish import publish
from orchestration.release.verify import verify_home
from orchestration.run.project import project_hash
from tests.unit.release.releases import FEBRUARY, JANUARY, RELATION, TOY, gated, home_in

MANIFEST = {"metadata": {}, "nodes": {"model.casemix.fct_toy": {}}}


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


def test_the_dictionary_names_every_column_and_where_amounts_come_from() -> None:
    page = dictionary_page(column_lineage())
    for mart in load_marts().values():
        assert f'id="{mart.relation}"' in page
        assert all(f"<code>{column.name}</code>" in page and column.zh in page for column in mart.columns)
    assert "scored.fct_bonus_journal amount_micro_yuan" in page
    assert not re.search(r"(src|href)=\"(?!#)", page), "the page needs nothing beside it"


def test_columns_of_amounts_have_sources() -> None:
    steps = column_lineage()["scored.fct_department_bonus.bonus_yuan"]
    assert {"kind": "sum", "relation": "scored.fct_bonus_journal", "column": "amount_micro_yuan"} in steps


def test_the_dbt_page_holds_manifest_and_catalogue() -> None:
    page = dbt_page(json.dumps(MANIFEST))
    assert json.dumps(MANIFEST) in page and "INLINE DATA" not in page
    assert '"model.casemix.fct_department_bonus"' in page
