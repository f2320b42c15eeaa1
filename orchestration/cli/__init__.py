"""The casemix commands, each a thin call into the rooms. Heavy libraries are imported inside the commands."""

from orchestration.cli.app import main

__all__ = ["main"]
