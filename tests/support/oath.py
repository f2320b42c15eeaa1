"""What must hold after any harm: readers see a complete, verified, gated release; nothing acknowledged is lost; sums tie."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import duckdb

from orchestration.home import Home
from orchestration.release.record import Record, current_record, read_records
from orchestration.release.verify import verify_home
from orchestration.release.warehouse import WAREHOUSE_FILE


def check_oath(home: Home, acknowledged: Iterable[Record] = ()) -> Record | None:
    """Check a home; the release readers see.

    Args:
        home: the warehouse.
        acknowledged: releases whose publishing had ended well before the harm.
    """
    present = current_record(home)
    kept = {record.release_id: record.sha256 for record in read_records(home)}
    for record in acknowledged:
        assert kept.get(record.release_id) == record.sha256, f"{record.release_id} vanished"
        assert present is not None and present.sequence >= record.sequence
    if present is None:
        return None
    assert verify_home(home) == present
    for run in present.content["runs"]:
        assert run["gates"] and not any(gate["stops"] for gate in run["gates"])
    _sums_tie(home, present)
    return present


def _sums_tie(home: Home, record: Record) -> None:
    """Every mart of the warehouse has the rows and the control sums the record states."""
    with duckdb.connect(str(home.published / record.release_id / WAREHOUSE_FILE), read_only=True) as con:
        for relation, stated in record.content["marts"].items():
            columns = list(stated["control_sums"])
            sums = "".join(f', coalesce(sum("{column}"), 0)' for column in columns)
            rows, *found = con.execute(f"select count(*){sums} from {relation}").fetchone() or (0,)
            assert rows == stated["rows"], relation
            assert [Decimal(value) for value in found] == [Decimal(stated["control_sums"][c]) for c in columns], relation
