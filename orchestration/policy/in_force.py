"""What must hold in the month of a run: a decision nobody made would count as nothing and move money silently."""

from __future__ import annotations

import duckdb

from orchestration.errors import ConfigurationError

QUERY = """
    select setting.parameter_code
    from policy.parameter as setting
    cross join run.scope as scope
    group by setting.parameter_code
    having not bool_or(
        setting.valid_from <= scope.month_start and (setting.valid_to is null or scope.month_start < setting.valid_to)
    )
    order by setting.parameter_code
"""


def require_parameters(con: duckdb.DuckDBPyConnection) -> None:
    """Every parameter of the policy has a value in force on the first day of the run's month.

    Args:
        con: a private database with its scope and policy written.

    Raises:
        ConfigurationError: a parameter begins later or has ended; all of them are named.
    """
    missing = [code for (code,) in con.execute(QUERY).fetchall()]
    if missing:
        raise ConfigurationError(
            f"no value in force on the first day of the month: {', '.join(missing)}",
            rule="F33",
            remedy="give each a row in parameter.csv that is valid on that day; the word none means no value",
            zh=f"参数在核算月无有效取值：{'、'.join(missing)}",
        )
