"""The client's text documents that a session is made of: the document itself, or the cells of a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from prodready.engine.finding import Position, Range
from prodready.lsp.diagnostics import Report

if TYPE_CHECKING:
    from lsprotocol import types

    from prodready.engine.finding import Edit
    from prodready.engine.source import SourceFile
    from prodready.lsp.positions import PositionCodec


class Part:
    """What the client knows as one text document, from its `didOpen` to its `didClose`.

    `version` is the client's. `report` is what it was told, or is to be told when it asks; `told` is the version for
    which that was decided last, None before the first time.
    """

    def __init__(self, uri: str, version: int) -> None:
        self.uri = uri
        self.version = version
        self.report = Report()
        self.told: int | None = None


@dataclass(frozen=True)
class Window:
    """Where a part lies in the text of its session: from line `first` on; `source` is the part's own text."""

    uri: str
    source: SourceFile
    first: int = 0
    stop: int | None = None

    def holds(self, line: int) -> bool:
        """Tell whether a line of the session's text belongs to the part."""
        return self.first <= line and (self.stop is None or line < self.stop)

    def outer(self, span: types.Range, codec: PositionCodec) -> Range:
        """Return a client's range in lines of the session's text."""
        return codec.range(self.source, span).shifted(self.first)

    def inner(self, span: Range, codec: PositionCodec) -> types.Range:
        """Return a range of the session's text as the client counts in the part, cut off where the part ends."""
        span = span.shifted(-self.first)
        return codec.client_range(self.source, Range(self.clip(span.start), self.clip(span.end)))

    def clip(self, position: Position) -> Position:
        """Return a position in lines of the part that lies in it: the position, or its end."""
        return min(position, self.source.end)


class Placed(NamedTuple):
    """Edits of one part, in lines of it."""

    part: Part
    source: SourceFile
    edits: Sequence[Edit]
