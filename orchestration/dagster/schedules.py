"""Schedules: when months are closed.

Belongs here: the calendar of runs. Not here: what a run does.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from dagster import DefaultScheduleStatus, RunRequest, ScheduleDefinition, ScheduleEvaluationContext, schedule

from orchestration.dagster.jobs import MONTH_JOB
from orchestration.dagster.partitions import partition_key
from orchestration.run.settings import RunSettings

FIFTH_OF_MONTH_AT_TWO = "0 2 5 * *"
TIME_ZONE = "Asia/Shanghai"


def monthly_schedule(settings: RunSettings) -> ScheduleDefinition:
    """Close the month before for every hospital of the home; off until somebody turns it on."""

    @schedule(
        job_name=MONTH_JOB,
        name="close_last_month",
        cron_schedule=FIFTH_OF_MONTH_AT_TWO,
        execution_timezone=TIME_ZONE,
        default_status=DefaultScheduleStatus.STOPPED,
    )
    def close_last_month(context: ScheduleEvaluationContext) -> Iterator[RunRequest]:
        month = month_before(context.scheduled_execution_time)
        for hospital_id in settings.hospitals:
            yield RunRequest(run_key=f"{hospital_id} {month:%Y-%m}", partition_key=partition_key(hospital_id, month))

    return close_last_month


def month_before(moment: datetime) -> date:
    """First day of the month before a moment."""
    return (moment.date().replace(day=1) - timedelta(days=1)).replace(day=1)
