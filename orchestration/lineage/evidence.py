"""Evidence for figures that are no yuan: the rows a published indicator counts, with their source addresses.

An indicator is one row of a mart whose declaration has `evidence` edges. What each row puts into numerator and denominator
comes from the columns that the definition, a policy row, names; what they add up to is set against what is published. A
growth rests on another indicator in two months: the rows of both are its evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cached_property
from itertools import count
from typing import Any

from orchestration.contract import load_contract, load_policy_contract
from orchestration.errors import BadInput, ConfigurationError
from orchestration.lineage.declaration import POLICY, Declaration, Edge, load_declarations
from orchestration.lineage.opened import OpenedRelease, SourceFile
from orchestration.lineage.source_rows import facts_text, key_text
from orchestration.lineage.sql import EdgeSql
from orchestration.lineage.words import parent_zh

NUMBERS = count(1)
SIDES = ("numerator", "denominator")
GROWTH, CHANGE = "growth", "change"
YEAR = 12
COMPARED_UNIT = Decimal("0.000001")
"""What this year's volume came to at last year's value is rounded to six decimals, as the model does."""


@dataclass(frozen=True)
class Definition:
    """A policy row the indicator is defined by: where it stands and what it says."""

    source: SourceFile
    row: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class CountedRow:
    """A row behind the indicator. A row with several source rows counts at the first of them, so that sums stay sums."""

    month: date
    relation: str
    relation_zh: str
    key: str
    numerator: Decimal | None
    denominator: Decimal | None
    source: SourceFile | None
    file_row: int | None
    facts: str


class Evidence:
    """One row of a mart of indicators in one month of an opened release."""

    def __init__(self, opened: OpenedRelease, month: date, mart: str, key: Mapping[str, str]) -> None:
        self.opened = opened
        self.month = month
        self.declaration = evidence_mart(mart)
        self.key = dict(key)
        self._child = f"evidence_child_{next(NUMBERS)}"
        self.row = self._read_row()

    def _read_row(self) -> dict[str, Any]:
        declared = self.declaration
        if sorted(self.key) != sorted(declared.key):
            raise ConfigurationError(
                f"a row of {declared.relation} is found by {', '.join(declared.key)}",
                remedy="name each with --key COLUMN=VALUE",
                zh="键不正确",
            )
        relation = self.opened.relation(self.month, declared.name)
        where = " and ".join(f'"{column}" = ?' for column in self.key)
        self.opened.con.execute(
            f"create temp table {self._child} as select * from {relation} where {where}", list(self.key.values())
        )
        cursor = self.opened.con.execute(f"select * from {self._child}")
        names = [column[0] for column in cursor.description or ()]
        row = cursor.fetchone()
        if row is None:
            raise BadInput(
                f"{declared.relation} of {self.month:%Y-%m} has no row with {', '.join(map(str, self.key.values()))}",
                remedy="correct the key",
                zh="没有符合条件的行",
            )
        return dict(zip(names, row, strict=True))

    @cached_property
    def compared(self) -> tuple[Evidence, ...]:
        """The indicator a growth or a change names, in this month and twelve months before; nothing for other figures."""
        if self._defined("basis") not in (GROWTH, CHANGE):
            return ()
        key = self.key | {"indicator_code": str(self.row["numerator_name"])}
        mart = self.declaration.relation
        return Evidence(self.opened, self.month, mart, key), Evidence(self.opened, _months_before(self.month, YEAR), mart, key)

    @cached_property
    def months(self) -> list[date]:
        """Months whose rows are counted."""
        return [one.month for one in self.compared] or [self.month]

    @cached_property
    def definitions(self) -> list[Definition]:
        """The policy rows that say what is counted."""
        return [*self._own_definitions(), *(found for one in self.compared for found in one.definitions)]

    def _own_definitions(self) -> list[Definition]:
        return [found for edge in self.declaration.parents if edge.space == POLICY for found in self._definition(edge)]

    def _definition(self, edge: Edge) -> Iterator[Definition]:
        cursor = self.opened.con.execute(f"select parent.* from {self._sql(edge).rows(self._child)}")
        names = [column[0] for column in cursor.description or ()]
        table = load_policy_contract()[edge.parent_name]
        for row in cursor.fetchall():
            values = dict(zip(names, row, strict=True))
            said = {table.column(n).zh: v for n, v in values.items() if n in table.column_names and v is not None}
            yield Definition(self.opened.policy_file(self.month, edge.parent_name), values["source_row"], said)

    @cached_property
    def rows(self) -> list[CountedRow]:
        """Every row counted, those that count most first; of a growth those of this year, then those of last year."""
        if self.compared:
            return [row for one in self.compared for row in one.rows]
        edges = [edge for edge in self.declaration.parents if edge.kind == "evidence"]
        return [row for edge in edges for row in self._counted(edge)]

    @cached_property
    def sums(self) -> dict[str, Decimal | None]:
        """What the rows add up to, by side; None where the evidence does not say what a row counts, and for a growth, which
        adds up nothing itself. No rows are zero."""
        if self.compared:
            return dict.fromkeys(SIDES)
        return {side: _sum(getattr(row, side) for row in self.rows) if self.rows else Decimal(0) for side in SIDES}

    @cached_property
    def differences(self) -> dict[str, Decimal]:
        """Published less counted, by side, where both are known."""
        if self.compared:
            return {side: Decimal(self.row[side]) - total for side, total in self._grown().items()}
        scale = self._scale
        counted = {"numerator": scale, "denominator": Decimal(1)}
        return {
            side: Decimal(self.row[side]) - total * counted[side]
            for side, total in self.sums.items()
            if total is not None and self.row.get(side) is not None
        }

    def _grown(self) -> dict[str, Decimal]:
        """What the counted rows of both months make of the growth: a count is compared with last year's, a mean by its volume."""
        totals = [(one.sums["numerator"], one.sums["denominator"], one._scale) for one in self.compared]
        (above, below, scale), (above_before, below_before, scale_before) = totals
        if above is None or above_before is None:
            return {}
        expected = above_before * scale_before
        if below and below_before:
            with localcontext(prec=60):
                expected = (expected * below / below_before).quantize(COMPARED_UNIT, ROUND_HALF_UP)
        measured = {"numerator": above * scale - expected, "denominator": expected if self._defined("basis") == GROWTH else below}
        return {side: amount for side, amount in measured.items() if amount is not None and self.row[side] is not None}

    @cached_property
    def _scale(self) -> Decimal:
        """What the definition multiplies the numerator by: its factor, and the sum of another quantity where it names one."""
        factor = Decimal(str(self._defined("factor") or 1))
        multiplier = self._defined("multiplier")
        if multiplier is None:
            return factor
        edges = [edge for edge in self.declaration.parents if edge.counting and edge.counting.among]
        totals = [self._total(edge, str(multiplier)) for edge in edges]
        return factor * sum((total for total in totals if total is not None), Decimal(0))

    def _defined(self, column: str) -> object:
        for edge in self.declaration.parents:
            if edge.space == POLICY and column in load_policy_contract()[edge.parent_name].column_names:
                found = self.opened.con.execute(f"select parent.{column} from {self._sql(edge).rows(self._child)}").fetchone()
                return found[0] if found else None
        return None

    def _total(self, edge: Edge, column: str) -> Decimal | None:
        if column not in self._columns(edge.parent):
            return None
        where = self._among(edge)
        found = self.opened.con.execute(
            f'select sum(parent."{column}") from {self._sql(edge).rows(self._child)} where {where}'
        ).fetchone()
        return Decimal(found[0]) if found and found[0] is not None else None

    def _counted(self, edge: Edge) -> Iterator[CountedRow]:
        query, has_address = self._addressed(edge)
        order = "order by abs(coalesce(counted_numerator, 0)) desc, abs(coalesce(counted_denominator, 0)) desc, key, source_row"
        for batch_key, file_row, key, facts, above, below in self.opened.con.execute(f"{query} {order}").fetchall():
            yield CountedRow(
                month=self.month,
                relation=edge.parent,
                relation_zh=parent_zh(edge.parent),
                key=str(key),
                numerator=above,
                denominator=below,
                source=self.opened.source_files(self.month)[batch_key] if has_address else None,
                file_row=file_row,
                facts=str(facts or ""),
            )

    def _addressed(self, edge: Edge) -> tuple[str, bool]:
        """Counted rows with the address of a source row: their own, or that of the source rows their model names first."""
        numerator, denominator = (self._side(edge, side) for side in SIDES)
        counted = f"""select parent.*, {numerator} as counted_numerator, {denominator} as counted_denominator
            from {self._sql(edge).rows(self._child)} where {self._among(edge)}"""
        figures = "counted_numerator, counted_denominator"
        if edge.space == "landing":
            return f"select {_described(edge)}, {figures} from ({counted}) as source", True
        parent = load_declarations().get(edge.parent_name)
        key = parent.key if parent else ()
        # Indicators made of indicators rest on rows that have evidence of their own.
        edges = () if parent is None or parent.name == self.declaration.name else parent.parents
        below = next((e for e in edges if e.space == "landing" and e.kind != "param"), None)
        if below is None:
            text = f"concat_ws('/', {', '.join(key)})" if key else "''"
            return f"select null as batch_key, null as source_row, {text} as key, null, {figures} from ({counted})", False
        partition = ", ".join(f"child.{column}" for column in key)
        return (
            f"""select {_described(below)}, case when nth = 1 then counted_numerator end as counted_numerator,
                case when nth = 1 then counted_denominator end as counted_denominator
            from (
                select parent.*, child.counted_numerator, child.counted_denominator,
                    row_number() over (partition by {partition} order by parent.batch_key, parent.source_row) as nth
                from {self._sql(below).rows(f"({counted})")}
            ) as source""",
            True,
        )

    def _side(self, edge: Edge, side: str) -> str:
        """SQL for what a parent row puts into one side."""
        text = edge.counting.counts.get(side) if edge.counting else None
        if edge.counting is None or text is None:
            return "cast(null as decimal(38, 12))"
        if not text.isidentifier():
            return f"cast({text} as decimal(38, 12))"
        name = str(self.row.get(text))
        if name in edge.counting.distinct:
            column = f'parent."{edge.counting.distinct[name]}"'
            first = f"row_number() over (partition by {column} order by parent.stay_id)"
            return f"cast(case when {column} is not null and {first} = 1 then 1 else 0 end as decimal(38, 12))"
        is_known = name in self._columns(edge.parent)
        return f'cast(coalesce(parent."{name}", 0) as decimal(38, 12))' if is_known else "cast(null as decimal(38, 12))"

    def _among(self, edge: Edge) -> str:
        mark = self.row.get(edge.counting.among) if edge.counting and edge.counting.among else None
        return f'cast(parent."{mark}" as integer) = 1' if mark and mark in self._columns(edge.parent) else "true"

    def _columns(self, relation: str) -> set[str]:
        found = self.opened.con.execute(f"describe {self.opened.relation(self.month, relation)}").fetchall()
        return {name for name, *_ in found}

    def _sql(self, edge: Edge) -> EdgeSql:
        names = [edge.parent, *(lookup.relation for lookup in edge.via.values())]
        relations = {name: self.opened.relation(self.month, name) for name in names}
        return EdgeSql(edge, relations, self.opened.parameters(self.month))


def evidence_mart(mart: str) -> Declaration:
    """The declaration of a mart whose rows rest on evidence.

    Raises:
        ConfigurationError: it is not one.
    """
    declared = load_declarations().get(mart.rpartition(".")[2])
    if declared is None or not is_evidence_mart(mart):
        raise ConfigurationError(f"{mart} declares no evidence", remedy="correct --mart", zh=f"{mart} 没有证据声明")
    return declared


def is_evidence_mart(mart: str) -> bool:
    """Whether the rows of a mart are no yuan but rest on evidence, as indicators do."""
    declared = load_declarations().get(mart.rpartition(".")[2])
    is_named = declared is not None and mart in (declared.name, declared.relation) and not declared.measures
    return is_named and declared is not None and any(edge.kind == "evidence" for edge in declared.parents)


def _months_before(month: date, months: int) -> date:
    """First day of a month so many months before."""
    year, index = divmod(month.year * 12 + month.month - 1 - months, 12)
    return date(year, index + 1, 1)


def _described(edge: Edge) -> str:
    """Address, key and facts of a source row."""
    table = load_contract()[edge.parent_name]
    return f"source.batch_key, source.source_row, {key_text(table)} as key, {facts_text(table)}"


def _sum(values: Iterator[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None
