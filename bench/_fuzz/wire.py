"""The target of the wire: any bytes to the server's transport, in this process."""

from __future__ import annotations

import asyncio
import functools
import json
import logging
from typing import Final

from prodready.lsp import converter, language_server
from prodready.lsp.language_server import ProdreadyServer
from prodready.lsp.transport import _Connection

_HELLO: Final = {
    "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"processId": None, "capabilities": {}},
}  # fmt: skip
_OPEN: Final = {
    "jsonrpc": "2.0", "method": "textDocument/didOpen",
    "params": {"textDocument": {"uri": "untitled:a", "languageId": "python", "version": 1, "text": "print(1)\n"}},
}  # fmt: skip
_TURNS: Final = 8
"""Turns of the loop that the server has for an input: what it starts beside them is ended."""

# It never changes, and takes far longer to make than a message takes.
vars(language_server)["converter"] = functools.cache(converter.converter)


class _Answers:
    """Stands for the client's side of the connection."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def close(self) -> None:
        """Nothing is open."""


class _Failures(logging.Handler):
    """Collects what the server logs as its own failure."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info is not None:
            self.records.append(f"{record.getMessage()}: {record.exc_info[1]!r}")


def wire(data: bytes) -> None:
    """Send lines of an input as messages to a server that knows its client, or all of it as it is.

    The server answers, or refuses; it never fails by itself.
    """
    failures = _Failures()
    logger = logging.getLogger("prodready")
    logger.addHandler(failures)
    logger.propagate = False
    try:
        asyncio.run(_talk(data[1:], raw=data[:1] < b"\x10"))
    finally:
        logger.removeHandler(failures)
    assert not failures.records, failures.records[0]


async def _talk(data: bytes, *, raw: bool) -> None:
    server = ProdreadyServer()
    answers = _Answers()
    server.protocol.set_writer(answers)
    connection = _Connection(server.protocol)
    if raw:
        connection.received(data)
    else:
        for body in (json.dumps(_HELLO).encode(), json.dumps(_OPEN).encode(), *data.split(b"\n")):
            connection.received(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
            await asyncio.sleep(0)
    for _ in range(_TURNS):
        await asyncio.sleep(0)
    assert all(_is_message(message) for message in answers.sent), "what was sent is no message"


def _is_message(data: bytes) -> bool:
    head, _, body = data.partition(b"\r\n\r\n")
    return head == b"Content-Length: %d" % len(body) and json.loads(body)["jsonrpc"] == "2.0"
