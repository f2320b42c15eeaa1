"""Shapes of a grouper pack: ordered rules as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path

FILES: Mapping[str, tuple[str, ...]] = {
    "scheme.csv": ("key", "value"),
    "group.csv": ("level", "code", "parent_code", "name", "kind", "rule_order", "relative_weight"),
    "term.csv": ("level", "code", "alternative", "field", "operator", "operand"),
    "code_set.csv": ("code_set", "code"),
    "complication.csv": ("code", "level", "exclusion_table"),
    "complication_exclusion.csv": ("exclusion_table", "principal_code"),
}
SCHEME_KEYS = ("diagnosis_code_system", "licence", "notes", "procedure_code_system", "scheme", "source", "version")
LEVELS = ("mdc", "adrg", "drg")
PARENT_LEVEL = {"adrg": "mdc", "drg": "adrg"}
KINDS = ("surgical", "procedure", "medical", "ambiguous")
DIAGNOSIS_FIELDS = ("principal_diagnosis", "other_diagnosis", "any_diagnosis")
PROCEDURE_FIELDS = ("main_procedure", "any_procedure")
CODE_FIELDS = DIAGNOSIS_FIELDS + PROCEDURE_FIELDS
NUMBER_FIELDS = ("age_years", "age_days", "birth_weight_g", "sex", "length_of_stay_days", "discharge_way")
COMPLICATION = "complication"
COMPLICATION_LEVELS = ("MCC", "CC")
SET_OPERATORS = ("in_set", "not_in_set")
COUNT_OPERATOR = "count_sets_at_least"
NUMBER_OPERATORS = ("<", "<=", ">", ">=", "=")
HAS_OPERATOR = "has"
NO_GROUP = "0000"


@dataclass(frozen=True)
class Predicate:
    """What one term asks of a case, whoever asks it."""

    field: str
    operator: str
    operand: str

    @property
    def number(self) -> Decimal:
        """The operand of a number operator."""
        return Decimal(self.operand)

    @property
    def levels(self) -> tuple[str, ...]:
        """The complication levels a `has` term names."""
        return tuple(self.operand.split("|"))

    @property
    def counted_sets(self) -> tuple[str, int]:
        """Prefix of the set names, with its slash, and how many of them must be hit."""
        prefix, _, least = self.operand.rpartition(":")
        return prefix, int(least)

    def __str__(self) -> str:
        return f"{self.field} {self.operator} {self.operand}"


@dataclass(frozen=True)
class Term:
    """One condition of an alternative of a group's rule."""

    level: str
    code: str
    alternative: int
    predicate: Predicate


@dataclass(frozen=True)
class Group:
    """An MDC, ADRG or DRG and its place among the children of its parent."""

    level: str
    code: str
    parent_code: str
    name: str
    kind: str
    rule_order: int
    relative_weight: Decimal | None


@dataclass(frozen=True)
class Pack:
    """A checked pack. `sha256` is the hash of its content, whatever `folder` it was read from, if any."""

    scheme_values: Mapping[str, str]
    groups: tuple[Group, ...]
    terms: tuple[Term, ...]
    code_sets: Mapping[str, frozenset[str]]
    complications: Mapping[str, tuple[str, str]]
    exclusions: Mapping[str, str]
    sha256: str
    folder: Path | None = field(default=None, compare=False)

    @property
    def scheme(self) -> str:
        """Payment scheme, such as CHS-DRG."""
        return self.scheme_values["scheme"]

    @property
    def version(self) -> str:
        """Version within the scheme."""
        return self.scheme_values["version"]

    @cached_property
    def rules(self) -> Mapping[tuple[str, str], Mapping[int, tuple[Predicate, ...]]]:
        """Per (level, code) the predicates of each alternative; a group without a term has no entry."""
        rules: dict[tuple[str, str], dict[int, tuple[Predicate, ...]]] = {}
        for term in self.terms:
            alternatives = rules.setdefault((term.level, term.code), {})
            alternatives[term.alternative] = (*alternatives.get(term.alternative, ()), term.predicate)
        return rules

    def children(self, level: str, parent_code: str = "") -> list[Group]:
        """Groups of a level under a parent, in the order their rules are tried."""
        return self._children.get((level, parent_code), [])

    @cached_property
    def _children(self) -> Mapping[tuple[str, str], list[Group]]:
        children: dict[tuple[str, str], list[Group]] = {}
        for group in sorted(self.groups, key=lambda g: g.rule_order):
            children.setdefault((group.level, group.parent_code), []).append(group)
        return children

    def sets_with_prefix(self, prefix: str) -> list[str]:
        """Names of the sets a counting term looks at."""
        return sorted(name for name in self.code_sets if name.startswith(prefix))
