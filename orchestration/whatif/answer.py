"""The question asked and its answer: what is settled again, and every difference by case, department and cause."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.errors import ConfigurationError
from orchestration.home import Home
from orchestration.policy import Policy, load_policy
from orchestration.privacy.access import require_grant
from orchestration.release.record import Record, current_record, find_record, publishing_record, recorded_run
from orchestration.run.inputs import today
from orchestration.run.perform import recorded_inputs
from orchestration.run.settings import DEFAULT_THREADS
from orchestration.whatif.causes import PROGRAM
from orchestration.whatif.changes import list_changes
from orchestration.whatif.compare import Row, Sides, compare_cases, compare_departments, move_cases, open_sides, sum_causes
from orchestration.whatif.settle import PUBLISHED, WARDS, Bench, Settled, settle_month, verified_files

ACTION = "what-if"
SETTLEMENTS = "settled.fct_case_settlement"


@dataclass(frozen=True)
class Request:
    """What somebody wants to know. `hospitals` may be empty: every one with published months of the range."""

    policy: Path
    first: date
    last: date
    hospitals: tuple[str, ...] = ()
    release_id: str | None = None
    purpose: str | None = None


@dataclass(frozen=True)
class Answer:
    """Every difference; columns of the tables are the fields of the rows, amounts in yuan."""

    release_id: str
    policy_sha256: str
    months: tuple[tuple[str, date], ...]
    cases: list[Row]
    departments: list[Row]
    causes: list[Row]
    case_causes: list[Row]
    policy_changes: list[Row]


def what_if(
    home: Home, request: Request, *, threads: int = DEFAULT_THREADS, on_month: Callable[[str, date], None] = lambda *_: None
) -> Answer:
    """Settle published months again under another policy.

    Args:
        home: the warehouse; no release of it is changed.
        request: policy, months and hospitals.
        threads: threads of dbt and of the engine.
        on_month: called before each month, for progress.

    Raises:
        AccessDenied: F49, no grant for a whole hospital; logged.
        ConfigurationError: the policy is refused, has no point value for a case, or nothing of the range is published.
        BadInput: F42, landing, a snapshot or the release is missing or was altered.
    """
    record = find_record(home, request.release_id) if request.release_id else current_record(home)
    months = _months(record, request)
    for hospital_id in months:
        require_grant(home, ACTION, hospital_id, purpose=request.purpose)
    assert record is not None  # noqa: S101 - _months has found published months
    policy = load_policy(request.policy).known_by(today())
    answer = Answer(
        record.release_id, policy.sha256, tuple((h, m) for h, found in months.items() for m in found), [], [], [], [], []
    )
    home.cache.mkdir(parents=True, exist_ok=True)
    for hospital_id, found in months.items():
        with tempfile.TemporaryDirectory(dir=home.cache, prefix="what-if-") as scratch:
            earlier: dict[date, list[Settled]] = {}
            for month in found:
                on_month(hospital_id, month)
                bench = Bench(home, Path(scratch) / f"{month:%Y-%m}", threads)
                bench.folder.mkdir()
                earlier[month] = _answer_month(home, record, policy, hospital_id, month, earlier, bench, answer)
    return answer


def _months(record: Record | None, request: Request) -> dict[str, list[date]]:
    """Published months of the range by hospital.

    Raises:
        ConfigurationError: a wished hospital, or the whole range, is not published.
    """
    hospitals = sorted({file.hospital_id for file in record.partitions}) if record else []
    wished = list(request.hospitals) or hospitals
    found = {
        hospital: [m for m in record.months_of(hospital) if request.first <= m <= request.last] if record else []
        for hospital in wished
    }
    missing = [hospital for hospital in request.hospitals if not found[hospital]]
    found = {hospital: months for hospital, months in found.items() if months}
    if missing or not found:
        raise ConfigurationError(
            f"{', '.join(missing) or 'no hospital'} has no published month from {request.first:%Y-%m} to {request.last:%Y-%m}",
            remedy="casemix status shows what is published; what-if compares with published months",
            zh="所选期间没有已发布月份",
        )
    return found


def _answer_month(
    home: Home,
    record: Record,
    policy: Policy,
    hospital_id: str,
    month: date,
    earlier: Mapping[date, Sequence[Settled]],
    bench: Bench,
    answer: Answer,
) -> list[Settled]:
    """Settle one month, add its differences to the answer, and hand its stages on to later months."""
    publishing = publishing_record(home, record, hospital_id, month)
    run = recorded_run(publishing, hospital_id, month) if publishing else None
    assert publishing is not None and run is not None  # noqa: S101 - the month is published
    root = home.published / publishing.release_id
    inputs = recorded_inputs(home, run, root, publishing.partitions)

    def files(relation: str) -> dict[date, Path]:
        return verified_files(home.published / record.release_id, record.partitions, hospital_id, relation, month)

    bench.prepare(inputs, {name: files(name)[month] for name in PUBLISHED}, list(files(WARDS).values()))
    stages = settle_month(bench, (inputs.policy, policy), hospital_id, earlier)
    sides = open_sides(hospital_id, month, files(SETTLEMENTS)[month], stages)
    _add(answer, sides, list_changes(inputs.policy, policy, hospital_id, [s.cause for s in stages if s.cause is not PROGRAM]))
    return stages


def _add(answer: Answer, sides: Sides, changes: list[Row]) -> None:
    answer.cases.extend(compare_cases(sides))
    answer.departments.extend(compare_departments(sides))
    moved = move_cases(sides)
    answer.case_causes.extend(moved)
    answer.causes.extend(sum_causes(sides, moved))
    known = {tuple(row.values()) for row in answer.policy_changes}
    answer.policy_changes.extend(row for row in changes if tuple(row.values()) not in known)
    sides.con.close()
