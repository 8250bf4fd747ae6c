"""Source text to `ast` statements, without ever raising: a text that does not parse becomes a `SyntaxFault`."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass, replace
from typing import Final

from prodready.engine.conflicts import conflicts, marker
from prodready.engine.finding import Position, Range
from prodready.engine.lexical import scan
from prodready.engine.newer import RUNNING, Newer, newer_syntax, written_version
from prodready.engine.source import encodable, split_lines

CONFLICT: Final = "merge conflict: decide what to keep, and remove the lines that git put in"
LEFT_OVER: Final = "this line is left of a merge conflict: remove it"

_ON_LINE = re.compile(r" on line (\d+)")
_DETECTED = re.compile(r" \(detected at line \d+\)")


@dataclass(frozen=True)
class SyntaxFault:
    """What CPython says about a text that it cannot parse.

    `range` counts from the text's first line (0-based). `opened_line`, where there is one, is the 0-based line of the
    bracket or statement that the message speaks of. `newer` is set where nothing is wrong but that the text is written
    for a newer Python than the one that runs us.
    """

    message: str
    range: Range
    opened_line: int | None = None
    newer: Newer | None = None

    def moved_up(self, lines: int) -> SyntaxFault:
        """Tell a fault without some lines in front of the text, which some faults are placed at."""
        opened = None if self.opened_line is None else max(0, self.opened_line - lines)
        start, end = self.range.start, self.range.end
        is_inside = start.line >= lines
        where = self.range.shifted(-lines) if is_inside else Range.of(0, 0, max(0, end.line - lines), 0)
        return replace(self, range=where, opened_line=opened)


_TOO_DEEP: Final = SyntaxFault("the code is nested too deeply to be parsed", Range.of(0, 0, 0, 0))


def parse(text: str) -> list[ast.stmt] | SyntaxFault:
    """Parse a whole text into its statements.

    Byte columns of the tree are those of `text` in UTF-8 (lone surrogates count three bytes, as U+FFFD does).
    Returns a `SyntaxFault` for anything that CPython refuses, nesting that is too deep and NUL included.
    """
    result = parse_quickly(text)
    if not isinstance(result, SyntaxFault) or result is _TOO_DEEP or "\0" in text:
        return result
    if (conflict := _conflict_fault(text, result)) is not None:
        return conflict
    newer = newer_syntax(encodable(text))
    return result if newer is None else _newer_fault(newer, text)


def parse_quickly(text: str) -> list[ast.stmt] | SyntaxFault:
    """Parse a whole text as `parse` does, with CPython's words only for what it refuses."""
    if "\0" in text:
        return _nul_fault(text)
    if not text.isascii():
        text = encodable(text)
    if text.endswith("\\\r\n"):
        # Of a line that is continued by nothing, CPython complains in a file, and in a text with other line ends only.
        text = f"{text[:-2]}\n"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text).body
    except SyntaxError as error:
        return _fault(error, text)
    except (RecursionError, MemoryError):
        return _TOO_DEEP


def _conflict_fault(text: str, seen: SyntaxFault) -> SyntaxFault | None:
    """Return a fault for the first line of a merge conflict, None where there is none outside of strings.

    What is left of one has to be the very line that CPython stumbles over (`seen`): text has such lines, too.
    """
    lines = split_lines(text)
    whole = [conflict.first for conflict in conflicts(lines)]
    line = whole[0] if whole else seen.range.start.line
    if not whole and (line >= len(lines) or marker(lines[line]) is None):
        return None
    if scan("".join(lines[:line])).quote is not None:
        return None
    return SyntaxFault(CONFLICT if whole else LEFT_OVER, Range.of(line, 0, line, len(lines[line].rstrip("\r\n"))))


def _fault(error: SyntaxError, text: str) -> SyntaxFault:
    lines = split_lines(text)
    message = error.msg or "invalid syntax"
    opened = _ON_LINE.search(message)
    line = min(max((error.lineno or 1) - 1, 0), max(len(lines) - 1, 0))
    content = lines[line].rstrip("\r\n") if lines else ""
    column = min(max((error.offset or 1) - 1, 0), len(content))
    if (error.lineno or 1) > len(lines):
        column = len(content)
    one_character = (line, min(column + 1, len(content)))
    end_line, end_column = one_character
    if error.end_lineno and error.end_offset and error.end_offset > 0:
        end_line = min(error.end_lineno - 1, max(len(lines) - 1, 0))
        end_column = min(error.end_offset - 1, len(lines[end_line].rstrip("\r\n"))) if lines else 0
    # An empty range cannot be seen in an editor.
    end_line, end_column = max((end_line, end_column), one_character)
    return SyntaxFault(
        _DETECTED.sub("", _ON_LINE.sub("", message)),
        Range.of(line, column, end_line, end_column),
        int(opened.group(1)) - 1 if opened else None,
    )


def _newer_fault(newer: Newer, text: str) -> SyntaxFault:
    running, needed = written_version(RUNNING), written_version(newer.version)
    message = f"this needs Python {needed} or later, and prodready runs on {running}: {newer.name}"
    return SyntaxFault(message, Range(_position(text, newer.start), _position(text, newer.end)), newer=newer)


def _position(text: str, offset: int) -> Position:
    *before, last = split_lines(text[:offset] + "|")
    return Position(len(before), len(last) - 1)


def _nul_fault(text: str) -> SyntaxFault:
    """CPython gives no place for a NUL character: find it."""
    before = split_lines(text[: text.find("\0")])
    if before and not before[-1].endswith(("\n", "\r")):
        line, column = len(before) - 1, len(before[-1])
    else:
        line, column = len(before), 0
    return SyntaxFault("the text contains a NUL character", Range.of(line, column, line, column + 1))


def start_line(statement: ast.stmt) -> int:
    """Return the 1-based line on which a statement begins, its decorators included."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(d.lineno for d in decorators)])


def end_line(statement: ast.stmt) -> int:
    """Return the 1-based line on which a statement ends."""
    return statement.end_lineno or statement.lineno
