"""Walk from rows of a release to source rows, all paths at once.

Each figure is linear in its parents once shares are frozen: a parent row counts `weight x rate`. The walk carries, for
every row it reaches and every line of the trace, the rate: how many units of the root one unit of the row's measure is
worth, as a whole number of 10^-18. Rates of all paths to a row add up, so a row is visited once however many ways lead
to it. Charge and refund that cancel keep their rates, and so both appear.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import count

from orchestration.errors import CasemixError
from orchestration.lineage.declaration import HISTORY, POLICY, Declaration, Edge, load_declarations
from orchestration.lineage.opened import OpenedRelease
from orchestration.lineage.sql import EdgeSql

RATE_UNITS = 10**18
MEASURE_DIGITS = 8
MEASURE_UNITS = 10**MEASURE_DIGITS
MOST_STEPS = 1_000
LEAF_TABLE = "trace_leaf"
SPACE = "walking"
LEAF_COLUMNS = "line_no integer, leaf_id bigint, rate hugeint, counted bigint"
# A leaf is known by one number: which source, which batch, which row. Sorting and grouping a million of them stays cheap.
BATCH_ROWS = 10**11
SOURCE_ROWS = 10**15


@dataclass(frozen=True)
class Node:
    """One measure of one model in one month."""

    month: date
    name: str
    measure: str

    @property
    def declaration(self) -> Declaration:
        """Its declaration."""
        return load_declarations()[self.name]


@dataclass
class Walk:
    """A walk in progress: tables of rates wait at each node until all nodes before it are done.

    The tables stand in a database of their own, which is thrown away whole. Two hundred small steps are faster on one
    thread; source rows, of which there may be a million, are collected at the end on all.
    """

    opened: OpenedRelease
    waiting: dict[Node, list[str]] = field(default_factory=dict)
    sources: list[tuple[date, str]] = field(default_factory=list)
    _collecting: list[str] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.opened.con.execute(f"create or replace temp table {LEAF_TABLE} ({LEAF_COLUMNS})")
        self.opened.con.execute(f"detach database if exists {SPACE}")
        self.opened.con.execute(f"attach ':memory:' as {SPACE}")
        self.opened.con.execute("set threads = 1")

    def begin(self, node: Node, select: str) -> None:
        """Rates to start from: a query with line_no, the key of the model, and rate."""
        self._wait(node, self._keep(select))

    def run(self) -> None:
        """Walk until every path ended at a source or policy row; the leaves are in `trace_leaf`.

        Raises:
            BadInput: F42, a file on the way is missing or altered.
        """
        for _ in range(MOST_STEPS):
            if not self.waiting:
                self._collect_all()
                return
            node = min(self.waiting, key=_order)
            self._visit(node, self.waiting.pop(node))
        raise CasemixError("lineage declarations run in a circle", remedy="tests/unit/lineage names the circle")

    def _visit(self, node: Node, tables: list[str]) -> None:
        declaration = node.declaration
        rates = " union all ".join(f"select * from {table}" for table in tables)
        key = ", ".join(declaration.key)
        on = " and ".join(f"rates.{column} is not distinct from rows.{column}" for column in declaration.key)
        child = self._keep(
            f"""select rows.*, rates.line_no, rates.rate, {_units(declaration.measure_sql(node.measure, "rows"))} as measured
            from (select line_no, {key}, sum(rate)::hugeint as rate from ({rates}) group by all) as rates
            inner join {self.opened.relation(node.month, node.name)} as rows on {on}"""
        )
        edges = [edge for edge in declaration.edges_of(node.measure) if edge.is_followed]
        for edge in edges:
            if edge.kind == "sum":
                self._follow(node, edge, child)
        for kind in ("split", "adjust"):
            shares = [edge for edge in edges if edge.kind == kind]
            if shares:
                self._share(node, shares, child)

    def _share(self, node: Node, edges: list[Edge], child: str) -> None:
        """Freeze the share: what rows got from a pool, over what the pool holds, is the rate of the pool's rows."""
        for over in sorted({edge.over for edge in edges}):
            group = [edge for edge in edges if edge.over == over]
            shared = self._keep(self._pool_rate(node, group, over, child) if over else self._own_shares(node, group, child))
            for edge in group:
                self._follow(node, edge, shared)

    def _pool_rate(self, node: Node, edges: list[Edge], over: tuple[str, ...], child: str) -> str:
        """All rows of the model that share a pool have one rate, those that got nothing too."""
        columns = ", ".join(over)
        pool = " union all ".join(self._pool(node, edge, over) for edge in edges)
        on = " and ".join(f"child.{column} is not distinct from pool.{column}" for column in over)
        of = " or ".join(f"({self._sql(node, edge).of})" for edge in edges)
        return f"""select child.* replace (child.rate * pool.received // pool.held as rate)
            from {child} as child
            inner join (
                select {columns}, sum(received)::hugeint as received, sum(held)::hugeint as held from ({pool}) group by all
            ) as pool on {on}
            where ({of}) and pool.held <> 0"""

    def _own_shares(self, node: Node, edges: list[Edge], child: str) -> str:
        """Each row on its own: what it is, over the sum of its parent rows."""
        key = ", ".join(f"child.{column}" for column in node.declaration.key)
        held = " union all ".join(
            f"""select child.line_no, {key}, {self._counted(node, edge)} as held
            from {self._sql(node, edge).rows(child)}"""
            for edge in edges
        )
        on = " and ".join(f"child.{column} is not distinct from pool.{column}" for column in ("line_no", *node.declaration.key))
        return f"""select child.* replace (child.rate * child.measured // pool.held as rate)
            from {child} as child
            inner join (select * replace (sum(held)::hugeint as held) from ({held}) group by all) as pool on {on}
            where pool.held <> 0"""

    def _pool(self, node: Node, edge: Edge, over: tuple[str, ...]) -> str:
        """What every row of the model got from the pool, and what every parent row put into it."""
        columns = ", ".join(f"child.{column}" for column in over)
        rows = self.opened.relation(node.month, node.name)
        sql = self._sql(node, edge)
        measured = _units(node.declaration.measure_sql(node.measure, "child"))
        return f"""select {columns}, {measured} as received, 0::hugeint as held from {rows} as child where {sql.of}
            union all
            select {columns}, 0::hugeint as received, {self._counted(node, edge)} as held
            from {sql.rows(rows)}"""

    def _follow(self, node: Node, edge: Edge, child: str) -> None:
        """Hand the rates of the child rows on to the parent rows."""
        sql = self._sql(node, edge)
        weight = f"({_units(sql.weight)})"
        rate = "child.rate" if edge.weight == "1" else f"(child.rate * {weight} // {MEASURE_UNITS})"
        if edge.is_leaf or self._source_of(edge):
            self._collect(node, edge, rate, child)
            return
        parent = load_declarations()[edge.parent_name]
        keys = ", ".join(f"parent.{column}" for column in parent.key)
        months = [m for m in self.opened.months if m < node.month] if edge.space == HISTORY else []
        month = ", parent.month" if edge.space == HISTORY else ""
        reached = self._keep(
            f"select child.line_no, {keys}, sum({rate})::hugeint as rate{month} from {sql.rows(child)} group by all"
        )
        if edge.space != HISTORY:
            self._wait(Node(node.month, edge.parent_name, str(edge.column)), reached)
        for earlier in months:
            select = f"select line_no, {', '.join(parent.key)}, rate from {reached} where month = date '{earlier}'"
            self.begin(Node(earlier, edge.parent_name, str(edge.column)), select)

    def _wait(self, node: Node, table: str) -> None:
        """Rates of no row lead nowhere."""
        if self._counts[table]:
            self.waiting.setdefault(node, []).append(table)

    def _collect(self, node: Node, edge: Edge, rate: str, child: str) -> None:
        """Note what to collect; without a null among the keys an equality lets the engine pass over row groups."""
        table = self._source_of(edge) or (edge.parent if edge.space == POLICY else edge.parent_name)
        batch = "0" if edge.space == POLICY else "parent.batch_key"
        leaf_id = f"{self._source_no(node.month, table) * SOURCE_ROWS} + {batch}::bigint * {BATCH_ROWS} + parent.source_row"
        sql = self._sql(node, edge)
        rows = sql.rows(child, "is not distinct from" if self._has_null(child, edge) else "=")
        self._collecting.append(
            f"""insert into {LEAF_TABLE}
            select line_no, leaf_id, rate, {_short_units("counted")}
            from (select child.line_no, {leaf_id} as leaf_id, {rate} as rate, {sql.column({})} as counted from {rows})"""
        )

    def _collect_all(self) -> None:
        con = self.opened.con
        con.execute("reset threads")
        for insert in self._collecting:
            con.execute(insert)
        con.execute(f"detach {SPACE}")

    def _source_no(self, month: date, table: str) -> int:
        if (month, table) not in self.sources:
            self.sources.append((month, table))
        return self.sources.index((month, table))

    @staticmethod
    def _source_of(edge: Edge) -> str | None:
        declared = load_declarations().get(edge.parent_name) if edge.space is None else None
        return declared.source if declared else None

    def _counted(self, node: Node, edge: Edge) -> str:
        """What a parent row puts into a pool, in units of 10^-8."""
        parent = load_declarations().get(edge.parent_name)
        return _units(self._sql(node, edge).amount(parent.sql if parent and not edge.is_leaf else {}))

    def _sql(self, node: Node, edge: Edge) -> EdgeSql:
        names = [edge.parent, *(lookup.relation for lookup in edge.via.values())]
        relations = {name: self.opened.relation(node.month, name) for name in names}
        return EdgeSql(edge, relations, self.opened.parameters(node.month))

    def _keep(self, select: str) -> str:
        name = f"{SPACE}.walk_{next(self._numbers)}"
        made = self.opened.con.execute(f"create table {name} as {select}").fetchone()
        self._counts[name] = int(made[0]) if made else 0
        return name

    def _has_null(self, child: str, edge: Edge) -> bool:
        columns = " or ".join(f"{column} is null" for column in edge.match)
        return bool(columns) and self.opened.con.execute(f"select 1 from {child} where {columns} limit 1").fetchone() is not None


