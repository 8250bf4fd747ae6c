"""The cells of a notebook are one module: findings, fixes and hovers know them all, and stay in the right cell."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.lsp.conftest import Connect
from tests.lsp.editor import SERVER_WITH_RULES, capabilities, codes_of, replacing, span
from tests.lsp.notebooks import CODE, MARKUP, OpenNotebook
from tests.lsp.test_push import UNITS, units

pytestmark = pytest.mark.asyncio

BARE = "try:\n    work()\nexcept:\n    raise"
PRINT = 'print("é🎉", 1)'
PULLING = capabilities(diagnostic=types.DiagnosticClientCapabilities())
AS_SERVICE = "[roles]\nservice = ['*.ipynb']\n"
CONTENT_MODIFIED = -32801
NOTEBOOK_FIX_ALL = "notebook.source.fixAll.prodready"
FIX_ALL = "source.fixAll.prodready"


def edits_of(action: types.CodeAction) -> dict[str, list[tuple[types.Range, str]]]:
    """Return an action's edits by the name of their cell, with the version that they are for behind it."""
    assert action.edit is not None
    assert action.edit.document_changes is not None
    found = {}
    for change in action.edit.document_changes:
        assert isinstance(change, types.TextDocumentEdit)
        name = f"{change.text_document.uri.rpartition('#')[2]}{change.text_document.version}"
        found[name] = [(edit.range, edit.new_text) for edit in change.edits if isinstance(edit, types.TextEdit)]
    return found


async def opened(connect: Connect, root: Path, cells: dict[str, str], encoding: str = "utf-32") -> OpenNotebook:
    """Open a notebook as service code, in a server that knows the rules for tests."""
    (root / "prodready.toml").write_text(AS_SERVICE)
    editor = await connect(capabilities(encoding), command=SERVER_WITH_RULES)
    return OpenNotebook(editor, (root / "book.ipynb").as_uri(), cells)


@pytest.mark.parametrize("encoding", UNITS)
async def test_an_import_and_a_logger_of_one_cell_are_known_in_another(
    connect: Connect, tmp_path: Path, encoding: str
) -> None:
    cells = {"a": "import logging\nlog = logging.getLogger()", "b": "%pwd", "c": f"s = 'é🎉'; {PRINT}"}
    book = await opened(connect, tmp_path, cells, encoding)
    editor = book.editor

    (found,) = await editor.diagnostics(book.cell("c"), 1)
    actions = await editor.actions(book.cell("c"), found.range, only=["quickfix"], diagnostics=[found])

    start = units(encoding, "s = 'é🎉'; ")
    assert found.code == "OBS101"
    assert found.range == span(0, start, 0, start + units(encoding, PRINT))
    assert actions[0].diagnostics == (found,)
    ((cell, edits),) = edits_of(actions[0]).items()
    assert cell == "c1"
    assert edits[0][1].startswith("log.warning(")
    assert [(p.uri[-1], len(p.diagnostics)) for p in editor.published] == [("a", 0), ("b", 0), ("c", 1)]


async def test_what_a_fix_inserts_goes_to_the_cells_that_hold_the_place(connect: Connect, tmp_path: Path) -> None:
    cells = {"a": "%load_ext autoreload\nimport os", "b": "%%time\nx = os.getpid()", "c": "print(x)\n!ls"}
    book = await opened(connect, tmp_path, cells)
    await book.editor.diagnostics(book.cell("c"), 1, codes=["OBS101"])

    actions = await book.editor.actions(book.cell("c"), span(0, 0), only=["quickfix"])

    assert edits_of(actions[0]) == {
        "a1": [
            (span(1, 0), "import logging\n"),
            (span(1, 9), "\n\nlogger = logging.getLogger(__name__)"),
        ],
        "c1": [(span(0, 0, 0, 8), 'logger.warning("%s", x)')],
    }
    assert actions[-1].title == "Ignore OBS101 on this line"
    assert edits_of(actions[-1]) == {"c1": [(span(0, 8), "  # prodready: ignore[OBS101]")]}


