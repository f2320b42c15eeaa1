"""Free disk is checked before anything large is written."""

from __future__ import annotations

import shutil
from pathlib import Path

from orchestration.errors import ConfigurationError

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


def _mib(size: int) -> int:
    return size >> 20
