"""The workspace, or the working directory, is removed, renamed or replaced while prodready is at work in it."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from lsprotocol import types

from tests.cli.conftest import Workplace
from tests.endurance.hardship import PRODREADY, Checkpoint, run, started
from tests.lsp.conftest import Connect
from tests.lsp.editor import SERVER_WITH_RULES, Editor, capabilities, codes_of, replacing, span

BARE = "try:\n    work()\nexcept:\n    recover()\n    raise\n"
USER = f"from lib import thing\n{BARE}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a workspace with a configuration and a module that others ask about."""
    root = tmp_path / "workspace"
    root.mkdir()
    (root / "prodready.toml").write_text('ignore = ["OBS202"]\n')
    (root / "lib.py").write_text("MARK = 1\n")
    return root


async def opened(connect: Connect, root: Path) -> tuple[Editor, str]:
    editor = await connect(capabilities("utf-32"), command=SERVER_WITH_RULES, root=root)
    uri = (root / "user.py").as_uri()
    editor.open(uri, USER)
    await editor.diagnostics(uri, 1, codes=["TST301"])
    return editor, uri


async def still_serves(editor: Editor, uri: str, version: int, codes: list[str]) -> None:
    """Edit a document that prints at its end, and repair it."""
    editor.change(uri, version, replacing(span(6, 0), "slow_name\n"))
    await editor.diagnostics(uri, version, codes=codes)
    (action,) = await editor.actions(uri, span(0, 0), only=["source.fixAll.prodready"])
    assert (await editor.client.code_action_resolve_async(action)).edit is not None


@pytest.mark.asyncio
async def test_documents_of_a_workspace_that_was_removed_are_analysed_and_its_return_counts(
    connect: Connect, root: Path
) -> None:
    editor, uri = await opened(connect, root)

    shutil.rmtree(root)
    editor.files_changed(root / "lib.py", root / "prodready.toml")
    # Neither the settings nor the other module are there any more.
    assert codes_of(await editor.diagnostics(uri, 1)) == ["OBS202"]
    await still_serves(editor, uri, 2, ["OBS202", "TST201"])
    editor.save(uri)
    await still_serves(editor, uri, 3, ["OBS202", "TST201", "TST201"])
    root.mkdir()
    (root / "lib.py").write_text("MARK = 2\n")
    (root / "prodready.toml").write_text('ignore = ["TST201"]\n')
    editor.files_changed(root / "lib.py", root / "prodready.toml")

    await editor.diagnostics(uri, 3, codes=["TST301", "OBS202"])
    assert editor.client.messages == []


@pytest.mark.asyncio
async def test_a_workspace_that_is_replaced_by_another_at_once_counts_as_that(connect: Connect, root: Path) -> None:
    other = root.with_name("other")
    other.mkdir()
    (other / "pyproject.toml").touch()
    (other / "lib").mkdir()
    (other / "lib" / "__init__.py").write_text("mark = 1\n")
    editor, uri = await opened(connect, root)

    root.rename(root.with_name("before"))
    other.rename(root)
    editor.files_changed(root / "lib.py", root / "lib" / "__init__.py", root / "prodready.toml")

    await editor.diagnostics(uri, 1, codes=["OBS202"])
    await still_serves(editor, uri, 2, ["OBS202", "TST201"])
    assert editor.client.messages == []


@pytest.mark.asyncio
async def test_a_folder_that_was_renamed_goes_on_under_its_new_name(connect: Connect, root: Path) -> None:
    editor, uri = await opened(connect, root)
    renamed = root.with_name("renamed")

    root.rename(renamed)
    gone, new = (types.WorkspaceFolder(path.as_uri(), path.name) for path in (root, renamed))
    event = types.WorkspaceFoldersChangeEvent(added=[new], removed=[gone])
    editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
    # A tab may still show the old name, where neither settings nor the other module are.
    await still_serves(editor, uri, 2, ["OBS202", "TST201"])
    editor.close(uri)
    again = (renamed / "user.py").as_uri()
    editor.open(again, USER)

    await editor.diagnostics(again, 1, codes=["TST301"])
    assert editor.client.messages == []


def test_a_working_directory_that_is_gone_is_said(tmp_path: Path) -> None:
    program = "import os, sys; os.rmdir(os.getcwd()); os.execv(sys.argv[1], sys.argv[1:])"
    for arguments in (("check",), ("fix", str(tmp_path)), ("config",), ("check", "-")):
        place = tmp_path / "place"
        place.mkdir()
        done = run(place, PRODREADY[0], "-c", program, *PRODREADY, *arguments, stdin=None)

        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == "Error: the working directory was removed; change to one that is there\n"


@pytest.mark.skipif(os.name == "nt", reason="a directory that is in use cannot be removed there")
@pytest.mark.parametrize("command", ["check", "fix"])
def test_a_directory_that_is_removed_while_it_is_looked_at_is_said_and_no_fault_of_ours(
    workplace: Workplace, place: Checkpoint, command: str
) -> None:
    for number in range(40):
        workplace.write(f"src/m{number:02}.py", BARE if number > 1 else f"# marked\n{BARE}")
    environment = workplace.sabotage("marked", place.deed, entry="once" if command == "check" else "open")
    with started(workplace, command, "--jobs", "2", "--no-cache", "src", **environment) as process:
        visitors = [place.arrived(), place.arrived()]
        shutil.rmtree(workplace.root)
        for visitor in visitors:
            visitor.let_go()
        out, err = process.communicate()

    assert process.returncode == 1
    assert "fault of prodready" not in out + err
    assert "Traceback" not in err
    lines = err.splitlines()
    gone = "cannot be read: no such file or directory"
    assert [line for line in lines if not re.fullmatch(rf"error: src/m\d\d\.py: {gone}", line)] == [
        *(f"error: src/m0{n}.py: not written: it was removed since it was read" for n in (0, 1) if command == "fix"),
        f"error: {gone}: the same in 18 other files",
    ]
    assert not workplace.root.exists()
