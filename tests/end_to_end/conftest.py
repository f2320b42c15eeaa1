"""Published homes of the sample region, computed once for all tests that read them; who changes one takes a copy."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.home import Home


@dataclass(frozen=True)
class Published:
    """A home and what the command printed that published it."""

    home: Home
    output: str


def publish(home: Home, sample: Path, *arguments: str) -> Published:
    """Run months of the sample region into a home."""
    from orchestration.cli.app import app

    asked = ["run", "--config", str(sample / "casemix.yml"), *arguments, "--simulation", "--home", str(home.root)]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, (done.output, done.exception)
    return Published(home, done.output)


def copy_home(home: Home, folder: Path) -> Home:
    """A home that may be changed."""
    shutil.copytree(home.root, folder, symlinks=True)
    return Home(folder)


@pytest.fixture(scope="session")
def january(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """January of both hospitals."""
    return publish(Home(tmp_path_factory.mktemp("january")), sample, "--month", "2025-01")


@pytest.fixture(scope="session")
def february(january: Published, sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """January of both hospitals, then February of the first."""
    home = copy_home(january.home, tmp_path_factory.mktemp("february") / "warehouse")
    return publish(home, sample, "--month", "2025-02", "--hospital", "H1").home
