"""Pseudonyms of personal numbers and the key they are made with."""

from orchestration.privacy.keys import PseudonymKey, create_key_file, load_key
from orchestration.privacy.pseudonyms import pseudonym_table, pseudonymiser

__all__ = ["PseudonymKey", "create_key_file", "load_key", "pseudonym_table", "pseudonymiser"]
