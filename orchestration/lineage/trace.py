"""The trace of one figure: its waterfall, and the source rows behind every line, with contributions that add up to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from orchestration.errors import BadInput, ConfigurationError
from orchestration.lineage.declaration import Declaration, load_declarations
from orchestration.lineage.leaves import Leaf, Leaves
from orchestration.lineage.opened import OpenedRelease
from orchestration.lineage.placing import MICRO, yuan
from orchestration.lineage.walk import RATE_UNITS, Node, Walk

JOURNAL, DEPARTMENT, STAFF = "fct_bonus_journal", "fct_department_bonus", "fct_staff_bonus"
JOURNAL_KEY = ("dept_id", "staff_id", "sequence", "component", "parent_key")
SHARE = "STAFF_SHARE"


@dataclass(frozen=True)
class Subject:
    """What is traced: the rows of a mart with a key, and one of its measures; `component` narrows it to lines of a name."""

    mart: str
    key: Mapping[str, str]
    measure: str
    component: str | None = None

    @property
    def declaration(self) -> Declaration:
        """Lineage of the mart."""
        return load_declarations()[self.mart]

    @property
    def name(self) -> str:
        """The subject as one reads it."""
        return ", ".join(f"{column} {value}" for column, value in self.key.items())


@dataclass(frozen=True)
class Line:
    """One signed part of the figure in micro-yuan; `rate` starts the walk at the rows of `node` that fulfil `key`."""

    number: int
    component: str
    evidence: str
    micro_yuan: int
    node: Node
    key: Mapping[str, object]
    rate: int

    @property
    def amount(self) -> Decimal:
        """Yuan."""
        return yuan(self.micro_yuan)


def bonus_subject(opened: OpenedRelease, month: date, who: str, component: str | None = None) -> Subject:
    """The department or the person of that number.

    Raises:
        BadInput: the month has no bonus of either.
    """
    for mart, column in ((DEPARTMENT, "dept_id"), (STAFF, "staff_id")):
        relation = opened.relation(month, mart)
        if opened.con.execute(f"select 1 from {relation} where {column} = ? limit 1", [who]).fetchone():
            return Subject(mart, {column: who}, "bonus_yuan", component)
    raise BadInput(
        f"{opened.hospital_id} {month:%Y-%m} has no bonus of a department or person {who}",
        remedy="casemix status lists months; scored.fct_department_bonus lists departments",
        zh=f"该月没有科室或职工 {who} 的绩效",
    )


def mart_subject(mart: str, key: Mapping[str, str], component: str | None = None) -> Subject:
    """Rows of a mart; `component` names the measure, left out: the first it declares.

    Raises:
        ConfigurationError: the mart or the column is not declared.
    """
    name = mart.rpartition(".")[2]
    declared = load_declarations().get(name)
    if declared is None or not declared.measures or (mart != name and declared.relation != mart):
        known = ", ".join(sorted(d.relation for d in load_declarations().values() if d.measures and d.name.startswith("fct_")))
        raise ConfigurationError(
            f"{mart} declares no lineage; these do: {known}", remedy="correct --mart", zh=f"{mart} 没有血缘声明"
        )
    if component is not None and component not in declared.measures:
        raise ConfigurationError(
            f"{mart} has no measure {component}; it has {', '.join(declared.measures)}",
            remedy="correct --component",
            zh="没有该指标列",
        )
    unknown = sorted(set(key) - set(declared.key))
    if unknown or not key:
        raise ConfigurationError(
            f"{mart} is found by {', '.join(declared.key)}" + (f", not by {', '.join(unknown)}" if unknown else ""),
            remedy="name rows with --key COLUMN=VALUE",
            zh="键不正确",
        )
    return Subject(name, dict(key), component or declared.measures[0])


def explain_month(opened: OpenedRelease, month: date) -> Trace:
    """Every line of every department and person of a month, walked together; `lines` carry the subject before the component."""
    traces = []
    for mart, column in ((DEPARTMENT, "dept_id"), (STAFF, "staff_id")):
        rows = opened.con.execute(f"select distinct {column} from {opened.relation(month, mart)} order by 1").fetchall()
        traces += [Trace(opened, month, Subject(mart, {column: who}, "bonus_yuan")) for (who,) in rows]
    whole = traces[0]
    lines = [replace(line, component=f"{t.subject.name}: {line.component}") for t in traces for line in t.lines]
    whole.lines = [replace(line, number=number) for number, line in enumerate(lines, start=1)]
    whole.micro_total = sum(t.micro_total for t in traces)
    whole.micro_difference = sum(abs(t.micro_difference) for t in traces)
    return whole


class Trace:
    """One subject in one month of an opened release: the waterfall at once, the leaves when they are asked for."""

    def __init__(self, opened: OpenedRelease, month: date, subject: Subject) -> None:
        self.opened = opened
        self.month = month
        self.subject = subject
        self.micro_total = self._total()
        everything = list(self._staff_lines() if subject.mart == STAFF else self._lines())
        chosen = (line for line in everything if subject.component in (None, line.component, line.component.split(" › ")[-1]))
        is_bonus = subject.mart in (DEPARTMENT, STAFF)
        self.lines = [replace(line, number=n) for n, line in enumerate(chosen if is_bonus else everything, start=1)]
        self.micro_difference = self.micro_total - sum(line.micro_yuan for line in everything)
        if subject.component and not self.lines:
            names = ", ".join(dict.fromkeys(line.component for line in everything)) or "none"
            raise BadInput(f"no line {subject.component}; there are: {names}", remedy="correct --component", zh="没有该组成项")

    @property
    def total(self) -> Decimal:
        """The figure as published, yuan."""
        return yuan(self.micro_total)

    @property
    def difference(self) -> Decimal:
        """Published figure less the sum of its lines, yuan."""
        return yuan(self.micro_difference)

    @cached_property
    def leaf_differences(self) -> dict[int, Decimal]:
        """Per line its amount less what its leaves add up to, yuan, to the fen; rounding of shares is not a difference."""
        gaps = self._leaves.gaps()
        return {line.number: yuan(gaps.get(line.number, 0)) for line in self.lines}

    @cached_property
    def leaf_counts(self) -> dict[int, int]:
        """Leaves of every line."""
        counted = self._leaves.counts()
        return {line.number: counted.get(line.number, 0) for line in self.lines}

    @property
    def months(self) -> list[date]:
        """Months whose source rows the trace reaches, and its own."""
        return sorted({self.month} | {month for month, _ in self._leaves.sources})

    def leaves(self, most: int | None = None, *, negative: bool = False) -> Iterator[Leaf]:
        """Leaves in the order of the lines, the weightiest first.

        Args:
            most: at most so many per line; None: all.
            negative: only rows that count negative, such as refunds.
        """
        return self._leaves.read(most, negative=negative)

    def write_leaves(self, path: Path, most: int | None = None, *, negative: bool = False) -> int:
        """Write the leaves as CSV without one passing through Python; returns how many."""
        return self._leaves.write(path, most, negative=negative)

    @cached_property
    def _leaves(self) -> Leaves:
        walk = Walk(self.opened)
        for node in dict.fromkeys(line.node for line in self.lines):
            walk.begin(node, self._start(node))
        walk.run()
        named = {line.number: (line.component, line.micro_yuan) for line in self.lines}
        return Leaves(self.opened, named, tuple(walk.sources))

    def _start(self, node: Node) -> str:
        """Rates the lines of a node begin with."""
        key = node.declaration.key
        lines = [line for line in self.lines if line.node == node]
        values = ", ".join(
            f"({line.number}, {line.rate}::hugeint, {', '.join(_literal(line.key[column]) for column in key)})" for line in lines
        )
        on = " and ".join(f'rows."{column}"::varchar is not distinct from start."{column}"' for column in key)
        rows = self.opened.relation(node.month, node.name)
        return f"""select start.line_no, {", ".join(f'rows."{column}"' for column in key)}, start.rate
            from (values {values}) as start (line_no, rate, {", ".join(key)}) inner join {rows} as rows on {on}"""

    def _total(self) -> int:
        where, values = self._where(self.subject.key)
        measure = self.subject.declaration.measure_sql(self.subject.measure, "rows")
        relation = self.opened.relation(self.month, self.subject.mart)
        query = f"select count(*), sum(({measure})::decimal(38, 6) * {MICRO})::hugeint from {relation} as rows where {where}"
        row = self.opened.con.execute(query, values).fetchone()
        if row is None or not row[0]:
            raise BadInput(
                f"{self.subject.declaration.relation} of {self.month:%Y-%m} has no row with {self.subject.name}",
                remedy="correct the key",
                zh="没有符合条件的行",
            )
        return int(row[1] or 0)

    def _lines(self) -> Iterator[Line]:
        """Journal lines of a department; of another mart its rows, each with the measures it is the sum of."""
        if self.subject.mart == DEPARTMENT:
            yield from self._journal({"dept_id": self.subject.key["dept_id"], "staff_id": None})
            return
        declared = self.subject.declaration
        own = [edge for edge in declared.edges_of(self.subject.measure) if edge.parent == declared.name and edge.weight == "1"]
        for measure in [str(edge.column) for edge in own] or [self.subject.measure]:
            yield from self._mart_rows(declared, measure)

    def _mart_rows(self, declared: Declaration, measure: str) -> Iterator[Line]:
        where, values = self._where(self.subject.key)
        relation = self.opened.relation(self.month, declared.name)
        amount = f"(({declared.measure_sql(measure, 'rows')})::decimal(38, 6) * {MICRO})::hugeint"
        query = f"select {amount}, {', '.join(declared.key)} from {relation} as rows where {where} order by all"
        for micro, *key in self.opened.con.execute(query, values).fetchall():
            named = dict(zip(declared.key, key, strict=True))
            others = [str(value) for column, value in named.items() if column not in self.subject.key]
            label = " / ".join([measure, *others]) if len(declared.measures) > 1 else " / ".join(others) or measure
            yield Line(0, label, declared.relation, int(micro or 0), Node(self.month, declared.name, measure), named, RATE_UNITS)

    def _journal(self, key: Mapping[str, object], numerator: int = 1, denominator: int = 1, prefix: str = "") -> Iterator[Line]:
        where, values = self._where(key)
        relation = self.opened.relation(self.month, JOURNAL)
        columns = ", ".join(JOURNAL_KEY)
        query = f"""select parent_relation, amount_micro_yuan, {columns} from {relation} where {where}
                    order by sequence, component, parent_key"""
        rate = RATE_UNITS * numerator // (MICRO * denominator)
        node = Node(self.month, JOURNAL, "amount_micro_yuan")
        for relation, micro, *row in self.opened.con.execute(query, values).fetchall():
            named = dict(zip(JOURNAL_KEY, row, strict=True))
            evidence = f"{relation} {named['parent_key']}"
            yield Line(0, prefix + str(named["component"]), evidence, int(micro), node, named, rate)

    def _staff_lines(self) -> Iterator[Line]:
        """A person's share of the department's bonus is the same share of each of its lines; adjustments stand beside it."""
        where, values = self._where(self.subject.key)
        staff = self.opened.relation(self.month, STAFF)
        departments = self.opened.con.execute(f"select dept_id from {staff} where {where} order by 1", values).fetchall()
        for (dept_id,) in departments:
            own = list(self._journal({"dept_id": dept_id, "staff_id": self.subject.key["staff_id"]}))
            share = sum(line.micro_yuan for line in own if line.component == SHARE)
            yield from _apportion(list(self._journal({"dept_id": dept_id, "staff_id": None})), share)
            yield from (line for line in own if line.component != SHARE)

    @staticmethod
    def _where(key: Mapping[str, object]) -> tuple[str, list[object]]:
        return " and ".join(f'"{column}" is not distinct from ?' for column in key), list(key.values())


def _apportion(lines: list[Line], share: int) -> Iterator[Line]:
    """Lines of a department scaled to a person's share by largest remainder."""
    whole = sum(line.micro_yuan for line in lines)
    if not share or not whole:
        return
    parts = [abs(line.micro_yuan * share) // abs(whole) * (1 if line.micro_yuan * share * whole >= 0 else -1) for line in lines]
    missing = share - sum(parts)
    order = sorted(range(len(lines)), key=lambda i: (-(abs(lines[i].micro_yuan * share) % abs(whole)), i))
    for index in order[: abs(missing)]:
        parts[index] += 1 if missing > 0 else -1
    for line, part in zip(lines, parts, strict=True):
        yield replace(line, component=f"{SHARE} › {line.component}", micro_yuan=part, rate=RATE_UNITS * share // (MICRO * whole))


def _literal(value: object) -> str:
    """A key of any type as text."""
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return "null::varchar" if value is None else "'" + text.replace("'", "''") + "'"
