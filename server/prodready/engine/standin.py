"""A stand-in for a part of a file that does not parse: a copy with the faulty lines replaced, so that the rest is seen.

The copy has the same lines in the same places but for those in which CPython sees the fault: they are changed in
whichever way takes the parser furthest (`replacing.py`); of a merge conflict one side is left. What is found in the
copy is what can be said about the lines that are sound; nothing is ever repaired by it.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from prodready.engine.conflicts import conflicts
from prodready.engine.lexical import without_comment
from prodready.engine.parsing import SyntaxFault, end_line, parse_quickly, start_line
from prodready.engine.replacing import UNKNOWN, Change, changes, line_end
from prodready.engine.segments import Segment, indent_of, is_blank, left_class

MOST_LINES: Final = 3000
"""Lines up to which a stand-in is looked for: each attempt parses them once."""
_PARSED: Final = 30_000
"""Lines that are parsed for one fault at most, which takes about a quarter of a second."""
_ROUNDS: Final = 6
"""Faults that are mended one after the other."""
_LEVELS: Final = 20
"""Levels of indentation that code may begin at: CPython takes no more nested blocks of some kinds."""


@dataclass(frozen=True)
class StandIn:
    """A segment that parses in the place of one that does not; `replaced` are its lines that are not the text's.

    Those in `continued` still hold all of the text's, with something behind it; those in `kept` have quotes that are
    whole, or stand at another level, which is so of those in `moved`. `other` has something else in the place of the
    rest of them, where there is such a text that parses: what is found in both does not come of what was put in.
    `told` holds the statements of which nothing was replaced, or all where that is but a side of merge conflicts; None
    where it is not sure which blocks they stand in.
    """

    segment: Segment
    replaced: frozenset[int]
    continued: frozenset[int]
    kept: frozenset[int]
    moved: frozenset[int]
    other: Segment | None
    told: Segment | None


@dataclass(frozen=True)
class _Side:
    """The text to begin with: lines of which merge conflicts left one side, and which lines that took away."""

    lines: Sequence[str]
    replaced: frozenset[int]


@dataclass(frozen=True)
class _Attempt:
    """Lines of a side with some others `put` in, and how far the parser came: to the end where there is no `fault`."""

    side: _Side
    put: Mapping[int, str]
    lines: Sequence[str]
    outside: Sequence[str]
    body: list[ast.stmt]
    fault: SyntaxFault | None
    """What CPython says, in lines of `lines`."""
    kept: frozenset[int] = field(default=frozenset())

    @property
    def reached(self) -> int:
        """The 0-based line of the fault."""
        return self.fault.range.start.line if self.fault is not None else len(self.lines)


def stand_in(segment: Segment) -> StandIn | None:
    """Return a stand-in for a broken segment; None where there is nothing to gain, or none was found."""
    if segment.is_head or len(segment.lines) > MOST_LINES or not _has_more_than_a_line(segment.lines):
        return None
    sides = _sides(segment.lines)
    best = max((_attempt(segment, side, {}) for side in sides), key=_reached)
    for _ in range(_ROUNDS):
        if best.fault is None:
            return _result(segment, best, sides)
        attempts = itertools.islice(_attempts(segment, best), _PARSED // len(segment.lines))
        further = max(attempts, key=_reached, default=best)
        if further.reached <= best.reached:
            return None
        best = further
    return _result(segment, best, sides) if best.fault is None else None


def _has_more_than_a_line(lines: Sequence[str]) -> bool:
    code = (line for line in lines if not is_blank(line))
    return next(code, None) is not None and next(code, None) is not None


def _reached(attempt: _Attempt) -> int:
    return attempt.reached


def _sides(lines: Sequence[str]) -> list[_Side]:
    """Return the lines with one side of each merge conflict, and with the other, the longer first; else as they are."""
    found = conflicts(lines)
    if not found:
        return [_Side(lines, frozenset())]
    every = {line for conflict in found for line in conflict.lines}
    sides = []
    for kept in ({n for c in found for n in c.ours}, {n for c in found for n in c.theirs}):
        gone = frozenset(every - kept)
        sides.append(_Side([line_end(line) if n in gone else line for n, line in enumerate(lines)], gone))
    return sorted(sides, key=lambda side: len(side.replaced))


def _result(segment: Segment, attempt: _Attempt, sides: Sequence[_Side]) -> StandIn | None:
    own = _segment(segment, attempt)
    if own is None:
        return None
    put = {n: text if n in attempt.kept else _raising(text) for n, text in attempt.put.items()}
    opposite = next((side for side in sides if side is not attempt.side), attempt.side)
    is_other = opposite is not attempt.side or put != attempt.put
    other = _segment(segment, _attempt(segment, opposite, put)) if is_other else None
    lines = segment.lines
    continued = {n for n, new in attempt.put.items() if new.startswith(without_comment(lines[n]).rstrip() or "\n")}
    replaced = attempt.side.replaced.union(attempt.put)
    moved = frozenset(n for n in attempt.kept if indent_of(lines[n]) != indent_of(attempt.put[n]))
    return StandIn(own, replaced, frozenset(continued), attempt.kept, moved, other, _told(own, attempt))


def _told(own: Segment, attempt: _Attempt) -> Segment | None:
    """Return the statements of a stand-in that somebody wrote; None where blocks were opened that the text has not."""
    if not attempt.put:
        return own
    opened = any(without_comment(text).rstrip().endswith(":") for text in attempt.put.values())
    if opened or (own.owner is None and attempt.outside):
        return None
    body = own.body
    if own.owner is not None:
        wrapper = body[0]
        assert isinstance(wrapper, ast.ClassDef)
        body = [ast.ClassDef(**{**vars(wrapper), "body": list(_written(own, wrapper.body, attempt.put))})]
    else:
        body = list(_written(own, body, attempt.put))
    return Segment(own.lines, body, own.base, own.owner)


def _written(own: Segment, body: Sequence[ast.stmt], put: Mapping[int, str]) -> Iterator[ast.stmt]:
    for statement in body:
        lines = range(start_line(statement) - 1 - own.base, end_line(statement) - own.base)
        if put.keys().isdisjoint(lines):
            yield statement


def _raising(text: str) -> str:
    """Return a line that was put in with `raise` in the place of the unknown code that it ends with, if it does."""
    code = without_comment(text).rstrip()
    return f"{code.removesuffix(UNKNOWN)}raise{text[len(code) :]}" if code.split()[-1:] == [UNKNOWN] else text


def _segment(segment: Segment, attempt: _Attempt) -> Segment | None:
    if attempt.fault is not None:
        return None
    if segment.owner is not None:
        wrapper = attempt.body[0]
        assert isinstance(wrapper, ast.ClassDef)
        wrapper.name = segment.owner.name
    return Segment(attempt.lines, attempt.body, len(attempt.outside), segment.owner)


def _attempts(segment: Segment, before: _Attempt) -> Iterator[_Attempt]:
    """Yield what comes of changing the lines that may be at fault, up to one that parses."""
    assert before.fault is not None
    tried: set[tuple[tuple[int, str], ...]] = set()
    level = segment.owner.indent if segment.owner is not None else ""
    for change in changes(before.lines, before.fault, level):
        key = tuple(change.put.items())
        if key in tried:
            continue
        tried.add(key)
        attempt = _changed(segment, before, change)
        yield attempt
        if attempt.fault is None:
            return


def _changed(segment: Segment, before: _Attempt, change: Change) -> _Attempt:
    attempt = _attempt(segment, before.side, {**before.put, **change.put})
    return replace(attempt, kept=before.kept.difference(change.put) | change.kept)


def _attempt(segment: Segment, side: _Side, put: Mapping[int, str]) -> _Attempt:
    lines = [put.get(number, line) for number, line in enumerate(side.lines)] if put else side.lines
    outside = ["class _:\n"] if segment.owner is not None else _outside(lines)
    result = parse_quickly("".join((*outside, *lines)))
    if isinstance(result, SyntaxFault):
        return _Attempt(side, put, lines, outside, [], result.moved_up(len(outside)))
    left = None if segment.owner is None else left_class(result)
    return _Attempt(side, put, lines, outside, result, left)


def _outside(lines: Sequence[str]) -> list[str]:
    """Return openers of blocks for lines that begin inside one: each level of indentation that they come back to."""
    levels: list[str] = []
    for line in lines:
        if is_blank(line):
            continue
        indent = indent_of(line)
        if not levels or len(indent) < len(levels[-1]):
            levels.append(indent)
        if not indent:
            break
    if not levels or not levels[0] or len(levels) > _LEVELS:
        return []
    outer = [*levels[1:], *([""] if levels[-1] else [])]
    return [f"{indent}if _:\n" for indent in reversed(outer)]
