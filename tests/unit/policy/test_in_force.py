"""A month whose decisions are not all in force does not start."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from orchestration.errors import ConfigurationError
from orchestration.policy import load_policy, require_parameters, write_policy
from orchestration.run.private import create_private_database
from orchestration.run.scope import Scope, write_scope


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ("delete from policy.parameter where false", None),
        ("update policy.parameter set valid_from = '2025-02-01' where parameter_code = 'bonus_cost_level'", "bonus_cost_level"),
        ("update policy.parameter set valid_to = '2025-01-01' where parameter_code = 'sameday_bedday'", "sameday_bedday"),
    ],
)
def test_a_parameter_that_is_not_in_force_is_named(tmp_path: Path, change: str, missing: str | None) -> None:
    with create_private_database(tmp_path / "warehouse.duckdb") as con:
        write_scope(con, Scope("H1", date(2025, 1, 1), None, "policy", is_simulation=False))
        write_policy(con, load_policy(), "H1")
        con.execute(change)
        if missing is None:
            require_parameters(con)
            return
        with pytest.raises(ConfigurationError, match=f"month: {missing}"):
            require_parameters(con)
