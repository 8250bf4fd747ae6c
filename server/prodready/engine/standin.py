"""A stand-in for a part of a file that does not parse: a copy with the faulty lines replaced, so that the rest is seen.

The copy has the same lines in the same places but for those in which CPython sees the fault: a line becomes `pass`, an
opener of a block that keeps it, or nothing, whichever takes the parser furthest; of a merge conflict one side is left.
What is found in the copy is what can be said about the lines that are sound; nothing is ever repaired by it.
"""

from __future__ import annotations

import ast
import itertools
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from prodready.engine.conflicts import conflicts, marker
from prodready.engine.lexical import long_strings, without_comment
from prodready.engine.parsing import SyntaxFault, parse_quickly
from prodready.engine.segments import Segment, indent_of, is_blank

MOST_LINES: Final = 3000
"""Lines up to which a stand-in is looked for: each attempt parses them once."""
_PARSED: Final = 30_000
"""Lines that are parsed for one fault at most, which takes about a quarter of a second."""
_ROUNDS: Final = 6
"""Faults that are mended one after the other."""
_LEVELS: Final = 20
"""Levels of indentation that code may begin at: CPython takes no more nested blocks of some kinds."""
_CLAUSES: Final = {"else": "else:", "elif": "elif _:", "except": "except:", "finally": "finally:", "try": "try:"}
_CLAUSE: Final = re.compile(r"(else|elif|except|finally|try)\b")
_CLOSER: Final = re.compile(r"[)\]}]")


@dataclass(frozen=True)
class StandIn:
    """A segment that parses in the place of one that does not; `replaced` are its lines that are not the text's.

    Those in `continued` still hold all of the text's, with something behind it. `other` has something else in the place
    of these lines, where there is such a text that parses: what is found in both does not come of what was put in.
    `is_written` tells whether nothing was put in: what is left of merge conflicts is what somebody wrote.
    """

    segment: Segment
    replaced: frozenset[int]
    continued: frozenset[int]
    other: Segment | None
    is_written: bool


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

    @property
    def reached(self) -> int:
        """The 0-based line of the fault."""
        return self.fault.range.start.line - len(self.outside) if self.fault is not None else len(self.lines)


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
        sides.append(_Side([_end(line) if n in gone else line for n, line in enumerate(lines)], gone))
    return sorted(sides, key=lambda side: len(side.replaced))


def _result(segment: Segment, attempt: _Attempt, sides: Sequence[_Side]) -> StandIn | None:
    own = _segment(segment, attempt)
    if own is None:
        return None
    put = {number: _raising(text) for number, text in attempt.put.items()}
    opposite = next((side for side in sides if side is not attempt.side), attempt.side)
    is_other = opposite is not attempt.side or put != attempt.put
    other = _segment(segment, _attempt(segment, opposite, put)) if is_other else None
    lines = segment.lines
    continued = {n for n, new in attempt.put.items() if new.startswith(without_comment(lines[n]).rstrip() or "\n")}
    return StandIn(own, attempt.side.replaced.union(attempt.put), frozenset(continued), other, not attempt.put)


def _raising(text: str) -> str:
    """Return a line that was put in with `raise` in the place of its `pass`, if it has one."""
    code = without_comment(text).rstrip()
    return f"{code[:-4]}raise{text[len(code) :]}" if code.split()[-1:] == ["pass"] else text


def _segment(segment: Segment, attempt: _Attempt) -> Segment | None:
    body = attempt.body
    if segment.owner is not None and attempt.fault is None:
        if len(body) != 1 or not isinstance(body[0], ast.ClassDef):
            return None
        body[0].name = segment.owner.name
    return Segment(attempt.lines, body, len(attempt.outside), segment.owner) if attempt.fault is None else None


def _attempts(segment: Segment, before: _Attempt) -> Iterator[_Attempt]:
    """Yield what comes of replacing the lines that may be at fault, up to one that parses."""
    tried: set[tuple[int, int, str]] = set()
    for first, last in _suspects(before):
        for text in _instead(before.lines, first, last):
            if (first, last, text) in tried:
                continue
            tried.add((first, last, text))
            new = {number: _end(before.lines[number]) for number in range(first, last)}
            new[first] = text + new[first]
            attempt = _attempt(segment, before.side, {**before.put, **new})
            yield attempt
            if attempt.fault is None:
                return


def _attempt(segment: Segment, side: _Side, put: Mapping[int, str]) -> _Attempt:
    lines = [put.get(number, line) for number, line in enumerate(side.lines)] if put else side.lines
    outside = ["class _:\n"] if segment.owner is not None else _outside(lines)
    result = parse_quickly("".join((*outside, *lines)))
    if isinstance(result, SyntaxFault):
        return _Attempt(side, put, lines, outside, [], result)
    return _Attempt(side, put, lines, outside, result, None)


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
    above = _above(lines, seen)
    outer = _above(lines, seen, len(indent_of(lines[seen])))
    string = _unfinished_string(lines, attempt.fault, shift)
    yield from ((line, line + 1) for line in dict.fromkeys((seen, opened, *string, end, above, outer)))
    yield from ((line, _logical_end(lines, line)) for line in dict.fromkeys((seen, opened, above)))
    yield min(opened, seen), seen + 1


def _above(lines: Sequence[str], number: int, most: int = sys.maxsize) -> int:
    """Return the next line of code above line `number` that is indented by less than `most`; `number` without one."""
    above = range(number - 1, -1, -1)
    return next((n for n in above if not is_blank(lines[n]) and len(indent_of(lines[n])) < most), number)


def _unfinished_string(lines: Sequence[str], fault: SyntaxFault, shift: int) -> list[int]:
    """Return the lines where a long string may begin, or end, that makes code of texts and texts of code.

    CPython tells of the last quotes in a text that are not closed. What stands before them shows where the first text
    is taken for code: close behind the quotes that began it all.
    """
    if "triple-quoted" in fault.message:
        before = parse_quickly("".join(lines[: max(0, fault.range.start.line - shift)]))
        fault, shift = (before, 0) if isinstance(before, SyntaxFault) else (fault, shift)
    first, last = (max(0, place.line - shift) for place in (fault.range.start, fault.range.end))
    text = "".join((*lines[:first], *(line[: fault.range.start.column] for line in lines[first : first + 1])))
    start = max(long_strings(text), default=None)
    return [first, min(last, len(lines) - 1), *([] if start is None else [text.count("\n", 0, start)])]


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
    if marker(lines[first]) is not None:
        yield ""
        return
    own = indent_of(lines[first])
    above = indent_of(lines[_above(lines, first)])
    below = indent_of(next((line for line in lines[last:] if not is_blank(line)), ""))
    head = without_comment(lines[first])
    if head.rstrip().endswith(":") and len(below) <= len(own):
        yield f"{head.rstrip()} pass {lines[first][len(head) :]}".rstrip()
    clause = _CLAUSE.match(lines[first], len(own))
    if clause is not None:
        yield own + _CLAUSES[clause.group(1)] + ("" if len(below) > len(own) else " pass")
    for indent in dict.fromkeys((own, above, below)):
        yield indent + ("if _:" if len(below) > len(indent) else "pass")
    yield ""


def _end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]
