"""The dashboards as `dashboards.yml` says, with every column found in the data dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from orchestration.privacy.identifiers import IDENTIFIERS
from orchestration.release.bi import View, bi_view
from orchestration.release.catalogue import MartColumn, load_marts
from orchestration.release.units import is_number

DEFINITION = Path(__file__).with_name("dashboards.yml")
# A value of a month has no sum over months or subjects.
MEANS = frozenset({"value", "target", "attainment", "score", "mean_score", "weight"})


@dataclass(frozen=True)
class Dataset:
    """A `bi` view as Superset sees it, without numbers of persons and stays."""

    view: View

    @property
    def name(self) -> str:
        """Name of the view."""
        return self.view.relation.split(".")[1]

    def column(self, name: str) -> MartColumn:
        """A column by its name in the mart."""
        return next(column for column in self.view.columns if column.name == name)

    @property
    def measures(self) -> list[MartColumn]:
        """Columns of numbers."""
        return [column for column in self.view.columns if is_number(column)]


@dataclass(frozen=True)
class Chart:
    """One tile: `of` are the measures, `by` the columns they are grouped by, `where` fixed conditions."""

    name: str
    kind: str
    dataset: Dataset
    of: tuple[MartColumn, ...]
    by: tuple[MartColumn, ...]
    where: Mapping[str, str]
    wide: int


@dataclass(frozen=True)
class Dashboard:
    """A page of charts with the filters above them."""

    slug: str
    title: str
    filters: tuple[MartColumn, ...]
    dataset: Dataset
    rows: tuple[tuple[Chart, ...], ...]

    @property
    def charts(self) -> list[Chart]:
        """Charts in reading order."""
        return [chart for row in self.rows for chart in row]


@cache
def load_dashboards() -> tuple[Dashboard, ...]:
    """Every dashboard of the bundle.

    Raises:
        KeyError: a mart is not in the dictionary.
        StopIteration: a column is not in its view, or holds numbers of persons or stays.
    """
    return tuple(_dashboard(entry) for entry in yaml.safe_load(DEFINITION.read_text(encoding="utf-8")))


def aggregate_of(column: MartColumn) -> str:
    """How a measure is taken together."""
    return "AVG" if column.name in MEANS else "SUM"


def measure_name(column: MartColumn) -> str:
    """Name of the measure beside that of its column, which Superset wants to differ."""
    return f"{column.zh}{'均值' if aggregate_of(column) == 'AVG' else '合计'}"


@cache
def _dataset(relation: str) -> Dataset:
    return Dataset(bi_view(load_marts()[relation], hidden=IDENTIFIERS))


def _dashboard(entry: Mapping[str, Any]) -> Dashboard:
    main = _dataset(entry["mart"])
    return Dashboard(
        slug=entry["slug"],
        title=entry["title"],
        filters=tuple(main.column(name) for name in entry["filters"]),
        dataset=main,
        rows=tuple(tuple(_chart(chart, entry["mart"]) for chart in row) for row in entry["rows"]),
    )


def _chart(entry: Mapping[str, Any], mart: str) -> Chart:
    dataset = _dataset(entry.get("mart", mart))
    return Chart(
        name=entry["name"],
        kind=entry["kind"],
        dataset=dataset,
        of=tuple(dataset.column(name) for name in entry["of"]),
        by=tuple(dataset.column(name) for name in entry.get("by", ())),
        where={dataset.column(name).zh: value for name, value in entry.get("where", {}).items()},
        wide=entry["wide"],
    )
