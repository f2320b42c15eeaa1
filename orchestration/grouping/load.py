"""Read a checked pack into its shapes."""

from __future__ import annotations

import itertools
from decimal import Decimal
from pathlib import Path

from orchestration.errors import ConfigurationError
from orchestration.grouping.check import require
from orchestration.grouping.files import RawPack
from orchestration.grouping.pack import Group, Pack, Predicate, Term


def load_pack(folder: Path) -> Pack:
    """The pack of a folder; raises PackRefused with every finding when it breaks the format."""
    return _build(require(folder), folder)


def load_packs(folder: Path) -> list[Pack]:
    """All packs below a folder, or the one pack the folder is, ordered by scheme and version.

    Raises ConfigurationError when two packs carry the same scheme and version.
    """
    folders = [folder] if (folder / "scheme.csv").is_file() else sorted(p.parent for p in folder.glob("*/scheme.csv"))
    packs = sorted((load_pack(one) for one in folders), key=lambda pack: (pack.scheme, pack.version))
    refuse_twins(packs)
    return packs


def refuse_twins(packs: list[Pack]) -> None:
    """Scheme and version name one pack; two would leave the choice to chance."""
    for one, two in itertools.pairwise(packs):
        if (one.scheme, one.version) == (two.scheme, two.version):
            raise ConfigurationError(
                f"two packs are called {one.scheme} {one.version}",
                rule="PACK-07",
                zh="两个分组方案的方案名与版本相同",
                remedy="keep one of them, or give one another version in its scheme.csv",
            )


def _build(raw: RawPack, folder: Path) -> Pack:
    sets: dict[str, set[str]] = {}
    for name, code in raw.rows["code_set.csv"]:
        sets.setdefault(name, set()).add(code)
    return Pack(
        scheme_values=dict(raw.rows["scheme.csv"]),
        groups=tuple(_group(row) for row in raw.rows["group.csv"]),
        terms=tuple(
            Term(level, code, int(alternative), Predicate(field, operator, operand))
            for level, code, alternative, field, operator, operand in raw.rows["term.csv"]
        ),
        code_sets={name: frozenset(codes) for name, codes in sets.items()},
        complications={code: (level, table) for code, level, table in raw.rows["complication.csv"]},
        exclusions={code: table for table, code in raw.rows["complication_exclusion.csv"]},
        sha256=raw.sha256,
        folder=folder,
    )


def _group(row: list[str]) -> Group:
    level, code, parent, name, kind, order, weight = row
    return Group(level, code, parent, name, kind, int(order), Decimal(weight) if weight else None)
