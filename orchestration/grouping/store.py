"""Packs a warehouse has imported, one folder per content hash; the latest import of a scheme and version is in force."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from orchestration.errors import ConfigurationError
from orchestration.grouping.load import load_pack, load_packs
from orchestration.grouping.pack import FILES, Pack
from orchestration.home import DEFAULT_PACKS, Home

NOTE = "import.json"


@dataclass(frozen=True)
class Imported:
    """A stored pack. `is_in_force` is false where a later import has the same scheme and version."""

    scheme: str
    version: str
    sha256: str
    imported_at: str
    imported_from: str
    groups: int
    is_in_force: bool
    folder: Path


def import_pack(home: Home, folder: Path) -> Imported:
    """Check a pack and keep its files; importing the same content again only renews its date.

    Raises PackRefused when the pack breaks the format.
    """
    pack = load_pack(folder)
    kept = _packs(home) / pack.sha256
    if not kept.is_dir():
        part = kept.with_name(f".{pack.sha256}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for name in FILES:
            shutil.copyfile(folder / name, part / name)
        part.replace(kept)
    note = {"imported_at": datetime.now(UTC).isoformat(timespec="microseconds"), "imported_from": folder.name}
    written = kept / f"{NOTE}.part"
    written.write_text(json.dumps(note, ensure_ascii=False) + "\n", encoding="utf-8")
    written.replace(kept / NOTE)
    return next(one for one in list_packs(home) if one.sha256 == pack.sha256)


def list_packs(home: Home) -> list[Imported]:
    """Stored packs by scheme, version and date of import, the one in force last."""
    found = [_read(note.parent) for note in sorted(_packs(home).glob(f"*/{NOTE}"))]
    found.sort(key=lambda one: (one.scheme, one.version, one.imported_at))
    latest = {(one.scheme, one.version): one.sha256 for one in found}
    return [Imported(**{**vars(one), "is_in_force": latest[one.scheme, one.version] == one.sha256}) for one in found]


def packs_in_force(home: Home, folder: Path | None = None) -> list[Pack]:
    """Packs of a run: those of `folder` when one is named, else the shipped ones and, over them, the imported ones.

    Raises ConfigurationError when a stored pack is no longer what was imported.
    """
    if folder is not None:
        return load_packs(folder)
    packs = {(pack.scheme, pack.version): pack for pack in load_packs(DEFAULT_PACKS)}
    for stored in list_packs(home):
        if stored.is_in_force:
            packs[stored.scheme, stored.version] = _verified(stored)
    return sorted(packs.values(), key=lambda pack: (pack.scheme, pack.version))


def find_pack(home: Home, name: str) -> Pack:
    """A pack by folder, by `SCHEME VERSION` or by the first characters of its hash."""
    if Path(name).is_dir():
        return load_pack(Path(name))
    for pack in packs_in_force(home):
        if name == f"{pack.scheme} {pack.version}" or (len(name) >= 6 and pack.sha256.startswith(name)):
            return pack
    raise ConfigurationError(f"no pack {name}", remedy="give a folder, or a name of: casemix pack list", zh="没有该分组方案")


def _verified(stored: Imported) -> Pack:
    pack = load_pack(stored.folder)
    if pack.sha256 != stored.folder.name:
        raise ConfigurationError(
            f"the stored pack {stored.scheme} {stored.version} has changed since it was imported",
            remedy=f"import it again: casemix pack import DIR (expected {stored.folder.name[:12]})",
            zh="已导入的分组方案被改动",
        )
    return pack


def _packs(home: Home) -> Path:
    return home.root / "packs"


def _read(folder: Path) -> Imported:
    note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
    scheme = dict(_pairs(folder / "scheme.csv"))
    groups = sum(row.startswith("drg,") for row in (folder / "group.csv").read_text(encoding="utf-8").splitlines())
    return Imported(
        scheme["scheme"], scheme["version"], folder.name, note["imported_at"], note["imported_from"], groups, True, folder
    )


def _pairs(path: Path) -> Sequence[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [(key, value) for key, value in csv.reader(file)]
