"""Standard input and output, TCP and WebSocket: three ways for one client to reach the server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from prodready.lsp.framing import Framing, FramingError

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

    from prodready.lsp.protocol import Protocol

logger = logging.getLogger(__name__)

LOOPBACK: Final = "127.0.0.1"
"""The only address that the server listens on."""

_CHUNK: Final = 1 << 16
_PIPE: Final = 1 << 20
_LOCAL_PAGE: Final = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")


async def serve_stdio(protocol: Protocol) -> None:
    """Talk over standard input and output until the client is done or gone."""
    protocol.set_writer(_PipeWriter(protocol, _claim_stdout()))
    loop = asyncio.get_running_loop()
    connection = _Connection(protocol)
    # A thread of our own: pygls' pool would be held up by slow handlers. It hands over whatever has arrived, so that a
    # burst of messages is handled in one turn of the loop.
    threading.Thread(target=_pump, args=(loop, connection), name="stdin", daemon=True).start()
    await protocol.stopped.wait()


async def serve_tcp(protocol: Protocol, port: int) -> None:
    """Wait for one client on `port` of the loopback address (0: any free one), and talk to it."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not accept():
            writer.close()
            return
        protocol.set_writer(writer)
        connection = _Connection(protocol)
        while data := await reader.read(_CHUNK):
            connection.received(data)
        connection.closed()

    accept = _only_once()
    server = await asyncio.start_server(connected, LOOPBACK, port)
    _announce(server.sockets[0].getsockname()[1])
    await protocol.stopped.wait()
    server.close()


async def serve_websocket(protocol: Protocol, port: int) -> None:
    """Wait for one client on `port` of the loopback address (0: any free one), and talk WebSocket to it.

    A page in a browser may connect only if it comes from this machine: any page can reach a loopback port.
    """
    from websockets.asyncio.server import serve

    async def connected(socket: ServerConnection) -> None:
        if not accept():
            await socket.close(1013, "another client is connected")
            return
        protocol.set_writer(_SocketWriter(socket), include_headers=False)
        async for message in socket:
            protocol.receive(message if isinstance(message, bytes) else message.encode())
        protocol.stop()

    accept = _only_once()
    async with serve(connected, LOOPBACK, port, origins=[None, _LOCAL_PAGE], max_size=None) as server:
        _announce(next(iter(server.sockets)).getsockname()[1])
        await protocol.stopped.wait()


class _PipeWriter:
    """Writes to a pipe; a client that no longer reads has gone."""

    def __init__(self, protocol: Protocol, descriptor: int) -> None:
        self._protocol = protocol
        self._pipe = os.fdopen(descriptor, "wb")

    def write(self, data: bytes) -> None:
        try:
            self._pipe.write(data)
            self._pipe.flush()
        except OSError as error:
            logger.info("standard output broke off: %s", error)
            self._protocol.stop()

    def close(self) -> None:
        self._pipe.close()


class _SocketWriter:
    """Writes messages as text frames, which is what clients in browsers read."""

    def __init__(self, socket: ServerConnection) -> None:
        self._socket = socket

    def write(self, data: bytes) -> Awaitable[None]:
        return self._socket.send(data.decode())

    def close(self) -> Awaitable[None]:
        return self._socket.close()


class _Connection:
    """Bytes in, messages to the protocol out; the end of the stream ends the server."""

    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol
        self._framing = Framing()

    def received(self, data: bytes) -> None:
        try:
            for body in self._framing.feed(data):
                self._protocol.receive(body)
        except FramingError as error:
            logger.error("cannot understand the client: %s", error)
            self._protocol.stop(1)

    def closed(self) -> None:
        self._protocol.stop()


def _pump(loop: asyncio.AbstractEventLoop, connection: _Connection) -> None:
    """Read standard input until it ends. Unbuffered: a lock held by this thread would hang the end of the process."""
    try:
        while data := _read():
            loop.call_soon_threadsafe(connection.received, data)
        loop.call_soon_threadsafe(connection.closed)
    except RuntimeError:
        logger.debug("the loop ended before standard input did")


def _read() -> bytes:
    try:
        return os.read(0, _CHUNK)
    except OSError as error:
        logger.info("standard input broke off: %s", error)
        return b""


def _claim_stdout() -> int:
    """Keep the real standard output for messages: whatever else prints, here or in a worker, goes to standard error."""
    sys.stdout.flush()
    own = os.dup(1)
    os.dup2(2, 1)
    if sys.platform == "linux":
        import fcntl

        # Room for a large file's diagnostics, so that the loop need not wait for the client to read them.
        with contextlib.suppress(OSError):  # a socket or a file is none the worse for it
            fcntl.fcntl(own, fcntl.F_SETPIPE_SZ, _PIPE)
    return own


def _announce(port: int) -> None:
    line = f"prodready: listening on {LOOPBACK}:{port}\n"
    sys.stderr.write(line)  # prodready: ignore[OBS102] whoever started the server waits for this line
    sys.stderr.flush()


def _only_once() -> Callable[[], bool]:
    """Return a function that is true the first time: one server serves one client."""
    asked = iter([True])
    return lambda: next(asked, False)
