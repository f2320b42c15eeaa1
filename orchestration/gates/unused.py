"""Packages Great Expectations imports for expectations no gate uses.

Its distribution tests import SciPy's statistics and its charts Altair: a third of the seconds its own import takes. They
are loaded when first touched, which in a month is never. (`importlib.util.LazyLoader` does not help: in Python 3.11 a
second import statement already counts as a touch.)
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any

UNUSED = ("altair", "scipy.stats")


class Postponed(ModuleType):
    """Stands for a module until an attribute of it is read."""

    def __getattr__(self, name: str) -> Any:
        """Load the module, and let it take its place."""
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def postpone_unused() -> None:
    """Let the packages be imported by name, and loaded only when something reads from them."""
    for name in UNUSED:
        if name not in sys.modules and importlib.util.find_spec(name) is not None:
            sys.modules[name] = Postponed(name)