def _units(expression: str) -> str:
    """A decimal as a whole number of 10^-8."""
    return f"(({expression})::decimal(38, {MEASURE_DIGITS}) * {MEASURE_UNITS})::hugeint"


def _short_units(column: str) -> str:
    """The same of what one source row counts, as 64 bits; whole and fraction apart, since scaling 128 bits is slow."""
    whole = f"{column}::bigint"
    return f"{whole} * {MEASURE_UNITS} + (({column} - {whole})::decimal(18, {MEASURE_DIGITS}) * {MEASURE_UNITS})::bigint"


def _order(node: Node) -> tuple[int, int, str, str]:
    """Later months first; inside a month children before their parents."""
    return (-node.month.toordinal(), _depth(node.name, node.measure), node.name, node.measure)


@cache
def _depth(name: str, measure: str, above: frozenset[tuple[str, str]] = frozenset()) -> int:
    """Longest way from a measure of the model down to a figure nothing is made of, counted from the root side."""
    return -_height(name, measure, frozenset())


@cache
def _height(name: str, measure: str, below: frozenset[tuple[str, str]]) -> int:
    declared = load_declarations()[name]
    seen = below | {(name, measure)}
    heights = [
        1 + _height(edge.parent_name, str(edge.column), seen)
        for edge in declared.edges_of(measure)
        if not edge.is_leaf
        and edge.space is None
        and (edge.parent_name, str(edge.column)) not in seen
        and load_declarations()[edge.parent_name].source is None
    ]
    return max(heights, default=0)
