"""Starting a server process for a test, and ending it after."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest_asyncio
from lsprotocol import types

from tests.lsp.editor import SERVER, Editor, capabilities
from tests.lsp.gate import Gate

Connect = Callable[..., Awaitable[Editor]]


@pytest_asyncio.fixture
async def connect(tmp_path: Path) -> AsyncIterator[Connect]:
    """Start servers, each with an initialized editor; all are shut down at the end of the test."""
    editors: list[Editor] = []

    async def start(
        able: types.ClientCapabilities | None = None, *, command: Sequence[str] = SERVER, root: Path = tmp_path
    ) -> Editor:
        editor = Editor()
        await editor.client.start_io(*command)
        editors.append(editor)
        params = types.InitializeParams(
            capabilities=capabilities() if able is None else able,
            workspace_folders=[types.WorkspaceFolder(root.as_uri(), root.name)],
            root_uri=root.as_uri(),
        )
        editor.server = (await editor.client.initialize_session(params)).capabilities
        return editor

    yield start
    for editor in editors:
        await editor.end()


@pytest_asyncio.fixture
async def gate() -> AsyncIterator[Gate]:
    """Open a gate at which rules wait."""
    gate = Gate()
    await gate.open()
    yield gate
    await gate.close()
