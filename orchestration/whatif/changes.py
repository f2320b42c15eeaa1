"""Which policy rows differ, by cause: the other policy read against the recorded one, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from orchestration.contract import load_policy_contract
from orchestration.policy import Policy
from orchestration.whatif.causes import CAUSES, PARAMETER, SCHEME, TERM_PARAMETERS, Cause

COLUMNS = ("hospital_id", "cause", "table_name", "row_key", "column_name", "old_value", "new_value")
# Columns that belong to another cause than the rest of their table.
COLUMN_CAUSES = {("hospital", "coefficient"): "coefficient"}
PROVENANCE = frozenset({"source_type", "source_ref", "approved_by", "recorded_at"})


def list_changes(old: Policy, new: Policy, hospital_id: str, causes: Sequence[Cause]) -> list[dict[str, Any]]:
    """Values that differ for one hospital, in tables and parameters of some causes.

    Returns:
        One entry per row and column: hospital_id, cause, table_name, row_key, column_name, old_value, new_value. A row that
        only one policy has stands with all its values.
    """
    before, after = old.for_hospital(hospital_id), new.for_hospital(hospital_id)
    wanted = {cause.code for cause in (CAUSES if SCHEME in causes else causes)}
    found = []
    for cause in CAUSES:
        for table in (*cause.tables, PARAMETER):
            codes = _parameters(cause) if table == PARAMETER else None
            rows = [_keyed(side[table].to_pylist(), table, codes) for side in (before, after)]
            for key, column, values in _differences(*rows):
                code = COLUMN_CAUSES.get((table, column), cause.code)
                if code in wanted:
                    named = (hospital_id, code, table, key, column, *values)
                    found.append(dict(zip(COLUMNS, named, strict=True)))
    return found


def _parameters(cause: Cause) -> set[str]:
    return {*cause.parameters, *(code for code, of in TERM_PARAMETERS.items() if of == cause.code)}


def _keyed(rows: list[dict[str, Any]], table: str, wanted: set[str] | None) -> dict[str, dict[str, Any]]:
    """Values of rows without provenance, by their key and the day they begin."""
    key = [name for name in load_policy_contract()[table].key if name != "hospital_id"] + ["valid_from"]
    kept = [row for row in rows if wanted is None or row["parameter_code"] in wanted]
    return {
        " ".join(str(row[name]) for name in dict.fromkeys(key) if row[name] is not None): {
            name: value for name, value in row.items() if name not in PROVENANCE and name not in key
        }
        for row in kept
    }


def _differences(
    before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]
) -> Iterator[tuple[str, str, tuple[Any, Any]]]:
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key, {}), after.get(key, {})
        for column in {**old, **new}:
            if old.get(column) != new.get(column):
                yield key, column, (old.get(column), new.get(column))
