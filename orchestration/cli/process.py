"""The process behind the `casemix` command."""

from __future__ import annotations

import atexit
import os
import sys
import traceback
from typing import NoReturn

from orchestration.cli.app import main


def run() -> NoReturn:
    """Run the command line and end the process with its exit code.

    Taking the libraries and their objects apart one by one costs more than two seconds after a month. Everything a
    command keeps is on disk by then, so the process runs its exit handlers, flushes, and is gone.
    """
    code: object = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 - what the interpreter would do, without its end
        traceback.print_exc()
        code = 1
    if isinstance(code, str):
        print(code, file=sys.stderr)
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))
