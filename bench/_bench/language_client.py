"""A language client that measures: it writes a message, and notes when the answer has arrived, before it reads it."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

TIMEOUT = 120.0
"""Seconds until a server that does not answer is given up, unless something else is asked for."""
_CHUNK = 1 << 20


class ServerDiedError(Exception):
    """A server that ended, or did not answer in time; the text says what was waited for."""


class NoAnswerError(ServerDiedError):
    """A server that runs, and did not answer in time."""


@dataclass(frozen=True)
class Message:
    """A message and when it was complete, in seconds of `time.perf_counter`."""

    content: Json
    arrived: float


class LanguageClient:
    """One server process, talked to over its standard input and output, one question at a time."""

    def __init__(
        self,
        command: Sequence[str],
        directory: Path,
        environment: Mapping[str, str] | None = None,
        patience: float = TIMEOUT,
    ) -> None:
        self.started = time.perf_counter()
        self.patience = patience
        # Its standard error goes nowhere: a full pipe would stop it.
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=directory,
            env=environment,
        )
        assert self._process.stdin is not None, "a pipe was asked for"
        assert self._process.stdout is not None, "a pipe was asked for"
        self._input = self._process.stdin
        self._output = self._process.stdout.fileno()
        self._buffer = bytearray()
        self._next_id = 0

    @property
    def pid(self) -> int:
        """The number of the server's process."""
        return self._process.pid

    def initialize(self, root: Path, capabilities: Json, options: Json) -> Message:
        """Introduce the client; returns the server's answer."""
        params = {
            "processId": os.getpid(),
            "rootUri": root.as_uri(),
            "workspaceFolders": [{"uri": root.as_uri(), "name": root.name}],
            "capabilities": capabilities,
            "initializationOptions": options,
        }
        answer = self.request("initialize", params)
        self.notify("initialized", {})
        return answer

    def notify(self, method: str, params: Json | None) -> float:
        """Send a notification; returns when it was sent."""
        return self._send({"method": method, "params": params})

    def request(self, method: str, params: Json | None) -> Message:
        """Send a request, and wait for its answer.

        Raises:
            ServerDiedError: when no answer comes.
        """
        self._next_id += 1
        ident = self._next_id
        self._send({"id": ident, "method": method, "params": params})
        return self.wait(lambda message: message.get("id") == ident and "method" not in message, method)

    def wait(self, wanted: Callable[[Json], bool], what: str) -> Message:
        """Return the next message that is wanted; requests of the server are answered meanwhile.

        Raises:
            ServerDiedError: when none comes.
        """
        deadline = time.monotonic() + self.patience
        while True:
            message = self._receive(deadline, what)
            if wanted(message.content):
                return message
            if "method" in message.content and "id" in message.content:
                self._answer(message.content)

    def close(self) -> None:
        """End the server as the protocol has it; one that does not end is killed."""
        with contextlib.suppress(ServerDiedError, OSError):
            self.request("shutdown", None)
            self.notify("exit", None)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]  # pipes were asked for

    def _answer(self, request: Json) -> None:
        """Answer a server's request with nothing; for configuration, with nothing for each item."""
        items = (request.get("params") or {}).get("items")
        result = [None] * len(items) if isinstance(items, list) else None
        self._send({"id": request["id"], "result": result})

    def _send(self, message: Json) -> float:
        body = json.dumps({"jsonrpc": "2.0", **message}, separators=(",", ":")).encode()
        frame = b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        sent = time.perf_counter()
        self._input.write(frame)
        self._input.flush()
        return sent

    def _receive(self, deadline: float, what: str) -> Message:
        while True:
            body = self._cut_frame()
            if body is not None:
                arrived = time.perf_counter()
                return Message(json.loads(body), arrived)
            ready, _, _ = select.select([self._output], [], [], max(deadline - time.monotonic(), 0))
            if not ready:
                raise NoAnswerError(f"no {what} from process {self.pid} in {self.patience:.0f} s")
            data = os.read(self._output, _CHUNK)
            if not data:
                raise ServerDiedError(f"no {what} from process {self.pid}, exit code {self._process.poll()}")
            self._buffer += data

    def _cut_frame(self) -> bytes | None:
        """Take the body of the first message off the buffer; None while it is not complete."""
        head, found, _ = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return None
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        start = len(head) + 4
        if len(self._buffer) < start + length:
            return None
        body = bytes(self._buffer[start : start + length])
        del self._buffer[: start + length]
        return body
