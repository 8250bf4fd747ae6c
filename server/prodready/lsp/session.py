"""One open document: its text, which follows every change at once, and its analysis, which catches up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from prodready.engine.finding import Edit, Position, Range
from prodready.engine.source import SourceFile
from prodready.lsp.diagnostics import Report
from prodready.lsp.uris import is_notebook_cell, name_of, path_of

if TYPE_CHECKING:
    import asyncio

    from prodready.engine.analysis import Analysis
    from prodready.engine.facts import ModuleFacts
    from prodready.lsp.configuration import Situation
    from prodready.lsp.modules import View
    from prodready.lsp.positions import PositionCodec


class Session:
    """The state of one document, from `didOpen` to `didClose`.

    `source` is the client's text at `version`. `analysis` is of that text, or of an earlier one when `is_behind`; it is
    None until the first analysis is done. The rest is what the features remember about the document: `report` is what
    the client was told, `situation` and `view` what the analysis was made with, `facts` what the project was told.
    `is_dirty` tells that it was edited since it was opened or saved. While `is_held`, a thread analyses the whole text,
    and nobody else touches the analysis.
    """

    def __init__(self, item: types.TextDocumentItem) -> None:
        self.uri = item.uri
        self.version = item.version
        self.path: Path | None = path_of(item.uri)
        self.name = name_of(item.uri)
        self.is_notebook_cell = is_notebook_cell(item.uri)
        self.source = SourceFile.from_text(_paired(item.text), self.name)
        self.analysis: Analysis | None = None
        self.report = Report()
        self.situation: Situation | None = None
        self.view: View | None = None
        self.facts: ModuleFacts | None = None
        self.refreshing: asyncio.Task[None] | None = None
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

    def apply(self, changes: Sequence[types.TextDocumentContentChangeEvent], codec: PositionCodec) -> None:
        """Apply the changes of one notification, in order; each refers to the text that the one before it left."""
        for change in changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                self._apply_edit(Edit(codec.range(self.source, change.range), change.text))
            else:
                self._replace(change.text)

    def _apply_edit(self, edit: Edit) -> None:
        self.source, _ = self.source.edit(edit)
        self._pending.append(edit)
        if _has_surrogate(edit.text):
            self._replace(self.source.text)

    def _replace(self, text: str) -> None:
        before, self.source = self.source, SourceFile.from_text(_paired(text), self.name)
        edit = difference(before, self.source)
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
    return not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text)


def _paired(text: str) -> str:
    """Join halves of surrogate pairs that arrived in separate edits; a lone half stays as it is."""
    if not _has_surrogate(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
