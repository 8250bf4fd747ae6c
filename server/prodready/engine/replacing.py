"""Which lines may be at fault in code that does not parse, and what may stand in their place.

A change is a set of lines by number with their new text: nothing else moves. Quotes are made whole, lines that stand at
the wrong level are moved, and what cannot be kept becomes a call of which nothing is known, or nothing.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from prodready.engine.conflicts import marker
from prodready.engine.lexical import CLEAN, long_strings, scan, without_comment
from prodready.engine.parsing import SyntaxFault, parse_quickly
from prodready.engine.segments import indent_of, is_blank

UNKNOWN: Final = "_()"
"""What stands for code that is not known: it may fail, as most code may."""
_OPENER: Final = "if _:"
_CLAUSES: Final = {"else": "else:", "elif": "elif _:", "except": "except:", "finally": "finally:", "try": "try:"}
_CLAUSE: Final = re.compile(r"(else|elif|except|finally|try)\b")
_CLOSER: Final = re.compile(r"[)\]}]")
_LONG_QUOTES: Final = re.compile(r"\"\"\"|'''")
_TWO_QUOTES: Final = re.compile(r"(?<![\"'\\])(\"\"|'')(?![\"'])")
_LAST_QUOTES: Final = re.compile(r"(?<![\"'\\])(\"{1,2}|'{1,2})[ \t]*[\r\n]*\Z")
_ENDS: Final = 3
"""Places where a string may have been meant to end that are tried."""


@dataclass(frozen=True)
class Change:
    """New texts of lines by number. Those in `kept` only stand at another level, or have quotes that are whole."""

    put: Mapping[int, str]
    kept: frozenset[int] = field(default=frozenset())


def changes(lines: Sequence[str], fault: SyntaxFault, level: str) -> Iterator[Change]:
    """Yield what may mend a fault in some lines, the likeliest first; some of it more than once.

    The fault's lines are those of `lines`, or outside of them; `level` is the level at which the lines begin.
    """
    seen = min(max(0, fault.range.start.line), len(lines) - 1)
    earlier = list(_earlier(lines, seen))
    if scan("".join(lines)).quote is not None:
        yield from _mended_strings(lines, earlier)
    for first, last in _suspects(lines, fault, earlier):
        if last == first + 1:
            yield from _moved(lines, first, (indent_of(lines[seen]), level))
        yield from (Change(_put(lines, first, last, text)) for text in _instead(lines, first, last))


def _put(lines: Sequence[str], first: int, last: int, text: str) -> Mapping[int, str]:
    new = {number: line_end(lines[number]) for number in range(first, last)}
    new[first] = text + new[first]
    return new


def _suspects(lines: Sequence[str], fault: SyntaxFault, earlier: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield stretches of lines that may be at fault: where it is seen, where it was opened, and what lies between."""
    seen = earlier[0]
    end = min(max(seen, fault.range.end.line), len(lines) - 1)
    opened = seen if fault.opened_line is None else max(0, fault.opened_line)
    above = _above(lines, seen)
    outer = _above(lines, seen, len(indent_of(lines[seen])))
    string = _unfinished_string(lines, fault)
    single = (seen, opened, *string, end, above, _beginning(lines, above), outer, _beginning(lines, outer))
    yield from ((line, line + 1) for line in dict.fromkeys(single))
    yield from ((line, _logical_end(lines, line)) for line in dict.fromkeys((seen, opened, above)))
    yield min(opened, seen), seen + 1
    yield from ((_beginning(lines, line), seen + 1) for line in earlier[1:])


def _above(lines: Sequence[str], number: int, most: int = sys.maxsize) -> int:
    """Return the next line of code above line `number` that is indented by less than `most`; `number` without one."""
    above = range(number - 1, -1, -1)
    return next((n for n in above if not is_blank(lines[n]) and len(indent_of(lines[n])) < most), number)


def _beginning(lines: Sequence[str], number: int) -> int:
    """Return the line where the statement begins that line `number` ends: the last one outside of all that is open."""
    state, beginning = CLEAN, number
    for here, line in enumerate(lines[: number + 1]):
        if not state.is_open:
            beginning = here
        state = scan(line, state)
    return beginning


def _unfinished_string(lines: Sequence[str], fault: SyntaxFault) -> list[int]:
    """Return the lines where a long string may begin, or end, that makes code of texts and texts of code.

    CPython tells of the last quotes in a text that are not closed. What stands before them shows where the first text
    is taken for code: close behind the quotes that began it all.
    """
    if "triple-quoted" in fault.message:
        before = parse_quickly("".join(lines[: max(0, fault.range.start.line)]))
        fault = before if isinstance(before, SyntaxFault) else fault
    first, last = (max(0, place.line) for place in (fault.range.start, fault.range.end))
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


