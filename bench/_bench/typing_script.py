"""A document in a server, and somebody who types in it: one line in a function in the middle, back and forth."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator
from pathlib import Path

from _bench.language_client import Json, LanguageClient, Message

NAMED, BARE = "except ValueError:", "except:"


class Page:
    """The text of a file with a small `try` put into the function nearest to its middle.

    `line` (0-based) is that of its handler, at character `column`. The handler alternates between one that names what
    it catches and one that does not: every server in the run reports the second, so each edit is news for each of them.
    """

    def __init__(self, path: Path) -> None:
        self.uri = path.as_uri()
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        at, indent = _place(lines)
        block = [f"{indent}try:\n", f'{indent}    count = int("1")\n', f"{indent}{NAMED}\n", f"{indent}    count = 0\n"]
        self.text = "".join([*lines[:at], *block, *lines[at:]])
        self.lines = len(lines)
        self.line, self.column = at + 2, len(indent)


class Typist:
    """Opens a page in a server and edits it; times are in milliseconds."""

    def __init__(self, client: LanguageClient, page: Page) -> None:
        self.client = client
        self.page = page
        self.version = 0
        self.diagnostics: list[Json] = []
        self._bare = False
        self._tells_versions = False

    def open(self) -> float:
        """Open the document; returns the time to its diagnostics."""
        return self._published(self._open())

    def close(self) -> None:
        """Close the document."""
        self.client.notify("textDocument/didClose", {"textDocument": {"uri": self.page.uri}})

    def edit(self) -> float:
        """Change the handler; returns the time to the diagnostics that the server pushes for the new version."""
        return self._published(self._change())

    def edit_and_pull(self) -> float:
        """Change the handler and ask for the diagnostics; returns the time from the change to the answer."""
        sent = self._change()
        answer = self.client.request("textDocument/diagnostic", {"textDocument": {"uri": self.page.uri}})
        self.diagnostics = answer.content["result"]["items"]
        return _milliseconds(sent, answer)

    def open_again(self) -> float:
        """Close the document and open it; returns the time to its diagnostics."""
        self.close()
        return self.open()

    def open_silently(self) -> None:
        """Open the document in a server that is asked for diagnostics, and ask."""
        self._open()
        self.client.request("textDocument/diagnostic", {"textDocument": {"uri": self.page.uri}})

    @property
    def is_bare(self) -> bool:
        """Whether the handler names nothing now."""
        return self._bare

    def quick_fixes(self) -> float:
        """Ask what can be done at the handler; returns the time, with that for resolving the first repair."""
        place = {"line": self.page.line, "character": self.page.column + 2}
        here = [d for d in self.diagnostics if d["range"]["start"]["line"] == self.page.line]
        params = {
            "textDocument": {"uri": self.page.uri},
            "range": {"start": place, "end": place},
            "context": {"diagnostics": here, "triggerKind": 1},
        }
        started = time.perf_counter()
        answer = self.client.request("textDocument/codeAction", params)
        fixes = [action for action in answer.content["result"] or [] if action.get("kind") == "quickfix"]
        if fixes and "edit" not in fixes[0]:
            answer = self.client.request("codeAction/resolve", fixes[0])
        return _milliseconds(started, answer)

    def _open(self) -> float:
        self.version += 1
        self._bare = False
        item = {"uri": self.page.uri, "languageId": "python", "version": self.version, "text": self.page.text}
        return self.client.notify("textDocument/didOpen", {"textDocument": item})

    def _change(self) -> float:
        old, new = (BARE, NAMED) if self._bare else (NAMED, BARE)
        self._bare = not self._bare
        self.version += 1
        start = {"line": self.page.line, "character": self.page.column}
        end = {"line": self.page.line, "character": self.page.column + len(old)}
        return self.client.notify(
            "textDocument/didChange",
            {
                "textDocument": {"uri": self.page.uri, "version": self.version},
                "contentChanges": [{"range": {"start": start, "end": end}, "text": new}],
            },
        )

    def _published(self, sent: float) -> float:
        message = self.client.wait(self._is_ours, "diagnostics")
        self.diagnostics = message.content["params"]["diagnostics"]
        return _milliseconds(sent, message)

    def _is_ours(self, message: Json) -> bool:
        if message.get("method") != "textDocument/publishDiagnostics":
            return False
        params = message["params"]
        version = params.get("version")
        if params["uri"] != self.page.uri or (version is None and self._tells_versions):
            # Also what is taken back because the document was closed has none.
            return False
        self._tells_versions = version is not None
        return version in (None, self.version)


def _milliseconds(sent: float, answer: Message) -> float:
    return (answer.arrived - sent) * 1000


def _place(lines: list[str]) -> tuple[int, str]:
    """Return the 0-based line before which to insert a statement, and its indentation."""
    middle = len(lines) // 2
    bodies = [_first_statement(function) for function in _functions(ast.parse("".join(lines)))]
    nearest = min(bodies, key=lambda statement: abs(statement.lineno - middle))
    return nearest.lineno - 1, " " * nearest.col_offset


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Yield the functions whose body stands on lines of its own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.body[0].lineno > node.lineno:
            yield node


def _first_statement(function: ast.FunctionDef) -> ast.stmt:
    """Return the first statement behind the docstring that has no decorators in front of it; the last one otherwise."""
    return next((s for s in function.body[1:] if not getattr(s, "decorator_list", ())), function.body[0])
