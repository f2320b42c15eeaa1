"""The trace of one figure: its waterfall, and the source rows behind every line, with contributions that add up to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from orchestration.contract import Column, Table, load_contract, load_policy_contract
from orchestration.errors import BadInput, ConfigurationError
from orchestration.lineage.declaration import POLICY, Declaration, load_declarations
from orchestration.lineage.opened import OpenedRelease, SourceFile
from orchestration.lineage.walk import BATCH_ROWS, LEAF_TABLE, MEASURE_UNITS, RATE_UNITS, SOURCE_ROWS, Node, Walk

JOURNAL, DEPARTMENT, STAFF = "fct_bonus_journal", "fct_department_bonus", "fct_staff_bonus"
JOURNAL_KEY = ("dept_id", "staff_id", "sequence", "component", "parent_key")
SHARE = "STAFF_SHARE"
MICRO = 10**6
UNITS_PER_MICRO = RATE_UNITS * MEASURE_UNITS // MICRO
HALF_FEN = 5_000
PLACED_TABLE = "trace_placed"
FACT_TYPES = ("money", "quantity", "price", "date", "timestamp", "bool")


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


@dataclass(frozen=True)
class Leaf:
    """A source or policy row behind a line, with its address.

    `counted` is what the row puts in and `rate` yuan for one of it; both are None where ways to the row count it differently.
    """

    line: int
    component: str
    month: date
    table: str
    table_zh: str
    source: SourceFile
    file_row: int
    key: str
    facts: str
    counted: Decimal | None
    rate: Decimal | None
    contribution: Decimal
    running: Decimal


def yuan(micro: int) -> Decimal:
    """Micro-yuan as yuan."""
    return Decimal(int(micro)).scaleb(-6)


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
        self._place()
        rows = self.opened.con.execute("select line_no, gap from trace_line where abs(gap) >= ?", [HALF_FEN]).fetchall()
        gaps = dict(rows)
        return {line.number: yuan(gaps.get(line.number, 0)) for line in self.lines}

    @cached_property
    def leaf_counts(self) -> dict[int, int]:
        """Leaves of every line."""
        self._place()
        counted = dict(self.opened.con.execute(f"select line_no, count(*) from {PLACED_TABLE} group by 1").fetchall())
        return {line.number: counted.get(line.number, 0) for line in self.lines}

    @property
    def months(self) -> list[date]:
        """Months whose source rows the trace reaches, and its own."""
        self._place()
        reached = self.opened.con.execute("select distinct month from trace_source where month is not null").fetchall()
        return sorted({self.month} | {month for (month,) in reached})

    def leaves(self, most: int | None = None, *, negative: bool = False) -> Iterator[Leaf]:
        """Leaves in the order of the lines, the weightiest first.

        Args:
            most: at most so many per line; None: all.
            negative: only rows that count negative, such as refunds.
        """
        self._place()
        counted = "counted < 0" if negative else "true"
        limited = f"nth <= {most}" if most else "true"
        self.opened.con.execute(
            f"""create or replace temp table trace_shown as
            select placed.*, source.month, source.source_table, placed.leaf_id % {BATCH_ROWS} as source_row,
                placed.leaf_id % {SOURCE_ROWS} // {BATCH_ROWS} as batch_key
            from (
                select *, row_number() over (partition by line_no order by place) as nth from {PLACED_TABLE} where {counted}
            ) as placed inner join trace_source as source on placed.leaf_id // {SOURCE_ROWS} = source.source_no
            where {limited}"""
        )
        known = self.opened.con.execute("select distinct month, source_table from trace_shown").fetchall()
        shown = " union all ".join(self._described(month, table) for month, table in known)
        if not shown:
            return
        components = {line.number: line.component for line in self.lines}
        cursor = self.opened.con.execute(f"select * from ({shown}) order by place")
        while rows := cursor.fetchmany(5_000):
            for row in rows:
                yield self._leaf(row, components)

    def _leaf(self, row: Sequence[object], components: Mapping[int, str]) -> Leaf:
        _, line, month, table, batch_key, file_row, counted, rate, micro, running, key, facts = row
        assert isinstance(month, date)  # noqa: S101 - a date column
        return Leaf(
            line=int(str(line)),
            component=components[int(str(line))],
            month=month,
            table=str(table),
            table_zh=source_table(str(table)).zh,
            source=self._source(month, str(table), batch_key),
            file_row=int(str(file_row)),
            key=str(key),
            facts=str(facts or ""),
            counted=None if counted is None else Decimal(int(str(counted))) / MEASURE_UNITS,
            rate=None if rate is None else Decimal(int(str(rate))) / RATE_UNITS,
            contribution=yuan(int(str(micro))),
            running=yuan(int(str(running))),
        )

    def _described(self, month: date, table_name: str) -> str:
        """Leaves of one table with the key and the facts of their source rows."""
        columns = "shown.place, shown.line_no, shown.month, shown.source_table, shown.batch_key, shown.source_row"
        figures = "shown.counted, shown.rate, shown.micro, shown.running"
        here = f"shown.month = date '{month}' and shown.source_table = '{table_name}'"
        table = source_table(table_name)
        rows = self.opened.relation(month, table_name if table_name.startswith(f"{POLICY}.") else f"landing.{table_name}")
        batch = "true" if table_name.startswith(f"{POLICY}.") else "shown.batch_key = source.batch_key"
        return f"""select {columns}, {figures}, {key_text(table)} as key, {facts_text(table)} as facts
            from trace_shown as shown inner join {rows} as source
                on shown.source_row = source.source_row and {batch} where {here}"""

    def _source(self, month: date, table_name: str, batch_key: object) -> SourceFile:
        """The landed file, or the kept policy table, a leaf stands in."""
        if table_name.startswith(f"{POLICY}."):
            return self.opened.policy_file(month, table_name.removeprefix(f"{POLICY}."))
        return self.opened.source_files(month)[int(str(batch_key))]

    @cached_property
    def _placed(self) -> bool:
        """Walk once, then give every leaf its micro-yuan: rate times count, what is missing by largest remainder."""
        walk = Walk(self.opened)
        for node in dict.fromkeys(line.node for line in self.lines):
            walk.begin(node, self._start(node))
        walk.run()
        con = self.opened.con
        sources = ", ".join(f"({number}, date '{month}', '{table}')" for number, (month, table) in enumerate(walk.sources))
        con.execute(
            f"""create or replace temp table trace_source as
            select * from (values {sources or "(null, null, null)"}) as source (source_no, month, source_table)"""
        )
        targets = ", ".join(f"({line.number}, {line.micro_yuan}::hugeint)" for line in self.lines)
        con.execute(f"create or replace temp table trace_target as select * from (values {targets}) as target (line_no, micro)")
        con.execute(
            f"""create or replace temp table trace_part as
            select *, exact // {UNITS_PER_MICRO} as whole, exact % {UNITS_PER_MICRO} as remainder
            from (
                select line_no, leaf_id,
                    case when min(counted) = max(counted) then max(counted) end as counted,
                    case when min(counted) = max(counted) then sum(rate)::hugeint end as rate,
                    sum(rate * counted)::hugeint as exact
                from {LEAF_TABLE} group by line_no, leaf_id
            ) where counted is distinct from 0"""
        )
        con.execute(
            f"""create or replace temp table trace_line as
            select *, case when abs(micro - near) < {HALF_FEN} then micro else near end - whole as missing, micro - near as gap
            from (
                select target.line_no, target.micro, count(part.line_no) as leaves,
                    coalesce(sum(part.whole), 0)::hugeint as whole,
                    coalesce(sum(part.whole), 0)::hugeint + coalesce(sum(part.remainder), 0)::hugeint // {UNITS_PER_MICRO} as near
                from trace_target as target left join trace_part as part on target.line_no = part.line_no group by 1, 2
            )"""
        )
        con.execute(
            f"""create or replace temp table {PLACED_TABLE} as
            select *, row_number() over heaviest as place, sum(micro) over (heaviest rows unbounded preceding)::hugeint as running
            from (
                select part.line_no, part.leaf_id, part.counted, part.rate,
                    (
                        part.whole + line.missing // line.leaves
                        + case when part.nth <= abs(line.missing % line.leaves) then sign(line.missing) else 0 end
                    )::bigint as micro
                from (
                    select *, row_number() over (partition by line_no order by abs(remainder) desc, leaf_id) as nth
                    from trace_part
                ) as part inner join trace_line as line on part.line_no = line.line_no
            )
            window heaviest as (order by line_no, abs(micro) desc, leaf_id)"""
        )
        return True

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

    def _place(self) -> None:
        assert self._placed  # noqa: S101 - computed once

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


def source_table(name: str) -> Table:
    """The contract of a source table, or of a policy table."""
    return load_policy_contract()[name.removeprefix(f"{POLICY}.")] if name.startswith(f"{POLICY}.") else load_contract()[name]


def key_text(table: Table) -> str:
    """SQL for the business key of a row called `source`."""
    columns = [name for name in table.key if name != "hospital_id"]
    return " || '/' || ".join(f"coalesce(source.\"{name}\"::varchar, '')" for name in columns)


def facts_text(table: Table) -> str:
    """Codes, dates and figures of a source row with Chinese names, all of a policy row; nothing personal."""
    is_policy = table.source == POLICY
    shown = [
        c
        for c in table.columns
        if c.pii == "none"
        and c.name not in table.key
        and (is_policy or c.contract_type in FACT_TYPES or c.name.endswith(("_id", "_code")))
    ]
    return "concat_ws('；', " + ", ".join(f"'{c.zh} ' || {_fact(c)}::varchar" for c in shown) + ")" if shown else "null"


def _fact(column: Column) -> str:
    """A column of a source row; amounts of zero say nothing."""
    return f'nullif(source."{column.name}", 0)' if column.contract_type == "money" else f'source."{column.name}"'


def _literal(value: object) -> str:
    """A key of any type as text."""
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return "null::varchar" if value is None else "'" + text.replace("'", "''") + "'"
