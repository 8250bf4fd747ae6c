"""Code actions repair what is at the cursor, all of its kind, or nothing at all when the text has moved on."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from prodready.engine.finding import Edit, Range
from prodready.engine.source import SourceFile
from tests.lsp.conftest import Connect
from tests.lsp.editor import SERVER_WITH_RULES, Editor, capabilities, replacing, span

pytestmark = pytest.mark.asyncio

TEXT = 's = "é🎉"; slow_name\n\n\ndef f():\n    return slow_name\n'
CONTENT_MODIFIED = -32801
FIX_ALL = "source.fixAll.prodready"


async def opened(
    connect: Connect, directory: Path, text: str = TEXT, able: types.ClientCapabilities | None = None
) -> tuple[Editor, str]:
    """Open a document in a server that knows the rules for tests."""
    editor = await connect(able, command=SERVER_WITH_RULES)
    uri = (directory / "a.py").as_uri()
    editor.open(uri, text)
    await editor.diagnostics(uri, 1)
    return editor, uri


def applied(action: types.CodeAction, text: str = TEXT) -> str:
    """Apply an action's edits as an editor with UTF-32 columns does, and check the version that they are for."""
    assert action.edit is not None
    assert action.edit.document_changes is not None
    (document,) = action.edit.document_changes
    assert isinstance(document, types.TextDocumentEdit)
    assert document.text_document.version == 1
    edits = [
        Edit(
            Range.of(e.range.start.line, e.range.start.character, e.range.end.line, e.range.end.character),
            e.new_text,
        )
        for e in document.edits
        if isinstance(e, types.TextEdit)
    ]
    return SourceFile.from_text(text).apply(edits).text


def titles(actions: list[types.CodeAction]) -> list[str]:
    return [action.title for action in actions]


async def test_the_preferred_fix_comes_first_then_its_alternatives_and_to_ignore_comes_last(
    connect: Connect, tmp_path: Path
) -> None:
    editor, uri = await opened(connect, tmp_path, able=capabilities("utf-32"))

    actions = await editor.actions(uri, span(4, 12))

    assert titles(actions) == [
        "Write quick_name",
        "Write brief_name (unsafe: it is brief)",
        "Fix all TST201 in this file",
        "Fix all safe prodready findings",
        "Ignore TST201 on this line",
    ]
    assert [action.is_preferred for action in actions] == [True, None, None, None, None]
    assert [action.kind for action in actions] == [
        *[types.CodeActionKind.QuickFix] * 3,
        FIX_ALL,
        types.CodeActionKind.QuickFix,
    ]
    assert applied(actions[0]) == TEXT.replace("return slow_name", "return quick_name")
    assert applied(actions[1]) == TEXT.replace("return slow_name", "return brief_name")
    assert applied(actions[-1]) == TEXT.replace("return slow_name", "return slow_name  # prodready: ignore[TST201]")


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 14), ("utf-16", 11), ("utf-32", 10)])
async def test_edits_are_in_the_encoding_of_the_client(
    connect: Connect, tmp_path: Path, encoding: str, column: int
) -> None:
    editor, uri = await opened(connect, tmp_path, able=capabilities(encoding))

    action = (await editor.actions(uri, span(0, column)))[0]

    assert action.edit is not None
    assert action.edit.document_changes is not None
    (document,) = action.edit.document_changes
    assert isinstance(document, types.TextDocumentEdit)
    assert [edit.range for edit in document.edits] == [span(0, column, 0, column + len("slow_name"))]


async def test_fixing_all_is_planned_when_it_is_chosen(connect: Connect, tmp_path: Path) -> None:
    editor, uri = await opened(connect, tmp_path, able=capabilities("utf-32"))
    offered = [a for a in await editor.actions(uri, span(4, 12)) if a.title.startswith("Fix all")]

    assert [action.edit for action in offered] == [None, None]
    for action in offered:
        resolved = await editor.client.code_action_resolve_async(action)
        assert applied(resolved) == TEXT.replace("slow_name", "quick_name")


async def test_an_action_for_an_earlier_version_is_refused(connect: Connect, tmp_path: Path) -> None:
    editor, uri = await opened(connect, tmp_path)
    (action,) = await editor.actions(uri, span(4, 12), only=[FIX_ALL])

    editor.change(uri, 2, replacing(span(0, 0), "\n"))
    with pytest.raises(JsonRpcException, match="the text has changed since") as refused:
        await editor.client.code_action_resolve_async(action)

    assert refused.value.code == CONTENT_MODIFIED
    assert editor.client.messages == []


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (["quickfix"], 4),
        (["source"], 1),
        (["source.fixAll"], 1),
        ([FIX_ALL], 1),
        (["source.organizeImports"], 0),
        (["source.fixAll.prodready.more"], 0),
        (["refactor"], 0),
        (["quickfix", "source"], 5),
        ([""], 5),
        ([], 0),
    ],
)
async def test_only_the_kinds_asked_for_are_offered(
    connect: Connect, tmp_path: Path, only: list[str], expected: int
) -> None:
    editor, uri = await opened(connect, tmp_path)

    assert len(await editor.actions(uri, span(4, 12), only=only)) == expected


