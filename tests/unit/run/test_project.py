"""An unchanged project is parsed once; a changed file never meets an old manifest."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestration.errors import ConfigurationError
from orchestration.home import DBT_PROJECT, Home
from orchestration.run.project import load_manifest, load_manifest_json, project_hash


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(DBT_PROJECT / name, folder / name)
    (folder / "models" / "one.sql").write_text("select 1 as one\n")
    return folder


def test_the_manifest_is_kept_and_read_again(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path / "home")
    first = load_manifest(home, project)
    monkeypatch.setattr("orchestration.run.project._parse", lambda *_: pytest.fail("parsed again"))
    assert load_manifest(home, project).nodes.keys() == first.nodes.keys() == {"model.casemix.one"}
    assert set(load_manifest_json(home, project)["nodes"]) == {"model.casemix.one"}


def test_a_month_finds_finished_sql_and_readers_the_template(project: Path, tmp_path: Path) -> None:
    template = "select count(*) as ones from {{ ref('one') }}"
    (project / "models" / "two.sql").write_text(template)
    (project / "models" / "three.sql").write_text("select '{{ '{{' }} kept }}' as three")
    project_hash.cache_clear()
    home = Home(tmp_path / "home")
    injected = load_manifest(home, project).nodes
    shown = load_manifest_json(home, project)["nodes"]
    assert injected["model.casemix.two"].raw_code == 'select count(*) as ones from "warehouse"."staging"."one"'
    assert shown["model.casemix.two"]["raw_code"] == template
    # SQL that would read as a template again stays one, so that dbt renders it to the same text.
    assert injected["model.casemix.three"].raw_code == "select '{{ '{{' }} kept }}' as three"


def test_a_changed_file_changes_the_hash(project: Path) -> None:
    before = project_hash(project)
    project_hash.cache_clear()
    (project / "models" / "one.sql").write_text("select 2 as one\n")
    assert project_hash(project) != before


def test_a_project_that_cannot_be_parsed_is_named(project: Path, tmp_path: Path) -> None:
    (project / "models" / "one.sql").write_text("select * from {{ ref('nobody') }}\n")
    project_hash.cache_clear()
    with pytest.raises(ConfigurationError, match="nobody"):
        load_manifest(Home(tmp_path / "home"), project)
