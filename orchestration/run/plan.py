"""A range of months of one or more hospitals: what to run, in which order, and what a failure means for the rest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from orchestration.errors import BadInput, CasemixError, ConfigurationError
from orchestration.run.scope import next_month


@dataclass(frozen=True)
class MonthOutcome:
    """How one run ended; `error` is None when the month is gated."""

    run_id: str
    hospital_id: str
    month: date
    error: CasemixError | None = None


@dataclass
class RangeOutcome:
    """How a range ended: the gated months, and per hospital the month that ended its range."""

    gated: list[MonthOutcome] = field(default_factory=list)
    failed: list[MonthOutcome] = field(default_factory=list)
    not_run: list[tuple[str, date]] = field(default_factory=list)

    @property
    def error(self) -> CasemixError | None:
        """The error with the greatest weight: busy, configuration, input, gate."""
        errors = [outcome.error for outcome in self.failed if outcome.error is not None]
        return max(errors, key=lambda e: e.exit_code, default=None)


RunMonth = Callable[[str, date, Sequence[str]], MonthOutcome]


def parse_month(text: str) -> date:
    """First day of a month written YYYY-MM.

    Raises:
        ConfigurationError: the text is no month.
    """
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise ConfigurationError(f"{text!r} is no month", remedy="write it as 2025-01", zh=f"月份格式错误：{text}") from None


def months_between(first: date, last: date) -> list[date]:
    """Months of a range, both ends included.

    Raises:
        ConfigurationError: the range runs backwards.
    """
    if last < first:
        raise ConfigurationError(
            f"--to {last:%Y-%m} lies before --from {first:%Y-%m}", remedy="exchange the two", zh="起止月份颠倒"
        )
    months = [first]
    while months[-1] < last:
        months.append(next_month(months[-1]))
    return months


def plan_range(
    available: Mapping[str, Collection[date]], months: Sequence[date], hospitals: Sequence[str] = ()
) -> dict[str, list[date]]:
    """Months to run by hospital, ascending.

    A hospital takes part with the months it delivers; without a wish every hospital takes part. A gap in the middle of
    its range is refused, because the months after it would read back nothing.

    Raises:
        ConfigurationError: a wished hospital delivers nothing.
        BadInput: nobody delivers a month of the range, or a hospital's range has a gap.
    """
    unknown = sorted(set(hospitals) - set(available))
    if unknown:
        known = ", ".join(sorted(available)) or "none"
        raise ConfigurationError(
            f"unknown hospital {', '.join(unknown)}; the delivery holds {known}", remedy="correct --hospital", zh="机构不存在"
        )
    plan = {h: [m for m in sorted(months) if m in available[h]] for h in sorted(hospitals or available)}
    plan = {hospital: found for hospital, found in plan.items() if found}
    if not plan:
        raise BadInput(
            f"no hospital delivers {months[0]:%Y-%m}" + (f" to {months[-1]:%Y-%m}" if len(months) > 1 else ""),
            rule="F21",
            remedy="check --month, --source or --config",
            zh="没有机构提交该月数据",
        )
    for hospital, found in plan.items():
        gap = sorted(set(months_between(found[0], found[-1])) - set(found))
        if gap:
            raise BadInput(
                f"{hospital} does not deliver {gap[0]:%Y-%m}",
                rule="F26",
                remedy="deliver the month first",
                zh=f"{hospital} 缺少月份",
            )
    return plan


def run_range(plan: Mapping[str, Sequence[date]], run_month: RunMonth) -> RangeOutcome:
    """Run a plan: each hospital's months in order, each reading the gated ones before it.

    The first month that fails ends its hospital's range; other hospitals go on.
    """
    outcome = RangeOutcome()
    for hospital, months in plan.items():
        for entry in _run_hospital(hospital, months, run_month):
            (outcome.gated if entry.error is None else outcome.failed).append(entry)
        done = {(o.hospital_id, o.month) for o in (*outcome.gated, *outcome.failed)}
        outcome.not_run += [(hospital, month) for month in months if (hospital, month) not in done]
    return outcome


def _run_hospital(hospital: str, months: Sequence[date], run_month: RunMonth) -> Iterator[MonthOutcome]:
    gated: list[str] = []
    for month in months:
        entry = run_month(hospital, month, gated)
        yield entry
        if entry.error is not None:
            return
        gated.append(entry.run_id)
