"""Why a case is in its group: the rule that held, term by term, and the rules that nearly did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path as FilePath

from orchestration.grouping.cases import read_batches
from orchestration.grouping.compile import Path, bounds, compare, flatten, sets_of
from orchestration.grouping.pack import (
    COMPLICATION,
    COMPLICATION_LEVELS,
    DIAGNOSIS_FIELDS,
    NO_GROUP,
    NUMBER_FIELDS,
    Pack,
    Predicate,
)

NEAREST = 3


@dataclass(frozen=True)
class Case:
    """A case as rules see it; numbers that are missing are left out."""

    case_id: str
    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]
    numbers: Mapping[str, Decimal]

    def codes(self, field: str) -> tuple[str, ...]:
        """Codes of a field; an empty text holds a place in the list but is no code."""
        codes = self.diagnoses if field in DIAGNOSIS_FIELDS else self.procedures
        if field in ("principal_diagnosis", "main_procedure"):
            codes = codes[:1]
        elif field == "other_diagnosis":
            codes = codes[1:]
        return tuple(code for code in codes if code)


@dataclass(frozen=True)
class Answer:
    """One term of a rule: whether it held and what the case offered."""

    predicate: Predicate
    holds: bool
    offered: str


@dataclass(frozen=True)
class Explained:
    """A rule and the answers to its terms, those that failed first."""

    rule: str
    answers: tuple[Answer, ...]

    @property
    def failed(self) -> int:
        """How many terms did not hold."""
        return sum(not answer.holds for answer in self.answers)


@dataclass(frozen=True)
class Explanation:
    """The rule that decided (None when no rule held) and the nearest earlier ones that did not hold."""

    case_id: str
    complication: str
    decided: Explained | None
    nearest: tuple[Explained, ...]


class Explainer:
    """Explains cases under one pack; paths are flattened once."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.paths = tuple(flatten(pack))

    def explain(self, case: Case, nearest: int = NEAREST) -> Explanation:
        """The deciding path and the `nearest` rules before it, one per group.

        The fewer terms failed the nearer; of these, the more terms held the nearer.
        """
        levels = counted_levels(self.pack, case)
        held: dict[Predicate, bool] = {}
        failures: list[tuple[int, int, int, Path]] = []
        decided: Path | None = None
        for number, path in enumerate(self.paths):
            failed = sum(not self._holds(one, case, levels, held) for one in path.predicates)
            if not failed:
                decided = path
                break
            if path.drg != NO_GROUP:
                failures.append((failed, failed - len(path.predicates), number, path))
        return Explanation(
            case.case_id,
            max(levels, key=COMPLICATION_LEVELS[::-1].index, default="none"),
            self._describe(decided, case, levels, held) if decided else None,
            tuple(self._describe(path, case, levels, held) for path in _first_per_group(failures, nearest)),
        )

    def _holds(self, predicate: Predicate, case: Case, levels: frozenset[str], held: dict[Predicate, bool]) -> bool:
        if predicate not in held:
            held[predicate] = holds(self.pack, predicate, case, levels)
        return held[predicate]

    def _describe(self, path: Path, case: Case, levels: frozenset[str], held: dict[Predicate, bool]) -> Explained:
        answers = [
            Answer(one, self._holds(one, case, levels, held), _offered(self.pack, one, case, levels)) for one in path.predicates
        ]
        return Explained(path.rule, tuple(sorted(answers, key=lambda answer: (answer.holds, str(answer.predicate)))))


def holds(pack: Pack, predicate: Predicate, case: Case, levels: frozenset[str]) -> bool:
    """Whether a predicate holds for a case whose complication levels are known."""
    if predicate.field == COMPLICATION:
        return not levels.isdisjoint(predicate.levels)
    if predicate.field in NUMBER_FIELDS:
        return compare(case.numbers.get(predicate.field), predicate)
    least, most = bounds(pack, predicate)
    codes = case.codes(predicate.field)
    return least <= sum(not pack.code_sets[name].isdisjoint(codes) for name in sets_of(pack, predicate)) <= most


def counted_levels(pack: Pack, case: Case) -> frozenset[str]:
    """Complication levels that count: of other diagnoses the principal diagnosis does not exclude."""
    excluded = pack.exclusions.get(case.diagnoses[0]) if case.diagnoses else None
    found = (pack.complications.get(code) for code in case.codes("other_diagnosis"))
    return frozenset(level for level, table in filter(None, found) if not table or table != excluded)


def _offered(pack: Pack, predicate: Predicate, case: Case, levels: frozenset[str]) -> str:
    if predicate.field == COMPLICATION:
        return "|".join(level for level in COMPLICATION_LEVELS if level in levels) or "none"
    if predicate.field in NUMBER_FIELDS:
        return str(case.numbers.get(predicate.field, "missing"))
    codes = case.codes(predicate.field)
    hit = sorted({code for name in sets_of(pack, predicate) for code in pack.code_sets[name].intersection(codes)})
    return "|".join(hit) or ("|".join(codes) or "no code") + " (not listed)"


def _first_per_group(failures: Sequence[tuple[int, int, int, Path]], count: int) -> Iterator[Path]:
    seen: set[str] = set()
    for *_, path in sorted(failures, key=lambda failure: failure[:3]):
        if len(seen) == count:
            return
        if path.drg not in seen:
            seen.add(path.drg)
            yield path


def explain_file(source: FilePath, pack: Pack, columns: Mapping[str, str], wanted: set[str], first: int) -> Iterator[Explanation]:
    """Explanations of the cases named, or of the first ones of the file when none is."""
    explainer = Explainer(pack)
    left = len(wanted) or first
    for batch in read_batches(source, columns):
        for row in batch.to_pylist():
            if wanted and row["case_id"] not in wanted:
                continue
            numbers = {name: Decimal(row[name]) for name in NUMBER_FIELDS if row[name] is not None}
            codes = [tuple(text.split("|")) if text else () for text in (row["diagnoses"], row["procedures"])]
            yield explainer.explain(Case(row["case_id"], codes[0], codes[1], numbers))
            left -= 1
            if left == 0:
                return
