"""What models declare about their money in `config.meta.lineage`; docs/lineage.md explains the format."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from orchestration.errors import ConfigurationError, Place
from orchestration.home import DBT_PROJECT

SCHEMA_FILE = Path(__file__).with_name("declaration.schema.json")
MONEY_KINDS = ("sum", "split", "adjust")
HISTORY = "history"
POLICY = "policy"
LEAF_SPACES = ("landing", POLICY)
NAME = re.compile(r"\w+")


@dataclass(frozen=True)
class Lookup:
    """A relation joined to the parent row, so that its columns can be used: `by` maps its columns to expressions."""

    relation: str
    by: Mapping[str, str]
    is_optional: bool


@dataclass(frozen=True)
class Counting:
    """What rows of evidence count: `counts` maps columns of the child to what stands in the parent row.

    A bare name is a column of the child that holds the name of a parent column; anything else is an expression over
    `parent`. `among` is the column of the child that names the mark of the rows that take part; `distinct` maps names that are
    no column to the parent column whose different values they count.
    """

    among: str | None
    counts: Mapping[str, str]
    distinct: Mapping[str, str]


@dataclass(frozen=True)
class Edge:
    """From one measure of a model to the rows of a parent.

    Expressions are SQL over the aliases `child`, `parent` and those of `via`; `:name` is a parameter of the policy.
    `match` maps columns of the child to expressions; `column` and `weight` say what a parent row counts; `entry` is the
    declaration as written, for one measure.
    """

    kind: str
    parent: str
    to: str | None
    column: str | None
    weight: str
    match: Mapping[str, str]
    where: str | None
    via: Mapping[str, Lookup]
    of: str | None
    over: tuple[str, ...]
    is_followed: bool
    nature: str | None
    counting: Counting | None
    entry: Mapping[str, Any]

    @property
    def space(self) -> str | None:
        """`landing`, `history` or `policy`; None when the parent is a model of the same month."""
        return self.parent.split(".")[0] if "." in self.parent else None

    @property
    def parent_name(self) -> str:
        """Name of the parent without its space."""
        return self.parent.split(".")[-1]

    @property
    def is_leaf(self) -> bool:
        """Whether the parent is a row of a source or of the policy, where the way ends."""
        return self.space in LEAF_SPACES

    @property
    def carries_money(self) -> bool:
        """Whether yuan pass along the edge."""
        return self.kind in MONEY_KINDS

    @property
    def parent_measure(self) -> str | None:
        """Column of the parent that is counted, when it is a bare name."""
        return self.column if self.column and NAME.fullmatch(self.column) else None


@dataclass(frozen=True)
class Declaration:
    """Lineage of one model. `schema` is that of its relation; `sql` gives measures that are not columns."""

    schema: str
    name: str
    zh: str
    path: Path
    key: tuple[str, ...]
    measures: tuple[str, ...]
    sql: Mapping[str, str]
    digits: int | None
    source: str | None
    is_kept: bool | str
    published_as: str | None
    no_money: str | None
    parents: tuple[Edge, ...]

    @property
    def relation(self) -> str:
        """Schema and name."""
        return f"{self.schema}.{self.name}"

    def measure_sql(self, measure: str, alias: str) -> str:
        """Expression of a measure over rows called `alias`."""
        return self.sql.get(measure, f'{alias}."{measure}"')

    def edges_of(self, measure: str) -> list[Edge]:
        """Edges along which the yuan of a measure came."""
        return [edge for edge in self.parents if edge.carries_money and edge.to == measure]

    @property
    def companions(self) -> list[Edge]:
        """Parameters and evidence: no yuan, but what a reader wants to see beside them."""
        return [edge for edge in self.parents if not edge.carries_money]


@cache
def load_declarations(project: Path = DBT_PROJECT) -> dict[str, Declaration]:
    """Every declared model by name.

    Raises:
        ConfigurationError: a declaration breaks the schema; names the file and the model.
    """
    found = (
        _declaration(project, path, model, lineage)
        for path in sorted((project / "models").rglob("*models.yml"))
        for model, lineage in _declared(path)
    )
    return {declaration.name: declaration for declaration in found}


def _declared(path: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}  # noqa: S506 - both loaders are safe
    for model in content.get("models", []):
        lineage = ((model.get("config") or {}).get("meta") or {}).get("lineage")
        if lineage is not None:
            yield model, lineage


def _declaration(project: Path, path: Path, model: dict[str, Any], lineage: dict[str, Any]) -> Declaration:
    name = model["name"]
    validate(lineage, path, name)
    measures = _names(lineage.get("measure"))
    folders = path.relative_to(project / "models").parts
    return Declaration(
        schema=folders[1] if folders[0] == "marts" else folders[0],
        name=name,
        zh=model["config"]["meta"].get("zh", name),
        path=path,
        key=tuple(lineage.get("key", ())),
        measures=measures,
        sql=lineage.get("sql", {}),
        digits=lineage.get("digits"),
        source=lineage.get("source"),
        is_kept=lineage.get("is_kept", False),
        published_as=lineage.get("published_as"),
        no_money=lineage.get("no_money"),
        parents=tuple(edge for entry in lineage.get("parents", []) for edge in _edges(entry, measures)),
    )


def validate(lineage: Any, path: Path, name: str) -> None:
    """Check one declaration against the schema.

    Raises:
        ConfigurationError: it breaks the schema.
    """
    error = jsonschema.exceptions.best_match(_validator().iter_errors(lineage))
    if error is not None:
        raise ConfigurationError(
            f"lineage of {name}: {'/'.join(map(str, error.absolute_path))} {error.message}",
            place=Place(file=str(path)),
            remedy="docs/lineage.md explains the format",
            zh=f"{name} 的血缘声明不合格式",
        )


@cache
def _validator() -> jsonschema.protocols.Validator:
    return jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))


def _edges(entry: dict[str, Any], measures: tuple[str, ...]) -> Iterator[Edge]:
    """One edge per measure it leads to; with several the parent's column has the name of the measure."""
    carries = entry["kind"] in MONEY_KINDS
    targets = _names(entry.get("to")) or measures[:1] if carries else (None,)
    for to in targets:
        yield Edge(
            kind=entry["kind"],
            parent=entry["from"],
            to=to,
            column=entry.get("column", to),
            weight=str(entry.get("weight", 1)),
            match=_mapping(entry.get("match", {})),
            where=entry.get("where"),
            via={alias: _lookup(lookup) for alias, lookup in entry.get("via", {}).items()},
            of=entry.get("of"),
            over=tuple(entry.get("over", ())),
            is_followed=entry.get("is_followed", True),
            nature=entry.get("nature"),
            counting=_counting(entry),
            entry=entry | {"to": to, "column": entry.get("column", to)},
        )


def _counting(entry: dict[str, Any]) -> Counting | None:
    return Counting(entry.get("among"), entry["counts"], entry.get("distinct", {})) if "counts" in entry else None


def _lookup(entry: dict[str, Any]) -> Lookup:
    return Lookup(entry["from"], _mapping(entry["by"]), entry.get("optional", False))


def _names(value: str | list[str] | None) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def _mapping(value: list[str] | dict[str, str]) -> dict[str, str]:
    """Bare names are columns of the parent."""
    pairs = value.items() if isinstance(value, dict) else ((name, name) for name in value)
    return {name: f'parent."{text}"' if NAME.fullmatch(text) and text not in ("true", "false") else text for name, text in pairs}
