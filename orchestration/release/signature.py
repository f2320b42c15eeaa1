"""Ed25519 signatures of release records with a key of the home."""

from __future__ import annotations

import base64
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat, load_pem_private_key

from orchestration.errors import ConfigurationError, Place
from orchestration.home import Home
from orchestration.release.files import write_atomically

KEY_FILE = "release_signing_key.pem"
OTHERS = 0o077


@cache
def signing_key(home: Home) -> Ed25519PrivateKey:
    """The key of the home, made at first use and readable by its owner only.

    Raises:
        ConfigurationError: others may read the key, or it is no Ed25519 key.
    """
    path = home.keys / KEY_FILE
    if not path.exists():
        home.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = Ed25519PrivateKey.generate()
        write_atomically(path, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), mode=0o600)
    if path.stat().st_mode & OTHERS:
        raise ConfigurationError(
            "the signing key is readable by others",
            place=Place(file=str(path)),
            remedy=f"chmod 600 {path}",
            zh="签名密钥可被他人读取",
        )
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigurationError("the signing key is no Ed25519 key", place=Place(file=str(path)), zh="签名密钥类型不符")
    return key


def sign(home: Home, message: bytes) -> tuple[str, str]:
    """Signature and public key, both base64."""
    key = signing_key(home)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(key.sign(message)).decode(), base64.b64encode(public).decode()


def is_signed(message: bytes, signature: str, public_key: str) -> bool:
    """Whether the signature over the message was made with the key."""
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key)).verify(base64.b64decode(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True
