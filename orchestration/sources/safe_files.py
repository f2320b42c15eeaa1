"""Opening source files without being led astray: no symlinks, no names that climb out, no file that is still growing."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from orchestration.errors import BadInput
from orchestration.sources.issues import bad_file
from orchestration.sources.part import Original

BLOCK = 4 * 1024 * 1024
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def check_identifier(name: str) -> str:
    """A hospital folder's name; refuses anything that could be a path or SQL."""
    if not SAFE_NAME.fullmatch(name):
        raise bad_file(
            "F17", repr(name)[:80], "is not a usable hospital identifier", "机构编码含非法字符", "Use letters, digits, _ and -."
        )
    return name


def below(folder: Path, relative: str) -> Path:
    """`folder/relative`; F17 when the name is absolute, climbs out of the folder or passes through a symlink."""
    if Path(relative).is_absolute() or ".." in Path(relative).parts or "\0" in relative:
        raise bad_file(
            "F17", relative, "leads out of the delivery folder", "文件名越出交付目录", "Name files below the folder only."
        )
    path = folder
    for part in Path(relative).parts:
        path = path / part
        if path.is_symlink():
            raise symlink_error(relative)
    return path


def symlink_error(name: str) -> BadInput:
    """F17 for a symbolic link in a delivery."""
    return bad_file("F17", name, "is a symbolic link", "是符号链接，拒绝读取", "Replace the link by the file itself.")


@contextmanager
def open_unlinked(path: Path, name: str) -> Iterator[BinaryIO]:
    """Open for reading without following a symlink in the last step; F17 for links and things that are not files."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        if path.is_symlink():
            raise symlink_error(name) from None
        raise bad_file("F06", name, f"cannot be opened ({error.strerror})", "文件无法打开") from None
    with os.fdopen(descriptor, "rb") as file:
        if not path.is_file():
            raise bad_file("F17", name, "is not a regular file", "不是普通文件", "Replace it by a file.")
        yield file


def read_original(path: Path, name: str) -> Original:
    """Hash a file once; F18 when it changes meanwhile."""
    before = path.lstat()
    digest = hashlib.sha256()
    with open_unlinked(path, name) as file:
        while block := file.read(BLOCK):
            digest.update(block)
        after = os.fstat(file.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise growing_error(name)
    return Original(path, name, after.st_size, digest.hexdigest())


def copy_original(original: Original, target: Path) -> None:
    """Copy byte for byte; F18 when the content is no longer what was read first."""
    digest = hashlib.sha256()
    target.parent.mkdir(parents=True, exist_ok=True)
    with open_unlinked(original.path, original.name) as source, target.open("xb") as copy:
        while block := source.read(BLOCK):
            digest.update(block)
            copy.write(block)
    if digest.hexdigest() != original.sha256:
        raise growing_error(original.name)


def growing_error(name: str) -> BadInput:
    """F18: the file changed while it was read."""
    return bad_file("F18", name, "is still being written", "文件仍在写入", "Wait until the delivery is complete, then run again.")
