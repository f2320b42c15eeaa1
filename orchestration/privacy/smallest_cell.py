"""How many persons an aggregate must be about before it leaves a hospital: `min_cell` of the policy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from orchestration.contract import load_policy_contract
from orchestration.errors import ConfigurationError
from orchestration.policy.folder import PARAMETER
from orchestration.policy.model import is_in_force, rows_for
from orchestration.policy.reading import Row

MIN_CELL = "min_cell"


def smallest_cell(parameters: Sequence[Row], hospital_id: str) -> int:
    """Persons, as in force for a hospital today.

    Args:
        parameters: rows of `parameter.csv`.
        hospital_id: the hospital.

    Raises:
        ConfigurationError: there is none; nothing may leave a hospital unguarded.
    """
    today = datetime.now(UTC).date()
    for row in rows_for(load_policy_contract()[PARAMETER], parameters, hospital_id):
        if row["parameter_code"] == MIN_CELL and is_in_force(row, today) and str(row["value"]).isdigit():
            return int(row["value"])
    raise ConfigurationError(
        f"no {MIN_CELL} is in force for {hospital_id}",
        remedy="give it a row in parameter.csv that is valid today",
        zh=f"机构 {hospital_id} 缺少最小单元参数",
    )
