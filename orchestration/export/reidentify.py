"""Re-identification: from a pseudonym back to the number behind it, with the vault, for a reason, on record.

Pseudonyms cannot be turned round. Who holds the key and the vault, a list of the hospital's plain numbers kept elsewhere,
can only find the one number that makes the same pseudonym.
"""

from __future__ import annotations

import hmac
from pathlib import Path

from orchestration.errors import BadInput, ConfigurationError, Place
from orchestration.home import Home
from orchestration.privacy import load_key, pseudonymiser
from orchestration.privacy.access import record_access, require_grant

ACTION = "reidentify"
DOMAINS = ("patient", "person", "medical_record", "staff", "stay")


def reidentify(home: Home, pseudonym: str, *, domain: str, hospital_id: str, vault: Path, reason: str) -> str:
    """The number behind a pseudonym.

    Args:
        home: the warehouse; its pseudonym key is used.
        pseudonym: as it stands in a mart or in landing.
        domain: kind of number: patient, person, medical_record, staff or stay.
        hospital_id: the hospital; the visitor needs a grant for the whole of it.
        vault: text file with one plain number a line.
        reason: why; goes into the access log.

    Raises:
        AccessDenied: F49, no grant; logged.
        ConfigurationError: no reason, an unknown domain, or no vault.
        BadInput: no number of the vault makes this pseudonym; logged too.
    """
    if not reason.strip():
        raise ConfigurationError("re-identification needs a reason", remedy="say it with --reason", zh="重新识别须说明理由")
    if domain not in DOMAINS:
        raise ConfigurationError(f"{domain!r} is no kind of number", remedy=f"one of {', '.join(DOMAINS)}", zh="未知的号码类别")
    if not vault.is_file():
        raise ConfigurationError("the vault is not there", place=Place(str(vault)), remedy="mount it first", zh="找不到密库")
    require_grant(home, ACTION, hospital_id, purpose=reason)
    make = pseudonymiser(load_key(home), domain, hospital_id)
    numbers = (line.strip() for line in vault.read_text(encoding="utf-8").splitlines())
    found = next((n for n in numbers if n and hmac.compare_digest(make(n), pseudonym)), None)
    record_access(home, ACTION, f"{hospital_id} {domain} {pseudonym}", rows=int(found is not None), purpose=reason)
    if found is None:
        raise BadInput(
            "no number of the vault makes this pseudonym",
            remedy="check domain, hospital and key version",
            zh="密库中没有对应号码",
        )
    return found
