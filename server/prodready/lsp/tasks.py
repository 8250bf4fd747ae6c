"""Background tasks that are kept alive while they run, and whose failures are logged, the same one once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable

from prodready.lsp.news import News

logger = logging.getLogger(__name__)


class Tasks:
    """The tasks that run beside the handlers of messages."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._news = News()

    def start(self, work: Awaitable[None]) -> asyncio.Task[None]:
        """Run `work` in the background; the loop itself keeps only a weak reference to a task."""
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # What the system refuses says enough without a traceback.
            if isinstance(error, OSError):
                logger.log(self._news.level(error.errno, first=logging.WARNING), "a background task failed: %s", error)
            else:
                level = self._news.level(type(error), str(error))
                logger.log(level, "a background task failed", exc_info=error)
