"""Which files a command means: paths from the command line to Python files, always in the same order."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from prodready.project.ignored import IgnoreRules, is_left_out
from prodready.project.os_errors import reason_of
from prodready.project.paths import absolute, is_directory, relative_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SUFFIX = ".py"


class Excluder(Protocol):
    """What `discover` asks of a configuration."""

    def excluder(self, start: Path) -> Callable[[Path, bool], bool]:
        """Return a function that tells whether a path below `start` (and whether it is a directory) is excluded."""


def discover(
    paths: Iterable[Path], config: Excluder, on_error: Callable[[Path, str], None] | None = None
) -> Iterator[Path]:
    """Yield the Python files that `paths` mean, each once, sorted within each path.

    A path that is no directory is yielded as it is, whatever it is called and whether it exists: reading it tells. Of
    directories, their `.py` files are, apart from what the configuration excludes, what `is_left_out`, and what git
    ignores; a directory named here is never left out itself. Links are not followed: one to a file of the directory is
    met on its own, and one that leads out would show, or change, what is nobody's business here. `on_error` is told of
    directories that cannot be read, and why.
    """
    seen: set[str] = set()
    for path in paths:
        found = _walked(path, config, on_error) if is_directory(path) else [(path, os.path.realpath(path))]
        for file, real in found:
            if real not in seen:
                seen.add(real)
                yield file


def _walked(start: Path, config: Excluder, on_error: Callable[[Path, str], None] | None) -> Iterator[tuple[Path, str]]:
    """Yield the files below `start`, each with its real path."""
    top = absolute(start)
    real = os.path.realpath(top)
    walk = _Walk(top, config.excluder(top), on_error)
    for found in walk.files(IgnoreRules.above(top)):
        relative = relative_to(found, top) or found.name
        yield (
            found if start is top or start == top else start / relative,
            # No link lies on the way: the walk follows none.
            os.path.join(real, relative),  # noqa: PTH118  text, for speed
        )


@dataclass(frozen=True)
class _Walk:
    """One walk below `start`, an absolute path."""

    start: Path
    excluded: Callable[[Path, bool], bool]
    on_error: Callable[[Path, str], None] | None

    def files(self, above: IgnoreRules) -> Iterator[Path]:
        """Yield the files below the start, to which the rules `above` apply.

        They come sorted by name, directory by directory. The walk keeps a stack of its own.
        """
        stack: list[tuple[Path, IgnoreRules | None]] = [(self.start, above)]
        while stack:
            path, rules = stack.pop()
            if rules is None:
                yield path
                continue
            inner = rules.inside(path)
            stack.extend(reversed(list(self._kept(path, inner))))

    def _kept(self, directory: Path, rules: IgnoreRules) -> Iterator[tuple[Path, IgnoreRules | None]]:
        """Yield a directory's files, and its directories with the rules above them."""
        for entry in self._entries(directory):
            path = directory / entry.name
            if entry.is_dir(follow_symlinks=False):
                if not is_left_out(path) and not self._skipped(path, rules, directory=True):
                    yield path, rules
            elif self._is_own_file(entry) and not self._skipped(path, rules):
                yield path, None

    def _entries(self, directory: Path) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(directory) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
            if found and not os.access(directory, os.X_OK):
                # Names can be had, but nothing else of what is in there.
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            return found
        except OSError as error:
            if self.on_error is not None:
                self.on_error(directory, f"cannot be read: {reason_of(error)}")
            return []

    def _skipped(self, path: Path, rules: IgnoreRules, *, directory: bool = False) -> bool:
        return self.excluded(path, directory) or rules.ignores(path, directory=directory)

    def _is_own_file(self, entry: os.DirEntry[str]) -> bool:
        return entry.name.endswith(SUFFIX) and entry.is_file(follow_symlinks=False)
