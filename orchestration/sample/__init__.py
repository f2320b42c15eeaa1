"""The sample region: two invented hospitals, written from a seed as their systems would hand them over."""

from orchestration.sample.settings import DEFAULT_SCALE, FIRST_MONTH, HOSPITAL_IDS, MONTHS
from orchestration.sample.writing import write_sample

__all__ = ["DEFAULT_SCALE", "FIRST_MONTH", "HOSPITAL_IDS", "MONTHS", "write_sample"]
