"""F37: killed inside each dbt invocation and in each layer of the build, which is private: nothing of it is ever seen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.home import Home
from orchestration.privacy.keys import KEY_VARIABLE
from orchestration.run.journal import FAILED, close_dead_runs
from tests.end_to_end.golden_hospital import MONTH, write_goldens
from tests.support.oath import check_oath

pytestmark = pytest.mark.slow
MOMENTS = [
    ("receive", 1),
    ("conform", 2),
    ("conform", 30),
    ("calculate", 5),
    ("calculate", 50),
    ("calculate", 100),
    ("calculate", 140),
]
"""Step of the month and how many of its nodes are built before the kill: gates, staging, conformed, costing to scoring."""
KILLED_RUN = """
import os, signal, sys
from orchestration.cli import console, main

WANTED, NODES = sys.argv.pop(1), int(sys.argv.pop(1))

class Killer:
    def __init__(self, progress):
        self.left = None
    def start(self, step, total):
        self.left = NODES if step == WANTED else None
    def advance(self):
        if self.left is not None:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
    def finish(self):
        pass

console.ProgressReporter = Killer
main()
"""


def run(source: Path, policy: Path, home: Home, *kill_at: str) -> int:
    asked = ["run", "--source", str(source), "--month", MONTH, "--policy", str(policy), "--home", str(home.root)]
    script = KILLED_RUN if kill_at else "from orchestration.cli import main; main()"
    environment = os.environ | {KEY_VARIABLE: "1:" + "ab" * 32}
    return subprocess.run(
        [sys.executable, "-c", script, *kill_at, *asked], env=environment, capture_output=True, check=False
    ).returncode


def test_a_kill_inside_the_build_is_never_seen(tmp_path: Path) -> None:
    source, policy = write_goldens(tmp_path)
    home = Home(tmp_path / "home")
    for step, nodes in MOMENTS:
        assert run(source, policy, home, step, str(nodes)) == -signal.SIGKILL
        assert check_oath(home) is None
        assert {journal.status for journal in close_dead_runs(home)} == {FAILED}
    assert run(source, policy, home) == 0
    first = check_oath(home)
    assert first is not None
    assert run(source, policy, home, "calculate", "50") == -signal.SIGKILL
    assert check_oath(home, [first]) == first
