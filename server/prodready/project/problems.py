"""What to say about a configuration that is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from prodready.engine.finding import Range


@dataclass(frozen=True)
class ConfigProblem:
    """One thing that is wrong in a configuration.

    `path` is the file, None for the command line. `range` counts from 0, columns in characters; None where the fault
    has no place. `key` is the dotted key, empty for a file as a whole; `message` says what to do.
    """

    path: Path | None
    range: Range | None
    key: str
    message: str

    def __str__(self) -> str:
        place = str(self.path) if self.path is not None else "command line"
        if self.range is not None:
            place += f":{self.range.start.line + 1}:{self.range.start.column + 1}"
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class ConfigError(Exception):
    """A configuration that cannot be used, with all that is wrong in it."""

    def __init__(self, problems: Sequence[ConfigProblem]) -> None:
        super().__init__(problems)
        self.problems = list(problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))
