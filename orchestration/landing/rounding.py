"""Money kept with more than two decimals at the source, rounded to the fen so that the rounded total holds."""

from __future__ import annotations

from orchestration.contract import Table
from orchestration.contract.model import HOSPITAL
from orchestration.sources.inspection import Inspection
from orchestration.sources.text import identifier

MICRO_PER_FEN = 10_000


def round_money(table: Table, judged: Inspection) -> str:
    """SQL of the typed rows; with `round_money` each money column by largest remainder against its rounded total.

    In micro-yuan: every amount is cut toward zero to whole fen; the fen missing to the total (rounded half away from
    zero) go to the largest remainders, ties by key ascending.
    """
    money = [c.column for c in judged.casts if c.column.contract_type == "money" and c.column.name in judged.part.columns]
    if not judged.part.round_money or not money:
        return judged.typed
    key = ", ".join(f"{identifier(k)} nulls first" for k in table.key if k != HOSPITAL)
    sql = judged.typed
    for column in money:
        sql = _rounded(sql, identifier(column.name), column.data_type, f"{key}, source_row")
    return sql


def _rounded(sql: str, name: str, data_type: str, key: str) -> str:
    rest = f"micro - fen * {MICRO_PER_FEN}"
    total = f"sign(sum(micro) over ()) * ((abs(sum(micro) over ()) + {MICRO_PER_FEN // 2}) // {MICRO_PER_FEN})"
    extra = "case when place_up <= missing then 1 when place_down <= -missing then -1 else 0 end"
    return f"""select * exclude (micro, fen, missing, place_up, place_down) replace (
    cast(cast(fen + {extra} as decimal(18, 0)) * cast(0.01 as decimal(3, 2)) as {data_type}) as {name})
from (
    select *,
        {total} - sum(fen) over () as missing,
        row_number() over (order by {rest} desc nulls last, {key}) as place_up,
        row_number() over (order by {rest} asc nulls last, {key}) as place_down
    from (select *, micro // {MICRO_PER_FEN} as fen from (select *, cast({name} * 1000000 as hugeint) as micro from ({sql})))
)"""
