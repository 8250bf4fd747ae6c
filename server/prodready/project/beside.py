"""A new file beside another one, whose place it is to take; what a process that was killed left of one is removed."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_PREFIX, _SUFFIX = ".prodready-", ".tmp"
_NAME: Final = re.compile(r"\.prodready-[a-z0-9_]{8}\.tmp")
"""The names that `tempfile` makes with these."""


@contextmanager
def file_beside(real: Path) -> Iterator[tuple[int, Path]]:
    """Make an empty file in the directory of `real`; gives its descriptor, which is the caller's to close, and path.

    It is removed when the block raises. Until the block ends it is locked: so another process knows that it is needed.

    Raises:
        OSError: when no file can be made there.
    """
    _remove_left_overs(real.parent)
    descriptor, path, lock = _made(real.parent)
    try:
        yield descriptor, path
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(lock)


def _made(directory: Path) -> tuple[int, Path, int]:
    """Make a file; returns its descriptor, its path, and what holds the lock."""
    import tempfile  # with all that it needs for random names; the server knows this module long before it writes

    while True:
        descriptor, name = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX, dir=directory)
        if _lock(descriptor) and not os.fstat(descriptor).st_nlink:
            # Somebody took it for one that was left, before it was locked.
            os.close(descriptor)
            continue
        # The lock belongs to what both descriptors stand for: it lasts when the caller closes the first.
        return descriptor, Path(name), os.dup(descriptor) if sys.platform != "win32" else os.open(os.devnull, 0)


def _remove_left_overs(directory: Path) -> None:
    """Remove files that were made beside others by processes that have ended; leave all that is not sure to be one."""
    try:
        names = [entry.name for entry in os.scandir(directory) if _NAME.fullmatch(entry.name)]
    except OSError:
        return  # a directory that may be written, but not listed
    for name in names:
        with suppress(OSError):
            _remove(directory / name)


if sys.platform == "win32":

    def _lock(descriptor: int) -> bool:
        """Nothing to do: an open file cannot be removed."""
        return False

    def _remove(path: Path) -> None:
        path.unlink()

else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        """Lock an open file if nobody else has; tell whether it is locked now. Some file systems know no locks."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _remove(path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            status = os.fstat(descriptor)
            if stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and _lock(descriptor):
                path.unlink()
        finally:
            os.close(descriptor)
