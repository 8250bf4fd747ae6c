"""Several rounds of edits to one text, told as one set of edits to the text that it began as."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prodready.engine.finding import Edit, Position, Range
from prodready.engine.source import SourceFile, split_lines


@dataclass(frozen=True)
class _Piece:
    """A stretch of the present text: `text`, and its start in the first text, or None for text that was added."""

    text: str
    origin: int | None


class PieceTable:
    """A text under repair. Offsets are in characters."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._pieces = [_Piece(source.text, 0)] if source.text else []

    def apply(self, current: SourceFile, edits: Sequence[Edit]) -> None:
        """Apply edits whose ranges refer to `current`, the present text, and do not overlap."""
        starts = _line_starts(current)
        for edit in sorted(edits, key=lambda e: (e.range.start, e.range.end), reverse=True):
            start, end = current.clamp(edit.range.start), current.clamp(edit.range.end)
            self._replace(starts[start.line] + start.column, starts[end.line] + end.column, edit.text)

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
        lines = split_lines(self._source.text[:offset])
        if not lines or lines[-1].endswith(("\n", "\r")):
            return Position(len(lines), 0)
        return Position(len(lines) - 1, len(lines[-1]))

    def _replace(self, start: int, end: int, text: str) -> None:
        kept: list[_Piece] = []
        position = 0
        placed = False
        for piece in self._pieces:
            left, right = max(0, start - position), max(0, end - position)
            size = len(piece.text)
            position += size
            if left > 0:
                kept.append(_Piece(piece.text[:left], piece.origin))
            if not placed and left <= size:
                kept.append(_Piece(text, None))
                placed = True
            if right < size:
                kept.append(_Piece(piece.text[right:], None if piece.origin is None else piece.origin + right))
        if not placed:
            kept.append(_Piece(text, None))
        self._pieces = [piece for piece in kept if piece.text]


def _line_starts(source: SourceFile) -> list[int]:
    starts = [0]
    for line in source.lines:
        starts.append(starts[-1] + len(line))
    return starts
