"""The bundle Superset imports: columns of the dictionary, no numbers of persons and stays, the same bytes each time."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from orchestration.release.catalogue import load_marts
from orchestration.release.warehouse import layout_statements
from orchestration.serving.superset.bundle import write_bundle

EMBEDDED = "duckdb:////srv/casemix/published/current/warehouse.duckdb"
SERVER = "postgresql+psycopg2://dashboards@db/casemix"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("bundle") / "bundle.zip"
    write_bundle(path, EMBEDDED)
    return read(path)


def read(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as bundle:
        return {name.split("/", 1)[1]: yaml.safe_load(bundle.read(name)) for name in bundle.namelist()}


def of_kind(files: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: content for name, content in files.items() if name.startswith(f"{kind}/")}


def test_an_embedded_file_is_opened_for_reading_and_a_server_as_it_is(files: dict[str, Any], tmp_path: Path) -> None:
    assert files["databases/casemix.yaml"]["extra"]["engine_params"] == {"connect_args": {"read_only": True}}
    write_bundle(tmp_path / "server.zip", SERVER)
    served = read(tmp_path / "server.zip")["databases/casemix.yaml"]
    assert (served["sqlalchemy_uri"], served["extra"]["engine_params"], served["allow_dml"]) == (SERVER, {}, False)


def test_every_chart_is_of_a_dataset_and_stands_on_a_dashboard(files: dict[str, Any]) -> None:
    datasets = {content["uuid"] for content in of_kind(files, "datasets").values()}
    charts = {content["uuid"] for content in of_kind(files, "charts").values()}
    assert {content["dataset_uuid"] for content in of_kind(files, "charts").values()} <= datasets
    placed = [
        tile["meta"]["uuid"]
        for page in of_kind(files, "dashboards").values()
        for tile in page["position"].values()
        if isinstance(tile, dict) and tile["type"] == "CHART"
    ]
    assert sorted(placed) == sorted(charts)
    for page in of_kind(files, "dashboards").values():
        assert {f["targets"][0]["datasetUuid"] for f in page["metadata"]["native_filter_configuration"]} <= datasets


def test_every_chart_asks_columns_and_measures_its_view_answers(files: dict[str, Any]) -> None:
    datasets = {content["uuid"]: content for content in of_kind(files, "datasets").values()}
    with duckdb.connect() as con:
        for statement in layout_statements(list(load_marts().values())):
            con.execute(statement)
        for chart in of_kind(files, "charts").values():
            dataset = datasets[chart["dataset_uuid"]]
            measures = {metric["metric_name"]: metric["expression"] for metric in dataset["metrics"]}
            (query,) = json.loads(chart["query_context"])["queries"]
            columns = [f'"{column}"' for column in query["columns"]]
            columns += [measures[name] for name in query["metrics"]]
            where = " and ".join(f""""{f["col"]}" = '{f["val"]}'""" for f in query["filters"]) or "true"
            con.execute(f"select {', '.join(columns)} from bi.{dataset['table_name']} where {where} group by all")


def test_no_column_of_a_person_or_stay_is_in_the_bundle(files: dict[str, Any]) -> None:
    labels = {column["column_name"] for content in of_kind(files, "datasets").values() for column in content["columns"]}
    assert labels.isdisjoint({"住院号", "职工工号", "依据键"})


def test_the_same_definition_gives_the_same_bytes(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.zip", "b.zip")]
    for path in paths:
        write_bundle(path, EMBEDDED)
    assert paths[0].read_bytes() == paths[1].read_bytes()
