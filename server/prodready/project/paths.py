"""Paths as the project compares them: absolute, normal, links left alone."""

from __future__ import annotations

import os
from pathlib import Path


def absolute(path: Path) -> Path:
    """Return `path` counted from the current directory, without `.` and `..`; links are not followed."""
    return Path(os.path.abspath(path))  # noqa: PTH100  Path.resolve() follows links, Path.absolute() keeps ".."


def is_file(path: Path) -> bool:
    """Tell whether a file is there, as far as one may look: where that is forbidden, `Path.is_file` raises."""
    return os.path.isfile(path)  # noqa: PTH113


def is_directory(path: Path) -> bool:
    """Tell whether a directory is there, as far as one may look."""
    return os.path.isdir(path)  # noqa: PTH112


def exists(path: Path) -> bool:
    """Tell whether anything is there, as far as one may look."""
    return os.path.exists(path)  # noqa: PTH110


def relative_to(path: Path, root: Path) -> str | None:
    """Return `path` below `root` with slashes, None when it lies outside. Both are absolute; the disk is not asked."""
    text, base = os.fspath(path), os.fspath(root)
    if text == base:
        return "."
    prefix = base if base.endswith(os.sep) else base + os.sep
    # Text, because `Path.relative_to` is what a check of many known files would spend most of its time in.
    if not os.path.normcase(text).startswith(os.path.normcase(prefix)):
        return None
    return text[len(prefix) :].replace(os.sep, "/")
