"""Paths as the project compares them: absolute, normal, links left alone."""

from __future__ import annotations

import os
from pathlib import Path


def absolute(path: Path) -> Path:
    """Return `path` counted from the current directory, without `.` and `..`; links are not followed."""
    return Path(os.path.abspath(path))  # noqa: PTH100  Path.resolve() follows links, Path.absolute() keeps ".."


def relative_to(path: Path, root: Path) -> str | None:
    """Return `path` below `root` with slashes, None when it lies outside. Both are absolute; the disk is not asked."""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return None
