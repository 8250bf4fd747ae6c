"""Faults are news once: the same one again is of interest to nobody but whoever reads everything."""

from __future__ import annotations

import logging
from typing import Final

_KNOWN_AT_MOST: Final = 1000


class News:
    """Remembers which faults were told; so many at most that it cannot grow for ever."""

    def __init__(self) -> None:
        self._told: set[object] = set()

    def level(self, *fault: object, first: int = logging.ERROR) -> int:
        """Return the level at which to log a fault: `first` the first time, then DEBUG."""
        if fault in self._told:
            return logging.DEBUG
        if len(self._told) >= _KNOWN_AT_MOST:
            self._told.clear()
        self._told.add(fault)
        return first
