"""Keyed pseudonyms: HMAC-SHA256, one domain per kind of number, 128 bits kept."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable

import pyarrow as pa

from orchestration.privacy.keys import PseudonymKey

REGION_DOMAINS = frozenset({"person"})
KEPT_BYTES = 16


def pseudonymiser(key: PseudonymKey, domain: str, hospital_id: str) -> Callable[[str], str]:
    """A function from a number to its pseudonym.

    Numbers of the region (insured persons) meet across hospitals; a hospital's own numbers do not.
    """
    is_regional = domain in REGION_DOMAINS
    secret = key.region_secret if is_regional else key.hospital_secret
    prefix = "\0".join(("casemix", key.version, domain, "" if is_regional else hospital_id, "")).encode()
    digest = hmac.digest

    def pseudonym(value: str) -> str:
        return f"{key.version}-{digest(secret, prefix + value.encode(), 'sha256')[:KEPT_BYTES].hex()}"

    return pseudonym


def pseudonym_table(values: Iterable[str], key: PseudonymKey, domain: str, hospital_id: str) -> pa.Table:
    """Columns `plain` and `pseudonym` for distinct values."""
    plain = list(values)
    convert = pseudonymiser(key, domain, hospital_id)
    return pa.table({"plain": pa.array(plain, pa.string()), "pseudonym": pa.array([convert(v) for v in plain], pa.string())})
