"""An editor for tests: a pytest-lsp client with a real server process, that remembers what it was told."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

PATIENCE = 60
"""Seconds after which a test gives up on something that should have come; nothing waits for it to pass."""

SERVER = (sys.executable, "-m", "prodready", "server")
SERVER_WITH_RULES = (sys.executable, str(Path(__file__).with_name("serve_with_rules.py")), "server", "--stdio")

_T = TypeVar("_T")


class Editor:
    """A client, the diagnostics that it was sent, and the requests that the server made."""

    def __init__(self) -> None:
        self.client = LanguageClient(converter_factory=default_converter)
        self.published: list[types.PublishDiagnosticsParams] = []
        self.registrations: list[types.Registration] = []
        self.refreshes = 0
        self.progress: list[tuple[types.ProgressToken, dict[str, Any]]] = []
        self.server = types.ServerCapabilities()
        self._news = asyncio.Event()
        self._seen: dict[str, int] = {}
        self._is_over = False
        self._register()

    def _register(self) -> None:
        features = dict(DEFAULT_CLIENT_FEATURES)
        features.pop(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        features.pop(types.WORKSPACE_DIAGNOSTIC_REFRESH)
        features.pop(types.PROGRESS)
        features.pop(types.WINDOW_SHOW_MESSAGE)
        register_lsp_features(self.client, features)

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: types.PublishDiagnosticsParams) -> None:
            self.published.append(params)
            self._news.set()

        @self.client.feature(types.WORKSPACE_DIAGNOSTIC_REFRESH)
        def refresh(_: None) -> None:
            self.refreshes += 1
            self._news.set()

        @self.client.feature(types.CLIENT_REGISTER_CAPABILITY)
        def register(params: types.RegistrationParams) -> None:
            self.registrations.extend(params.registrations)
            self._news.set()

        @self.client.feature(types.WINDOW_SHOW_MESSAGE)
        def show_message(params: types.ShowMessageParams) -> None:
            self.client.messages.append(params)
            self._news.set()

        @self.client.feature(types.PROGRESS)
        def progress(params: types.ProgressParams) -> None:
            self.progress.append((params.token, params.value))
            self._news.set()

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Hold back what is sent, and send it in one piece."""
        protocol = self.client.protocol
        writer, pieces = protocol.writer, _Pieces()
        protocol.writer = pieces
        yield
        protocol.writer = writer
        assert writer is not None
        writer.write(b"".join(pieces.data))

    async def until(self, found: Callable[[], _T | None]) -> _T:
        """Wait until `found` returns something, looking again at each message of the server."""

        async def wait() -> _T:
            while not (value := found()):
                self._news.clear()
                await self._news.wait()
            return value

        return await asyncio.wait_for(wait(), PATIENCE)

    async def diagnostics(
        self, uri: str, version: int | None = None, *, codes: Sequence[str] | None = None
    ) -> list[types.Diagnostic]:
        """Wait for diagnostics of `uri` that were not asked for before, of `version` and with `codes` if given."""

        def found() -> types.PublishDiagnosticsParams | None:
            for index, params in enumerate(self.published[self._seen.get(uri, 0) :], self._seen.get(uri, 0)):
                is_asked_for = params.uri == uri and version in (None, params.version)
                if is_asked_for and (codes is None or codes_of(params.diagnostics) == list(codes)):
                    self._seen[uri] = index + 1
                    return params
            return None

        return list((await self.until(found)).diagnostics)

    def open(self, uri: str, text: str, *, version: int = 1, language: str = "python") -> None:
        self.client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, language, version, text))
        )

    def change(self, uri: str, version: int, *changes: types.TextDocumentContentChangeEvent) -> None:
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(types.VersionedTextDocumentIdentifier(version, uri), changes)
        )

    def save(self, uri: str) -> None:
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))

    def close(self, uri: str) -> None:
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))

    def files_changed(self, *paths: Path) -> None:
        events = [types.FileEvent(path.as_uri(), types.FileChangeType.Changed) for path in paths]
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(events))

    async def actions(
        self,
        uri: str,
        at: types.Range,
        *,
        only: Sequence[types.CodeActionKind | str] | None = None,
        diagnostics: Sequence[types.Diagnostic] = (),
    ) -> list[types.CodeAction]:
        context = types.CodeActionContext(diagnostics=list(diagnostics), only=only)
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), at, context)
        found = await self.client.text_document_code_action_async(params)
        return [action for action in found or [] if isinstance(action, types.CodeAction)]

    async def hover(self, uri: str, line: int, character: int) -> types.Hover | None:
        params = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, character))
        return await self.client.text_document_hover_async(params)

    async def pull(self, uri: str, previous: str | None = None) -> types.DocumentDiagnosticReport:
        params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri), previous_result_id=previous)
        return await self.client.text_document_diagnostic_async(params)

    async def end(self) -> None:
        """Shut the server down as an editor does, and wait for its process; what it logs is written then."""
        if self._is_over:
            return
        self._is_over = True
        await asyncio.wait_for(self.client.shutdown_session(), PATIENCE)
        await asyncio.wait_for(self.client.stop(), PATIENCE)
        await asyncio.wait_for(self._close_pipes(), PATIENCE)

    async def _close_pipes(self) -> None:
        """Close what is left of the server's pipes: the loop of the test ends before it would notice."""
        server = self.client._server
        if server is None or server.stdin is None or server.stderr is None:
            return
        if self.client._stderr_forwarder is not None:
            # Cancelled when the server ended; until it has run again, nobody else can read.
            await asyncio.wait([self.client._stderr_forwarder])
        await server.stderr.read()
        server.stdin.close()
        with suppress(ConnectionError):
            await server.stdin.wait_closed()


