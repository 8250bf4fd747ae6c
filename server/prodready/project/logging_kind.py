"""Which logging library a project uses: what most of its modules that log import."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from prodready.project.discovery import discover

if TYPE_CHECKING:
    from prodready.project.config import Config

_MAX_FILES = 2000
_HEAD_BYTES = 32 * 1024
_IMPORT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+(logging|structlog|loguru)\b", re.MULTILINE)
_STDLIB = "stdlib"


def settled(config: Config) -> Config:
    """Return the configuration with `logger = "auto"` replaced by the library that the project uses.

    Do this once before fixes are planned, away from an event loop: the heads of up to `_MAX_FILES` files are read.
    Checking does not need it.
    """
    if config.options.logger != "auto":
        return config
    return replace(config, options=replace(config.options, logger=logger_kind(config)))


def logger_kind(config: Config) -> str:
    """Return "structlog" or "loguru" where more than half of the modules that log use it, else "stdlib"."""
    kinds = Counter(kind for path in islice(discover([config.root], config), _MAX_FILES) if (kind := _kind(path)))
    most, count = kinds.most_common(1)[0] if kinds else (_STDLIB, 0)
    return most if count * 2 > kinds.total() else _STDLIB


def _kind(path: Path) -> str | None:
    """Return the library that a module logs with; `logging` beside another one only configures it."""
    try:
        with path.open("rb") as stream:
            imported = {found.decode() for found in _IMPORT.findall(stream.read(_HEAD_BYTES))}
    except OSError:
        return None
    for library in ("structlog", "loguru"):
        if library in imported:
            return library
    return _STDLIB if imported else None
