"""A chart as Superset keeps it: the parameters of its kind, and the query it asks."""

from __future__ import annotations

import json
from typing import Any

from orchestration.release.catalogue import MartColumn
from orchestration.serving.superset.definition import Chart, measure_name

ROW_LIMIT = 1000
MONEY_FORMAT = ",.2f"
FIGURE_FORMAT = ",.4~f"
MONTH_FORMAT = "%Y-%m"
KINDS = {
    "number": "big_number_total",
    "table": "table",
    "bar": "echarts_timeseries_bar",
    "stack": "echarts_timeseries_bar",
    "line": "echarts_timeseries_line",
    "pie": "pie",
}


def parameters(chart: Chart) -> dict[str, Any]:
    """What the browser draws the chart from."""
    measures = [measure_name(column) for column in chart.of]
    columns = [column.zh for column in chart.by]
    shared = {"viz_type": KINDS[chart.kind], "adhoc_filters": _adhoc_filters(chart), "row_limit": ROW_LIMIT}
    own: dict[str, dict[str, Any]] = {
        "number": {"metric": measures[0], "y_axis_format": MONEY_FORMAT, "header_font_size": 0.4},
        "pie": {"metric": measures[0], "groupby": columns, "number_format": MONEY_FORMAT, "show_legend": True, "donut": True},
        "table": {"query_mode": "aggregate", "metrics": measures, "groupby": columns, "table_timestamp_format": MONTH_FORMAT},
    }
    own["table"]["column_config"] = {measure_name(column): {"d3NumberFormat": _number_format(column)} for column in chart.of}
    series = {
        "metrics": measures,
        "groupby": [],
        "x_axis": columns[0] if columns else None,
        "time_grain_sqla": "P1M" if chart.kind == "line" else None,
        "x_axis_sort_asc": True,
        "x_axis_time_format": MONTH_FORMAT,
        "xAxisLabelRotation": 0 if chart.kind == "line" else 45,
        "markerEnabled": True,
        "y_axis_format": ",.0f",
        "stack": "Stack" if chart.kind == "stack" else None,
        "show_legend": len(measures) > 1,
        "rich_tooltip": True,
    }
    return shared | own.get(chart.kind, series)


def _number_format(column: MartColumn) -> str:
    return MONEY_FORMAT if "_yuan" in column.name else FIGURE_FORMAT


def query_context(chart: Chart) -> str:
    """The chart's query for whoever asks without a browser: reports, alerts, tests. The importer fills in the dataset."""
    query = {
        "columns": [column.zh for column in chart.by],
        "metrics": [measure_name(column) for column in chart.of],
        "filters": [{"col": name, "op": "==", "val": value} for name, value in chart.where.items()],
        "orderby": [],
        "row_limit": ROW_LIMIT,
        "extras": {},
    }
    context = {
        "datasource": {"id": 0, "type": "table"},
        "force": False,
        "queries": [query],
        "form_data": parameters(chart),
        "result_format": "json",
        "result_type": "full",
    }
    return json.dumps(context, ensure_ascii=False)


def _adhoc_filters(chart: Chart) -> list[dict[str, Any]]:
    return [
        {"expressionType": "SIMPLE", "clause": "WHERE", "subject": name, "operator": "==", "comparator": value}
        for name, value in chart.where.items()
    ]
