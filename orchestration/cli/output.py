"""Hand out what a command wrote, once the access log holds it."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from orchestration.errors import ConfigurationError, Place


def hand_out(output: Path | None, write: Callable[[TextIO], int], record: Callable[[int], None]) -> int:
    """Write to a scratch file, log, and only then give it to the reader.

    Args:
        output: the file the reader asked for; None for standard output.
        write: fills a text file and returns how many rows it holds.
        record: logs that so many rows are handed out; when it fails nothing is.

    Returns:
        Rows handed out.

    Raises:
        ConfigurationError: the file cannot be written there.
    """
    if output is None:
        with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as scratch:
            rows = write(scratch)
            record(rows)
            scratch.seek(0)
            shutil.copyfileobj(scratch, sys.stdout)
        return rows
    with hidden(output) as path:
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = write(file)
        record(rows)
    return rows


@contextmanager
def hidden(output: Path) -> Iterator[Path]:
    """A scratch file beside the output, which takes its place when all went well and is removed otherwise.

    Raises:
        ConfigurationError: there is no such folder, or it cannot be written.
    """
    scratch = output.with_name(f".{output.name}.tmp")
    try:
        scratch.touch(mode=0o600)
    except OSError as error:
        raise ConfigurationError(
            f"the file cannot be written: {error.strerror}",
            place=Place(file=str(output)),
            remedy="name a file in a folder that exists and that you may write",
            zh="无法写入该文件",
        ) from error
    try:
        yield scratch
        scratch.replace(output)
    finally:
        scratch.unlink(missing_ok=True)


@contextmanager
def printed(file: TextIO) -> Iterator[None]:
    """What the console prints inside goes to the file."""
    from orchestration.cli.console import console

    with console.capture() as captured:
        yield
    file.write(captured.get())
