"""A notebook's text follows every change of its cells, and its windows say where each lies; without a server."""

from __future__ import annotations

from lsprotocol import types

from prodready.engine.analysis import Analysis
from prodready.lsp.notebook import Notebook
from prodready.lsp.positions import PositionCodec

CODEC = PositionCodec("utf-16")


def notebook(*texts: str, twice: bool = False) -> Notebook:
    """Make an analysed notebook of the cells `a`, `b`, …; with `twice` the client names each cell twice."""
    names = "abc"[: len(texts)]
    cells = [types.NotebookCell(types.NotebookCellKind.Code, name) for name in names] * (2 if twice else 1)
    items = [types.TextDocumentItem(name, "python", 1, text) for name, text in zip(names, texts, strict=True)]
    book = Notebook(types.NotebookDocument("file:///w/b.ipynb", "jupyter-notebook", 1, cells), items)
    book.adopt(Analysis.open(book.source))
    return book


def text_change(name: str, version: int, text: str) -> types.NotebookDocumentCellContentChanges:
    document = types.VersionedTextDocumentIdentifier(version, name)
    return types.NotebookDocumentCellContentChanges(document, [types.TextDocumentContentChangeWholeDocument(text)])


def change(book: Notebook, *content: types.NotebookDocumentCellContentChanges) -> None:
    cells = types.NotebookDocumentCellChanges(text_content=list(content))
    book.change(types.NotebookDocumentChangeEvent(cells=cells), CODEC)


def test_changes_of_several_cells_are_one_step() -> None:
    book = notebook("x = 1", "y = 2", "z = 3")

    change(book, text_change("a", 2, "x = (\n 1)"), text_change("c", 5, "z = 4"))

    assert book.catch_up().source.text == "x = (\n 1)\n\ny = 2\n\nz = 4\n\n"
    assert [(part.uri, part.version) for part in book.parts] == [("a", 2), ("b", 1), ("c", 5)]
    assert [book.window_at(line).uri for line in range(7)] == ["a", "a", "a", "b", "b", "c", "c"]
    assert book.version == 1


def test_what_changes_nothing_in_the_text_leaves_nothing_to_analyse() -> None:
    book = notebook("x = 1\n")
    before = book.analysis

    change(book, text_change("a", 2, "x = 1"), text_change("unknown", 2, "("))
    book.change(types.NotebookDocumentChangeEvent(metadata={}), CODEC)

    assert book.catch_up() is before
    assert not book.is_behind


def test_halves_of_a_surrogate_pair_that_arrive_apart_become_one_character() -> None:
    book = notebook("a = ''")
    document = types.VersionedTextDocumentIdentifier(2, "a")
    halves = [
        types.TextDocumentContentChangePartial(
            text=half, range=types.Range(types.Position(0, column), types.Position(0, column))
        )
        for column, half in ((5, "\ud83d"), (6, "\ude00"))
    ]

    change(book, types.NotebookDocumentCellContentChanges(document, halves))

    assert book.catch_up().source.text == "a = '\U0001f600'\n\n"


def test_a_cell_that_is_named_twice_counts_once() -> None:
    book = notebook("x = 1", "y = 2", twice=True)

    assert [part.uri for part in book.parts] == ["a", "b"]
    assert book.source.text == "x = 1\n\ny = 2\n\n"


def test_a_notebook_may_lose_all_its_cells() -> None:
    book = notebook("x = 1")
    array = types.NotebookCellArrayChange(0, 1)
    structure = types.NotebookDocumentCellChangeStructure(array, did_close=[types.TextDocumentIdentifier("a")])

    book.change(types.NotebookDocumentChangeEvent(cells=types.NotebookDocumentCellChanges(structure=structure)), CODEC)

    assert list(book.parts) == []
    assert book.catch_up().findings == []
