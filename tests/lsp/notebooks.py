"""A notebook in the editor for tests: its cells, and what is told to the server when they change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lsprotocol import types

from tests.lsp.editor import Editor

CODE, MARKUP = types.NotebookCellKind.Code, types.NotebookCellKind.Markup


class OpenNotebook:
    """A notebook whose cells are named: the cell `a` is the document `vscode-notebook-cell:/w/book.ipynb#a`."""

    def __init__(self, editor: Editor, uri: str, cells: Mapping[str, str], kinds: Mapping[str, str] | None = None):
        """Open a notebook; `kinds` gives the language of cells that are not Python."""
        self.editor = editor
        self.uri = uri
        self.version = 1
        self._languages = dict(kinds or {})
        document = types.NotebookDocument(uri, "jupyter-notebook", 1, [self._cell(name) for name in cells])
        items = [self._item(name, text) for name, text in cells.items()]
        editor.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(document, items))

    def cell(self, name: str) -> str:
        """Return the URI of a cell."""
        return f"vscode-notebook-cell:/w/book.ipynb#{name}"

    def edit(self, name: str, version: int, *changes: types.TextDocumentContentChangeEvent) -> None:
        """Change the text of a cell."""
        document = types.VersionedTextDocumentIdentifier(version, self.cell(name))
        content = types.NotebookDocumentCellContentChanges(document, list(changes))
        self._change(types.NotebookDocumentCellChanges(text_content=[content]))

    def splice(
        self, start: int, delete: int, cells: Sequence[str], *, new: Mapping[str, str] | None = None, gone: str = ""
    ) -> None:
        """Replace `delete` cells from `start` on by `cells`: `new` are the texts of new ones, `gone` is closed."""
        array = types.NotebookCellArrayChange(start, delete, [self._cell(name) for name in cells])
        opened = [self._item(name, text) for name, text in (new or {}).items()]
        closed = [types.TextDocumentIdentifier(self.cell(name)) for name in gone]
        structure = types.NotebookDocumentCellChangeStructure(array, opened, closed)
        self._change(types.NotebookDocumentCellChanges(structure=structure))

    def turn_into(self, name: str, kind: types.NotebookCellKind) -> None:
        """Change the kind of a cell."""
        self._change(types.NotebookDocumentCellChanges(data=[types.NotebookCell(kind, self.cell(name))]))

    def save(self) -> None:
        """Tell that the notebook was saved."""
        identifier = types.NotebookDocumentIdentifier(self.uri)
        self.editor.client.notebook_document_did_save(types.DidSaveNotebookDocumentParams(identifier))

    def close(self, *names: str) -> None:
        """Close the notebook with its cells."""
        cells = [types.TextDocumentIdentifier(self.cell(name)) for name in names]
        identifier = types.NotebookDocumentIdentifier(self.uri)
        self.editor.client.notebook_document_did_close(types.DidCloseNotebookDocumentParams(identifier, cells))

    def _change(self, cells: types.NotebookDocumentCellChanges) -> None:
        self.version += 1
        identifier = types.VersionedNotebookDocumentIdentifier(self.version, self.uri)
        event = types.NotebookDocumentChangeEvent(cells=cells)
        self.editor.client.notebook_document_did_change(types.DidChangeNotebookDocumentParams(identifier, event))

    def _cell(self, name: str) -> types.NotebookCell:
        return types.NotebookCell(MARKUP if self._languages.get(name) == "markdown" else CODE, self.cell(name))

    def _item(self, name: str, text: str) -> types.TextDocumentItem:
        return types.TextDocumentItem(self.cell(name), self._languages.get(name, "python"), 1, text)
