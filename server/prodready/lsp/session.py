"""One open document: its text, which follows every change at once, and its analysis, which catches up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from prodready.engine.finding import Edit, Position, Range
from prodready.engine.source import SourceFile
from prodready.lsp.parts import Part, Placed, Window
from prodready.lsp.uris import is_notebook_cell, name_of, path_of

if TYPE_CHECKING:
    import asyncio

    from prodready.engine.analysis import Analysis
    from prodready.engine.cells import Cells
    from prodready.engine.facts import ModuleFacts
    from prodready.lsp.configuration import Situation
    from prodready.lsp.modules import View
    from prodready.lsp.positions import PositionCodec


LANGUAGE: Final = "python"
"""What clients call the language of documents that are looked at."""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class Session:
    """The state of one document, from `didOpen` to `didClose`.

    `source` is the client's text at `version`. `analysis` is of that text, or of an earlier one when `is_behind`; it is
    None until the first analysis is done. The rest is what the features remember about the document: `situation` and
    `view` are what the analysis was made with, `facts` what the project was told. `is_dirty` tells that it was edited
    since it was opened or saved. While `is_held`, a thread analyses the whole text, and nobody else touches the
    analysis. The futures of `waiting` are done when the document changes or is closed. The client knows the text as
    `parts`: of a document that is the whole, of a `Notebook` each cell.
    """

    def __init__(self, item: types.TextDocumentItem) -> None:
        self.uri = item.uri
        self.version = item.version
        self.path: Path | None = path_of(item.uri)
        self.name = name_of(item.uri)
        self.is_notebook = is_notebook_cell(item.uri)
        self.source = SourceFile.from_text(paired(item.text), self.name)
        self.analysis: Analysis | None = None
        self.parts: Sequence[Part] = [Part(item.uri, item.version)]
        self.situation: Situation | None = None
        self.view: View | None = None
        self.facts: ModuleFacts | None = None
        self.refreshing: asyncio.Task[None] | None = None
        self.waiting: list[asyncio.Future[None]] = []
        self.is_scheduled = False
        self.is_outdated = False
        self.is_doubted = False
        self.is_held = False
        self.is_closed = False
        self.is_dirty = False
        self._pending: list[Edit] = []

    @property
    def is_behind(self) -> bool:
        """Whether the analysis is of an older text, or missing."""
        return self.analysis is None or self.analysis.source is not self.source

    @property
    def cells(self) -> Cells | None:
        """The cells that the text is joined of, which say what may be edited; None for a document that is one text."""
        return None

    def part(self, uri: str) -> Part:
        """Return the part that the client knows as `uri`.

        Raises:
            LookupError: when there is none.
        """
        for part in self.parts:
            if part.uri == uri:
                return part
        raise LookupError(uri)

    def window(self, part: Part) -> Window:
        """Return where a part lies in the text."""
        return Window(part.uri, self.source)

    def window_at(self, line: int) -> Window:
        """Return the window of the part that a line belongs to."""
        windows = map(self.window, self.parts)
        return next(window for window in windows if window.holds(line))

    def placed(self, edits: Sequence[Edit]) -> list[Placed] | None:
        """Return edits of the text by part; None when there is a part in which they may not be made."""
        return [Placed(self.parts[0], self.source, edits)]

    def apply(
        self, version: int, changes: Sequence[types.TextDocumentContentChangeEvent], codec: PositionCodec
    ) -> None:
        """Apply the changes of one notification, in order; each refers to the text that the one before it left."""
        self.version = self.parts[0].version = version
        for change in changes:
            source, edit = changed(self.source, change, codec)
            self._replace(source, edit)

    def _replace(self, source: SourceFile, edit: Edit | None = None) -> None:
        """Go over to a new text, which `edit` makes of the last one, if that is known."""
        before, self.source = self.source, source
        edit = edit or difference(before, source)
        self._pending.extend([edit] if edit else [])

    def adopt(self, analysis: Analysis) -> None:
        """Take over a new analysis, of this text or of one that this text came from."""
        self._pending = [edit] if (edit := difference(analysis.source, self.source)) else []
        self.analysis = analysis
        if not self._pending:
            self.source = analysis.source

    def catch_up(self) -> Analysis:
        """Return the analysis of the current text: one incremental step, however many changes came in.

        Raises:
            ValueError: when there is no analysis to start from.
        """
        if self.analysis is None:
            raise ValueError(f"{self.name} was not analysed yet")
        if len(self._pending) > 1:
            merged = difference(self.analysis.source, self.source)
            self._pending = [merged] if merged else []
        for edit in self._pending:
            self.analysis = self.analysis.edited(edit)
        self._pending = []
        self.source = self.analysis.source
        return self.analysis


def changed(
    source: SourceFile, change: types.TextDocumentContentChangeEvent, codec: PositionCodec
) -> tuple[SourceFile, Edit | None]:
    """Return a text after one change of the client, and the edit that it was, None where the whole text came."""
    if not isinstance(change, types.TextDocumentContentChangePartial):
        return SourceFile.from_text(paired(change.text), source.path), None
    edit = Edit(codec.range(source, change.range), change.text)
    after, _ = source.edit(edit)
    if _has_surrogate(change.text):
        return SourceFile.from_text(paired(after.text), source.path), None
    return after, edit


def difference(old: SourceFile, new: SourceFile) -> Edit | None:
    """Return the one edit of whole lines that makes `new` of `old`; None when they are equal."""
    limit = min(len(old.lines), len(new.lines))
    front = next((i for i in range(limit) if old.lines[i] != new.lines[i]), limit)
    if front == len(old.lines) == len(new.lines):
        return None
    back = next((i for i in range(limit - front) if old.lines[-1 - i] != new.lines[-1 - i]), limit - front)
    stop = len(old.lines) - back
    end = Position(stop, 0) if back else old.end
    text = "".join(new.lines[front : len(new.lines) - back])
    return Edit(Range(min(Position(front, 0), end), end), text)


def _has_surrogate(text: str) -> bool:
    return not text.isascii() and _SURROGATE.search(text) is not None


def paired(text: str) -> str:
    """Join halves of surrogate pairs that arrived in separate edits; a lone half stays as it is."""
    if not _has_surrogate(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
