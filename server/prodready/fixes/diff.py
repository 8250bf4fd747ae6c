"""The smallest edits that turn one text into another: bytes that stay are not part of any edit."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from prodready.engine.finding import Edit, Position, Range
from prodready.engine.source import split_lines


def minimal_edits(first_line: int, old: str, new: str) -> list[Edit]:
    """Return the edits that turn `old`, which begins at column 0 of 0-based `first_line`, into `new`.

    Lines are matched without their indentation, so that moving a block to the right only inserts white space.
    """
    before, after = split_lines(old), split_lines(new)
    matcher = difflib.SequenceMatcher(None, [x.strip() for x in before], [x.strip() for x in after], autojunk=False)
    edits: list[Edit] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal" or i2 - i1 == j2 - j1:
            for offset in range(i2 - i1):
                edits.extend(_trimmed(first_line + i1 + offset, [before[i1 + offset]], [after[j1 + offset]]))
        else:
            edits.extend(_trimmed(first_line + i1, before[i1:i2], after[j1:j2]))
    return edits


def _trimmed(line: int, old: Sequence[str], new: Sequence[str]) -> Iterator[Edit]:
    """Yield one edit for a stretch of lines, without the characters that both sides begin and end with."""
    before, after = "".join(old), "".join(new)
    if before == after:
        return
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    end = len(before) - tail
    yield Edit(Range(_position(line, before, head), _position(line, before, end)), after[head : len(after) - tail])


def _common(left: str, right: str) -> int:
    """Return how many characters two texts begin with alike, never parting a carriage return from its line feed."""
    count = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    if count and left[count - 1] in "\r\n":
        count -= 1
    return count


def _position(first_line: int, text: str, offset: int) -> Position:
    lines = split_lines(text[:offset])
    if not lines:
        return Position(first_line, 0)
    if lines[-1].endswith(("\n", "\r")):
        return Position(first_line + len(lines), 0)
    return Position(first_line + len(lines) - 1, len(lines[-1]))
