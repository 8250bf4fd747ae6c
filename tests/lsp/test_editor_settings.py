"""What the user sets in the editor counts where the project sets nothing, and applies without a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from prodready.lsp.editor_settings import EditorSettings, parsed
from tests.lsp.conftest import Connect
from tests.lsp.editor import Editor, capabilities, codes_of, replacing, span

BARE = "try:\n    work()\nexcept:\n    recover()\n    raise\n"


def asking(**changes: Any) -> types.ClientCapabilities:
    able = capabilities(**changes)
    assert able.workspace is not None
    able.workspace.configuration = True
    return able


async def opened(connect: Connect, directory: Path, settings: dict[str, Any]) -> tuple[Editor, str]:
    editor = await connect(asking())
    editor.client.set_configuration({"prodready": settings})
    uri = (directory / "a.py").as_uri()
    editor.open(uri, BARE)
    return editor, uri


def change_settings(editor: Editor, settings: dict[str, Any]) -> None:
    editor.client.set_configuration({"prodready": settings})
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=None))


@pytest.mark.asyncio
async def test_the_server_asks_for_the_settings_and_again_when_they_change(connect: Connect, tmp_path: Path) -> None:
    editor, uri = await opened(connect, tmp_path, {"ignore": ["OBS202"]})
    assert await editor.diagnostics(uri, 1) == []

    change_settings(editor, {"severity": {"bare-except": "error"}, "lineLength": None})

    (found,) = await editor.diagnostics(uri, 1)
    assert (found.code, found.severity) == ("OBS202", types.DiagnosticSeverity.Error)


@pytest.mark.asyncio
async def test_the_project_has_the_last_word(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "prodready.toml").write_text("ignore = []\n")
    editor, uri = await opened(connect, tmp_path, {"ignore": ["OBS202"], "severity": {"OBS": "hint"}})

    (found,) = await editor.diagnostics(uri, 1)

    assert (found.code, found.severity) == ("OBS202", types.DiagnosticSeverity.Hint)


@pytest.mark.asyncio
async def test_settings_can_be_sent_by_a_client_that_cannot_be_asked(connect: Connect, tmp_path: Path) -> None:
    editor = await connect()
    uri = (tmp_path / "a.py").as_uri()
    editor.open(uri, BARE)
    await editor.diagnostics(uri, 1, codes=["OBS202"])

    settings = {"prodready": {"ignore": ["OBS202"]}}
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings=settings))

    assert await editor.diagnostics(uri, 1) == []


@pytest.mark.asyncio
async def test_a_wrong_setting_is_named_to_the_user_and_the_others_count(connect: Connect, tmp_path: Path) -> None:
    editor, uri = await opened(connect, tmp_path, {"ignore": ["OBS202"], "tracebackStyle": "long"})

    assert await editor.diagnostics(uri, 1) == []
    (message,) = await editor.until(lambda: editor.client.messages)
    assert message.type == types.MessageType.Warning
    assert "tracebackStyle" in message.message


@pytest.mark.asyncio
async def test_on_save_findings_wait_for_the_file_to_be_saved(connect: Connect, tmp_path: Path) -> None:
    editor, uri = await opened(connect, tmp_path, {"run": "onSave"})
    await editor.diagnostics(uri, 1, codes=["OBS202"])

    editor.change(uri, 2, replacing(span(0, 0), "\n"))
    editor.change(uri, 3, replacing(span(0, 0), "\n"))
    editor.save(uri)

    (found,) = await editor.diagnostics(uri)
    assert found.range.start.line == 4
    assert [params.version for params in editor.published if params.uri == uri] == [1, 3]


@pytest.mark.asyncio
async def test_a_client_that_pulls_on_save_is_told_when_there_is_news(connect: Connect, tmp_path: Path) -> None:
    editor = await connect(asking(diagnostic=types.DiagnosticClientCapabilities()))
    editor.client.set_configuration({"prodready": {"run": "onSave"}})
    uri = (tmp_path / "a.py").as_uri()
    editor.open(uri, BARE)
    first = await editor.pull(uri)
    assert isinstance(first, types.RelatedFullDocumentDiagnosticReport)

    editor.change(uri, 2, replacing(span(0, 0), "\n"))
    unsaved = await editor.pull(uri, first.result_id)
    editor.save(uri)
    await editor.until(lambda: editor.refreshes)
    saved = await editor.pull(uri, first.result_id)

    assert isinstance(unsaved, types.RelatedUnchangedDocumentDiagnosticReport)
    assert isinstance(saved, types.RelatedFullDocumentDiagnosticReport)
    assert codes_of(saved.items) == ["OBS202"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (None, EditorSettings()),
        ({"perFileIgnores": {"a.py": ["OBS"]}}, EditorSettings({"per-file-ignores": {"a.py": ["OBS"]}})),
        ({"per-file-ignores": {}, "run": "onSave"}, EditorSettings({"per-file-ignores": {}}, only_on_save=True)),
        ({"path": "/x", "trace": {"server": "off"}, "lineLength": None}, EditorSettings()),
    ],
)
def test_settings_are_read_in_the_words_of_editors_and_of_toml(values: object, expected: EditorSettings) -> None:
    assert parsed(values) == (expected, [])


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ([], "expected a table of settings"),
        ({"run": "never"}, "run: expected onType or onSave"),
        ({"perFileIgnore": {}}, "perFileIgnore: there is no such setting; did you mean perFileIgnores?"),
        ({"select": "OBS"}, "select: expected a list of rules, found a text; put it into brackets"),
    ],
)
def test_what_is_wrong_is_left_out_and_told(values: object, problem: str) -> None:
    assert parsed(values) == (EditorSettings(), [problem])