async def test_cells_are_added_moved_edited_and_deleted(connect: Connect, tmp_path: Path) -> None:
    editor = await connect()
    book = OpenNotebook(editor, "untitled:book.ipynb", {"a": "x = 1", "b": BARE})
    assert codes_of(await editor.diagnostics(book.cell("b"), 1)) == ["OBS202"]

    book.splice(0, 0, ["c"], new={"c": "y = (\n"})
    (broken,) = await editor.diagnostics(book.cell("c"), 1)
    book.edit("c", 2, replacing(span(0, 5), ")"))
    assert await editor.diagnostics(book.cell("c"), 2) == []
    book.splice(0, 3, ["b", "a", "c"])
    assert await editor.hover(book.cell("b"), 0, 0) is None
    book.edit("b", 2, replacing(span(0, 0), "\n"))
    (moved,) = await editor.diagnostics(book.cell("b"), 2)
    hover = await editor.hover(book.cell("b"), 3, 2)
    book.turn_into("b", MARKUP)
    assert await editor.diagnostics(book.cell("b")) == []
    book.turn_into("b", CODE)
    await editor.diagnostics(book.cell("b"), 2, codes=["OBS202"])
    book.splice(0, 1, [], gone="b")
    assert await editor.diagnostics(book.cell("b")) == []

    assert (broken.code, broken.range.start) == ("SYN101", types.Position(0, 4))
    assert moved.range == span(3, 0, 3, 6)
    assert hover is not None
    assert hover.range == moved.range
    # Only cells of which there was something new to tell were told about, or which were moved.
    assert [(p.uri[-1], p.version) for p in editor.published] == [
        *[("a", 1), ("b", 1), ("c", 1), ("c", 2), ("b", 1), ("b", 2), ("b", None), ("b", 2), ("b", None)],
    ]


async def test_other_cells_are_left_alone_and_other_languages_in_python_cells(connect: Connect) -> None:
    editor = await connect()
    cells = {"a": "# Title: (", "b": "SELECT (", "c": "%%bash\nfor x in (\n", "d": "!ls (\nawait f()\nx?\n%time 1 +"}
    book = OpenNotebook(editor, "untitled:book.ipynb", cells, {"a": "markdown", "b": "sql"})

    assert await editor.diagnostics(book.cell("c"), 1) == []
    assert await editor.diagnostics(book.cell("d"), 1) == []
    assert await editor.hover(book.cell("b"), 0, 0) is None
    assert [p.uri[-1] for p in editor.published] == ["c", "d"]


async def test_closing_a_notebook_takes_the_findings_of_its_cells_back(connect: Connect) -> None:
    editor = await connect()
    book = OpenNotebook(editor, "untitled:book.ipynb", {"a": BARE})
    await editor.diagnostics(book.cell("a"), 1, codes=["OBS202"])
    # A client may tell about cells as documents too: it is the notebook that counts.
    editor.open(book.cell("a"), "x = 1\n", version=5)
    editor.close(book.cell("a"))
    assert await editor.hover(book.cell("a"), 2, 1) is not None

    book.close("a")

    assert await editor.diagnostics(book.cell("a")) == []
    assert await editor.hover(book.cell("a"), 2, 1) is None


async def test_all_is_fixed_in_one_cell_or_in_the_notebook_and_not_when_a_cell_has_changed(
    connect: Connect, tmp_path: Path
) -> None:
    book = await opened(connect, tmp_path, {"a": "slow_name", "b": "slow_name", "c": "x = 1"})
    editor = book.editor
    await editor.diagnostics(book.cell("b"), 1, codes=["TST201"])

    offered = await editor.actions(book.cell("a"), span(0, 0))
    (cell,) = await editor.actions(book.cell("a"), span(0, 0), only=["source.fixAll"])
    (notebook,) = await editor.actions(book.cell("c"), span(0, 0), only=[NOTEBOOK_FIX_ALL])
    nothing = await editor.actions(book.cell("c"), span(0, 0), only=[FIX_ALL])
    in_cell = await editor.client.code_action_resolve_async(cell)
    everywhere = await editor.client.code_action_resolve_async(notebook)
    book.edit("c", 2, replacing(span(0, 0), "y"))
    with pytest.raises(JsonRpcException) as refused:
        await editor.client.code_action_resolve_async(notebook)

    assert {cell.title, notebook.title, "Fix all TST201 in this notebook"} <= {action.title for action in offered}
    assert (cell.kind, notebook.kind, nothing) == (FIX_ALL, NOTEBOOK_FIX_ALL, [])
    assert list(edits_of(in_cell)) == ["a1"]
    assert list(edits_of(everywhere)) == ["a1", "b1"]
    assert refused.value.code == CONTENT_MODIFIED


async def test_cells_are_pulled_one_by_one_and_news_in_others_is_announced(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "prodready.toml").write_text(AS_SERVICE)
    editor = await connect(PULLING)
    book = OpenNotebook(editor, (tmp_path / "book.ipynb").as_uri(), {"a": "x = 1", "b": 'print("a")'})

    first, second = await editor.pull(book.cell("a")), await editor.pull(book.cell("b"))
    book.edit("a", 2, replacing(span(0, 0), "print = log\n"))
    await editor.until(lambda: editor.refreshes)
    third = await editor.pull(book.cell("b"))
    book.save()

    assert [codes_of(report.items) for report in (first, second, third)] == [[], ["OBS101"], []]
    assert editor.published == []


async def test_clients_that_know_no_notebooks_are_not_offered_any(connect: Connect) -> None:
    editor, bare = await connect(), await connect(types.ClientCapabilities())

    assert bare.server.notebook_document_sync is None
    assert isinstance(editor.server.notebook_document_sync, types.NotebookDocumentSyncOptions)
    assert editor.server.notebook_document_sync.save
