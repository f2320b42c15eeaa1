"""File operations that survive a crash: everything is written aside, synced, and appears by one rename."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

BLOCK = 4 * 1024 * 1024


def sync_file(path: Path) -> None:
    """Flush a finished file to disk and make it read-only."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    path.chmod(0o444)


def sync_folder(path: Path) -> None:
    """Flush the entries of a folder to disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_file(path: Path, content: str) -> None:
    """Write, sync and make read-only."""
    path.write_text(content, encoding="utf-8")
    sync_file(path)


def reveal_folder(hidden: Path, final: Path) -> None:
    """Rename a complete folder to its final name; it is there as a whole or not at all."""
    sync_folder(hidden)
    hidden.rename(final)
    sync_folder(final.parent)


def remove_folder(path: Path) -> None:
    """Remove a folder that was never revealed."""
    if path.exists():
        shutil.rmtree(path)


def file_sha256(path: Path) -> str:
    """sha256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
