"""The smallest edits that turn one text into another: bytes that stay are not part of any edit."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterator, Sequence

from prodready.engine.finding import Edit, Position, Range
from prodready.engine.source import split_lines


def minimal_edits(first_line: int, old: str, new: str) -> list[Edit]:
    """Return the edits that turn `old`, which begins at column 0 of 0-based `first_line`, into `new`.

    Lines are matched without their indentation, so that moving a block to the right only inserts white space.
    """
    before, after = split_lines(old), split_lines(new)
    left, right = _starts(before), _starts(after)
    edits: list[Edit] = []
    for i1, i2, j1, j2 in _stretches(before, after):
        edits.extend(_trimmed(first_line, old, new, (left[i1], left[i2]), (right[j1], right[j2])))
    return joined(edits)


def joined(edits: Sequence[Edit]) -> list[Edit]:
    """Return edits that do not overlap, in order, those that touch made one: editors disagree on their order."""
    result: list[Edit] = []
    for edit in edits:
        if result and result[-1].range.end == edit.range.start:
            before = result.pop()
            result.append(Edit(Range(before.range.start, edit.range.end), before.text + edit.text))
        else:
            result.append(edit)
    return result


def _starts(lines: list[str]) -> list[int]:
    return list(itertools.accumulate(map(len, lines), initial=0))


def _stretches(before: list[str], after: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yield which lines of `before` become which lines of `after`: line by line where their numbers are the same."""
    matcher = difflib.SequenceMatcher(None, [x.strip() for x in before], [x.strip() for x in after], autojunk=False)
    for _, i1, i2, j1, j2 in matcher.get_opcodes():
        if i2 - i1 == j2 - j1:
            yield from ((i1 + n, i1 + n + 1, j1 + n, j1 + n + 1) for n in range(i2 - i1))
        else:
            yield i1, i2, j1, j2


def _trimmed(first_line: int, old: str, new: str, left: tuple[int, int], right: tuple[int, int]) -> Iterator[Edit]:
    """Yield one edit for a stretch of both texts, without the characters that both sides begin and end with."""
    (start, end), (new_start, new_end) = left, right
    before, after = old[start:end], new[new_start:new_end]
    if before == after:
        return
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    if _parts_line_end(before, head) or _parts_line_end(after, head):
        head -= 1
    if _parts_line_end(before, len(before) - tail) or _parts_line_end(after, len(after) - tail):
        tail -= 1
    span = Range(_position(first_line, old, start + head), _position(first_line, old, end - tail))
    yield Edit(span, after[head : len(after) - tail])


def _common(left: str, right: str) -> int:
    """Return how many characters two texts begin with alike."""
    shorter = min(len(left), len(right))
    return next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), shorter)


def _parts_line_end(text: str, offset: int) -> bool:
    """Tell whether `offset` lies between a carriage return and its line feed, where no position can be."""
    return offset > 0 and text[offset - 1 : offset + 1] == "\r\n"


def _position(first_line: int, text: str, offset: int) -> Position:
    lines = split_lines(text[:offset])
    if not lines or lines[-1].endswith(("\n", "\r")):
        return Position(first_line + len(lines), 0)
    return Position(first_line + len(lines) - 1, len(lines[-1]))
