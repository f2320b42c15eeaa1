"""What every leaf of a walk contributes: rate times count to the millionth of a yuan, what is missing by largest remainder.

A million leaves are placed at a time. Division and decimal scaling of 128-bit numbers cost a hundred times what a shift
costs, so every different rate is turned once into millionths of a yuan with a binary fraction; a leaf is then multiplied
and shifted.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import duckdb

from orchestration.lineage.walk import LEAF_TABLE, MEASURE_UNITS, RATE_UNITS

MICRO = 10**6
UNITS_PER_MICRO = RATE_UNITS * MEASURE_UNITS // MICRO
HALF_FEN = 5_000
PLACED_TABLE = "trace_placed"
GAP_TABLE = "trace_gap"
# Bits behind the point, made in two steps so that the largest rate fits; of a remainder the leading bits decide.
FIRST_BITS, LAST_BITS = 40, 30
BITS = FIRST_BITS + LAST_BITS
FRACTION = 2**BITS - 1
ORDER_BITS = 60


def yuan(micro: int) -> Decimal:
    """Micro-yuan as yuan."""
    return Decimal(int(micro)).scaleb(-6)


def place_leaves(con: duckdb.DuckDBPyConnection, micro_of: Mapping[int, int]) -> None:
    """Make `trace_placed` (line_no, leaf_id, counted, rate, micro) and `trace_gap` (line_no, leaves, gap) from `trace_leaf`.

    Args:
        con: where the walk left its leaves.
        micro_of: micro-yuan of each line, to which its leaves add up where only rounding of shares is between.
    """
    _weigh(con)
    _compare(con, micro_of)
    con.execute(
        f"""create or replace temp table {PLACED_TABLE} as
        select part.line_no, part.leaf_id, part.counted, part.rate,
            part.whole + line.each + case when part.nth <= line.left_over then 1 else 0 end as micro
        from (
            select *, row_number() over (partition by line_no order by remainder desc, leaf_id) as nth from trace_part
        ) as part inner join trace_line as line on part.line_no = line.line_no"""
    )
    con.execute(f"create or replace temp table {GAP_TABLE} as select line_no, leaves, gap from trace_line")
    for table in (LEAF_TABLE, "trace_rate", "trace_part", "trace_line"):
        con.execute(f"drop table {table}")


def _weigh(con: duckdb.DuckDBPyConnection) -> None:
    """Leaves of all ways added up: whole micro-yuan, rounded down, and the leading bits of what is left."""
    con.execute(
        f"""create or replace temp table trace_rate as
        select rate, high * {2**LAST_BITS} + low * {2**LAST_BITS} // {UNITS_PER_MICRO} as micro_rate
        from (
            select rate, rate * {2**FIRST_BITS} // {UNITS_PER_MICRO} as high, rate * {2**FIRST_BITS} % {UNITS_PER_MICRO} as low
            from (select distinct rate from {LEAF_TABLE})
        )"""
    )
    con.execute(
        f"""create or replace temp table trace_part as
        select line_no, leaf_id, counted, rate, (exact >> {BITS})::bigint as whole,
            ((exact & {FRACTION}::hugeint) >> {BITS - ORDER_BITS})::bigint as remainder
        from (
            select leaf.line_no, leaf.leaf_id,
                case when min(leaf.counted) = max(leaf.counted) then max(leaf.counted) end as counted,
                case when min(leaf.counted) = max(leaf.counted) then sum(leaf.rate)::hugeint end as rate,
                sum(weight.micro_rate * leaf.counted)::hugeint as exact
            from {LEAF_TABLE} as leaf inner join trace_rate as weight on leaf.rate = weight.rate
            group by 1, 2
        ) where counted is distinct from 0"""
    )


def _compare(con: duckdb.DuckDBPyConnection, micro_of: Mapping[int, int]) -> None:
    """What each line lacks: within half a fen it is rounding and shared out, else it stays visible as a gap."""
    targets = ", ".join(f"({line_no}, {micro}::hugeint)" for line_no, micro in micro_of.items())
    con.execute(
        f"""create or replace temp table trace_line as
        select line_no, leaves, micro - near as gap,
            missing // greatest(leaves, 1) - case when missing % greatest(leaves, 1) < 0 then 1 else 0 end as each,
            (missing % greatest(leaves, 1) + greatest(leaves, 1)) % greatest(leaves, 1) as left_over
        from (
            select *, (case when abs(micro - near) < {HALF_FEN} then micro else near end - whole)::bigint as missing
            from (
                select *, whole + ((remainder + {2 ** (ORDER_BITS - 1)}) >> {ORDER_BITS}) as near
                from (
                    select target.line_no, target.micro, count(part.line_no) as leaves,
                        coalesce(sum(part.whole), 0)::hugeint as whole, coalesce(sum(part.remainder), 0)::hugeint as remainder
                    from (values {targets}) as target (line_no, micro)
                    left join trace_part as part on target.line_no = part.line_no group by 1, 2
                )
            )
        )"""
    )
