"""Long work is shown, can be given up, and holds nobody up after that; a request that is cancelled is answered so."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import attrs
import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.lsp.conftest import Connect
from tests.lsp.editor import SERVER_WITH_RULES, Editor, capabilities, span
from tests.lsp.gate import Gate

pytestmark = pytest.mark.asyncio

REQUEST_CANCELLED = -32800
SHOWING = attrs.evolve(capabilities("utf-32"), window=types.WindowClientCapabilities(work_done_progress=True))


async def fixing(
    connect: Connect, gate: Gate, directory: Path, able: types.ClientCapabilities
) -> tuple[Editor, types.CodeAction]:
    """Open a document that can be fixed when the gate is open, and return the action for it."""
    editor = await connect(able, command=SERVER_WITH_RULES)
    uri = (directory / "a.py").as_uri()
    editor.open(uri, f"wait_for_{gate.port}\n")
    await editor.diagnostics(uri, 1, codes=["TST202"])
    (action,) = await editor.actions(uri, span(0, 0), only=["source.fixAll.prodready"])
    return editor, action


def resolve(editor: Editor, action: types.CodeAction, ident: str) -> asyncio.Future[types.CodeAction]:
    return asyncio.wrap_future(editor.client.protocol.send_request(types.CODE_ACTION_RESOLVE, action, msg_id=ident))


def shown(editor: Editor, title: str) -> tuple[types.ProgressToken, dict[str, Any]] | None:
    """Return the beginning of work whose title begins so, None when it was not shown yet."""
    return next((told for told in editor.progress if told[1].get("title", "").startswith(title)), None)


async def test_fixing_is_shown_while_it_lasts_and_can_be_given_up(connect: Connect, gate: Gate, tmp_path: Path) -> None:
    editor, action = await fixing(connect, gate, tmp_path, SHOWING)

    request = resolve(editor, action, "first")
    reader, writer = await gate.arrived()
    token, begun = await editor.until(lambda: shown(editor, "Fixing "))
    editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))
    with pytest.raises(JsonRpcException) as refused:
        await request
    await editor.until(lambda: (token, {"kind": "end"}) in editor.progress)
    # The process that nobody waits for any more is gone, and the next request need not wait for it.
    assert await reader.read() == b""
    writer.close()
    request = resolve(editor, action, "second")
    _, writer = await gate.arrived()
    writer.close()
    resolved = await request

    assert refused.value.code == REQUEST_CANCELLED
    assert begun == {"kind": "begin", "title": f"Fixing {tmp_path / 'a.py'}", "cancellable": True}
    assert resolved.edit is not None


async def test_a_request_that_the_client_cancels_is_answered_at_once(
    connect: Connect, gate: Gate, tmp_path: Path
) -> None:
    editor, action = await fixing(connect, gate, tmp_path, capabilities("utf-32"))

    request = resolve(editor, action, "mine")
    reader, writer = await gate.arrived()
    editor.client.protocol.notify(types.CANCEL_REQUEST, types.CancelParams("mine"))
    with pytest.raises(JsonRpcException) as refused:
        await request
    assert await reader.read() == b""
    writer.close()
    # Cancelling what is answered already, or was never asked, does no harm.
    editor.client.protocol.notify(types.CANCEL_REQUEST, types.CancelParams("mine"))
    editor.client.protocol.notify(types.CANCEL_REQUEST, types.CancelParams("other"))

    assert refused.value.code == REQUEST_CANCELLED
    assert await editor.hover((tmp_path / "a.py").as_uri(), 0, 0) is not None
    # A client that shows no progress is not asked to.
    assert editor.progress == []
