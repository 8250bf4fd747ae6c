"""Work spread over processes, with progress on standard error and results in the order of the work."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_EVERY = 2.0
"""Seconds between two lines of progress where there is no terminal; on one, the line is written over."""


def spread(
    work: Callable[[Item], Result], items: Sequence[Item], processes: int, label: str, sizes: Sequence[int]
) -> list[Result]:
    """Return what `work` makes of each item, in their order. The largest by `sizes` are begun first."""
    progress = Progress(label, len(items))
    order = sorted(range(len(items)), key=lambda index: (-sizes[index], index))
    results: dict[int, Result] = {}
    with ProcessPoolExecutor(processes) as pool:
        waiting = {pool.submit(work, items[index]): index for index in order}
        for done in as_completed(waiting):
            results[waiting[done]] = done.result()
            progress.step()
    progress.end()
    return [results[index] for index in range(len(items))]


class Progress:
    """A count on standard error."""

    def __init__(self, label: str, total: int) -> None:
        self._label = label
        self._total = total
        self._done = 0
        self._started = time.monotonic()
        self._shown = self._started

    def step(self) -> None:
        """Count one more, and show it now and then."""
        self._done += 1
        now = time.monotonic()
        if now - self._shown >= (0.1 if sys.stderr.isatty() else _EVERY * 5):
            self._shown = now
            self._show("\r" if sys.stderr.isatty() else "\n")

    def end(self) -> None:
        """Show the total and the time that it took."""
        self._show("\n")

    def _show(self, end: str) -> None:
        seconds = time.monotonic() - self._started
        print(f"{self._label}: {self._done}/{self._total} ({seconds:.0f} s)", end=end, file=sys.stderr, flush=True)
