"""What is nobody's source: directories that are always left out, and what git ignores."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from prodready.project.globs import can_match, compiled
from prodready.project.paths import exists, is_file

if TYPE_CHECKING:
    from pathlib import Path

    from pathspec import GitIgnoreSpec

NEVER_SOURCE = frozenset(
    {
        ".direnv", ".eggs", ".git", ".hg", ".hypothesis", ".ipynb_checkpoints", ".mypy_cache", ".nox", ".pants.d",
        ".pytest_cache", ".pytype", ".ruff_cache", ".svn", ".tox", ".venv", ".vscode", "__pycache__", "__pypackages__",
        "bower_components", "node_modules", "site-packages",
    }
)  # fmt: skip
"""Directories that are left out wherever they are."""
_MAX_BYTES = 1024 * 1024
SELDOM_SOURCE = frozenset({"_build", "buck-out", "build", "dist", "venv"})
"""Directories that are left out unless they are Python packages."""


def is_left_out(directory: Path) -> bool:
    """Tell whether a directory is left out by default: by its name, or because it is a virtual environment."""
    name = directory.name
    if name in NEVER_SOURCE or (name in SELDOM_SOURCE and not is_file(directory / "__init__.py")):
        return True
    return is_file(directory / "pyvenv.cfg")


@dataclass(frozen=True)
class IgnoreFile:
    """The patterns of one ignore file, which count from `base`."""

    base: Path
    lines: tuple[str, ...]

    @classmethod
    def read(cls, path: Path, base: Path) -> IgnoreFile | None:
        """Read an ignore file; None when there is none, it is a link (git follows none) or huge, or says nothing."""
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                return None
            with path.open("rb") as stream:
                data = stream.read(_MAX_BYTES + 1)
            if len(data) > _MAX_BYTES:
                return None
            text = data.decode("utf-8-sig", "replace")
        except OSError:
            return None
        lines = tuple(line for line in text.splitlines() if line.strip() and not line.startswith("#"))
        return cls(base, lines) if lines else None

    @cached_property
    def _spec(self) -> GitIgnoreSpec:
        """The lines that are globs: git skips those that are none."""
        return compiled(line for line in self.lines if can_match(line))

    def verdict(self, path: Path, *, directory: bool) -> bool | None:
        """Return whether `path` (below `base`) is ignored; None when the file says nothing about it."""
        relative = path.relative_to(self.base).as_posix()
        return self._spec.check_file(f"{relative}/" if directory else relative).include


class IgnoreRules:
    """The ignore files that count in one directory, from the repository's root down."""

    def __init__(self, files: tuple[IgnoreFile, ...] = ()) -> None:
        self.files = files

    @classmethod
    def above(cls, directory: Path) -> IgnoreRules:
        """Return the rules from above `directory`: those of the git repository that it lies in, none outside of one.

        Where they ignore `directory` itself they are dropped: whoever names it means it.
        """
        top = _repository(directory)
        if top is None or top == directory:
            return cls() if top is None else cls(_excluded_by(top))
        rules = cls(_excluded_by(top))
        here = top
        for part in directory.relative_to(top).parts:
            rules = rules.inside(here)
            here /= part
            if rules.ignores(here, directory=True):
                return cls()
        return rules

    def inside(self, directory: Path) -> IgnoreRules:
        """Return the rules that count for the entries of `directory`."""
        found = IgnoreFile.read(directory / ".gitignore", directory)
        return IgnoreRules((*self.files, found)) if found else self

    def ignores(self, path: Path, *, directory: bool) -> bool:
        """Tell whether `path`, in the directory that these rules are for, is ignored; the deepest file wins."""
        for file in reversed(self.files):
            verdict = file.verdict(path, directory=directory)
            if verdict is not None:
                return verdict
        return False


def _repository(directory: Path) -> Path | None:
    return next((here for here in (directory, *directory.parents) if exists(here / ".git")), None)


def _excluded_by(top: Path) -> tuple[IgnoreFile, ...]:
    found = IgnoreFile.read(top / ".git" / "info" / "exclude", top)
    return (found,) if found else ()
