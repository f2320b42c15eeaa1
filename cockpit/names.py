"""What hospitals, departments, items and indicators are called; a code that has no name stays a code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cockpit.reader import Reader
from cockpit.texts import ENGLISH
from orchestration.home import Home
from orchestration.policy.folder import load_table
from orchestration.policy.reading import Row
from orchestration.run.settings import read_settings

DEPARTMENTS = """
select hospital_id, dept_id, dept_name, hospital_name
from costed.dim_department
order by hospital_id, dept_id, month
"""
ITEMS = "select hospital_id, item_id, item_name from costed.dim_item order by hospital_id, item_id, month"

MOST_DECIMALS = 4


@dataclass(frozen=True)
class Names:
    """Names by code, the newest of each; items and indicators carry theirs too."""

    hospitals: Mapping[str, str]
    departments: Mapping[tuple[str, str], str]
    items: Mapping[tuple[str, str], str]
    indicators: Mapping[str, Row]

    def hospital(self, hospital_id: str) -> str:
        """A hospital."""
        return self.hospitals.get(hospital_id) or hospital_id

    def department(self, hospital_id: str, dept_id: str) -> str:
        """A department of a hospital."""
        return self.departments.get((hospital_id, dept_id)) or dept_id

    def item(self, hospital_id: str, item_id: str) -> str:
        """A service item, drug or material."""
        return self.items.get((hospital_id, item_id)) or item_id

    def indicator(self, code: str, language: str) -> str:
        """An indicator in a language."""
        known = self.indicators.get(code)
        return str(known["name_en" if language == ENGLISH else "name_zh"]) if known else code

    def decimals(self, code: str) -> int:
        """To how many decimals an indicator is shown."""
        known = self.indicators.get(code)
        return int(known["decimals"]) if known else MOST_DECIMALS


def read_names(reader: Reader, home: Home) -> Names:
    """Names of a release; indicators are named by the policy of the home."""
    departments = reader.rows(DEPARTMENTS, {}) if reader.has("costed.dim_department") else []
    items = reader.rows(ITEMS, {}) if reader.has("costed.dim_item") else []
    indicators = load_table("indicator", read_settings(home).policy)
    return Names(
        hospitals={row["hospital_id"]: row["hospital_name"] for row in departments if row["hospital_name"]},
        departments={(row["hospital_id"], row["dept_id"]): row["dept_name"] for row in departments},
        items={(row["hospital_id"], row["item_id"]): row["item_name"] for row in items},
        indicators={str(row["indicator_code"]): row for row in indicators},
    )
