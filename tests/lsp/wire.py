"""A server process that is talked to by hand: for what a proper client never does."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Sequence
from queue import Empty, Queue
from typing import Any

from tests.lsp.editor import PATIENCE, SERVER

BARE = "try:\n    work()\nexcept:\n    recover()\n    raise\n"
"""A text with one finding, OBS202."""
CAPABLE = {
    "textDocument": {
        "publishDiagnostics": {"versionSupport": True},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
    }
}


class Wire:
    """The process, and every message that it has sent; `reading` by hand is for clients that do not keep up."""

    def __init__(self, *options: str, command: Sequence[str] = SERVER, reading: bool = True, **popen: Any) -> None:
        streams: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen([*command, *options], **{**streams, **popen})
        assert self.process.stdin is not None
        self._in = self.process.stdin
        self.seen: list[dict[str, Any]] = []
        self._news: Queue[dict[str, Any] | None] = Queue()
        self._ident = 1000
        self._texts = 0
        if reading:
            self.start_reading()

    def start_reading(self) -> None:
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        out = self.process.stdout
        assert out is not None
        try:
            while True:
                length = 0
                while (header := out.readline()) not in (b"\r\n", b""):
                    name, _, value = header.partition(b":")
                    length = int(value) if name == b"Content-Length" else length
                if not header:
                    return
                self._news.put(json.loads(out.read(length)))
        except ValueError:  # closed at the end of the test
            return
        finally:
            self._news.put(None)

    def send(self, method: str, params: Any = None, ident: Any = None) -> None:
        message: dict[str, Any] = {"method": method, "params": params}
        if ident is not None:
            message["id"] = ident
        self.send_message(message)

    def send_message(self, message: dict[str, Any]) -> None:
        self.send_body(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def send_body(self, body: bytes) -> None:
        self.send_bytes(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def send_bytes(self, data: bytes) -> None:
        self._in.write(data)
        self._in.flush()

    def receive(self) -> dict[str, Any]:
        """Return the next message; fails when the server ends, or says nothing for too long."""
        try:
            message = self._news.get(timeout=PATIENCE)
        except Empty:
            raise AssertionError("the server says nothing") from None
        assert message is not None, f"the server has ended with {self.process.wait(PATIENCE)}"
        self.seen.append(message)
        return message

    def receive_all(self) -> list[dict[str, Any]]:
        """Return everything up to the end of the server's output."""
        found = []
        while (message := self._news.get(timeout=PATIENCE)) is not None:
            found.append(message)
        return found

    def initialize(
        self, process_id: int | None = None, root: str | None = None, able: dict[str, Any] = CAPABLE
    ) -> dict[str, Any]:
        params = {"processId": process_id, "rootUri": root, "capabilities": able}
        return self.ask("initialize", params)

    def ask(self, method: str, params: Any = None) -> dict[str, Any]:
        """Send a request and return the response to it; whatever else comes before it is in `seen`."""
        self._ident += 1
        self.send(method, params, self._ident)
        while True:
            message = self.receive()
            if message.get("id") == self._ident and "method" not in message:
                return message

    def open(self, uri: str, text: str, version: int = 1) -> None:
        item = {"uri": uri, "languageId": "python", "version": version, "text": text}
        self.send("textDocument/didOpen", {"textDocument": item})

    def codes(self, uri: str) -> list[str]:
        """Wait for the next diagnostics of a document and return their codes."""
        while True:
            message = self.receive()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                return [diagnostic["code"] for diagnostic in message["params"]["diagnostics"]]

    def assert_sane(self) -> None:
        """Open a document, edit it, and ask about it, as a proper client does; all answers must be right."""
        self._texts += 1
        uri = f"untitled:sane-{self._texts}.py"
        self.open(uri, BARE)
        assert self.codes(uri) == ["OBS202"]
        place = {"line": 2, "character": 1}
        about = {"textDocument": {"uri": uri}, "position": place}
        assert "OBS202" in self.ask("textDocument/hover", about)["result"]["contents"]["value"]
        change = {"range": {"start": place, "end": {"line": 2, "character": 7}}, "text": "xcept OSError:"}
        document = {"uri": uri, "version": 2}
        self.send("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        assert self.codes(uri) == []
        self.send("textDocument/didClose", {"textDocument": {"uri": uri}})

    def close_input(self) -> None:
        self._in.close()

    def exit_code(self) -> int:
        return self.process.wait(PATIENCE)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        with self.process:
            pass
