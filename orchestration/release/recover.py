"""After a power loss: `current` points to the last complete release again."""

from __future__ import annotations

import logging
from pathlib import Path

from orchestration.errors import CasemixError
from orchestration.home import Home
from orchestration.release.files import fsync_folder
from orchestration.release.record import RECORD_FILE, Record, canonical_json, read_record
from orchestration.release.signature import is_signed

LOST = ".lost-"
SWAP = ".new-current"

logger = logging.getLogger(__name__)


def recover_current(home: Home) -> Record | None:
    """Check that the present release is complete; if it is not, fall back to the newest one that is. Hold the publish lock.

    Looking at a sound home costs one record and the sizes of its files. A release that lost its content is put aside under
    another name, never removed.

    Returns:
        The release `current` was moved to; None when nothing had to be done.
    """
    if not home.published.is_dir() or (home.current.is_symlink() and is_complete(home.current.resolve())):
        return None
    folders = sorted(home.published.glob("r[0-9]*"), reverse=True)
    if not folders and not home.current.is_symlink():
        return None
    sound = next((folder for folder in folders if is_complete(folder)), None)
    for folder in folders:
        if sound is None or folder > sound:
            folder.rename(home.published / f"{LOST}{folder.name}")
            logger.warning("release %s is incomplete after a crash and was put aside", folder.name)
    if sound is None:
        home.current.unlink(missing_ok=True)
        return None
    point_current(home, sound.name)
    return read_record(sound)


def is_complete(folder: Path) -> bool:
    """Whether the record is signed and every file it lists is there in its size."""
    try:
        record = read_record(folder)
    except CasemixError:
        return False
    content = record.content
    sizes = {entry["path"]: entry["bytes"] for entry in content["partitions"]}
    sizes |= {name: entry["bytes"] for name, entry in content["files"].items()}
    is_whole = all((folder / path).is_file() and (folder / path).stat().st_size == size for path, size in sizes.items())
    return is_whole and is_signed(canonical_json(content), content["signature"], content["public_key"])


def point_current(home: Home, release_id: str) -> None:
    """Swap the link: readers see the old release or the new one."""
    link = home.published / SWAP
    link.unlink(missing_ok=True)
    link.symlink_to(release_id, target_is_directory=True)
    link.replace(home.current)
    fsync_folder(home.published)


def unfinished_release(home: Home) -> str | None:
    """The release a killed publisher had named but not yet made current; the next publisher removes it."""
    link = home.published / SWAP
    if not link.is_symlink():
        return None
    name = link.readlink().name
    return name if (home.published / name / RECORD_FILE).is_file() else None
