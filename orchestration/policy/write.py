"""Write the rows that hold for one hospital into the private database of a run."""

from __future__ import annotations

import duckdb

from orchestration.policy.model import Policy


def write_policy(con: duckdb.DuckDBPyConnection, policy: Policy, hospital_id: str) -> None:
    """Fill `policy.<table>` for every policy table, all or none; what was there before is replaced."""
    con.begin()
    for name, rows in policy.for_hospital(hospital_id).items():
        con.execute(f'delete from policy."{name}"')
        if rows.num_rows:
            con.register("policy_rows", rows)
            con.execute(f'insert into policy."{name}" by name select * from policy_rows')
            con.unregister("policy_rows")
    con.commit()
