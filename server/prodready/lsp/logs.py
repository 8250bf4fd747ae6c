"""The server's log: a file or standard error, never the client's window, and never a payload."""

from __future__ import annotations

import logging
import queue
import re
import sys
import threading
from pathlib import Path
from typing import Any, Final, TextIO

from prodready.tracebacks import traced

LEVELS: Final = ("debug", "info", "warning", "error")

_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_WAITING_AT_MOST: Final = 1000
_PATIENCE: Final = 1.0
_CONTROL: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def set_up(level: str = "warning", file: Path | None = None) -> None:
    """Send what prodready and its libraries log at `level` and above to `file`, or to standard error.

    Raises:
        OSError: when the file cannot be opened.
    """
    stream = file.open("a", encoding="utf-8", errors="backslashreplace") if file else sys.stderr
    handler = Background(stream)
    handler.setFormatter(_Formatter(_FORMAT))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level.upper())
    for library in ("asyncio", "websockets"):
        logging.getLogger(library).setLevel(logging.WARNING)
    # pygls logs messages whole, the user's code included, also those that it complains about.
    logging.getLogger("pygls").setLevel(logging.CRITICAL + 1)


class Background(logging.Handler):
    """Lets a thread write records: neither a slow disk nor a client that does not read our errors holds up the loop.

    What comes faster than it can be written is left out, and counted. That the log cannot be written is told once.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._queue: queue.Queue[str | None] = queue.Queue(_WAITING_AT_MOST)
        self._left_out = 0
        self._is_failing = False
        self._thread = threading.Thread(target=self._work, name="log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a record to the thread."""
        try:
            self._queue.put_nowait(self.format(record))
        except queue.Full:
            self._left_out += 1

    def close(self) -> None:
        """Give the thread a moment to write what it has."""
        super().close()
        try:
            self._queue.put(None, timeout=_PATIENCE)
        except queue.Full:
            return
        self._thread.join(_PATIENCE)

    def _work(self) -> None:
        while (line := self._queue.get()) is not None:
            self._write(line)
            if self._left_out and self._queue.empty():
                left_out, self._left_out = self._left_out, 0
                self._write(f"{left_out} more messages came too fast to be written")

    def _write(self, line: str) -> None:
        try:
            self._stream.write(f"{line}\n")
            self._stream.flush()
            self._is_failing = False
        except (OSError, ValueError) as error:
            if not self._is_failing and self._stream is not sys.stderr:
                self._is_failing = True
                _tell_on_stderr(f"prodready: the log cannot be written: {error}\n")


class _Formatter(logging.Formatter):
    """Shows what would steer a terminal, or pass for another record, as harmless characters.

    Of errors it tells where they arose, and not what they say.
    """

    def formatException(self, ei: Any) -> str:  # noqa: N802  its name in the standard library
        return traced(ei[1]) if ei[1] is not None else ""

    def format(self, record: logging.LogRecord) -> str:
        return _CONTROL.sub("\ufffd", super().format(record)).replace("\n", "\n  ")


def _tell_on_stderr(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        return
