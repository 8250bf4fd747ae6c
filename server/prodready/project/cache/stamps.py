"""Telling from a file's times, size and number that it was not written since, and admitting when they cannot tell."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

_GRAIN = 2_000_000_000
"""Nanoseconds within which a second write may leave the times as they were: FAT's clock moves every two seconds, other
systems' every few milliseconds."""


@dataclass(frozen=True)
class Stamp:
    """What the system says of a file, without its content: times in nanoseconds, size in bytes, and its number.

    `change` is the time of the last change of content or attributes, which no program can set back; on Windows it is
    the time when the file was made.
    """

    modified: int
    change: int
    size: int
    inode: int

    @classmethod
    def of(cls, path: Path | str) -> Stamp | None:
        """Return the stamp of a file as it is now, None when there is none. Links are followed."""
        try:
            status = os.stat(path)  # noqa: PTH116  text, for speed
        except (OSError, ValueError):
            return None
        return cls(status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)

    def vouches(self, seen: int) -> bool:
        """Tell whether every write after the moment `seen`, when the content was read, must have changed the stamp.

        A file that was written just before it was read may have been written again within the same tick of the file
        system's clock. So may one whose time lies in the future. Their content has to be looked at again.
        """
        return max(self.modified, self.change) + _GRAIN < seen


def now() -> int:
    """Return the moment in nanoseconds, to be taken before a file is read."""
    return time.time_ns()
