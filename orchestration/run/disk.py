"""Disk and memory: checked before anything large is written, and named when they run out all the same."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from orchestration.errors import CasemixError, ConfigurationError

SAFETY = 3
# A private database and its exports were measured at about 1.5 times the landed Parquet plus dimensions and marts.
BYTES_PER_LANDED_BYTE = 2
SMALLEST_RUN_BYTES = 64 << 20


def require_free_disk(folder: Path, landed_bytes: int) -> None:
    """Refuse to start when less than three times the expected size of the run is free.

    Raises:
        ConfigurationError: F38, too little space; names what is needed and what is there.
    """
    needed = SAFETY * (SMALLEST_RUN_BYTES + BYTES_PER_LANDED_BYTE * landed_bytes)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ConfigurationError(
            f"{_mib(needed)} MiB of free disk are needed under {folder}, {_mib(free)} MiB are there",
            rule="F38",
            remedy="free space, remove old folders under runs/, or choose another --home",
            zh=f"磁盘空间不足：需要 {_mib(needed)} MiB，剩余 {_mib(free)} MiB",
        )


FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
FULL_TEXTS = ("No space left on device", "File too large", "Read-only file system", "Disk quota exceeded")
MEMORY_TEXTS = ("Out of Memory Error", "failed to allocate", "could not allocate")


def exhausted(error: BaseException) -> CasemixError | None:
    """What to tell a user when disk or memory ran out; None for every other error.

    The engine and dbt report both as texts.
    """
    text = str(error)
    if (isinstance(error, OSError) and error.errno in FULL) or any(sign in text for sign in FULL_TEXTS):
        return ConfigurationError(
            f"the disk is full or cannot be written: {_first_line(text)}",
            rule="F38",
            remedy="free space or choose another --home, then run again; what was published is untouched",
            zh="磁盘已满或不可写；已发布的版本不受影响",
        )
    if isinstance(error, MemoryError) or any(sign in text for sign in MEMORY_TEXTS):
        return ConfigurationError(
            f"memory ran out: {_first_line(text)}",
            rule="F39",
            remedy="set CASEMIX_MEMORY higher (for example 8GB) or --threads lower, then run again",
            zh="内存不足；请调高 CASEMIX_MEMORY 或减少 --threads",
        )
    return None


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0][:300] if text.strip() else "no details"


def _mib(size: int) -> int:
    return size >> 20
