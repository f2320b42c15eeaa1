"""Write the bundle: a zip of YAML files as Superset exports and imports them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import yaml

from orchestration.release.bi import quoted
from orchestration.release.catalogue import MartColumn
from orchestration.serving.superset.charts import parameters, query_context
from orchestration.serving.superset.definition import (
    Chart,
    Dashboard,
    Dataset,
    aggregate_of,
    load_dashboards,
    measure_name,
)

ROOT = "casemix_dashboards"
VERSION = "1.0.0"
DATABASE = "casemix"
SCHEMA = "bi"
# Texts of the files never change on their own: a bundle of the same definition has the same bytes.
WRITTEN_AT = "2000-01-01T00:00:00+00:00"
ZIP_TIME = (2000, 1, 1, 0, 0, 0)
# Superset writes a chosen day for DuckDB only where it takes the column for a timestamp; the comparison is the same.
TYPES = {
    "varchar": "VARCHAR",
    "date": "TIMESTAMP",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP",
    "bigint": "BIGINT",
    "integer": "INTEGER",
}


def write_bundle(path: Path, database_uri: str) -> int:
    """Write the bundle for one database.

    Args:
        path: zip file to write.
        database_uri: address as Superset takes it: `duckdb:////…/published/current/warehouse.duckdb`, or
            `postgresql+psycopg2://…` of an account with grants.

    Returns:
        How many charts it holds.
    """
    dashboards = load_dashboards()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in _files(dashboards, database_uri):
            text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
            bundle.writestr(zipfile.ZipInfo(f"{ROOT}/{name}", ZIP_TIME), text)
    return sum(len(dashboard.charts) for dashboard in dashboards)


def _files(dashboards: tuple[Dashboard, ...], database_uri: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "metadata.yaml", {"version": VERSION, "type": "Dashboard", "timestamp": WRITTEN_AT}
    yield f"databases/{DATABASE}.yaml", _database(database_uri)
    datasets = {chart.dataset.name: chart.dataset for dashboard in dashboards for chart in dashboard.charts}
    for name, dataset in sorted(datasets.items()):
        yield f"datasets/{DATABASE}/{name}.yaml", _dataset(dataset)
    for dashboard in dashboards:
        for number, chart in enumerate(dashboard.charts, start=1):
            yield f"charts/{dashboard.slug}-{number:02d}.yaml", _chart(dashboard, chart)
        yield f"dashboards/{dashboard.slug}.yaml", _dashboard(dashboard)


def _database(uri: str) -> dict[str, Any]:
    """A DuckDB file is opened for reading only; Superset itself keeps no connection, so each query meets the present release."""
    is_embedded = uri.startswith("duckdb:")
    extra: dict[str, Any] = {"metadata_params": {}, "engine_params": {}, "schemas_allowed_for_csv_upload": []}
    if is_embedded:
        extra["engine_params"] = {"connect_args": {"read_only": True}}
    return {
        "database_name": DATABASE,
        "sqlalchemy_uri": uri,
        "cache_timeout": None,
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_file_upload": False,
        "extra": extra,
        "uuid": _uuid("database"),
        "version": VERSION,
    }


def _dataset(dataset: Dataset) -> dict[str, Any]:
    return {
        "table_name": dataset.name,
        "main_dttm_col": dataset.column("month").zh,
        "description": f"{dataset.view.zh}. {dataset.view.description}",
        "default_endpoint": None,
        "offset": 0,
        "cache_timeout": None,
        "schema": SCHEMA,
        "sql": None,
        "params": None,
        "template_params": None,
        "filter_select_enabled": True,
        "fetch_values_predicate": None,
        "extra": None,
        "uuid": _uuid("dataset", dataset.name),
        "metrics": [_measure(column) for column in dataset.measures],
        "columns": [_column(column) for column in dataset.view.columns],
        "version": VERSION,
        "database_uuid": _uuid("database"),
    }


def _measure(column: MartColumn) -> dict[str, Any]:
    return {
        "metric_name": measure_name(column),
        "verbose_name": column.zh,
        "metric_type": None,
        "expression": f"{aggregate_of(column)}({quoted(column.zh)})",
        "description": column.description,
        "d3format": None,
        "extra": None,
        "warning_text": None,
    }


def _column(column: MartColumn) -> dict[str, Any]:
    is_date = column.data_type in ("date", "timestamp")
    return {
        "column_name": column.zh,
        "verbose_name": None,
        "is_dttm": is_date,
        "is_active": True,
        "type": TYPES.get(column.data_type, "DECIMAL"),
        "advanced_data_type": None,
        "groupby": True,
        "filterable": True,
        "expression": None,
        "description": column.description,
        "python_date_format": None,
        "extra": None,
    }


def _chart(dashboard: Dashboard, chart: Chart) -> dict[str, Any]:
    shown = parameters(chart)
    return {
        "slice_name": chart.name,
        "description": None,
        "certified_by": None,
        "certification_details": None,
        "viz_type": shown["viz_type"],
        "params": shown,
        "query_context": query_context(chart),
        "cache_timeout": None,
        "uuid": _uuid("chart", dashboard.slug, chart.name),
        "version": VERSION,
        "dataset_uuid": _uuid("dataset", chart.dataset.name),
    }


def _dashboard(dashboard: Dashboard) -> dict[str, Any]:
    return {
        "dashboard_title": dashboard.title,
        "description": None,
        "css": "",
        "slug": dashboard.slug,
        "certified_by": None,
        "certification_details": None,
        "published": True,
        "uuid": _uuid("dashboard", dashboard.slug),
        "position": _position(dashboard),
        "metadata": {
            "native_filter_configuration": [_filter(dashboard, column) for column in dashboard.filters],
            "cross_filters_enabled": True,
            "color_scheme": "supersetColors",
            "refresh_frequency": 0,
        },
        "version": VERSION,
    }


def _position(dashboard: Dashboard) -> dict[str, Any]:
    """The grid: rows of tiles, widths in twelfths."""
    rows = [f"ROW-{number}" for number in range(1, len(dashboard.rows) + 1)]
    grid: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": rows, "parents": ["ROOT_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": dashboard.title}},
    }
    for row_id, row in zip(rows, dashboard.rows, strict=True):
        tiles = [f"CHART-{_uuid('chart', dashboard.slug, chart.name)[:8]}" for chart in row]
        parents = ["ROOT_ID", "GRID_ID"]
        meta = {"background": "BACKGROUND_TRANSPARENT"}
        grid[row_id] = {"type": "ROW", "id": row_id, "children": tiles, "parents": parents, "meta": meta}
        for tile_id, chart in zip(tiles, row, strict=True):
            grid[tile_id] = {
                "type": "CHART",
                "id": tile_id,
                "children": [],
                "parents": [*parents, row_id],
                "meta": {
                    "width": chart.wide,
                    "height": 20 if chart.kind == "number" else 50,
                    "chartId": 0,
                    "uuid": _uuid("chart", dashboard.slug, chart.name),
                    "sliceName": chart.name,
                },
            }
    return grid


def _filter(dashboard: Dashboard, column: MartColumn) -> dict[str, Any]:
    """A list above the page; one hospital and the newest month are chosen at first."""
    is_month = column.name == "month"
    is_single = is_month or column.name == "hospital_id"
    return {
        "id": f"NATIVE_FILTER-{dashboard.slug}-{column.name}",
        "name": column.zh,
        "type": "NATIVE_FILTER",
        "filterType": "filter_select",
        "targets": [{"datasetUuid": _uuid("dataset", dashboard.dataset.name), "column": {"name": column.zh}}],
        "defaultDataMask": {"extraFormData": {}, "filterState": {}},
        # Without it the first item is shown as chosen, and charts are asked as if nothing were.
        "requiredFirst": is_single,
        "controlValues": {
            "multiSelect": not is_single,
            "enableEmptyFilter": is_single,
            "defaultToFirstItem": is_single,
            "sortAscending": not is_month,
            "inverseSelection": False,
            "searchAllOptions": False,
        },
        "cascadeParentIds": [],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
    }


def _uuid(*names: str) -> str:
    return str(uuid5(NAMESPACE_URL, json.dumps(["casemix", "superset", *names])))
