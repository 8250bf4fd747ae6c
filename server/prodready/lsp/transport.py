"""Standard input and output, TCP and WebSocket: three ways for one client to reach the server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from prodready.lsp.framing import MAX_BODY, Framing, FramingError
from prodready.lsp.outbox import LIMIT, PipeWriter

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection
    from websockets.http11 import Request, Response

    from prodready.lsp.protocol import Protocol

logger = logging.getLogger(__name__)

LOOPBACK: Final = "127.0.0.1"
"""The only address that the server listens on."""

_CHUNK: Final = 1 << 16
_CHUNKS_AT_ONCE: Final = 64
_PATIENCE: Final = 2.0
"""Seconds that a client has to read the last messages, when the server ends."""
_LOCAL_PAGE: Final = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")
_LOCAL_HOST: Final = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?", re.IGNORECASE)


async def serve_stdio(protocol: Protocol) -> None:
    """Talk over standard input and output until the client is done or gone."""
    loop = asyncio.get_running_loop()
    writer = PipeWriter(_claim_stdout(), lambda: _tell(loop, protocol.stop))
    protocol.set_writer(writer)
    connection = _Connection(protocol)
    connection.claim()
    # A thread of our own: pygls' pool would be held up by slow handlers. It hands over whatever has arrived, so that a
    # burst of messages is handled in one turn of the loop.
    threading.Thread(target=_pump, args=(loop, connection, writer), name="stdin", daemon=True).start()
    await protocol.stopped.wait()
    await asyncio.to_thread(writer.finish, _PATIENCE)


async def serve_tcp(protocol: Protocol, port: int) -> None:
    """Wait for one client on `port` of the loopback address (0: any free one), and talk to it."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.set_write_buffer_limits(high=LIMIT)
        connection = _Connection(protocol, lambda: protocol.set_writer(writer))
        try:
            while data := await reader.read(_CHUNK):
                connection.received(data)
                if connection.is_over:
                    break
                await writer.drain()
        except OSError as error:
            logger.info("the connection broke off: %s", error)
        finally:
            connection.closed()
            writer.close()

    server = await asyncio.start_server(connected, LOOPBACK, port)
    _announce(server.sockets[0].getsockname()[1])
    await protocol.stopped.wait()
    server.close()


async def serve_websocket(protocol: Protocol, port: int) -> None:
    """Wait for one client on `port` of the loopback address (0: any free one), and talk WebSocket to it.

    A page in a browser may connect only if it comes from this machine, under a name of this machine: any page can reach
    a loopback port, and one whose own name leads here would look like a page from here.
    """
    from websockets.asyncio.server import serve
    from websockets.exceptions import ConnectionClosed

    async def connected(socket: ServerConnection) -> None:
        sender = _SocketWriter(socket)
        connection = _Connection(protocol, lambda: protocol.set_writer(sender, include_headers=False))
        sending = asyncio.ensure_future(sender.run())
        try:
            async for message in socket:
                connection.message(message if isinstance(message, bytes) else message.encode())
                if connection.is_over:
                    break
                await sender.wait_for_room()
        except ConnectionClosed as error:
            logger.info("the connection broke off: %s", error)
        finally:
            connection.closed()
            sending.cancel()

    serving = serve(
        connected,
        LOOPBACK,
        port,
        origins=[None, _LOCAL_PAGE],
        process_request=_refuse_other_hosts,
        # On one machine there is nothing to save, and a few compressed bytes can be gigabytes.
        compression=None,
        max_size=MAX_BODY,
    )
    async with serving as server:
        _announce(next(iter(server.sockets)).getsockname()[1])
        await protocol.stopped.wait()


def _refuse_other_hosts(connection: ServerConnection, request: Request) -> Response | None:
    """Answer 403 where the client believes to talk to another machine: its page's name was made to lead to this one."""
    hosts = request.headers.get_all("Host")
    if len(hosts) == 1 and _LOCAL_HOST.fullmatch(hosts[0]):
        return None
    return connection.respond(HTTPStatus.FORBIDDEN, "prodready is reached as localhost only\n")


