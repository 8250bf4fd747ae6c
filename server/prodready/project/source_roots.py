"""The directories below a project's root that its imports may start from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from prodready.project.ignored import is_left_out
from prodready.project.modules import is_source_root
from prodready.project.paths import is_directory, is_file

_MAX_DEPTH = 3
_MAX_DIRECTORIES = 500
_NOT_OURS = frozenset({"test", "tests", "testdata", "fixtures", "examples", "docs", "vendor", "third_party", "_vendor"})
"""Directories whose packages are not what the project's own imports mean."""


def source_roots(root: Path) -> tuple[Path, ...]:
    """Return the source roots of a project: `root`, its `src`, then others in the order of their paths.

    Others are directories that `is_source_root`, or that hold a package without being one. At most `_MAX_DEPTH` levels
    and `_MAX_DIRECTORIES` directories are looked at.
    """
    found = [root]
    if is_directory(root / "src"):
        found.append(root / "src")
    for directory in _directories(root):
        if directory not in found and _may_start_imports(directory):
            found.append(directory)
    return tuple(found)


def _directories(root: Path) -> Iterator[Path]:
    """Yield the directories below `root` that are no packages, level by level."""
    level = [root]
    looked_at = 0
    for _ in range(_MAX_DEPTH):
        below: list[Path] = []
        for directory in level:
            looked_at += 1
            if looked_at > _MAX_DIRECTORIES:
                return
            children = [child for child in _subdirectories(directory) if not is_file(child / "__init__.py")]
            yield from children
            below.extend(children)
        level = below


def _subdirectories(directory: Path) -> list[Path]:
    try:
        with os.scandir(directory) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []
    kept = (name for name in names if not name.startswith(".") and name not in _NOT_OURS)
    return [directory / name for name in kept if not is_left_out(directory / name)]


def _may_start_imports(directory: Path) -> bool:
    return is_source_root(directory) or any(is_file(sub / "__init__.py") for sub in _subdirectories(directory))
