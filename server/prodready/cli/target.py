"""A file that a command looks at: light, since it is made for every file and sent to other processes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prodready.project.files import FileText


@dataclass(frozen=True)
class Target:
    """A file to look at: its absolute path, the path to show, and which of the configurations it has.

    `given` is the text where it does not come from the disk (standard input).
    """

    path: Path
    shown: str
    config: int = 0
    given: FileText | None = None
