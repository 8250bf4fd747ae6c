"""Figures from many measurements of the same thing."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """The median of some times, with the one that only 5 % are above, and their number."""

    median: float
    high: float
    count: int

    @classmethod
    def of(cls, times: Sequence[float]) -> Figure:
        """Sum up times; there must be at least one."""
        ordered = sorted(times)
        return cls(statistics.median(ordered), ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)], len(ordered))

    @classmethod
    def unanswered(cls, waited: float) -> Figure:
        """Return what stands for an answer that did not come while it was waited for."""
        return cls(waited, waited, 0)

    def __str__(self) -> str:
        if not self.count:
            return f"> {self.median:,.0f}"
        digits = 1 if self.median < 100 else 0
        return f"{self.median:.{digits}f} ({self.high:.{digits}f})"

    def ratio_to(self, other: Figure) -> str:
        """Return how many times `other` this is."""
        return f"{self.median / other.median:.2f}" if other.median else "-"
