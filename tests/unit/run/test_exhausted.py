"""F38, F39, F45: disk and memory that run out are named with a remedy; what did not run is named before publishing."""

from __future__ import annotations

import errno

import pytest

from orchestration.errors import CasemixError, GateStopped
from orchestration.run.build import not_run
from orchestration.run.completeness import require_built
from orchestration.run.disk import exhausted
from orchestration.run.phases import PHASES


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EROFS, "Read-only file system"),
        RuntimeError("IO Error: Could not write file: No space left on device"),
        CasemixError("model x: IO Error: File too large"),
    ],
)
def test_f38_a_full_disk_is_named_with_what_to_do(error: Exception) -> None:
    named = exhausted(error)
    assert named is not None and named.rule == "F38" and named.exit_code == 4
    assert named.zh and "--home" in (named.remedy or "")


@pytest.mark.parametrize(
    "error", [MemoryError(), GateStopped("model y: Out of Memory Error: could not allocate block of size 256.0 KiB")]
)
def test_f39_memory_is_named_with_what_to_do(error: Exception) -> None:
    named = exhausted(error)
    assert named is not None and named.rule == "F39"
    assert "CASEMIX_MEMORY" in (named.remedy or "")


def test_other_errors_stay_what_they_are() -> None:
    assert exhausted(OSError(errno.ENOENT, "No such file")) is None
    assert exhausted(GateStopped("2 gate(s) stopped")) is None


def test_f45_what_did_not_run_is_named() -> None:
    assert require_built({"model.a", "test.b"}, ["test.b", "model.a", "model.extra"])["nodes"] == 2
    with pytest.raises(GateStopped, match=r"1 of 2 models and tests did not run: test\.b"):
        require_built({"model.a", "test.b"}, ["model.a"])


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyboardInterrupt(), "was interrupted in the phase 'calculate'"),
        (RuntimeError(), "RuntimeError"),
        (RuntimeError("no file"), "no file"),
    ],
)
def test_f37_a_build_that_ended_without_results_says_why_and_what_to_do(error: BaseException, said: str) -> None:
    told = not_run(PHASES[-1], error)
    assert said in told.message and told.zh and told.remedy
