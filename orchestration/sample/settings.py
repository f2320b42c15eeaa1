"""What a sample is made of: seed, size and months."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from orchestration.sample.noise import Noise

DEFAULT_SCALE = 18_000
CHARGES_OF_COARSE_BILLING = 2_000_000
"""Charges a month up to which a hospital bills as coarsely as a small one."""
FIRST_MONTH = "2025-01"
MONTHS = 14
HOSPITAL_IDS = ("H1", "H2")
EPOCH = np.datetime64("2023-01", "M")
"""Month 0 of the sample's own count of months."""


def month_number(month: str) -> int:
    """Months since 2023-01; months are counted so everywhere inside the sample."""
    return int((np.datetime64(str(month)[:7]) - EPOCH).astype(int))


def month_start(number: int) -> np.datetime64:
    """First day of a counted month, as datetime64[D]."""
    day: np.datetime64 = (EPOCH + np.timedelta64(number, "M")).astype("datetime64[D]")
    return day


@dataclass(frozen=True)
class Settings:
    """`scale` is the wanted number of charges of a hospital and month."""

    scale: int = DEFAULT_SCALE
    seed: int = 20250101
    first_month: str = FIRST_MONTH
    months: int = MONTHS

    def __post_init__(self) -> None:
        if self.scale < 1 or self.months < 1:
            raise ValueError("scale and months must be positive")

    @cached_property
    def noise(self) -> Noise:
        """Random numbers of the seed."""
        return Noise(self.seed)

    @property
    def fineness(self) -> int:
        """Into how many cheaper items one item of a small hospital is divided: a large hospital has more lines a case, not
        only more cases (ten million charges are about 10,000 discharges and 300,000 visits)."""
        return -(-self.scale // CHARGES_OF_COARSE_BILLING)

    @property
    def size(self) -> float:
        """Size of the hospitals in cases, 1 at the default scale."""
        return self.scale / DEFAULT_SCALE / self.fineness

    @property
    def first(self) -> int:
        """Number of the first delivered month."""
        return month_number(self.first_month)

    @property
    def month_numbers(self) -> range:
        """Counted months that are delivered."""
        return range(self.first, self.first + self.months)
