"""The leaves of a trace with their source rows: read one by one, or written as a file by the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from orchestration.export.cells import harmless_sql
from orchestration.lineage.declaration import POLICY
from orchestration.lineage.opened import OpenedRelease, SourceFile
from orchestration.lineage.placing import GAP_TABLE, HALF_FEN, PLACED_TABLE, place_leaves
from orchestration.lineage.source_rows import facts_text, key_text, source_table
from orchestration.lineage.walk import BATCH_ROWS, SOURCE_ROWS
from orchestration.lineage.words import component_zh

LEAF_COLUMNS = (
    "line",
    "component",
    "component_zh",
    "month",
    "table",
    "table_zh",
    "source_file",
    "file_row",
    "batch_id",
    "key",
    "counted",
    "rate",
    "contribution_yuan",
    "running_yuan",
    "facts",
    "source_sha256",
    "landed_sha256",
)
NUMBER_COLUMNS = ("line", "file_row", "counted", "rate", "contribution_yuan", "running_yuan")
ROWS_AT_ONCE = 5_000


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


@dataclass
class Leaves:
    """Leaves of a finished walk.

    Args:
        opened: the release, whose connection holds what the walk reached.
        lines: name and micro-yuan of each line by its number.
        sources: month and table by the number a leaf is known by.
    """

    opened: OpenedRelease
    lines: Mapping[int, tuple[str, int]]
    sources: Sequence[tuple[date, str]]
    _files: dict[tuple[date, str, int], SourceFile] = field(default_factory=dict)

    def __post_init__(self) -> None:
        place_leaves(self.opened.con, {number: micro for number, (_, micro) in self.lines.items()})

    def counts(self) -> dict[int, int]:
        """Leaves of every line."""
        return dict(self.opened.con.execute(f"select line_no, leaves from {GAP_TABLE}").fetchall())

    def gaps(self) -> dict[int, int]:
        """Micro-yuan that rounding of shares does not explain, by line; lines without are left out."""
        return dict(self.opened.con.execute(f"select line_no, gap from {GAP_TABLE} where abs(gap) >= {HALF_FEN}").fetchall())

    def read(self, most: int | None, *, negative: bool) -> Iterator[Leaf]:
        """Leaves in the order of the lines, the weightiest first; at most `most` of a line."""
        shown = self._shown(most, negative=negative)
        if not shown:
            return
        cursor = self.opened.con.execute(f"select * exclude place from ({shown}) order by place")
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            for row in rows:
                yield self._leaf(*row)

    def write(self, path: Path, most: int | None, *, negative: bool) -> int:
        """Write them as CSV with texts no spreadsheet runs as a formula; returns how many."""
        shown = self._shown(most, negative=negative)
        if not shown:
            path.write_text(",".join(LEAF_COLUMNS) + "\n", encoding="utf-8")
            return 0
        self._name_addresses()
        columns = ", ".join(
            f'"{name}"' if name in NUMBER_COLUMNS else f"""{harmless_sql(f'"{name}"')} as "{name}\"""" for name in LEAF_COLUMNS
        )
        target = str(path).replace("'", "''")
        done = self.opened.con.execute(
            f"""copy (
                select {columns} from (
                    select place, line_no as line, component, component_zh, strftime(month, '%Y-%m') as month,
                        source_table as "table", table_zh, source_file, source_row as file_row, batch_id, key,
                        {_plain("counted")} as counted, {_plain("rate")} as rate, contribution as contribution_yuan,
                        running as running_yuan, nullif(facts, '') as facts, source_sha256, landed_sha256
                    from ({shown}) inner join trace_name using (line_no)
                    inner join trace_address using (month, source_table, batch_key)
                ) order by place
            ) to '{target}' (format csv, header true)"""
        ).fetchone()
        return int(done[0]) if done else 0

    def _shown(self, most: int | None, *, negative: bool) -> str:
        """Query of the leaves asked for with the key and the facts of their source rows; empty where there are none."""
        assert self._ordered  # noqa: S101 - computed once
        wanted = " and ".join(["counted < 0"] * negative) or "true"
        limited = f"qualify row_number() over (partition by line_no order by place) <= {most}" if most else ""
        self.opened.con.execute(
            f"create or replace temp table trace_shown as select * from trace_ordered where {wanted} {limited}"
        )
        known = self.opened.con.execute("select distinct source_no from trace_shown order by 1").fetchall()
        return " union all ".join(self._described(number) for (number,) in known)

    @cached_property
    def _ordered(self) -> bool:
        """Line by line the weightiest first, with the sum up to each."""
        self.opened.con.execute(
            f"""create or replace temp table trace_ordered as
            select line_no, leaf_id // {SOURCE_ROWS} as source_no, leaf_id % {SOURCE_ROWS} // {BATCH_ROWS} as batch_key,
                leaf_id % {BATCH_ROWS} as source_row, counted, rate, micro,
                row_number() over heaviest as place, sum(micro) over (heaviest rows unbounded preceding)::hugeint as running
            from {PLACED_TABLE}
            window heaviest as (order by line_no, abs(micro) desc, leaf_id)"""
        )
        return True

    def _described(self, number: int) -> str:
        """Leaves of one table with the key and the facts of their source rows; figures as decimals."""
        month, name = self.sources[number]
        table, is_policy = source_table(name), name.startswith(f"{POLICY}.")
        rows = self.opened.relation(month, name if is_policy else f"landing.{name}")
        batch = "true" if is_policy else "shown.batch_key = source.batch_key"
        return f"""select shown.place, shown.line_no, date '{month}' as month, '{name}' as source_table, shown.batch_key,
                shown.source_row, {_decimal("shown.counted", 8)} as counted, {_decimal("shown.rate", 18)} as rate,
                {_decimal("shown.micro", 6)} as contribution, {_decimal("shown.running", 6)} as running,
                {key_text(table)} as key, {facts_text(table)} as facts
            from trace_shown as shown inner join {rows} as source
                on shown.source_row = source.source_row and {batch} where shown.source_no = {number}"""

    def _name_addresses(self) -> None:
        """Tables of the names a file carries: of the lines, and of the files the leaves stand in."""
        con = self.opened.con
        con.execute("create or replace temp table trace_name (line_no integer, component varchar, component_zh varchar)")
        names = [(number, component, component_zh(component)) for number, (component, _) in self.lines.items()]
        con.executemany("insert into trace_name values (?, ?, ?)", names)
        con.execute(
            """create or replace temp table trace_address (
                month date, source_table varchar, batch_key bigint, table_zh varchar, source_file varchar, batch_id varchar,
                source_sha256 varchar, landed_sha256 varchar
            )"""
        )
        found = con.execute("select distinct source_no, batch_key from trace_shown").fetchall()
        for number, batch_key in found:
            month, name = self.sources[number]
            file = self._source(month, name, batch_key)
            address = (file.source_name, file.batch_id, file.source_sha256, file.landed_sha256)
            values = (month, name, batch_key, source_table(name).zh, *address)
            con.execute("insert into trace_address values (?, ?, ?, ?, ?, ?, ?, ?)", values)

    def _leaf(
        self,
        line: int,
        month: date,
        table: str,
        batch_key: int,
        file_row: int,
        counted: Decimal | None,
        rate: Decimal | None,
        contribution: Decimal,
        running: Decimal,
        key: str,
        facts: str | None,
    ) -> Leaf:
        return Leaf(
            line=line,
            component=self.lines[line][0],
            month=month,
            table=table,
            table_zh=source_table(table).zh,
            source=self._source(month, table, batch_key),
            file_row=file_row,
            key=key,
            facts=facts or "",
            counted=counted,
            rate=rate,
            contribution=contribution,
            running=running,
        )

    def _source(self, month: date, table: str, batch_key: int) -> SourceFile:
        """The landed file, or the kept policy table, a leaf stands in."""
        if (month, table, batch_key) not in self._files:
            self._files[month, table, batch_key] = (
                self.opened.policy_file(month, table.removeprefix(f"{POLICY}."))
                if table.startswith(f"{POLICY}.")
                else self.opened.source_files(month)[batch_key]
            )
        return self._files[month, table, batch_key]


def _decimal(units: str, digits: int) -> str:
    """A whole number of 10^-digits as a decimal; a product, since a quotient would be inexact."""
    return f"{units}::decimal(38, 0) * 0.{'0' * (digits - 1)}1::decimal({digits}, {digits})"


def _plain(column: str) -> str:
    """A decimal as text without idle zeros."""
    return f"rtrim(rtrim({column}::varchar, '0'), '.')"
