"""Partitions: hospital times month, as far as the home has seen them.

Belongs here: partition definitions and keys. Not here: what is done for a partition.
"""

from __future__ import annotations

from datetime import date

from dagster import MultiPartitionKey, MultiPartitionsDefinition, StaticPartitionsDefinition

from orchestration.run.settings import RunSettings

HOSPITAL = "hospital"
MONTH = "month"


def hospital_months(settings: RunSettings) -> MultiPartitionsDefinition:
    """Known hospitals and months. They are fixed when the definitions are loaded: looking dynamic partitions up in the
    instance for each of a run's materializations costs more than the month's calculation."""
    return MultiPartitionsDefinition(
        {HOSPITAL: StaticPartitionsDefinition(list(settings.hospitals)), MONTH: StaticPartitionsDefinition(list(settings.months))}
    )


def partition_key(hospital_id: str, month: date) -> MultiPartitionKey:
    """Key of a hospital's month."""
    return MultiPartitionKey({HOSPITAL: hospital_id, MONTH: f"{month:%Y-%m}"})


def hospital_and_month(key: str) -> tuple[str, date]:
    """Hospital and first day of the month of a partition key."""
    assert isinstance(key, MultiPartitionKey)  # noqa: S101 - every partition here is a pair
    dimensions = key.keys_by_dimension
    return dimensions[HOSPITAL], date.fromisoformat(f"{dimensions[MONTH]}-01")
