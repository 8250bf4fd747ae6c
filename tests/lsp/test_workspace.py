"""Folders come and go; what has no file that can be read here has the configuration of the first of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.conftest import Connect
from tests.lsp.editor import codes_of, replacing, span

pytestmark = pytest.mark.asyncio

BARE = "try:\n    work()\nexcept:\n    raise\n"


def folder(path: Path) -> types.WorkspaceFolder:
    return types.WorkspaceFolder(path.as_uri(), path.name)


async def test_an_untitled_document_follows_the_folders(connect: Connect, tmp_path: Path) -> None:
    strict, lax = tmp_path / "strict", tmp_path / "lax"
    for path, text in ((strict, ""), (lax, 'ignore = ["OBS202"]\n')):
        path.mkdir()
        (path / "prodready.toml").write_text(text)
    editor = await connect(root=lax)
    uri = "untitled:Untitled-1"
    editor.open(uri, BARE)
    assert await editor.diagnostics(uri, 1) == []

    event = types.WorkspaceFoldersChangeEvent(added=[folder(strict)], removed=[folder(lax)])
    editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
    await editor.diagnostics(uri, 1, codes=["OBS202"])
    event = types.WorkspaceFoldersChangeEvent(added=[folder(lax)], removed=[folder(strict)])
    editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))

    await editor.diagnostics(uri, 1, codes=[])


@pytest.mark.parametrize(
    "uri",
    [
        "untitled:/home/me/new%20file.py",
        "vscode-vfs://github/owner/name/app/a.py",
        "git:/w/a.py?%7B%22path%22%3A%22%2Fw%2Fa.py%22%2C%22ref%22%3A%22~%22%7D",
        "vscode-notebook-cell:/w/b.ipynb#W0sZmlsZQ%3D%3D",
    ],
)
async def test_a_document_that_is_no_file_is_analysed_repaired_and_explained(connect: Connect, uri: str) -> None:
    editor = await connect()

    editor.open(uri, BARE)
    (found,) = await editor.diagnostics(uri, 1)
    actions = await editor.actions(uri, found.range, only=["quickfix"], diagnostics=[found])
    hover = await editor.hover(uri, 2, 1)
    editor.save(uri)
    editor.change(uri, 2, replacing(span(2, 6), " BaseException"))

    assert found.code == "OBS202"
    assert actions[0].edit is not None
    assert actions[0].edit.document_changes is not None
    (change,) = actions[0].edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.uri == uri
    assert hover is not None
    assert codes_of(await editor.diagnostics(uri, 2)) == []


async def test_the_folder_is_the_root_of_a_project_without_any_sign(connect: Connect, tmp_path: Path) -> None:
    """Below it, a directory migrations/ means what it says."""
    place = tmp_path / "shop" / "migrations" / "versions"
    place.mkdir(parents=True)
    path = place / "first.py"
    path.write_text("def upgrade():\n    print('done')\n")
    editor = await connect(root=tmp_path / "shop")

    editor.open(path.as_uri(), path.read_text())
    assert await editor.diagnostics(path.as_uri(), 1) == []

    event = types.WorkspaceFoldersChangeEvent(added=[folder(place)], removed=[folder(tmp_path / "shop")])
    editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
    await editor.diagnostics(path.as_uri(), 1, codes=["OBS101"])
