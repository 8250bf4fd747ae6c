"""The server's log: a file or standard error, never the client's window, and never a payload."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from pygls.exceptions import JsonRpcContentModified

LEVELS: Final = ("debug", "info", "warning", "error")

_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def set_up(level: str = "warning", file: Path | None = None) -> None:
    """Send what prodready and its libraries log at `level` and above to `file`, or to standard error.

    Raises:
        OSError: when the file cannot be opened.
    """
    handler = logging.FileHandler(file, encoding="utf-8") if file else logging.StreamHandler()
    handler.setFormatter(logging.Formatter(_FORMAT))
    handler.addFilter(_is_news)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level.upper())
    for library in ("pygls", "asyncio", "websockets"):
        # At INFO pygls prints every message whole, the user's code included.
        logging.getLogger(library).setLevel(logging.WARNING)


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out refusals: an answer to a question about text that has changed since is no fault."""
    return not (record.exc_info and isinstance(record.exc_info[1], JsonRpcContentModified))
