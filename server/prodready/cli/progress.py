"""A progress bar for people who wait: on a terminal only, and only when the work takes more than a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE = 1.0
_Item = TypeVar("_Item")


def tracked(items: Iterable[_Item], total: int, doing: str) -> Iterator[_Item]:
    """Yield `items` as they come, and show on standard error how many of `total` have come."""
    if not sys.stderr.isatty():
        yield from items
        return
    start, bar = time.monotonic(), None
    try:
        for done, item in enumerate(items, 1):
            if bar is None and time.monotonic() - start > _PATIENCE:
                bar = _Bar(doing, total)
            if bar is not None:
                bar.show(done)
            yield item
    finally:
        if bar is not None:
            bar.close()


class _Bar:
    """Rich's bar, which vanishes when it is closed."""

    def __init__(self, doing: str, total: int) -> None:
        self._progress = _progress()
        self._task: TaskID = self._progress.add_task(doing, total=total)
        self._progress.start()

    def show(self, done: int) -> None:
        """Move the bar to `done`."""
        self._progress.update(self._task, completed=done)

    def close(self) -> None:
        """Take the bar off the terminal."""
        self._progress.stop()


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(
        *columns, console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False
    )
