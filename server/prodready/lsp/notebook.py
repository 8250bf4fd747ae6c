"""One open notebook: its Python cells joined to one text, which follows every change of every cell."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lsprotocol import types

from prodready.engine.cells import Cell, Cells
from prodready.engine.source import SourceFile
from prodready.lsp.parts import Part, Placed, Window
from prodready.lsp.session import LANGUAGE, Session, changed, paired
from prodready.lsp.uris import name_of

if TYPE_CHECKING:
    from prodready.engine.finding import Edit
    from prodready.lsp.positions import PositionCodec

logger = logging.getLogger(__name__)


class CellPart(Part):
    """One cell's text document."""

    def __init__(self, item: types.TextDocumentItem) -> None:
        super().__init__(item.uri, item.version)
        self.is_python = item.language_id == LANGUAGE
        self.cell = Cell(SourceFile.from_text(paired(item.text)))

    def apply(self, document: types.VersionedTextDocumentIdentifier, source: SourceFile) -> None:
        """Take over the text of a newer version."""
        self.version = document.version
        self.cell = Cell(source)


class Notebook(Session):
    """The state of one notebook. Its `version` counts changes here: clients number their notebooks in different ways.

    All text documents of its cells are kept; those of Python code cells, in the order of the cells, are its parts.
    """

    def __init__(self, notebook: types.NotebookDocument, items: Iterable[types.TextDocumentItem]) -> None:
        super().__init__(types.TextDocumentItem(notebook.uri, LANGUAGE, 0, ""))
        self.is_notebook = True
        self._order: list[types.NotebookCell] = list(notebook.cells)
        self._documents = {item.uri: CellPart(item) for item in items}
        self._join()
        self.source = SourceFile(self._cells.lines, self.name)

    @property
    def cells(self) -> Cells:
        """The cells that the text is joined of."""
        return self._cells

    def window(self, part: Part) -> Window:
        """Return where a cell lies in the text."""
        return self._windows[part.uri]

    def window_at(self, line: int) -> Window:
        """Return the window of the cell that a line belongs to."""
        return self.window(self.parts[self._cells.index_at(line)])

    def placed(self, edits: Sequence[Edit]) -> list[Placed] | None:
        """Return edits of the text by cell; None when they may not be made."""
        split = self._cells.split(edits)
        if split is None or self._cells.edited(edits) is None:
            return None
        return [Placed(self.parts[i], self._cells.cells[i].source, own) for i, own in sorted(split.items())]

    def change(self, event: types.NotebookDocumentChangeEvent, codec: PositionCodec) -> None:
        """Apply one change of the notebook."""
        if event.cells is not None:
            self._restructure(event.cells.structure)
            self._describe(event.cells.data or ())
            for content in event.cells.text_content or ():
                self._edit(content, codec)
        self.version += 1
        self._join()
        self._replace(SourceFile(self._cells.lines, self.name))

    def _restructure(self, structure: types.NotebookDocumentCellChangeStructure | None) -> None:
        """Take cells in and out; a cell that is moved keeps its text document."""
        if structure is None:
            return
        start, count = structure.array.start, structure.array.delete_count
        self._order[start : start + count] = structure.array.cells or ()
        for closed in structure.did_close or ():
            self._documents.pop(closed.uri, None)
        self._documents.update((item.uri, CellPart(item)) for item in structure.did_open or ())

    def _describe(self, cells: Sequence[types.NotebookCell]) -> None:
        """Note of what kind some cells are now."""
        known = {cell.document: cell for cell in cells}
        self._order = [known.get(cell.document, cell) for cell in self._order]

    def _edit(self, content: types.NotebookDocumentCellContentChanges, codec: PositionCodec) -> None:
        part = self._documents.get(content.document.uri)
        if part is None:
            logger.debug("a change of the cell %s, which is not open here", name_of(content.document.uri))
            return
        source = part.cell.source
        for change in content.changes:
            source, _ = changed(source, change, codec)
        part.apply(content.document, source)

    def _join(self) -> None:
        """Find out which cells count, and where each lies in the text."""
        # A client may name a document twice; it counts once.
        parts = list(dict.fromkeys(part for cell in self._order if (part := self._counted(cell)) is not None))
        self.parts = parts
        cells = self._cells = Cells(tuple(part.cell for part in parts))
        self._windows = {
            part.uri: Window(part.uri, part.cell.source, cells.starts[i], cells.starts[i + 1])
            for i, part in enumerate(parts)
        }

    def _counted(self, cell: types.NotebookCell) -> CellPart | None:
        part = self._documents.get(cell.document)
        return part if part is not None and part.is_python and cell.kind == types.NotebookCellKind.Code else None
