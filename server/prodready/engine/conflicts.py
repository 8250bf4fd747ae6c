"""Merge conflicts in a text: both sides of a merge, one below the other, between lines that git writes.

The lines are those of gitformat "merge" and "diff3" (see "HOW CONFLICTS ARE PRESENTED" in git-merge): seven `<`, then
one side, with diff3 seven `|` and what both came from, seven `=`, the other side, and seven `>`. No statement of Python
begins like them, so outside of a string such a line is never anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_KINDS: Final = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
_NEXT: Final = {"": "<", "<": "|=", "|": "=", "=": ">"}
"""What may come behind each kind of marker."""


@dataclass(frozen=True)
class Conflict:
    """A merge conflict by 0-based lines: where its markers stand, `base` only where git tells what was there before."""

    first: int
    base: int | None
    middle: int
    last: int

    @property
    def ours(self) -> range:
        """The lines of the first side."""
        return range(self.first + 1, self.middle if self.base is None else self.base)

    @property
    def theirs(self) -> range:
        """The lines of the second side."""
        return range(self.middle + 1, self.last)

    @property
    def lines(self) -> range:
        """All of its lines."""
        return range(self.first, self.last + 1)


def conflicts(lines: Sequence[str]) -> list[Conflict]:
    """Return the complete merge conflicts in some lines, in their order. They may stand in a string."""
    found: list[Conflict] = []
    open_at: dict[str, int] = {}
    behind = ""
    for number, line in enumerate(lines):
        kind = marker(line)
        if kind is None:
            continue
        if kind == "<" or kind not in _NEXT.get(behind, ""):
            open_at, behind = {}, ""
            if kind != "<":
                continue
        open_at[kind], behind = number, kind
        if kind == ">":
            found.append(Conflict(open_at["<"], open_at.get("|"), open_at["="], number))
            open_at, behind = {}, ""
    return found


def marker(line: str) -> str | None:
    """Return which of `<|=>` a line is git's mark of, None for any other line."""
    if line[:7] not in _KINDS:
        return None
    label = line[7:].rstrip("\r\n")
    return line[0] if not label or (label[0] == " " and line[0] != "=") else None
