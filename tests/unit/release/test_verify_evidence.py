"""What a release was computed from is verified with it: landing, manifests, originals and snapshots; each harm is named."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.errors import BadInput, ConfigurationError
from orchestration.home import Home
from orchestration.landing import land_month
from orchestration.privacy.keys import KEY_VARIABLE
from orchestration.release import catalogue, partition, warehouse
from orchestration.release.publish import publish
from orchestration.release.record import Record
from orchestration.release.verify import verify_home
from orchestration.run.month import batches_of, manifests_of
from orchestration.sources import open_deliveries
from tests.unit.delivery import HOSPITAL, MONTH, write_delivery
from tests.unit.release.releases import FEBRUARY, RELATION, TOY, gated, home_in


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for module in (catalogue, partition, warehouse):
        monkeypatch.setattr(module, "load_marts", lambda: {RELATION: TOY})
    monkeypatch.setenv(KEY_VARIABLE, "v1:a-key-for-tests-only-a-key-for-tests")
    return home_in(tmp_path)


@pytest.fixture
def release(home: Home, tmp_path: Path) -> Record:
    """A release of one landed month."""
    [delivery] = open_deliveries(write_delivery(tmp_path / "source", ("his_department", "his_charge")))
    landed = land_month(home, HOSPITAL, MONTH, delivery)
    month = gated(home, "a", HOSPITAL, MONTH, "1")
    evidence = month.evidence | {"landing": manifests_of(home, landed), "batches": batches_of(landed)}
    return publish(home, [dataclasses.replace(month, evidence=evidence)])


def altered(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)


def in_landing(name: str) -> Callable[[Home], Path]:
    return lambda home: home.landing / HOSPITAL / "2025-01" / "b0001" / name


def snapshot(name: str) -> Callable[[Home], Path]:
    return lambda home: next((home.snapshots / "policy").iterdir()) / name


def test_an_intact_home_is_verified(home: Home, release: Record) -> None:
    assert verify_home(home) == release
    assert verify_home(home, release.sha256, release.release_id) == release
    with pytest.raises(ConfigurationError, match="no release"):
        verify_home(home, release_id="r0009-00000000")


@pytest.mark.parametrize(
    ("place", "named"),
    [
        (in_landing("his_charge.parquet"), "his_charge.parquet behind release r0001-.* was altered"),
        (in_landing("manifest.json"), "manifest.json behind release r0001-.* was altered"),
        (in_landing(f"original/{HOSPITAL}__2025-01__his_charge.csv"), "his_charge.csv behind release r0001-.* was altered"),
        (snapshot("bonus_scheme.csv"), "snapshot policy .* was altered|bonus_scheme"),
    ],
    ids=["leaf", "manifest", "original", "policy"],
)
def test_an_edited_file_is_named(home: Home, release: Record, place: Callable[[Home], Path], named: str) -> None:
    path = place(home)
    altered(path)
    with pytest.raises((BadInput, ConfigurationError), match=named):
        verify_home(home)


def test_a_leaf_edited_together_with_its_manifest_is_named(home: Home, release: Record) -> None:
    leaf, manifest = in_landing("his_charge.parquet")(home), in_landing("manifest.json")(home)
    before = leaf.read_bytes()
    altered(leaf)
    from orchestration.release.files import sha256_of

    manifest.chmod(0o644)
    text = manifest.read_text(encoding="utf-8")
    leaf.write_bytes(before)
    old = sha256_of(leaf)
    altered(leaf)
    manifest.write_text(text.replace(old, sha256_of(leaf)), encoding="utf-8")
    with pytest.raises(BadInput, match=r"manifest.json behind release r0001-.* was altered"):
        verify_home(home)


@pytest.mark.parametrize("place", [in_landing("his_charge.parquet"), in_landing("manifest.json")])
def test_a_missing_file_is_named(home: Home, release: Record, place: Callable[[Home], Path]) -> None:
    place(home).unlink()
    with pytest.raises(BadInput, match="is missing"):
        verify_home(home)


def test_a_missing_snapshot_is_named(home: Home, release: Record) -> None:
    next((home.snapshots / "policy").iterdir()).rename(home.root / "gone")
    with pytest.raises(BadInput, match=r"snapshot policy .* is missing"):
        verify_home(home)


def test_one_release_alone_is_read_but_the_chain_is_walked_whole(home: Home, release: Record) -> None:
    second = publish(home, [gated(home, "b", HOSPITAL, FEBRUARY, "2")])
    altered(in_landing("his_charge.parquet")(home))
    assert verify_home(home, release_id=second.release_id) == second
    with pytest.raises(BadInput, match=release.release_id):
        verify_home(home)
