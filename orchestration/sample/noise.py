"""Counter-based randomness: the same key and purpose give the same number, in any order and on any machine."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_UNIT = 2.0**-53


def _mix(keys: Keys) -> Keys:
    """The finaliser of splitmix64, on a fresh array."""
    mixed = keys ^ (keys >> np.uint64(30))
    mixed *= _FIRST
    mixed ^= mixed >> np.uint64(27)
    mixed *= _SECOND
    mixed ^= mixed >> np.uint64(31)
    return mixed


def combine(keys: Keys, numbers: NDArray[np.integer]) -> Keys:
    """Keys of the children `numbers` of `keys` (arrays of one length)."""
    return _mix(keys + (numbers.astype(np.uint64) + np.uint64(1)) * _STEP)


@dataclass(frozen=True)
class Noise:
    """Random numbers of one seed; `purpose` names what a number decides, so that decisions are independent."""

    seed: int

    def uniform(self, keys: Keys, purpose: str) -> NDArray[np.float64]:
        """One number in [0, 1) per key."""
        salt = (self.seed * 2654435761 + zlib.crc32(purpose.encode()) * 40503 + 1) * int(_STEP) % 2**64
        return (_mix(keys + np.uint64(salt)) >> np.uint64(11)).astype(np.float64) * _UNIT

    def whole(self, keys: Keys, purpose: str, count: NDArray[np.integer] | int) -> NDArray[np.int64]:
        """One whole number in [0, count) per key."""
        return (self.uniform(keys, purpose) * count).astype(np.int64)

    def bell(self, keys: Keys, purpose: str) -> NDArray[np.float64]:
        """Roughly normal numbers, mean 0 and deviation 1, from four uniform ones: no function that differs between machines."""
        total = sum(self.uniform(keys, f"{purpose}/{part}") for part in range(4))
        bell: NDArray[np.float64] = (np.asarray(total) - 2.0) * 3.0**0.5
        return bell
