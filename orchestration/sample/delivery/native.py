"""What both native forms share: a contract table as a hospital keeps it, and the mapping that leads back."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import yaml

from orchestration.contract import Column, Table
from orchestration.contract.model import HOSPITAL
from orchestration.sample.settings import Settings, month_start

FOLDER = Path(__file__).parent


@cache
def read_layout(name: str) -> dict[str, Any]:
    """A YAML file beside this module."""
    layout: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return layout


def code_values(hospital_id: str, column: Column) -> dict[str, str] | None:
    """The hospital's values of a code column (theirs to ours), if it has its own."""
    codes = read_layout("codes.yml")[hospital_id]
    known = codes.get("bool" if column.contract_type == "bool" else column.name)
    return dict(known) if known else None


def own_columns(table: Table) -> list[Column]:
    """Contract columns a hospital keeps itself."""
    return [column for column in table.columns if column.name != HOSPITAL]


def translate(hospital_id: str, column: Column, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Contract values as text in the hospital's own codes; numbers and dates as the contract writes them."""
    texts = values.cast(pa.string())
    codes = code_values(hospital_id, column)
    if codes is None:
        return texts
    theirs = {ours: their for their, ours in codes.items()}
    found = pc.index_in(texts, value_set=pa.array(list(theirs)))
    return pa.array(list(theirs.values()), pa.string()).take(found.combine_chunks())


def column_mapping(hospital_id: str, column: Column, source: str, date_format: str | None = None) -> Any:
    """Entry of a mapping file that reads the column back."""
    entry: dict[str, Any] = {"column": source}
    if date_format:
        entry["format"] = date_format
    if codes := code_values(hospital_id, column):
        entry["value_map"] = codes
    return entry if len(entry) > 1 else source


def month_span(settings: Settings) -> dict[str, str]:
    """The `months` entry of a mapping."""
    first, last = settings.month_numbers[0], settings.month_numbers[-1]
    return {"from": str(month_start(first))[:7], "to": str(month_start(last))[:7]}


def write_yaml(path: Path, content: dict[str, Any], comment: str) -> None:
    """A YAML file for people to read."""
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=130)
    path.write_text(f"# {comment}\n{text}", encoding="utf-8")
