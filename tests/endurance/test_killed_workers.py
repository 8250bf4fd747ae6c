"""The server's worker is killed or suspended, or the server itself is: nothing is lost, and nothing told twice."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.endurance.hardship import workers_of
from tests.lsp.conftest import Connect
from tests.lsp.editor import SERVER_WITH_RULES, Editor, capabilities, codes_of, replacing, span
from tests.lsp.gate import Gate

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.skipif(sys.platform != "linux", reason="needs the numbers of a process's children"),
]

BARE = "try:\n    work()\nexcept:\n    recover()\n    raise\n"
REQUEST_FAILED = -32803


def server_of(editor: Editor) -> int:
    process = editor.client._server
    assert process is not None
    return process.pid


async def fixing(connect: Connect, gate: Gate, root: Path) -> tuple[Editor, asyncio.Future[types.CodeAction]]:
    """Ask for all repairs of a document, one of which waits at the gate."""
    editor = await connect(capabilities("utf-32"), command=SERVER_WITH_RULES)
    uri = (root / "a.py").as_uri()
    editor.open(uri, f"{BARE}wait_for_{gate.port}\n")
    await editor.diagnostics(uri, 1, codes=["OBS202", "TST202"])
    (action,) = await editor.actions(uri, span(0, 0), only=["source.fixAll.prodready"])
    return editor, asyncio.ensure_future(editor.client.code_action_resolve_async(action))


async def kill_at(gate: Gate, editor: Editor) -> None:
    """Wait until the worker is in the middle of its work, and kill it."""
    reader, writer = await gate.arrived()
    (worker,) = workers_of(server_of(editor))
    os.kill(worker, signal.SIGKILL)
    assert await reader.read() == b""
    writer.close()


async def test_all_repairs_arrive_although_the_worker_is_killed_over_them(
    connect: Connect, gate: Gate, tmp_path: Path
) -> None:
    editor, request = await fixing(connect, gate, tmp_path)

    await kill_at(gate, editor)
    _, writer = await gate.arrived()
    writer.close()
    edit = (await request).edit

    assert edit is not None
    assert edit.document_changes is not None
    (changes,) = edit.document_changes
    assert isinstance(changes, types.TextDocumentEdit)
    assert [change.new_text for change in changes.edits] == [" BaseException", "done"]
    assert editor.client.messages == []


async def test_repairs_over_which_the_worker_is_killed_twice_are_refused_once_and_the_next_request_works(
    connect: Connect, gate: Gate, tmp_path: Path
) -> None:
    editor, request = await fixing(connect, gate, tmp_path)

    await kill_at(gate, editor)
    await kill_at(gate, editor)
    with pytest.raises(JsonRpcException) as refused:
        await request
    # Typing goes on meanwhile, and so do repairs.
    uri = (tmp_path / "a.py").as_uri()
    editor.change(uri, 2, replacing(span(5, 0, 6, 0), ""))
    assert codes_of(await editor.diagnostics(uri, 2)) == ["OBS202"]
    (action,) = await editor.actions(uri, span(0, 0), only=["source.fixAll.prodready"])
    assert (await editor.client.code_action_resolve_async(action)).edit is not None

    assert refused.value.code == REQUEST_FAILED
    (message,) = editor.client.messages
    assert message.message.startswith("prodready: the helper process was ended twice, the last time during fix_all. ")
    assert message.message.endswith("Saving a file tries again.")
    assert not (tmp_path / "a.py").exists()


async def test_other_modules_are_read_although_the_worker_was_killed(connect: Connect, tmp_path: Path) -> None:
    lib = tmp_path / "lib.py"
    (tmp_path / "pyproject.toml").touch()
    editor = await connect(command=SERVER_WITH_RULES)
    uri = (tmp_path / "user.py").as_uri()
    lib.write_text("MARK = 1\n")
    editor.open(uri, "from lib import thing\n")
    await editor.diagnostics(uri, 1, codes=["TST301"])

    (worker,) = workers_of(server_of(editor))
    os.kill(worker, signal.SIGKILL)
    lib.write_text("mark = 1\n")
    editor.files_changed(lib)

    await editor.diagnostics(uri, 1, codes=[])
    assert editor.client.messages == []


async def test_a_suspended_worker_holds_up_no_typing_and_tells_what_it_knows_when_it_goes_on(
    connect: Connect, tmp_path: Path
) -> None:
    lib = tmp_path / "lib.py"
    (tmp_path / "pyproject.toml").touch()
    editor = await connect(command=SERVER_WITH_RULES)
    uri = (tmp_path / "user.py").as_uri()
    editor.open(uri, "from lib import thing\n")
    await editor.diagnostics(uri, 1, codes=[])
    lib.write_text("MARK = 1\n")
    editor.files_changed(lib)
    await editor.diagnostics(uri, 1, codes=["TST301"])

    (worker,) = workers_of(server_of(editor))
    os.kill(worker, signal.SIGSTOP)
    lib.write_text("mark = 1\n")
    editor.files_changed(lib)
    for version in range(2, 6):
        editor.change(uri, version, replacing(span(1, 0), BARE))
    assert codes_of(await editor.diagnostics(uri, 5)) == ["TST301", *["OBS202"] * 4]
    os.kill(worker, signal.SIGCONT)

    await editor.diagnostics(uri, 5, codes=["OBS202"] * 4)


async def test_a_suspended_server_catches_up_with_what_was_typed(connect: Connect, tmp_path: Path) -> None:
    editor = await connect()
    uri = (tmp_path / "a.py").as_uri()
    editor.open(uri, BARE)
    await editor.diagnostics(uri, 1, codes=["OBS202"])

    os.kill(server_of(editor), signal.SIGSTOP)
    for version in range(2, 202):
        editor.change(uri, version, replacing(span(0, 0), "\n" if version < 201 else BARE))
    os.kill(server_of(editor), signal.SIGCONT)

    (first, second) = await editor.diagnostics(uri, 201)
    assert (first.range.start.line, second.range.start.line) == (2, 2 + 5 + 199)
    assert editor.client.messages == []
