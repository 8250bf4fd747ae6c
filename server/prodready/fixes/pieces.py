"""Several rounds of edits to one text, told as one set of edits to the text that it began as."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from prodready.engine.finding import Edit, Position, Range
from prodready.engine.source import SourceFile


@dataclass(frozen=True)
class _Piece:
    """A stretch of the present text: `text`, and its start in the first text, or None for text that was added."""

    text: str
    origin: int | None


class PieceTable:
    """A text under repair. Offsets are in characters."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._starts = _line_starts(source.lines)
        self._pieces = [_Piece(source.text, 0)] if source.text else []

    def apply(self, current: SourceFile, edits: Sequence[Edit]) -> None:
        """Apply edits whose ranges refer to `current`, the present text, and do not overlap."""
        starts = _line_starts(current.lines)
        changes = []
        for edit in sorted(edits, key=lambda e: (e.range.start, e.range.end)):
            start, end = current.clamp(edit.range.start), current.clamp(edit.range.end)
            changes.append((starts[start.line] + start.column, starts[end.line] + end.column, edit.text))
        self._pieces = [piece for piece in _replaced(self._pieces, changes) if piece.text]

    def edits(self) -> Iterator[Edit]:
        """Yield the edits that turn the first text into the present one, in order, not overlapping."""
        position, added = 0, ""
        for piece in [*self._pieces, _Piece("", len(self._source.text))]:
            if piece.origin is None:
                added += piece.text
                continue
            if added or piece.origin > position:
                yield from self._edit(position, piece.origin, added)
            position, added = piece.origin + len(piece.text), ""

    def _edit(self, start: int, end: int, text: str) -> Iterator[Edit]:
        if self._source.text[start:end] != text:
            yield Edit(Range(self._position(start), self._position(end)), text)

    def _position(self, offset: int) -> Position:
        line = bisect.bisect_right(self._starts, offset) - 1
        return min(Position(line, offset - self._starts[line]), self._source.end)


def _replaced(pieces: Iterable[_Piece], changes: Iterable[tuple[int, int, str]]) -> Iterator[_Piece]:
    """Yield pieces with some stretches, given by their offsets and in order, replaced by new text."""
    rest = iter(pieces)
    piece = next(rest, None)
    position = 0
    for start, end, text in changes:
        while piece is not None and position + len(piece.text) <= start:
            yield piece
            position += len(piece.text)
            piece = next(rest, None)
        if piece is not None and start > position:
            yield _cut(piece, 0, start - position)
            piece, position = _cut(piece, start - position), start
        yield _Piece(text, None)
        while piece is not None and position + len(piece.text) <= end:
            position += len(piece.text)
            piece = next(rest, None)
        if piece is not None and end > position:
            piece, position = _cut(piece, end - position), end
    if piece is not None:
        yield piece
    yield from rest


def _cut(piece: _Piece, start: int, end: int | None = None) -> _Piece:
    return _Piece(piece.text[start:end], None if piece.origin is None else piece.origin + start)


def _line_starts(lines: Sequence[str]) -> list[int]:
    return list(itertools.accumulate(map(len, lines), initial=0))
