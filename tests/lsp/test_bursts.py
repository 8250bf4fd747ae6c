"""However many changes arrive, the last text is analysed once; counted by a rule that tells how often it was asked."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.lsp.conftest import Connect
from tests.lsp.editor import SERVER_WITH_RULES, Editor, capabilities, replacing, span
from tests.lsp.gate import Gate
from tests.lsp.notebooks import OpenNotebook

pytestmark = pytest.mark.asyncio

SERVER_CANCELLED = -32802
PULLING = capabilities(diagnostic=types.DiagnosticClientCapabilities())


def type_20_characters(editor: Editor, uri: str) -> None:
    """Type at the end of the name `count_me`, and take back the last character, so that it is the name again."""
    for version in range(2, 21):
        editor.change(uri, version, replacing(span(0, 0), "x"))
    editor.change(uri, 21, replacing(span(0, 0, 0, 19), ""))


async def test_twenty_changes_at_once_are_one_analysis(connect: Connect, tmp_path: Path) -> None:
    editor = await connect(command=SERVER_WITH_RULES)
    uri = (tmp_path / "a.py").as_uri()
    editor.open(uri, "count_me\n")
    (opened,) = await editor.diagnostics(uri, 1)

    with editor.at_once():
        type_20_characters(editor, uri)
    editor.change(uri, 22, replacing(span(0, 8), " "))
    (changed,) = await editor.diagnostics(uri, 22)

    assert opened.message == "analysed 1 times"
    # Once for all that came at once, though it changed nothing in the end, and once for what came after.
    assert changed.message in ("analysed 2 times", "analysed 3 times")
    assert {params.version for params in editor.published} <= {1, 21, 22}


async def test_changes_during_the_first_analysis_cost_no_more_than_another_one(
    connect: Connect, tmp_path: Path
) -> None:
    editor = await connect(command=SERVER_WITH_RULES)
    uri = (tmp_path / "a.py").as_uri()

    with editor.at_once():
        editor.open(uri, "count_me\n")
        type_20_characters(editor, uri)
    (found,) = await editor.diagnostics(uri)

    assert found.message == "analysed 1 times"
    assert [params.version for params in editor.published] == [21]


async def test_changes_of_several_cells_at_once_are_one_analysis(connect: Connect) -> None:
    editor = await connect(command=SERVER_WITH_RULES)
    book = OpenNotebook(editor, "untitled:book.ipynb", {"a": "x = 1", "b": "count_me"})
    (opened,) = await editor.diagnostics(book.cell("b"), 1)

    with editor.at_once():
        for version in range(2, 12):
            book.edit("a", version, replacing(span(0, 4, 0, 5), str(version % 10)))
            book.edit("b", version, replacing(span(0, 0), " "))
            book.edit("b", version, replacing(span(0, 0, 0, 1), ""))
        book.edit("b", 12, replacing(span(0, 8), "  # all"))
    (changed,) = await editor.diagnostics(book.cell("b"), 12)

    assert (opened.message, changed.message) == ("analysed 1 times", "analysed 2 times")


async def begun_pull(editor: Editor, uri: str) -> asyncio.Future[types.DocumentDiagnosticReport]:
    """Pull, and return the answer to wait for when the server has begun with it."""
    params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    answer = asyncio.wrap_future(editor.client.text_document_diagnostic(params))
    # Requests are begun in their order, and this one is answered at once.
    await editor.hover("untitled:unknown", 0, 0)
    return answer


async def test_a_pull_of_a_version_that_has_gone_is_answered_so_at_once(
    connect: Connect, gate: Gate, tmp_path: Path
) -> None:
    editor = await connect(PULLING, command=SERVER_WITH_RULES)
    uri = (tmp_path / "a.py").as_uri()
    editor.open(uri, f"hold_{gate.port}\ncount_me\n")
    _, writer = await gate.arrived()

    outdated = await begun_pull(editor, uri)
    editor.change(uri, 2, replacing(span(0, 0, 0, 5), "free_"))
    editor.change(uri, 3, replacing(span(0, 0), "\n"))
    with pytest.raises(JsonRpcException) as refused:
        await outdated
    current = await begun_pull(editor, uri)
    writer.close()
    report = await current

    assert (refused.value.code, refused.value.data) == (SERVER_CANCELLED, {"retriggerRequest": True})
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    # The analysis that was held up, and one for all that came meanwhile.
    assert [(d.range.start.line, d.message) for d in report.items] == [(2, "analysed 2 times")]


async def test_a_pull_of_a_document_that_is_closed_meanwhile_is_answered(
    connect: Connect, gate: Gate, tmp_path: Path
) -> None:
    editor = await connect(PULLING, command=SERVER_WITH_RULES)
    uri = (tmp_path / "a.py").as_uri()
    editor.open(uri, f"hold_{gate.port}\n")
    _, writer = await gate.arrived()

    outdated = await begun_pull(editor, uri)
    editor.close(uri)
    with pytest.raises(JsonRpcException) as refused:
        await outdated
    writer.close()

    assert refused.value.code == SERVER_CANCELLED
