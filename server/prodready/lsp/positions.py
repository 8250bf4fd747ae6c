"""Columns between the client's encoding and ours, characters: the only place that converts them.

A client counts UTF-16 code units unless it asked for UTF-8 bytes or UTF-32 code points. The engine counts characters,
which are UTF-32 code points, so that encoding needs no work.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from lsprotocol import types

from prodready.engine.finding import Position, Range

if TYPE_CHECKING:
    from prodready.engine.source import SourceFile

JsonRange: TypeAlias = dict[str, dict[str, int]]
"""A range as it is sent: `{"start": {"line": 0, "character": 0}, "end": …}`."""

_LAST_BMP: Final = "\uffff"


def _utf8_width(char: str) -> int:
    code = ord(char)
    return 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4


def _utf16_width(char: str) -> int:
    return 2 if char > _LAST_BMP else 1


_WIDTHS: Final[dict[str, Callable[[str], int]]] = {"utf-8": _utf8_width, "utf-16": _utf16_width}


class PositionCodec:
    """Converts positions and ranges for one encoding: `utf-8`, `utf-16` or `utf-32`."""

    def __init__(self, encoding: str = "utf-16") -> None:
        self.encoding = encoding
        self._width = _WIDTHS.get(encoding)

    def units(self, line: str, column: int) -> int:
        """Return how many of the client's units the first `column` characters of `line` take."""
        if self._width is None or line.isascii():
            return column
        return sum(map(self._width, line[:column]))

    def column(self, line: str, units: int) -> int:
        """Return the column in characters of a client's column; one inside a character is moved to its start."""
        if self._width is None or line.isascii():
            return units
        taken = 0
        for column, char in enumerate(line):
            taken += self._width(char)
            if taken > units:
                return column
        return len(line)

    def position(self, source: SourceFile, position: types.Position) -> Position:
        """Return a client's position in characters, moved into the text where it lies outside."""
        column = self.column(source.line(position.line), position.character)
        return source.clamp(Position(position.line, column))

    def range(self, source: SourceFile, span: types.Range) -> Range:
        """Return a client's range in characters, its ends in order."""
        start, end = self.position(source, span.start), self.position(source, span.end)
        return Range(start, end) if start <= end else Range(end, start)

    def json(self, source: SourceFile, span: Range) -> JsonRange:
        """Return a range as the client counts, ready to be sent."""
        return {"start": self._json(source, span.start), "end": self._json(source, span.end)}

    def client_range(self, source: SourceFile, span: Range) -> types.Range:
        """Return a range as the client counts, as lsprotocol has it."""
        ends = (self._json(source, span.start), self._json(source, span.end))
        start, end = (types.Position(end["line"], end["character"]) for end in ends)
        return types.Range(start, end)

    def _json(self, source: SourceFile, position: Position) -> dict[str, int]:
        return {"line": position.line, "character": self.units(source.line(position.line), position.column)}