class _SocketWriter:
    """Sends messages as text frames, which is what clients in browsers read, one after the other."""

    def __init__(self, socket: ServerConnection) -> None:
        self._socket = socket
        self._queue: asyncio.Queue[bytes] = asyncio.Queue()
        self._waiting = 0
        self._room = asyncio.Event()
        self._room.set()

    def write(self, data: bytes) -> None:
        """Send a message as soon as the client has read those before it."""
        self._waiting += len(data)
        if self._waiting >= LIMIT:
            self._room.clear()
        self._queue.put_nowait(data)

    def close(self) -> None:
        """The server closes the socket when it ends."""

    async def wait_for_room(self) -> None:
        """Wait until less than the limit is waiting."""
        await self._room.wait()

    async def run(self) -> None:
        """Send what there is to send, until cancelled or nobody is there."""
        from websockets.exceptions import ConnectionClosed

        with contextlib.suppress(ConnectionClosed):  # whoever reads from the socket is told too, and ends it all
            while True:
                data = await self._queue.get()
                await self._socket.send(data.decode())
                self._waiting -= len(data)
                if self._waiting < LIMIT:
                    self._room.set()


class _Connection:
    """Bytes in, messages to the protocol out; the end of the client's stream ends the server.

    The first connection that brings a message is the client's. One that brings anything else, or comes later, is a
    stranger's: it is closed, and nothing else happens.
    """

    def __init__(self, protocol: Protocol, claimed: Callable[[], None] = lambda: None) -> None:
        self._protocol = protocol
        self._claimed = claimed
        self._framing = Framing()
        self._is_client = False
        self.is_over = False

    def claim(self) -> bool:
        """Become the client's connection; false when there is one already."""
        if not self._is_client and self._protocol.claim():
            self._is_client = True
            self._claimed()
        return self._is_client

    def received(self, data: bytes) -> None:
        """Take bytes of a stream of messages."""
        try:
            for body in self._framing.feed(data):
                if self.is_over:
                    return
                self.message(body)
        except FramingError as error:
            logger.error("cannot understand the client: %s", error)
            self.is_over = True
            if self._is_client:
                self._protocol.stop(1)

    def message(self, body: bytes) -> None:
        """Take one whole message."""
        if self.claim():
            self._protocol.receive(body)
        else:
            logger.warning("another client is connected; this one is refused")
            self.is_over = True

    def closed(self) -> None:
        """Note that nothing more will come."""
        self.is_over = True
        if self._is_client:
            self._protocol.stop()


def _pump(loop: asyncio.AbstractEventLoop, connection: _Connection, writer: PipeWriter) -> None:
    """Read standard input until it ends. Unbuffered: a lock held by this thread would hang the end of the process.

    No faster than the loop handles what was read, and the client what was answered: the rest waits in the pipe.
    """
    ahead = threading.Semaphore(_CHUNKS_AT_ONCE)

    def received(data: bytes) -> None:
        ahead.release()
        connection.received(data)

    while data := _read():
        ahead.acquire()
        writer.wait_for_room()
        _tell(loop, received, data)
    _tell(loop, connection.closed)


def _read() -> bytes:
    try:
        return os.read(0, _CHUNK)
    except OSError as error:
        logger.info("standard input broke off: %s", error)
        return b""


def _tell(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *arguments: bytes) -> None:
    """Call a function in the loop, from another thread."""
    try:
        loop.call_soon_threadsafe(function, *arguments)
    except RuntimeError:
        logger.debug("the loop had ended")


def _claim_stdout() -> int:
    """Keep the real standard output for messages: whatever else prints, here or in a worker, goes to standard error."""
    sys.stdout.flush()
    own = os.dup(1)
    os.dup2(2, 1)
    return own


def _announce(port: int) -> None:
    line = f"prodready: listening on {LOOPBACK}:{port}\n"
    sys.stderr.write(line)  # prodready: ignore[OBS102] whoever started the server waits for this line
    sys.stderr.flush()
