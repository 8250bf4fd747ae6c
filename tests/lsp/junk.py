"""Messages that no client should send, made from proper ones by chance; the same seed makes the same messages."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from tests.lsp.wire import BARE

URIS = ["untitled:one.py", "untitled:two.py", "file:///nowhere/three.py", "file:///nowhere/%00.py", "file:////x.py"]
JUNK: list[Any] = [
    None, True, -1, 0, 1.5, 2**31, 2**70, 1e308, float("nan"), float("-inf"), "", "x", "\ud800", "\0", "a" * 5000, [],
    {}, [[[]]], {"line": {}}, ["python"], "file://[", "file:///" + "d/" * 3000, "http://host:x/", URIS[0],
]  # fmt: skip

_PLACE = {"line": 2, "character": 3}
_RANGE = {"start": _PLACE, "end": {"line": 3, "character": 0}}
_DOCUMENT = {"textDocument": {"uri": URIS[0]}}
_ITEM = {"uri": URIS[0], "languageId": "python", "version": 1, "text": BARE}
_CHANGES = [{"range": _RANGE, "text": "pass\n"}, {"text": BARE}]
PARAMS: dict[str, Any] = {
    "$/cancelRequest": {"id": 3},
    "$/setTrace": {"value": "verbose"},
    "codeAction/resolve": {"title": "x", "data": {"uri": URIS[0], "version": 1, "code": None, "unsafe": False}},
    "initialize": {"processId": None, "rootUri": "file:///nowhere", "capabilities": {"textDocument": {}}},
    "initialized": {},
    "notebookDocument/didClose": {"notebookDocument": {"uri": URIS[1]}, "cellTextDocuments": [{"uri": URIS[0]}]},
    "prodready/effectiveConfiguration": _DOCUMENT,
    "prodready/ruleDocumentation": {"code": "OBS101"},
    "prodready/rules": None,
    "textDocument/codeAction": {**_DOCUMENT, "range": _RANGE, "context": {"diagnostics": [], "only": ["quickfix"]}},
    "textDocument/diagnostic": {**_DOCUMENT, "previousResultId": "1"},
    "textDocument/didChange": {"textDocument": {"uri": URIS[0], "version": 2}, "contentChanges": _CHANGES},
    "textDocument/didClose": _DOCUMENT,
    "textDocument/didOpen": {"textDocument": _ITEM},
    "textDocument/didSave": _DOCUMENT,
    "textDocument/hover": {**_DOCUMENT, "position": _PLACE},
    "unknown/method": {"a": [1]},
    "window/workDoneProgress/cancel": {"token": 1},
    "workspace/didChangeConfiguration": {"settings": {"prodready": {"run": "onType"}}},
    "workspace/didChangeWatchedFiles": {"changes": [{"uri": URIS[2], "type": 1}]},
    "workspace/didChangeWorkspaceFolders": {"event": {"added": [{"uri": URIS[3], "name": "x"}], "removed": []}},
    "workspace/executeCommand": {"command": "none", "arguments": [1]},
}
NOTIFICATIONS = {name for name in PARAMS if name.rpartition("/")[2].startswith(("did", "cancel", "set", "initialized"))}


class Sender:
    """Makes message after message; `expected` are the ids that must be answered, each as often as it is there."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.expected: list[int | str] = []

    def body(self) -> bytes:
        """Return the bytes of the next message."""
        method = self._random.choice(sorted(PARAMS))
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": copy.deepcopy(PARAMS[method])}
        for _ in range(self._random.choice([0, 1, 1, 2, 4])):
            message["params"] = self._spoiled(message["params"])
        if method not in NOTIFICATIONS or self._random.random() < 0.1:
            message["id"] = ident = self._random.choice([len(self.expected), f"request {len(self.expected)}", 3])
            self.expected.append(ident)
        if self._random.random() < 0.1:
            message.pop("params")
        return json.dumps(message).encode()

    def broken_body(self) -> bytes:
        """Return bytes that are no message, and that get at most an answer without id."""
        before = len(self.expected)
        whole = self.body()
        del self.expected[before:]
        kind = self._random.randrange(5)
        if kind == 0:
            return whole[: self._random.randrange(len(whole))]
        if kind == 1:
            return b"[" * 100_000
        if kind == 2:
            return b"[" + whole + b"]"
        if kind == 3:
            return b"\xff\xfe" + whole
        return json.dumps(self._random.choice(JUNK)).encode()

    def _spoiled(self, value: Any) -> Any:
        """Replace or remove one thing somewhere inside."""
        if not isinstance(value, dict | list) or not value or self._random.random() < 0.15:
            return copy.deepcopy(self._random.choice(JUNK))
        key: Any = self._random.choice(sorted(value) if isinstance(value, dict) else range(len(value)))
        if self._random.random() < 0.1:
            del value[key]
        else:
            value[key] = self._spoiled(value[key])
        return value
