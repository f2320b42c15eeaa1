"""The reconciliation statement of a month (对账单): every identity and every source table of a release on one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import jinja2

from orchestration.contract import load_contract
from orchestration.lineage.declaration import load_declarations
from orchestration.lineage.formats import thousands
from orchestration.lineage.opened import OpenedRelease
from orchestration.lineage.words import MEASURES, mart_zh, parent_zh, reason_zh

TEMPLATE = Path(__file__).with_name("statement.html")
STAGES = {
    "conformed": "归集 conformed",
    "costing": "成本 cost",
    "costed": "成本 cost",
    "grouping": "分组 groups",
    "grouped": "分组 groups",
    "settlement": "结算 settlement",
    "settled": "结算 settlement",
    "scoring": "绩效 bonus",
    "scored": "绩效 bonus",
    "audit": "审计 audit",
}
YUAN = "元 yuan"
UNITS = {"points": "点 points", "case_count": "例 cases", "shortfall": "分 score"}
MICRO_DIGITS = -6
COVER = "cover"
RECEIVED, USED, UNEXPLAINED = "received", "used", "unexplained"


@dataclass(frozen=True)
class Identity:
    """One measure against what its parents make of it; figures in `unit`, micro-yuan already turned into yuan."""

    relation: str
    measure: str
    kind: str
    unit: str
    parents: tuple[str, ...]
    checked_rows: int
    failing_rows: int
    stated: Decimal
    derived: Decimal
    difference: Decimal
    is_closed: bool
    excluded_rows: int
    excluded: Decimal
    exclusion_reason: str | None

    @property
    def is_cover(self) -> bool:
        """Whether it looks from the parents alone: every row of theirs taken up, or left for a reason."""
        return self.kind.startswith(COVER)

    @property
    def exclusion_zh(self) -> str:
        """Why parent rows are left, in Chinese."""
        return reason_zh(self.exclusion_reason or "")

    @property
    def relation_zh(self) -> str:
        """Name of the model in Chinese."""
        return mart_zh(self.relation.rpartition(".")[2])

    @property
    def measure_zh(self) -> str:
        """Name of the measure in Chinese, where it has one."""
        return MEASURES.get(self.measure, "")

    @property
    def stage(self) -> str:
        """Part of the way from source rows to bonuses, in both languages."""
        return STAGES[self.relation.partition(".")[0]]

    @property
    def made_by(self) -> str:
        """How the parents make the measure, in both languages."""
        if self.is_cover:
            return f"接续 {self.kind}"
        return "合计 sum" if self.kind == "sum" else f"分摊 {self.kind}"


@dataclass(frozen=True)
class Disposition:
    """What became of some rows of a source table: rows, yuan and a checksum of their business keys."""

    side: str
    reason: str
    rows: int
    amount: Decimal
    checksum: int

    @property
    def reason_zh(self) -> str:
        """The reason in Chinese."""
        return reason_zh(self.reason)


@dataclass(frozen=True)
class Coverage:
    """One source table: what was received, and where it went; nothing may be left."""

    table: str
    received: Disposition
    taken: tuple[Disposition, ...]

    @property
    def explained(self) -> list[Disposition]:
        """What was used or left out for a reason."""
        return [part for part in self.taken if part.side != UNEXPLAINED]

    @property
    def table_zh(self) -> str:
        """Name of the table in Chinese."""
        return load_contract()[self.table].zh

    @property
    def row_difference(self) -> int:
        """Rows received less rows used or excluded."""
        return self.received.rows - sum(part.rows for part in self.explained)

    @property
    def difference(self) -> Decimal:
        """Yuan received less yuan used or excluded."""
        return self.received.amount - sum((part.amount for part in self.explained), Decimal(0))

    @property
    def checksum_difference(self) -> int:
        """Not 0 when a row was exchanged for another."""
        return self.received.checksum - sum(part.checksum for part in self.explained)

    @property
    def is_closed(self) -> bool:
        """Whether received equals used plus excluded in all three."""
        return not (self.row_difference or self.difference or self.checksum_difference)


@dataclass(frozen=True)
class Statement:
    """The statement of one hospital and month of a release."""

    opened: OpenedRelease
    month: date
    identities: Sequence[Identity]
    tables: Sequence[Coverage]

    @property
    def shown(self) -> list[Identity]:
        """Identities, and covers that are not closed: a cover that is closed says nothing a reader of figures asks for."""
        return [one for one in self.identities if not one.is_cover or not one.is_closed]

    @property
    def left(self) -> list[Identity]:
        """Where rows of a parent were left for a reason."""
        return [one for one in self.identities if one.excluded_rows]

    @property
    def is_closed(self) -> bool:
        """Whether every identity holds and every source row is accounted for."""
        return all(identity.is_closed for identity in self.identities) and all(table.is_closed for table in self.tables)

    @property
    def difference(self) -> Decimal:
        """Sum of all differences in yuan, each without its sign."""
        identities = (abs(identity.difference) for identity in self.identities if identity.unit == YUAN)
        return sum((*identities, *(abs(table.difference) for table in self.tables)), Decimal(0))

    @property
    def row_count(self) -> int:
        """Lines of the statement."""
        return len(self.identities) + sum(1 + len(table.taken) for table in self.tables)


def read_statement(opened: OpenedRelease, month: date) -> Statement:
    """Read the statement of a month from the release; its files are verified first.

    Raises:
        BadInput: F42, a file is missing or altered.
        ConfigurationError: the release holds no reconciliation of the month.
    """
    identities = sorted(_identities(opened, month), key=lambda one: list(STAGES).index(one.relation.partition(".")[0]))
    return Statement(opened, month, identities, list(_tables(opened, month)))


def _identities(opened: OpenedRelease, month: date) -> Iterator[Identity]:
    relation = opened.relation(month, "fct_reconciliation")
    rows = opened.con.execute(f"select * from {relation} order by relation, measure, kind")
    names = [column[0] for column in rows.description]
    for row in rows.fetchall():
        yield _identity(dict(zip(names, row, strict=True)))


def _identity(row: Mapping[str, Any]) -> Identity:
    """One row of the mart; releases published before parents were asked for what is left of them have no such columns."""
    name, measure, kind = row["relation"], row["measure"], row["kind"]

    def yuan(column: str) -> Decimal:
        figure: Decimal = row.get(column, Decimal(0))
        return figure.scaleb(MICRO_DIGITS) if measure.endswith("_micro_yuan") else figure

    return Identity(
        relation=name,
        measure=measure,
        kind=kind,
        unit=UNITS.get(measure, YUAN),
        parents=_parents(name, measure, kind),
        checked_rows=row["checked_rows"],
        failing_rows=row["failing_rows"],
        stated=yuan("stated_amount"),
        derived=yuan("derived_amount"),
        difference=yuan("difference_amount"),
        is_closed=row["is_closed"],
        excluded_rows=row.get("excluded_rows") or 0,
        excluded=yuan("excluded_amount"),
        exclusion_reason=row.get("exclusion_reason"),
    )


def _parents(relation: str, measure: str, kind: str) -> tuple[str, ...]:
    """What the measure is made of, as this version declares it; a release may hold models it no longer knows."""
    declared = load_declarations().get(relation.rpartition(".")[2])
    edges = declared.edges_of(measure) if declared else []
    wanted = [edge for edge in edges if kind.startswith((edge.kind, COVER))]
    return tuple(dict.fromkeys(edge.parent for edge in wanted))


def _tables(opened: OpenedRelease, month: date) -> Iterator[Coverage]:
    relation = opened.relation(month, "fct_source_coverage")
    query = f"""select table_name, side, reason, row_count, amount_yuan, cast(key_checksum as hugeint)
        from {relation} order by table_name, side = '{RECEIVED}' desc, side = '{USED}' desc, reason"""
    rows = opened.con.execute(query).fetchall()
    for table, group in groupby(rows, key=lambda row: row[0]):
        received, *taken = (Disposition(*row[1:]) for row in group)
        yield Coverage(table, received, tuple(taken))


def statement_page(statement: Statement) -> str:
    """The statement as one self-contained page: no script, no network, to print and to sign."""
    record = statement.opened.record
    stages = [(stage, list(group)) for stage, group in groupby(statement.shown, key=lambda one: one.stage)]
    return _template().render(
        statement=statement,
        stages=stages,
        hospital_id=statement.opened.hospital_id,
        release_id=record.release_id,
        record_sha256=record.sha256,
        published_at=record.content["published_at"],
        is_simulation=record.content["is_simulation"],
        checked_rows=sum(identity.checked_rows for identity in statement.identities),
        source_rows=sum(table.received.rows for table in statement.tables),
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["thousands"] = thousands
    environment.filters["known"] = lambda parents: "、".join(dict.fromkeys(map(parent_zh, parents)))
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
