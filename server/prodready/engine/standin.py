"""A stand-in for a part of a file that does not parse: a copy with the faulty lines replaced, so that the rest is seen.

The copy has the same lines in the same places but for those in which CPython sees the fault: a line becomes `pass`, an
opener of a block that keeps it, or nothing, whichever takes the parser furthest. What is found in the copy is what can
be said about the lines that are sound; nothing is ever repaired by it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from prodready.engine.parsing import SyntaxFault, parse
from prodready.engine.segments import Segment, indent_of, is_blank

MOST_LINES: Final = 3000
"""Lines up to which a stand-in is looked for: each attempt parses them once."""
_ROUNDS: Final = 6
"""Faults that are mended one after the other."""
_LEVELS: Final = 20
"""Levels of indentation that code may begin at: CPython takes no more nested blocks of some kinds."""
_CLAUSES: Final = {"else": "else:", "elif": "elif _:", "except": "except:", "finally": "finally:", "try": "try:"}
_CLAUSE: Final = re.compile(r"(else|elif|except|finally|try)\b")
_CLOSER: Final = re.compile(r"[)\]}]")


@dataclass(frozen=True)
class StandIn:
    """A segment that parses in the place of one that does not; `replaced` are its lines that are not the text's."""

    segment: Segment
    replaced: frozenset[int]


@dataclass(frozen=True)
class _Attempt:
    """Lines with some of them replaced, and how far the parser came: to the end where there is no `fault`."""

    lines: Sequence[str]
    replaced: frozenset[int]
    outside: Sequence[str]
    body: list[ast.stmt]
    fault: SyntaxFault | None

    @property
    def reached(self) -> int:
        """The 0-based line of the fault."""
        return self.fault.range.start.line - len(self.outside) if self.fault is not None else len(self.lines)


def stand_in(segment: Segment) -> StandIn | None:
    """Return a stand-in for a broken segment; None where there is nothing to gain, or none was found."""
    if segment.is_head or len(segment.lines) > MOST_LINES or not _has_more_than_a_line(segment.lines):
        return None
    best = _attempt(segment, segment.lines, frozenset())
    for _ in range(_ROUNDS):
        if best.fault is None:
            return _result(segment, best)
        further = max(_attempts(segment, best), key=lambda attempt: attempt.reached, default=best)
        if further.reached <= best.reached:
            return None
        best = further
    return _result(segment, best) if best.fault is None else None


def _has_more_than_a_line(lines: Sequence[str]) -> bool:
    code = (line for line in lines if not is_blank(line))
    return next(code, None) is not None and next(code, None) is not None


def _result(segment: Segment, attempt: _Attempt) -> StandIn | None:
    body = attempt.body
    if segment.owner is not None:
        if len(body) != 1 or not isinstance(body[0], ast.ClassDef):
            return None
        body[0].name = segment.owner.name
    return StandIn(Segment(attempt.lines, body, len(attempt.outside), segment.owner), attempt.replaced)


def _attempts(segment: Segment, before: _Attempt) -> Iterator[_Attempt]:
    """Yield what comes of replacing the lines that may be at fault, up to one that parses."""
    tried: set[tuple[int, int, str]] = set()
    for first, last in _suspects(before):
        for text in _instead(before.lines, first, last):
            if (first, last, text) in tried:
                continue
            tried.add((first, last, text))
            new = [text + _end(before.lines[first]), *map(_end, before.lines[first + 1 : last])]
            lines = [*before.lines[:first], *new, *before.lines[last:]]
            attempt = _attempt(segment, lines, before.replaced.union(range(first, last)))
            yield attempt
            if attempt.fault is None:
                return


def _attempt(segment: Segment, lines: Sequence[str], replaced: frozenset[int]) -> _Attempt:
    outside = ["class _:\n"] if segment.owner is not None else _outside(lines)
    result = parse("".join((*outside, *lines)))
    if isinstance(result, SyntaxFault):
        return _Attempt(lines, replaced, outside, [], result)
    return _Attempt(lines, replaced, outside, result, None)


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


def _suspects(attempt: _Attempt) -> Iterator[tuple[int, int]]:
    """Yield stretches of lines that may be at fault: where it is seen, where it was opened, and what lies between."""
    assert attempt.fault is not None
    lines, shift = attempt.lines, len(attempt.outside)
    seen = min(max(0, attempt.reached), len(lines) - 1)
    end = min(max(seen, attempt.fault.range.end.line - shift), len(lines) - 1)
    opened = seen if attempt.fault.opened_line is None else max(0, attempt.fault.opened_line - shift)
    above = next((n for n in range(seen - 1, -1, -1) if not is_blank(lines[n])), seen)
    yield from ((line, line + 1) for line in dict.fromkeys((seen, opened, end, above)))
    yield from ((line, _logical_end(lines, line)) for line in dict.fromkeys((seen, opened, above)))
    yield min(opened, seen), seen + 1


def _logical_end(lines: Sequence[str], first: int) -> int:
    """Return the end of what is written deeper than line `first`, a line that closes a bracket included."""
    indent = len(indent_of(lines[first]))
    for number in range(first + 1, len(lines)):
        line = lines[number]
        if is_blank(line) or len(indent_of(line)) > indent:
            continue
        closes = len(indent_of(line)) == indent and _CLOSER.match(line, indent) is not None
        return number + 1 if closes else number
    return len(lines)


def _instead(lines: Sequence[str], first: int, last: int) -> Iterator[str]:
    """Yield what may stand for some lines: something that keeps the block below them, or nothing at all."""
    indent = indent_of(lines[first])
    below = next((line for line in lines[last:] if not is_blank(line)), "")
    clause = _CLAUSE.match(lines[first], len(indent))
    is_opener = len(indent_of(below)) > len(indent)
    if clause is not None:
        yield indent + _CLAUSES[clause.group(1)] + ("" if is_opener else " pass")
    yield indent + ("if _:" if is_opener else "pass")
    yield ""


def _end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]
