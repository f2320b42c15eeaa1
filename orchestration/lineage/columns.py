"""Where the columns of a model come from, read from its compiled SQL: every column, not only amounts.

An origin is a column of a model or source; column `*` stands for its rows, which a count depends on. Conditions of a CASE and
keys of a window count, filters and join conditions do not: they decide which rows there are. Amounts have a stronger
statement beside this one: what their models declare and every run checks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import sqlglot
from sqlglot import exp

from orchestration.errors import ConfigurationError

DIALECT = "duckdb"
ROWS = "*"
LANDING, HISTORY = "landing", "history"
ADDRESS = ("batch_key", "source_row")


class Origin(NamedTuple):
    """A column of a relation, which is named with its schema."""

    relation: str
    column: str

    def __str__(self) -> str:
        return f"{self.relation}.{self.column}"


Origins = frozenset[Origin]


@dataclass(frozen=True)
class Columns:
    """Columns of a query in their order, and what its rows depend on."""

    named: tuple[tuple[str, Origins], ...]
    rows: Origins

    def get(self, name: str) -> Origins | None:
        """Origins of a column; None: there is none of this name."""
        return next((origins for own, origins in self.named if own == name), None)

    def renamed(self, names: list[str]) -> Columns:
        """The same columns under other names; no names: as they are."""
        values = (origins for _, origins in self.named)
        return Columns(tuple(zip(names, values, strict=True)), self.rows) if names else self

    def united(self, other: Columns) -> Columns:
        """A union joins columns by place."""
        pairs = zip(self.named, other.named, strict=True)
        return Columns(tuple((name, origins | more) for (name, origins), (_, more) in pairs), self.rows | other.rows)


@dataclass(frozen=True)
class Project:
    """The columns of all models of a compiled project, found when they are asked for."""

    manifest: Mapping[str, Any]
    _found: dict[str, Columns] = field(default_factory=dict)

    @cached_property
    def models(self) -> dict[str, Mapping[str, Any]]:
        """Models by relation."""
        nodes = (node for node in self.manifest["nodes"].values() if node["resource_type"] == "model")
        return {f"{node['schema']}.{node['alias']}": node for node in nodes}

    @property
    def read(self) -> list[str]:
        """Models whose SQL was read so far."""
        return list(self._found)

    def columns(self, relation: str) -> Columns:
        """Columns of a model and what each is computed from, one step back.

        Raises:
            ConfigurationError: a column in the model's SQL is found nowhere.
        """
        if relation not in self._found:
            query = sqlglot.parse_one(self.models[relation]["compiled_code"], dialect=DIALECT)
            try:
                self._found[relation] = _Reader(self).query(query, {}, None)
            except KeyError as error:
                raise ConfigurationError(
                    f"{relation}: its SQL reads {error}, found nowhere", zh="模型列的来源无法确定"
                ) from error
        return self._found[relation]

    def sources(self, relation: str, column: str) -> Origins:
        """Columns of sources, of the policy and of earlier months from which a column is computed in the end."""
        waiting, seen = [Origin(relation, column)], set[Origin]()
        while waiting:
            origin = waiting.pop()
            if origin in seen or origin.relation not in self.models:
                seen.add(origin)
                continue
            seen.add(origin)
            columns = self.columns(origin.relation)
            waiting += columns.rows if origin.column == ROWS else columns.get(origin.column) or ()
        return frozenset(origin for origin in seen if origin.relation not in self.models)

    def table(self, relation: str) -> Columns:
        """A relation as it is read: every column is its own origin."""
        names = [name for name, _ in self.columns(relation).named] if relation in self.models else self._outside[relation]
        return Columns(tuple((name, frozenset([Origin(relation, name)])) for name in names), frozenset([Origin(relation, ROWS)]))

    @cached_property
    def _outside(self) -> dict[str, list[str]]:
        """Columns of what models do not make: landed tables, policy, scope, and marts of earlier months."""
        marts = {node["name"]: list(node["columns"]) for node in self.models.values()}
        found = {}
        for source in self.manifest["sources"].values():
            schema, name = source["schema"], source["name"]
            own = marts.get(name, []) if schema == HISTORY else list(source["columns"])
            found[f"{schema}.{name}"] = [*own, *ADDRESS] if schema == LANDING else own
        return found


@dataclass(frozen=True)
class _Scope:
    """What a query reads, by alias; `outer` is what stands around it."""

    tables: dict[str, Columns]
    outer: _Scope | None

    def column(self, name: str, table: str) -> Origins:
        """Origins of a column.

        Raises:
            KeyError: no table has it.
        """
        candidates = [self.tables[table]] if table in self.tables else [] if table else list(self.tables.values())
        for columns in candidates:
            origins = columns.get(name)
            if origins is not None:
                return origins
        if self.outer is None:
            raise KeyError(f"{table}.{name}" if table else name)
        return self.outer.column(name, table)

    def rows(self) -> Origins:
        """The rows of all tables."""
        return _all(columns.rows for columns in self.tables.values())


@dataclass(frozen=True)
class _Reader:
    """Walks the queries of one model; `named` are the CTEs in reach, by name."""

    project: Project

    def query(self, query: exp.Expr, named: Mapping[str, Columns], outer: _Scope | None) -> Columns:
        """Columns of a query."""
        if isinstance(query, exp.Subquery):
            return self.query(query.this, named, outer)
        within: exp.With | None = query.args.get("with_")
        if within is not None:
            for cte in within.expressions:
                named = {**named, cte.alias: self._cte(cte, named, outer, is_recursive=within.recursive)}
        if isinstance(query, exp.SetOperation):
            return self.query(query.left, named, outer).united(self.query(query.right, named, outer))
        scope = self._scope(query, named, outer)
        found: list[tuple[str, Origins]] = []
        for projection in query.expressions:
            found += self._projected(projection, scope, found, named)
        return Columns(tuple(found), scope.rows())

    def _cte(self, cte: exp.CTE, named: Mapping[str, Columns], outer: _Scope | None, *, is_recursive: bool) -> Columns:
        """Columns of a CTE; one that reads itself begins with its first branch."""
        query, names = cte.this, cte.alias_column_names
        if is_recursive and isinstance(query, exp.SetOperation):
            named = {**named, cte.alias: self.query(query.left, named, outer).renamed(names)}
        return self.query(query, named, outer).renamed(names)

    def _scope(self, query: exp.Expr, named: Mapping[str, Columns], outer: _Scope | None) -> _Scope:
        scope = _Scope({}, outer)
        for place in _places(query):
            scope.tables[place.alias_or_name] = self._table(place, named, scope)
        return scope

    def _table(self, place: exp.Expr, named: Mapping[str, Columns], scope: _Scope) -> Columns:
        """Columns of what stands in FROM or JOIN; those of a function come from its arguments."""
        if isinstance(place, exp.Table) and isinstance(place.this, exp.Identifier):
            return named[place.name] if not place.db else self.project.table(f"{place.db}.{place.name}")
        if isinstance(place, exp.Subquery):
            return self.query(place.this, named, scope).renamed(place.alias_column_names)
        origins = self._value(place, scope, named)
        return Columns(tuple((name, origins) for name in place.alias_column_names), origins)

    def _projected(
        self, projection: exp.Expr, scope: _Scope, before: list[tuple[str, Origins]], named: Mapping[str, Columns]
    ) -> Iterator[tuple[str, Origins]]:
        """Names and origins of what a projection yields; a star yields several. It may name projections before it."""
        if projection.is_star:
            tables = [scope.tables[projection.table]] if isinstance(projection, exp.Column) else list(scope.tables.values())
            for columns in tables:
                yield from columns.named
            return
        earlier = _Scope({"": Columns(tuple(before), frozenset())}, scope.outer)
        yield projection.alias_or_name, self._value(projection, _Scope(scope.tables, earlier), named)

    def _value(self, value: exp.Expr, scope: _Scope, named: Mapping[str, Columns]) -> Origins:
        """Origins of an expression: of all columns in it, and of the queries in it."""
        if isinstance(value, exp.Query):
            return _all(origins for _, origins in self.query(value, named, scope).named)
        if isinstance(value, exp.Star):
            return scope.rows()
        if isinstance(value, exp.Column):
            return scope.column(value.name, value.table)
        return _all(self._value(part, scope, named) for part in value.iter_expressions())


def _places(query: exp.Expr) -> Iterator[exp.Expr]:
    """What stands in FROM and JOIN of a query; joins in brackets are opened."""
    begin = query.args.get("from_")
    for place in [*([begin.this] if begin else []), *_joined(query)]:
        in_brackets = isinstance(place, exp.Subquery) and isinstance(place.this, exp.Table)
        yield from [place.this, *_joined(place.this)] if in_brackets else [place]


def _joined(read: exp.Expr) -> list[exp.Expr]:
    return [join.this for join in read.args.get("joins") or ()]


def _all(origins: Iterator[Origins]) -> Origins:
    return frozenset[Origin]().union(*origins)
