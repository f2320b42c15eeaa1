"""The contract: tables and columns, kept once in the YAML of the dbt project and read here."""

from orchestration.contract.loader import (
    load_contract,
    load_history_tables,
    load_mart_columns,
    load_pack_tables,
    load_policy_contract,
    load_run_tables,
)
from orchestration.contract.model import Column, Contract, Table

__all__ = [
    "Column",
    "Contract",
    "Table",
    "load_contract",
    "load_history_tables",
    "load_mart_columns",
    "load_pack_tables",
    "load_policy_contract",
    "load_run_tables",
]
