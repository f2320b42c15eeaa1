"""No mart column without type, description, Chinese name and unit; every mart says what a row is."""

from __future__ import annotations

import re
from collections import Counter

import pytest
import yaml

from orchestration.home import DBT_PROJECT
from orchestration.release.catalogue import Mart, MartColumn, load_marts
from orchestration.release.units import ZH, is_number, unit_of
from orchestration.release.warehouse import DICTIONARY, RELEASES

MARTS = [*load_marts().values(), RELEASES, DICTIONARY]
TYPES = re.compile(r"(varchar|date|boolean|integer|bigint|timestamp|decimal\(\d+,\d+\))")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LABELS = {"hospital_id": "机构编码", "month": "月份"}


def missing(mart: Mart) -> list[str]:
    """What a reader would miss about a mart."""
    labels = Counter(column.zh for column in mart.columns)
    found = [f"{mart.relation}: {lack}" for lack in _missing_of_mart(mart)]
    for column in mart.columns:
        found += [f"{mart.relation}.{column.name}: {lack}" for lack in _missing_of_column(column)]
        if labels[column.zh] > 1:
            found.append(f"{mart.relation}.{column.name}: another column is called {column.zh}")
    return found


def _missing_of_mart(mart: Mart) -> list[str]:
    lacks = {
        "grain sentence": re.search(r"\bOne row per [^.]+\.", mart.description),
        "Chinese name": CHINESE.search(mart.zh),
        "key": mart.key and set(mart.key) <= set(mart.column_types),
    }
    return [lack for lack, there in lacks.items() if not there]


def _missing_of_column(column: MartColumn) -> list[str]:
    lacks = {
        "type": TYPES.fullmatch(column.data_type),
        "description": column.description.strip().endswith("."),
        "Chinese name": CHINESE.search(column.zh),
        "unit": not is_number(column) or unit_of(column) in ZH,
        "unit in the text of an amount": not column.name.endswith("_yuan") or "yuan" in column.description,
        "the label it has everywhere": column.zh == LABELS.get(column.name, column.zh),
    }
    return [lack for lack, there in lacks.items() if not there]


@pytest.mark.parametrize("mart", MARTS, ids=lambda mart: mart.relation)
def test_mart_and_every_column_is_described(mart: Mart) -> None:
    assert missing(mart) == []


def test_every_model_of_a_mart_folder_is_in_the_dictionary_with_an_enforced_contract() -> None:
    models = {path.stem for path in (DBT_PROJECT / "models" / "marts").rglob("*.sql")}
    assert models <= {mart.name for mart in load_marts().values()}
    project = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    assert project["models"]["casemix"]["marts"]["+contract"] == {"enforced": True}


def test_every_mart_has_a_tested_key() -> None:
    """A primary key the engine enforces, or a test of uniqueness where the key may hold nulls."""
    for path in (DBT_PROJECT / "models" / "marts").rglob("*.yml"):
        for model in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("models", []):
            kinds = {constraint["type"] for constraint in model.get("constraints", [])}
            tests = {name for test in model.get("data_tests", []) if isinstance(test, dict) for name in test}
            assert "primary_key" in kinds or "unique_key" in tests, model["name"]


def test_names_of_marts_are_unique_across_areas() -> None:
    assert [name for name, count in Counter(mart.name for mart in MARTS).items() if count > 1] == []


@pytest.mark.parametrize(
    ("column", "lack"),
    [
        (MartColumn("month", "date", "First day of the month.", "记账月份"), "the label it has everywhere"),
        (MartColumn("name", "text", "Name.", "名称"), "type"),
        (MartColumn("name", "varchar", "", "名称"), "description"),
        (MartColumn("name", "varchar", "Name.", "name"), "Chinese name"),
        (MartColumn("size", "decimal(18,2)", "Size of it.", "大小"), "unit"),
        (MartColumn("size_yuan", "decimal(18,2)", "Size of it.", "大小"), "unit in the text of an amount"),
    ],
)
def test_each_lack_is_noticed(column: MartColumn, lack: str) -> None:
    assert _missing_of_column(column) == [lack]


def test_a_mart_without_grain_key_or_name_is_noticed() -> None:
    mart = Mart(
        "costed", "fct_toy", "fct_toy", "A toy.", (MartColumn("a", "date", "A.", "甲"), MartColumn("b", "date", "B.", "甲"))
    )
    assert [lack.split(": ")[1] for lack in missing(mart)] == [
        "grain sentence",
        "Chinese name",
        "key",
        "another column is called 甲",
        "another column is called 甲",
    ]
