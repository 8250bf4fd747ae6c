"""Paths as people see them."""

from __future__ import annotations

import os
from pathlib import Path


def shown_path(path: Path | str) -> str:
    """Return a path from the current directory, with forward slashes."""
    try:
        return Path(os.path.relpath(path)).as_posix()
    except ValueError:
        # On Windows there is no way from one drive to another.
        return Path(path).as_posix()
