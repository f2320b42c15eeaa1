"""How a source row is shown: its business key, and what it says with Chinese names, nothing personal."""

from __future__ import annotations

from orchestration.contract import Column, Table, load_contract, load_policy_contract
from orchestration.lineage.declaration import POLICY

FACT_TYPES = ("money", "quantity", "price", "date", "timestamp", "bool")


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