async def test_only_the_diagnostics_that_the_client_names_are_repaired(connect: Connect, tmp_path: Path) -> None:
    editor, uri = await opened(connect, tmp_path, "slow_name = slow_name\n")
    first, second = editor.published[-1].diagnostics
    foreign = types.Diagnostic(first.range, "of another tool", source="other")

    named = await editor.actions(uri, span(0, 0, 0, 21), only=["quickfix"], diagnostics=[second])
    others = await editor.actions(uri, span(0, 0, 0, 21), only=["quickfix"], diagnostics=[foreign])

    assert list(named[0].diagnostics or ()) == [second]
    assert applied(named[0], "slow_name = slow_name\n") == "slow_name = quick_name\n"
    assert [action.title for action in named if action.is_preferred] == ["Write quick_name"]
    assert others == []


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (types.Diagnostic(span(0, 11, 0, 20), "no source, as ALE sends it", code="TST201"), ["Write quick_name"]),
        (types.Diagnostic(span(0, 15, 0, 24), "bytes, as Neovim 0.7 counts", code="TST201"), ["Write quick_name"]),
        (types.Diagnostic(span(4, 10, 4, 19), "on another line", code="TST201"), []),
        (types.Diagnostic(span(0, 11, 0, 20), "of another tool", code="E501"), []),
    ],
)
async def test_diagnostics_that_a_client_names_inexactly_are_understood(
    connect: Connect, tmp_path: Path, named: types.Diagnostic, expected: list[str]
) -> None:
    editor, uri = await opened(connect, tmp_path)

    actions = await editor.actions(uri, span(0, 11), only=["quickfix"], diagnostics=[named])

    assert [action.title for action in actions if action.is_preferred] == expected


async def test_a_client_without_capabilities_gets_whole_edits_without_versions(
    connect: Connect, tmp_path: Path
) -> None:
    editor, uri = await opened(connect, tmp_path, able=types.ClientCapabilities())

    actions = await editor.actions(uri, span(4, 12))
    (fix_all,) = await editor.actions(uri, span(0, 0), only=[FIX_ALL])

    assert titles(actions) == [
        "Write quick_name",
        "Write brief_name (unsafe: it is brief)",
        "Fix all TST201 in this file",
        "Ignore TST201 on this line",
    ]
    for action, count in ((actions[0], 1), (actions[2], 2), (fix_all, 2)):
        assert action.edit is not None
        assert action.edit.document_changes is None
        assert action.edit.changes is not None
        assert [len(edits) for edits in action.edit.changes.values()] == [count]


async def test_unsafe_fixes_say_so_and_are_no_part_of_fixing_all_safe_ones(connect: Connect, tmp_path: Path) -> None:
    text = "try:\n    f()\nexcept:\n    log.exception('f')\n"
    editor, uri = await opened(connect, tmp_path, text + text)

    actions = await editor.actions(uri, span(2, 0))

    assert titles(actions) == [
        "Catch Exception (unsafe: interrupts and exits are no longer caught)",
        "Fix all OBS202 in this file (unsafe: interrupts and exits are no longer caught)",
        "Ignore OBS202 on this line",
    ]
    assert await editor.actions(uri, span(2, 0), only=[FIX_ALL]) == []


async def test_findings_of_a_broken_statement_are_shown_but_not_repaired(connect: Connect, tmp_path: Path) -> None:
    editor, uri = await opened(connect, tmp_path, "def f():\n    slow_name\n    x = 1\n")

    editor.change(uri, 2, replacing(span(2, 8, 2, 9), "["))
    found = await editor.diagnostics(uri, 2)

    assert sorted(str(d.code) for d in found) == ["SYN101", "TST201"]
    assert await editor.actions(uri, span(0, 0, 3, 0)) == []


async def test_a_large_statement_is_repaired_in_another_process_which_may_die(connect: Connect, tmp_path: Path) -> None:
    body = "    x = 1\n" * 200
    text = f"def f():\n{body}    return fatal_name\n\n\ndef g():\n{body}    return slow_name\n"
    editor, uri = await opened(connect, tmp_path, text, capabilities("utf-32"))

    fatal = await editor.actions(uri, span(201, 12), only=["quickfix"])
    after = await editor.actions(uri, span(405, 12), only=["quickfix"])

    assert "Write quick_name" not in titles(fatal)
    assert applied(after[0], text) == text.replace("slow_name", "quick_name")


async def test_a_fix_that_crashes_takes_nothing_else_away(connect: Connect, tmp_path: Path) -> None:
    text = "crash_name = slow_name\n"
    editor, uri = await opened(connect, tmp_path, text, capabilities("utf-32"))

    actions = await editor.actions(uri, span(0, 0, 0, 22), only=["quickfix"])

    assert applied(actions[0], text) == "crash_name = quick_name\n"
    assert editor.client.messages == []


async def test_actions_without_anything_to_offer_are_empty(connect: Connect, tmp_path: Path) -> None:
    editor, uri = await opened(connect, tmp_path)

    assert await editor.actions(uri, span(2, 0), only=["quickfix"]) == []
    assert await editor.actions((tmp_path / "closed.py").as_uri(), span(0, 0)) == []
