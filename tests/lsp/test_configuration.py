"""The configuration beside the code counts, follows its files, and shows its mistakes in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.conftest import Connect
from tests.lsp.editor import Editor, capabilities, codes_of

pytestmark = pytest.mark.asyncio

BARE = "try:\n    work()\nexcept:\n    recover()\n    raise\n"


async def opened(connect: Connect, directory: Path, able: types.ClientCapabilities | None = None) -> tuple[Editor, str]:
    editor = await connect(able)
    uri = (directory / "a.py").as_uri()
    editor.open(uri, BARE)
    return editor, uri


async def test_a_changed_configuration_republishes_all_open_documents(connect: Connect, tmp_path: Path) -> None:
    config = tmp_path / "pyproject.toml"
    config.write_text('[tool.prodready]\nignore = ["OBS202"]\n')
    editor, first = await opened(connect, tmp_path)
    second = (tmp_path / "b.py").as_uri()
    editor.open(second, BARE)
    assert await editor.diagnostics(first, 1) == await editor.diagnostics(second, 1) == []

    config.write_text('[tool.prodready]\nseverity = { bare-except = "error" }\n')
    editor.files_changed(config)

    for uri in (first, second):
        (found,) = await editor.diagnostics(uri, 1)
        assert (found.code, found.severity) == ("OBS202", types.DiagnosticSeverity.Error)


async def test_a_wrong_configuration_is_shown_in_its_file_and_the_last_good_one_stays(
    connect: Connect, tmp_path: Path
) -> None:
    config = tmp_path / "prodready.toml"
    config.write_text('ignore = ["OBS202"]\n')
    editor, uri = await opened(connect, tmp_path)
    assert await editor.diagnostics(uri, 1) == []

    config.write_text('# 🎉\nselct = ["OBS"]\n')
    editor.files_changed(config)
    (problem,) = await editor.diagnostics(config.as_uri())
    editor.close(uri)
    editor.open(uri, BARE, version=7)

    assert (problem.source, problem.severity, problem.range.start) == (
        "prodready",
        types.DiagnosticSeverity.Error,
        types.Position(1, 0),
    )
    assert "selct" in problem.message
    assert await editor.diagnostics(uri, 7) == []

    config.write_text("# mended\n")
    editor.files_changed(config)

    assert await editor.diagnostics(config.as_uri()) == []
    assert codes_of(await editor.diagnostics(uri, 7)) == ["OBS202"]


async def test_a_configuration_that_is_wrong_from_the_start_leaves_the_defaults(
    connect: Connect, tmp_path: Path
) -> None:
    config = tmp_path / "prodready.toml"
    config.write_text("select = 3\n")

    editor, uri = await opened(connect, tmp_path)

    assert codes_of(await editor.diagnostics(uri, 1)) == ["OBS202"]
    assert len(await editor.diagnostics(config.as_uri())) == 1


async def test_excluded_files_have_no_findings_not_even_syntax_errors(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "prodready.toml").write_text('exclude = ["gen"]\n')
    editor = await connect()
    uri = (tmp_path / "gen" / "a.py").as_uri()

    editor.open(uri, f"{BARE}x = (\n")

    assert await editor.diagnostics(uri, 1) == []


async def test_the_files_to_watch_are_registered_with_a_client_that_can(connect: Connect) -> None:
    editor = await connect()

    (registration,) = await editor.until(lambda: editor.registrations)

    assert registration.method == types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    assert {"**/pyproject.toml", "**/prodready.toml", "**/*.py"} == {
        watcher["globPattern"] for watcher in registration.register_options["watchers"]
    }


async def test_without_watching_a_save_looks_at_the_configuration_again(connect: Connect, tmp_path: Path) -> None:
    editor, uri = await opened(connect, tmp_path, types.ClientCapabilities())
    await editor.diagnostics(uri, 1, codes=["OBS202"])

    (tmp_path / "prodready.toml").write_text('ignore = ["OBS202"]\n')
    editor.save(uri)

    assert await editor.diagnostics(uri, 1) == []


async def test_settings_pushed_by_the_client_make_the_server_look_again(connect: Connect, tmp_path: Path) -> None:
    editor, uri = await opened(connect, tmp_path, capabilities())
    await editor.diagnostics(uri, 1, codes=["OBS202"])

    (tmp_path / "prodready.toml").write_text('ignore = ["OBS202"]\n')
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings={}))

    assert await editor.diagnostics(uri, 1) == []


async def test_the_role_of_a_file_follows_its_text(connect: Connect, tmp_path: Path) -> None:
    editor = await connect()
    uri = (tmp_path / "tool.py").as_uri()
    service, tool = "print(1)\n", "import argparse\n\nparser = argparse.ArgumentParser()\nprint(1)\n"

    editor.open(uri, service)
    await editor.diagnostics(uri, 1, codes=["OBS101"])
    editor.change(uri, 2, types.TextDocumentContentChangeWholeDocument(tool))

    await editor.diagnostics(uri, 2, codes=[])
