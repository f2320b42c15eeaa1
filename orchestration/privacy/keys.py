"""The pseudonym key: from the environment, or a key file made on purpose. Without one nothing that holds persons is read."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import ConfigurationError, Place
from orchestration.home import Home

KEY_VARIABLE = "CASEMIX_PSEUDONYM_KEY"
REGION_VARIABLE = "CASEMIX_REGION_KEY"
KEY_FILE = "pseudonym.key"
FINGERPRINT_FILE = "pseudonym.fingerprint"
VERSIONED = re.compile(r"(?P<version>v?[0-9]{1,4}):(?P<secret>.+)", re.DOTALL)
STRONG_BYTES = 16

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PseudonymKey:
    """Secret keys of hospital and region, and the version that stands in every pseudonym."""

    version: str
    hospital_secret: bytes
    region_secret: bytes

    def __repr__(self) -> str:
        return f"PseudonymKey(version={self.version!r})"

    @property
    def fingerprint(self) -> str:
        """Names the key without giving it away."""
        digests = (hmac.digest(s, b"casemix key fingerprint", "sha256") for s in (self.hospital_secret, self.region_secret))
        return f"{self.version}:{hashlib.sha256(b''.join(digests)).hexdigest()[:32]}"


def load_key(home: Home) -> PseudonymKey:
    """The key of this home: ``CASEMIX_PSEUDONYM_KEY`` (``<version>:<secret>``), else the key file of the home.

    Raises:
        ConfigurationError: F50 without a key, with a key file others can read, or with another key than the home was begun with.
    """
    text = os.environ.get(KEY_VARIABLE) or _read_key_file(home)
    if not text:
        raise ConfigurationError(
            f"No pseudonym key: {KEY_VARIABLE} is not set and the home has no key file.",
            rule="F50",
            zh="缺少去标识化密钥，拒绝启动",
            place=Place(str(home.keys / KEY_FILE)),
            remedy=f"Set {KEY_VARIABLE}=<version>:<32 random characters or more>; casemix sample makes a key for its own data.",
        )
    key = _parse(text.strip())
    _check_fingerprint(home, key)
    return key


def create_key_file(home: Home) -> Path:
    """Make a random key for embedded sample data, mode 0600; an existing one is kept."""
    path = home.keys / KEY_FILE
    if os.environ.get(KEY_VARIABLE) or path.exists():
        return path
    home.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"v1:{secrets.token_hex(32)}\n")
        file.flush()
        os.fsync(file.fileno())
    return path


def _read_key_file(home: Home) -> str | None:
    path = home.keys / KEY_FILE
    if not path.exists():
        return None
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigurationError(
            "The pseudonym key file can be read by others.",
            rule="F50",
            zh="去标识化密钥文件权限过宽",
            place=Place(str(path)),
            remedy=f"chmod 600 {path}, and change the key if it may have been seen.",
        )
    return path.read_text(encoding="utf-8")


def _parse(text: str) -> PseudonymKey:
    match = VERSIONED.fullmatch(text)
    version, secret = (match["version"], match["secret"]) if match else ("v1", text)
    if len(secret.encode()) < STRONG_BYTES:
        logger.warning("The pseudonym key has fewer than %d bytes; use a random one of 32.", STRONG_BYTES)
    region = os.environ.get(REGION_VARIABLE) or secret
    return PseudonymKey(f"v{version.removeprefix('v')}", secret.encode(), region.encode())


def _check_fingerprint(home: Home, key: PseudonymKey) -> None:
    path = home.keys / FINGERPRINT_FILE
    if not path.exists():
        home.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(key.fingerprint + "\n", encoding="utf-8")
        return
    known = path.read_text(encoding="utf-8").split()
    if key.fingerprint in known:
        return
    raise ConfigurationError(
        f"The pseudonym key ({key.version}) is not the one this home was begun with.",
        rule="F50",
        zh="去标识化密钥与本仓库已用密钥不一致",
        place=Place(str(path)),
        remedy="Use the first key again; a changed key needs a new home, because persons could not be recognised across months.",
    )
