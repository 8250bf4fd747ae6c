"""Globs as `.gitignore` writes them: the one way in which the configuration names files."""

from __future__ import annotations

import re
import warnings
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from prodready.project.glob_regex import without_backtracking

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pathspec import GitIgnoreSpec
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern


class GlobSet:
    """A list of globs, matched against paths relative to a root.

    `tests/` and `*.py` match at any depth, `/a.py` and `src/a.py` from the root only, `**` spans directories; whatever
    lies in a directory that matches, matches too.
    """

    def __init__(self, globs: Iterable[str]) -> None:
        self.globs = tuple(globs)

    def __reduce__(self) -> tuple[type[GlobSet], tuple[tuple[str, ...]]]:
        """Pickle the globs only; they are compiled again when asked."""
        return GlobSet, (self.globs,)

    @cached_property
    def _spec(self) -> GitIgnoreSpec:
        return compiled(self.globs)

    def match(self, relative: str, *, directory: bool = False) -> str | None:
        """Return the last glob that matches `relative` (a path with slashes below the root), None when none does."""
        if not self.globs or not relative:
            return None
        found = self._spec.check_file(f"{relative}/" if directory else relative)
        return self.globs[found.index] if found.include and found.index is not None else None


def glob_fault(glob: str) -> str | None:
    """Say what is wrong with a glob, None when it can match something."""
    if not glob.strip("/ "):
        return 'the glob is empty; name a file or a directory below the project\'s root, such as "tests/"'
    if glob.startswith("!"):
        return 'a glob cannot begin with "!"; name what is meant, not what is not'
    if glob.startswith("#"):
        return 'a glob cannot begin with "#", which is a comment; write "[#]" for the character'
    if "\\" in glob:
        return "write directories with slashes, also on Windows"
    if ".." in glob.split("/"):
        return 'a glob counts from the project\'s root and cannot leave it with ".."'
    return None if can_match(glob) else "the glob matches nothing; are its brackets right?"


def can_match(glob: str) -> bool:
    """Tell whether a line of an ignore file is a glob that can match something."""
    try:
        return any(pattern.include is not None for pattern in compiled((glob,)).patterns)
    except (ValueError, re.error):
        return False


def compiled(globs: Iterable[str]) -> GitIgnoreSpec:
    """Compile globs, each of which `can_match`."""
    from pathspec import GitIgnoreSpec

    pattern = _pattern()
    with warnings.catch_warnings():
        # Brackets inside brackets are rare, but right; users need not hear what `re` may make of them one day.
        warnings.simplefilter("ignore", FutureWarning)
        # Other backends, where they are installed, do not know all that we write into expressions.
        return GitIgnoreSpec.from_lines(globs, pattern, backend="simple")


@cache
def _pattern() -> type[GitIgnoreSpecPattern]:
    """Return pathspec's pattern, with expressions that do not backtrack."""
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    class Pattern(GitIgnoreSpecPattern):
        @classmethod
        def pattern_to_regex(cls, pattern: Any) -> tuple[Any, bool | None]:
            regex, include = super().pattern_to_regex(pattern)
            return (None if regex is None else without_backtracking(regex)), include

    return Pattern
