"""A Python file's text as lines, and the only column arithmetic of the engine.

Lines end at `\\n`, `\\r\\n` and `\\r` only, as CPython's tokenizer and the language server protocol have it
(`str.splitlines` also splits at form feeds and U+2028, which are ordinary characters here).
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from prodready.engine.finding import Edit, Position, Range

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_LINE_ENDS = "\r\n"
_SURROGATE = re.compile("[\ud800-\udfff]")
_SINGLE = re.compile(r"'[^'\"\\\n]+'")
_DOUBLE = re.compile(r'"[^"\'\\\n]+"')
_USUAL_LENGTH = 88
_LONGEST = 120
_ENOUGH = 5  # lines: a few texts and addresses are too long in many files
_BLOCK_OPENER = re.compile(
    r"[ \t]*(?:async|case|class|def|elif|else|except|finally|for|if|match|try|while|with)\b.*:[ \t]*(?:#.*)?[\r\n]*\Z"
)


def split_lines(text: str) -> list[str]:
    """Split `text` into lines with their ends; the last line may have none. An empty text has no lines."""
    return _LINE.findall(text)


def byte_to_column(line: str, offset: int) -> int:
    """Convert `offset`, in UTF-8 bytes as `ast` counts, to characters within `line`."""
    if line.isascii():
        return min(offset, len(line))
    return len(encodable(line).encode("utf-8")[:offset].decode("utf-8", "replace"))


def column_to_byte(line: str, column: int) -> int:
    """Convert `column`, in characters, to UTF-8 bytes within `line`, the inverse of `byte_to_column`."""
    if line.isascii():
        return min(column, len(line))
    return len(encodable(line[:column]).encode("utf-8"))


def encodable(text: str) -> str:
    """Return `text` with U+FFFD for each lone surrogate: as many characters and bytes, and valid UTF-8."""
    return _SURROGATE.sub("\ufffd", text)


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


class SourceFile:
    """An immutable text that knows its lines.

    Positions are 0-based lines and columns in characters; a position behind the end is clamped to it.
    The text is held as lines, so that an edit copies pointers, not characters.
    """

    __slots__ = ("__dict__", "lines", "path")

    def __init__(self, lines: Sequence[str], path: str = "") -> None:
        self.lines = lines
        self.path = path

    @classmethod
    def from_text(cls, text: str, path: str = "") -> SourceFile:
        """Build a file from its whole text; `path` is only a name for messages."""
        return cls(split_lines(text), path)

    @cached_property
    def text(self) -> str:
        """The whole text."""
        return "".join(self.lines)

    @property
    def newline(self) -> str:
        """The line end that the file uses: that of its first line, `\\n` where there is none."""
        for line in self.lines[:1]:
            return line[len(line.rstrip(_LINE_ENDS)) :] or "\n"
        return "\n"

    @cached_property
    def indent_unit(self) -> str:
        """One level of indentation as the file writes it: what most blocks are moved in by."""
        found: Counter[str] = Counter()
        for opener, line in itertools.pairwise(self.lines):
            if _BLOCK_OPENER.match(opener) and line.strip():
                outer, inner = _indent(opener), _indent(line)
                if len(inner) > len(outer) and inner.startswith(outer):
                    found[inner[len(outer) :]] += 1
        return found.most_common(1)[0][0] if found else "    "

    @cached_property
    def quote(self) -> str:
        """The quote that the file writes most of its short strings with."""
        return "'" if len(_SINGLE.findall(self.text)) > len(_DOUBLE.findall(self.text)) else '"'

    @cached_property
    def line_length(self) -> int:
        """How long its lines may become, in characters, judged by its longer ones that hold code."""
        lengths = (len(line.rstrip()) for line in self.lines if not line.lstrip().startswith("#"))
        longer = sorted((n for n in lengths if n > _USUAL_LENGTH), reverse=True)
        return min(longer[_ENOUGH - 1], _LONGEST) if len(longer) >= _ENOUGH else _USUAL_LENGTH

    def line(self, number: int) -> str:
        """Return line `number` (0-based) with its end; an empty string behind the last."""
        return self.lines[number] if 0 <= number < len(self.lines) else ""

    def clamp(self, position: Position) -> Position:
        """Return the nearest position that exists in the text."""
        if position.line < 0:
            return Position(0, 0)
        if position.line >= len(self.lines):
            return self.end
        content = len(self.lines[position.line].rstrip(_LINE_ENDS))
        return Position(position.line, max(0, min(position.column, content)))

    @property
    def end(self) -> Position:
        """The position behind the last character."""
        if not self.lines:
            return Position(0, 0)
        last = self.lines[-1]
        if last.endswith(("\n", "\r")):
            return Position(len(self.lines), 0)
        return Position(len(self.lines) - 1, len(last))

    def slice(self, span: Range) -> str:
        """Return the text in `span`."""
        start, end = span.start, span.end
        if start.line == end.line:
            return self.line(start.line)[start.column : end.column]
        middle = self.lines[start.line + 1 : end.line]
        return "".join((self.line(start.line)[start.column :], *middle, self.line(end.line)[: end.column]))

    def apply(self, edits: Sequence[Edit]) -> SourceFile:
        """Return the text after `edits`, whose ranges all refer to this text and do not overlap.

        Insertions at one place come in the order in which they are given.

        Raises:
            ValueError: when two edits overlap.
        """
        parts: list[str] = []
        here = Position(0, 0)
        for edit in sorted(edits, key=lambda e: (e.range.start, e.range.end)):
            start, end = self.clamp(edit.range.start), self.clamp(edit.range.end)
            if start < here:
                raise ValueError(f"edits overlap at line {start.line + 1}")
            parts += (self.slice(Range(here, start)), edit.text)
            here = end
        return SourceFile.from_text("".join((*parts, self.slice(Range(here, self.end)))), self.path)

    def joined(self, edits: Sequence[Edit]) -> Edit:
        """Return one edit that does what `edits` do, which are in order and do not overlap: at least one."""
        parts = [edits[0].text]
        for before, edit in itertools.pairwise(edits):
            parts += (self.slice(Range(self.clamp(before.range.end), self.clamp(edit.range.start))), edit.text)
        return Edit(Range(edits[0].range.start, edits[-1].range.end), "".join(parts))

    def edit(self, edit: Edit) -> tuple[SourceFile, LineChange]:
        """Return the text after one edit, and which lines it replaced."""
        start, end = self.clamp(edit.range.start), self.clamp(edit.range.end)
        head = self.line(start.line)[: start.column]
        tail = self.line(end.line)[end.column :]
        first, last = start.line, min(end.line + 1, len(self.lines))
        body = head + edit.text + tail
        if first and body.startswith("\n") and self.lines[first - 1].endswith("\r"):
            # A line feed that follows a carriage return makes one line end of the two.
            first -= 1
            body = self.lines[first] + body
        while last < len(self.lines) and (
            not body.endswith(("\n", "\r")) or (body.endswith("\r") and self.lines[last].startswith("\n"))
        ):
            body += self.lines[last]
            last += 1
        middle = split_lines(body)
        lines = [*self.lines[:first], *middle, *self.lines[last:]]
        return SourceFile(lines, self.path), LineChange(first, last, len(middle))


class LineChange:
    """Lines `first` to `last` (0-based, half-open, of the old text) became `count` lines of the new one."""

    __slots__ = ("count", "first", "last")

    def __init__(self, first: int, last: int, count: int) -> None:
        self.first = first
        self.last = last
        self.count = count

    @property
    def delta(self) -> int:
        """By how many lines everything behind the change moves."""
        return self.count - (self.last - self.first)
