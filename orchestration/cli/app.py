"""The `casemix` application: commands, and one place where errors become exit codes."""

from __future__ import annotations

import gc
import os
import sys
import warnings

import typer

from orchestration.cli import (
    chain,
    check,
    cockpit,
    export,
    frozen,
    grouping,
    publish,
    restate,
    run,
    sample,
    statement,
    status,
    trace,
    what_if,
)
from orchestration.errors import CasemixError

HELP = """From a hospital's source rows to its bonuses, gated, to the cent, traceable. 医院病种成本与绩效。

Exit codes: 0 published; 2 stopped by a gate; 3 bad input; 4 configuration; 5 another run holds the month."""

app = typer.Typer(help=HELP, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
app.command("sample")(sample.sample)
app.command("run")(run.run)
app.command("restate")(restate.restate)
app.command("approve")(restate.approve)
app.command("reidentify")(export.reidentify)
app.command("check")(check.check)
app.command("publish")(publish.publish)
app.command("status")(status.status)
app.command("verify")(chain.verify)
app.command("diff")(chain.diff)
app.command("trace")(trace.trace)
app.command("statement")(statement.statement)
app.command("what-if")(what_if.what_if)
app.command("cockpit")(cockpit.cockpit)
app.command("report")(frozen.report)
app.command("group")(grouping.group)
app.add_typer(export.export, name="export")
app.add_typer(grouping.pack)

# Libraries and manifest are long-lived; collecting them again and again costs a tenth of a month's CPU.
COLLECTOR_THRESHOLDS = (200_000, 50, 100)
QUIET_ENVIRONMENT = {"GX_ANALYTICS_ENABLED": "false", "DAGSTER_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}


def main() -> None:
    """Run a command; an error a user can meet is printed in both languages and becomes its exit code."""
    os.environ.update({name: value for name, value in QUIET_ENVIRONMENT.items() if name not in os.environ})
    gc.set_threshold(*COLLECTOR_THRESHOLDS)
    # Libraries announce previews and deprecations of their own; a user can do nothing about them.
    warnings.simplefilter("ignore")
    try:
        app()
    except CasemixError as error:
        _end_with(error)
    except OSError as error:
        from orchestration.run.disk import exhausted

        named = exhausted(error)
        if named is None:
            raise
        _end_with(named)


def _end_with(error: CasemixError) -> None:
    from orchestration.cli.console import print_error

    print_error(error)
    sys.exit(error.exit_code)
