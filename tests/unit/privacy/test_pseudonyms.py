from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import pytest

from orchestration.errors import ConfigurationError
from orchestration.home import Home
from orchestration.privacy import create_key_file, load_key, pseudonymiser
from orchestration.privacy.keys import KEY_VARIABLE, REGION_VARIABLE, PseudonymKey

KEY = PseudonymKey("v2", b"hospital-secret-of-some-length", b"region-secret-of-some-length")


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    monkeypatch.delenv(REGION_VARIABLE, raising=False)


def test_pseudonym_is_an_hmac_with_128_bits_and_the_key_version() -> None:
    expected = hmac.new(b"hospital-secret-of-some-length", b"casemix\0v2\0patient\0H1\0A17", hashlib.sha256).hexdigest()[:32]
    assert pseudonymiser(KEY, "patient", "H1")("A17") == f"v2-{expected}"


def test_domains_and_hospitals_never_meet_but_persons_of_the_region_do() -> None:
    assert pseudonymiser(KEY, "patient", "H1")("1") != pseudonymiser(KEY, "patient", "H2")("1")
    assert pseudonymiser(KEY, "patient", "H1")("1") != pseudonymiser(KEY, "medical_record", "H1")("1")
    assert pseudonymiser(KEY, "person", "H1")("1") == pseudonymiser(KEY, "person", "H2")("1")


def test_f50_without_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="F50"):
        load_key(Home(tmp_path))


def test_f50_with_another_key_than_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "v1:first-secret-of-this-home-0123456789")
    first = load_key(Home(tmp_path))
    assert first.version == "v1" and "secret" not in repr(first)
    monkeypatch.setenv(KEY_VARIABLE, "v2:another-secret-of-this-home-012345678")
    with pytest.raises(ConfigurationError, match="F50"):
        load_key(Home(tmp_path))


def test_key_file_is_private_and_stays(tmp_path: Path) -> None:
    home = Home(tmp_path)
    path = create_key_file(home)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_key(home) == load_key(home)
    assert create_key_file(home).read_text() == path.read_text()
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="F50"):
        load_key(home)
