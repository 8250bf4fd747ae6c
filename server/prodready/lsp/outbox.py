"""Messages on their way to a client that reads at its own pace; the event loop never waits for it."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Final

logger = logging.getLogger(__name__)

LIMIT: Final = 32 * 1024 * 1024
"""Bytes that may wait for the client; with more, nothing that it sends is read until it has read some itself."""


class PipeWriter:
    """Writes to a file descriptor in a thread of its own, in order.

    `gone` is called, in that thread and once, when nobody reads the other end any more.
    """

    def __init__(self, descriptor: int, gone: Callable[[], None], limit: int = LIMIT) -> None:
        self._descriptor = descriptor
        self._gone = gone
        self._limit = limit
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        self._waiting = 0
        self._room = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="stdout", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Send a message as soon as the client has read those before it."""
        with self._room:
            self._waiting += len(data)
        self._queue.put(data)

    def close(self) -> None:
        """Take no more messages; the descriptor is closed behind the last one."""
        self._queue.put(None)

    def wait_for_room(self) -> None:
        """Wait, in another thread than the loop's, until less than the limit is waiting."""
        with self._room:
            self._room.wait_for(lambda: self._waiting < self._limit)

    def finish(self, patience: float) -> None:
        """Close, and wait at most `patience` seconds for the client to read what is left."""
        self.close()
        self._thread.join(patience)

    def _work(self) -> None:
        try:
            while (data := self._queue.get()) is not None:
                _write(self._descriptor, data)
                self._written(len(data))
            os.close(self._descriptor)
        except OSError as error:
            logger.info("standard output broke off: %s", error)
            self._gone()
            self._discard()

    def _written(self, size: int) -> None:
        with self._room:
            self._waiting -= size
            self._room.notify_all()

    def _discard(self) -> None:
        """Whatever comes now has no reader; nobody is to wait for one either."""
        with self._room:
            self._waiting = 0
            self._limit = 1 << 62
            self._room.notify_all()
        while self._queue.get() is not None:
            pass


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