class _Pieces:
    def __init__(self) -> None:
        self.data: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.data.append(data)

    def close(self) -> None:
        self.data.clear()


def span(start_line: int, start: int, end_line: int | None = None, end: int | None = None) -> types.Range:
    """Build a range from numbers as they are sent; without an end, a caret."""
    return types.Range(
        types.Position(start_line, start),
        types.Position(start_line if end_line is None else end_line, start if end is None else end),
    )


def replacing(at: types.Range, text: str) -> types.TextDocumentContentChangePartial:
    return types.TextDocumentContentChangePartial(range=at, text=text)


def codes_of(diagnostics: Sequence[types.Diagnostic]) -> list[Any]:
    return [diagnostic.code for diagnostic in diagnostics]


def capabilities(encoding: str | None = None, **changes: Any) -> types.ClientCapabilities:
    """Build the capabilities of a modern editor; `changes` are `text_document` capabilities to set instead."""
    text_document: dict[str, Any] = {
        "publish_diagnostics": types.PublishDiagnosticsClientCapabilities(
            related_information=True, version_support=True, code_description_support=True, data_support=True
        ),
        "code_action": types.CodeActionClientCapabilities(
            code_action_literal_support=types.ClientCodeActionLiteralOptions(
                code_action_kind=types.ClientCodeActionKindOptions(value_set=["quickfix", "source"])
            ),
            is_preferred_support=True,
            data_support=True,
            resolve_support=types.ClientCodeActionResolveOptions(properties=["edit"]),
        ),
        "hover": types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown]),
    }
    text_document.update(changes)
    general = types.GeneralClientCapabilities(position_encodings=[encoding]) if encoding else None
    return types.ClientCapabilities(
        general=general,
        notebook_document=types.NotebookDocumentClientCapabilities(types.NotebookDocumentSyncClientCapabilities()),
        text_document=types.TextDocumentClientCapabilities(**text_document),
        workspace=types.WorkspaceClientCapabilities(
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
            diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True),
            did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
        ),
    )
