"""Releases: immutable, hashed, chained, signed; readers see one or the next, never half."""

from orchestration.release.publish import GatedMonth, publish
from orchestration.release.record import Record, current_record, read_record, read_records

__all__ = ["GatedMonth", "Record", "current_record", "publish", "read_record", "read_records"]
