"""Policies and packs as runs used them, kept by the hash of their content so that an old release can be computed again."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.contract import load_policy_contract
from orchestration.errors import BadInput, Place
from orchestration.home import Home
from orchestration.release.files import fsync_file, fsync_folder

if TYPE_CHECKING:
    from orchestration.grouping import Pack
    from orchestration.policy import Policy
    from orchestration.policy.reading import Row

POLICY = "policy"
PACKS = "packs"


def keep_policy(home: Home, policy: Policy) -> None:
    """Keep the policy, one CSV a table, in a form `--policy` takes."""

    def write(folder: Path) -> None:
        for table in load_policy_contract():
            with (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(table.column_names)
                writer.writerows([_cell(row[name]) for name in table.column_names] for row in policy.rows[table.name])

    _keep(_place(home, POLICY, policy.sha256), write)


def open_policy(home: Home, sha256: str) -> Policy:
    """The kept policy with that hash. A table that did not exist yet when it was kept has no rows, a column no values.

    Raises:
        BadInput: F42, it is missing or was altered.
    """
    from orchestration.policy import Policy
    from orchestration.policy.model import hash_of_tables, hash_rows
    from orchestration.policy.reading import read_rows

    folder = _place(home, POLICY, sha256)
    if not folder.is_dir():
        raise _lost(folder, "is missing", "缺失")
    files = {table.name: folder / f"{table.name}.csv" for table in load_policy_contract()}
    there = [table for table in load_policy_contract() if files[table.name].is_file()]
    rows: dict[str, tuple[Row, ...]] = dict.fromkeys(files, ())
    rows |= {table.name: read_rows(files[table.name], table) for table in there}
    if hash_of_tables({t.name: hash_rows(t, rows[t.name], _header(files[t.name])) for t in there}) != sha256:
        raise _lost(folder, "was altered", "被改动")
    return Policy(rows, kept_as=sha256)


def open_policy_rows(home: Home, recorded: Mapping[str, Any], name: str) -> tuple[Row, ...]:
    """Rows of one table of the kept policy that a run's record names; `recorded` is what the record holds of the policy.

    A table that did not exist yet has no rows.

    Raises:
        BadInput: F42, the table is missing or was altered.
    """
    from orchestration.policy.model import hash_rows
    from orchestration.policy.reading import read_rows

    if name not in recorded["tables"]:
        return ()
    path = policy_file(home, recorded["sha256"], name)
    table = load_policy_contract()[name]
    if not path.is_file():
        raise _lost(path.parent, f"has lost {path.name}", f"缺少 {path.name}")
    rows = read_rows(path, table)
    if hash_rows(table, rows, _header(path)) != recorded["tables"][name]:
        raise _lost(path.parent, f"holds an altered {path.name}", f"中 {path.name} 被改动")
    return rows


def policy_file(home: Home, sha256: str, name: str) -> Path:
    """Where a table of a kept policy lies."""
    return _place(home, POLICY, sha256) / f"{name}.csv"


def keep_packs(home: Home, packs: Iterable[Pack]) -> None:
    """Keep the files of every pack that was read from files."""
    for pack in packs:
        if pack.folder is not None:
            _keep(_place(home, PACKS, pack.sha256), partial(_copy, pack.folder))


def open_packs(home: Home, hashes: Sequence[str]) -> list[Pack]:
    """The kept packs with these hashes, in this order.

    Raises:
        BadInput: F42, one is missing or was altered.
    """
    from orchestration.grouping import PackRefused, load_pack

    packs = []
    for sha256 in hashes:
        folder = _place(home, PACKS, sha256)
        if not folder.is_dir():
            raise _lost(folder, "is missing", "缺失")
        try:
            pack = load_pack(folder)
        except PackRefused as error:
            raise _lost(folder, "was altered", "被改动") from error
        if pack.sha256 != sha256:
            raise _lost(folder, "was altered", "被改动")
        packs.append(pack)
    return packs


def _place(home: Home, kind: str, sha256: str) -> Path:
    return home.snapshots / kind / sha256


def _keep(folder: Path, write: Callable[[Path], None]) -> None:
    """Write beside and rename: a snapshot is complete or absent."""
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    hidden = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(hidden, ignore_errors=True)
    hidden.mkdir()
    write(hidden)
    for path in hidden.iterdir():
        fsync_file(path)
        path.chmod(0o444)
    fsync_folder(hidden)
    hidden.rename(folder)
    fsync_folder(folder.parent)


def _copy(source: Path, target: Path) -> None:
    from orchestration.grouping.pack import FILES

    for name in FILES:
        shutil.copyfile(source / name, target / name)


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _lost(folder: Path, why: str, zh: str) -> BadInput:
    return BadInput(
        f"the snapshot {folder.parent.name} {folder.name[:12]} {why}",
        rule="F42",
        place=Place(file=str(folder)),
        remedy="restore it from a backup; releases computed with it cannot be repeated without it",
        zh=f"快照 {folder.parent.name} {folder.name[:12]} {zh}",
    )
