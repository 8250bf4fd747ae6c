"""A port at which rules for tests wait, so that a test can act in the middle of an analysis or of a repair."""

from __future__ import annotations

import asyncio
import contextlib

from tests.lsp.editor import PATIENCE


class Gate:
    """Whoever comes to it waits until the test lets it go on."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []
        self._arrived: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    async def open(self) -> None:
        """Begin to listen."""
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        self._arrived.put_nowait((reader, writer))

    @property
    def port(self) -> int:
        """The port; `wait_for_<port>` keeps a fixer waiting here, `hold_<port>` an analysis."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def arrived(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Wait until somebody waits here; who it is may go on when the writer is closed."""
        return await asyncio.wait_for(self._arrived.get(), PATIENCE)

    async def close(self) -> None:
        """Stop listening, let everybody go on, and wait until the connections are gone: the loop ends after this."""
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