def _moved(lines: Sequence[str], number: int, levels: Sequence[str]) -> Iterator[Change]:
    """Yield a line at the levels that its neighbours stand at, or one of `levels`."""
    line = lines[number]
    if is_blank(line) or marker(line) is not None:
        return
    before = lines[_above(lines, number)]
    above, below = indent_of(before), _indent_below(lines, number + 1)
    inside = [above + _unit(lines)] if without_comment(before).rstrip().endswith(":") else []
    own = indent_of(line)
    for indent in dict.fromkeys((*inside, above, below, *levels)):
        if indent != own:
            yield _kept(number, indent + line[len(own) :])


def _unit(lines: Sequence[str]) -> str:
    """Return by how much a block is indented in some lines: no more than the least of all."""
    indents = [indent_of(line) for line in lines if not is_blank(line)]
    return min((indent for indent in indents if indent), key=len, default="    ")


def _indent_below(lines: Sequence[str], number: int) -> str:
    return indent_of(next((line for line in lines[number:] if not is_blank(line)), ""))


def _instead(lines: Sequence[str], first: int, last: int) -> Iterator[str]:
    """Yield what may stand for some lines: something that keeps the block below them, or nothing at all."""
    if marker(lines[first]) is not None:
        yield ""
        return
    own = indent_of(lines[first])
    above = indent_of(lines[_above(lines, first)])
    below = _indent_below(lines, last)
    head = without_comment(lines[first])
    if head.rstrip().endswith(":") and len(below) <= len(own):
        yield f"{head.rstrip()} {UNKNOWN} {lines[first][len(head) :]}".rstrip()
    clause = _CLAUSE.match(lines[first], len(own))
    if clause is not None:
        yield own + _CLAUSES[clause.group(1)] + ("" if len(below) > len(own) else f" {UNKNOWN}")
    for indent in dict.fromkeys((own, above, below)):
        yield indent + (_OPENER if len(below) > len(indent) else UNKNOWN)
    yield ""


def _mended_strings(lines: Sequence[str], earlier: Sequence[int]) -> Iterator[Change]:
    """Yield changes that make the quotes of long strings whole, where one of them is missing or not."""
    for number in earlier:
        begun = (n for n in (number, number - 1) if n >= 0 and _TWO_QUOTES.search(lines[n]))
        yield from (_kept(n, _TWO_QUOTES.sub(_three, lines[n], count=1)) for n in begun)
        yield from _ended(lines, number)
        yield from map(Change, _without_text(lines, number))


def _kept(number: int, text: str) -> Change:
    return Change({number: text}, frozenset({number}))


def _three(quotes: re.Match[str]) -> str:
    return quotes.group()[0] * 3


def _earlier(lines: Sequence[str], number: int) -> Iterator[int]:
    """Yield the line of a fault, and those of faults before it, of which CPython tells when there is no more behind."""
    for _ in range(_ENDS):
        yield number
        before = parse_quickly("".join(lines[:number]))
        if not isinstance(before, SyntaxFault) or before.range.start.line >= number:
            return
        number = before.range.start.line


def _ended(lines: Sequence[str], number: int) -> Iterator[Change]:
    """Yield changes that close a long string in front of line `number` at its lines that end with fewer quotes."""
    text = "".join(lines[:number])
    closed = [text.count("\n", 0, start) for start in long_strings(text)][-1:]
    starts = [*closed, number]
    for start in starts:
        quotes = _LONG_QUOTES.search(lines[start])
        if quotes is not None:
            yield from itertools.islice(_closed(lines, start, quotes.group()), _ENDS)


def _closed(lines: Sequence[str], start: int, quotes: str) -> Iterator[Change]:
    for number in range(start, len(lines)):
        found = _LAST_QUOTES.search(lines[number])
        if found is not None and found.group(1)[0] == quotes[0] and _is_no_code(lines[number], found.start()):
            yield _kept(number, lines[number][: found.start()] + quotes + line_end(lines[number]))


def _is_no_code(line: str, quotes: int) -> bool:
    """Tell whether a line whose last quotes are at a column is none of code, as text is, or nothing but those."""
    return not line[:quotes].strip() or isinstance(parse_quickly(line.strip()), SyntaxFault)


def _without_text(lines: Sequence[str], number: int) -> Iterator[Mapping[int, str]]:
    """Yield changes that take away the lines from `number` on, up to the quotes that end a text without a beginning."""
    for last in range(number, len(lines)):
        found = _LONG_QUOTES.search(lines[last])
        if found is not None:
            rest = lines[last][found.end() :]
            indents = dict.fromkeys((indent_of(lines[number]), indent_of(lines[_above(lines, number)])))
            gone = {n: line_end(lines[n]) for n in range(number, last)}
            yield from ({**gone, last: f"{indent}{UNKNOWN}{rest}"} for indent in indents)
            yield {**gone, last: rest}
            return


def line_end(line: str) -> str:
    """Return what ends a line: a blank line in its place keeps all others where they are."""
    return line[len(line.rstrip("\r\n")) :]
