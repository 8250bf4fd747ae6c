"""pygls' protocol, without its own copy of documents: text goes to our sessions, and messages may be plain JSON."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidRequest, JsonRpcServerNotInitialized
from pygls.protocol import LanguageServerProtocol, lsp_method

if TYPE_CHECKING:
    from prodready.lsp.language_server import ProdreadyServer

logger = logging.getLogger(__name__)

_ALWAYS: Final = frozenset({types.INITIALIZE, types.EXIT})


class Json(str):
    """Text that is JSON already, ASCII only: far cheaper to send than lsprotocol's types, where there is much of it."""

    __slots__ = ()


class Protocol(LanguageServerProtocol):
    """Receives and sends messages, and says when the server has to stop.

    The handlers of notifications are plain functions: pygls keeps a future of each generator or coroutine for ever.
    """

    _server: ProdreadyServer

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.stopped = asyncio.Event()
        self.exit_code = 0
        self._initialized = False

    def stop(self, exit_code: int = 0) -> None:
        """End the server; the first call decides the exit code of the process."""
        if not self.stopped.is_set():
            self.exit_code = exit_code
            self.stopped.set()

    def receive(self, body: bytes) -> None:
        """Handle one message. Whatever is wrong with it is logged, and answered where it wants an answer."""
        try:
            message = json.loads(body)
        except ValueError as error:
            logger.error("a message that is no JSON: %s", error)
            return
        if not isinstance(message, dict) or "jsonrpc" not in message:
            logger.error("a message that is no JSON-RPC")
            return
        method, ident = message.get("method"), message.get("id")
        try:
            self._refuse_out_of_order(method)
            self.handle_message(self.structure_message(message))
        except JsonRpcException as error:
            logger.warning("%s refused: %s", method, error)
            if method is not None and ident is not None:
                self._send_response(ident, error=error.to_response_error())

    def notify_json(self, method: str, params: Json) -> None:
        """Send a notification whose `params` are JSON already."""
        self._write(f'{{"jsonrpc":"{self.VERSION}","method":"{method}","params":{params}}}')

    def _refuse_out_of_order(self, method: str | None) -> None:
        if method == types.INITIALIZE:
            if self._initialized:
                raise JsonRpcInvalidRequest("the server is initialized already")
            self._initialized = True
        elif method is not None and method not in _ALWAYS and not self._initialized:
            raise JsonRpcServerNotInitialized("the first request must be initialize")
        elif self._shutdown and method not in (None, types.EXIT):
            raise JsonRpcInvalidRequest("the server is shutting down")

    def _send_response(self, msg_id: str | int, result: Any = None, error: types.ResponseError | None = None) -> None:
        """Send a response whose result may be JSON already."""
        if error is None and isinstance(result, Json):
            self._write(f'{{"jsonrpc":"{self.VERSION}","id":{json.dumps(msg_id)},"result":{result}}}')
        else:
            super()._send_response(msg_id, result, error)

    def _write(self, text: str) -> None:
        """Send a message that is JSON, ASCII only, on the transport that the client chose."""
        if self.writer is None:
            logger.error("nobody is connected to send a message to")
            return
        header = f"Content-Length: {len(text)}\r\n\r\n" if self._include_headers else ""
        sending = self.writer.write(f"{header}{text}".encode("ascii"))
        if sending is not None:
            self._server.tasks.start(sending)

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """Say what the server can do; pygls announces commands even where there are none."""
        result = yield from super().lsp_initialize(params)
        result.capabilities.execute_command_provider = None
        return result

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: Any) -> None:  # type: ignore[override]  # a plain function does
        """Stop; without a shutdown before it, that is a failure."""
        self.stop(0 if self._shutdown else 1)

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """Open a document."""
        self._server.documents.open(params.text_document)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Change a document."""
        self._server.documents.change(params.text_document, params.content_changes)

    @lsp_method(types.TEXT_DOCUMENT_DID_SAVE)
    def lsp_text_document__did_save(self, params: types.DidSaveTextDocumentParams) -> None:
        """Note that a document's file was written."""
        self._server.documents.save(params.text_document.uri)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """Close a document."""
        self._server.documents.close(params.text_document.uri)

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def lsp_notebook_document__did_open(self, params: types.DidOpenNotebookDocumentParams) -> None:
        """Open a notebook."""
        self._server.documents.open_notebook(params)

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def lsp_notebook_document__did_change(self, params: types.DidChangeNotebookDocumentParams) -> None:
        """Change a notebook."""
        self._server.documents.change_notebook(params)

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_SAVE)
    def lsp_notebook_document__did_save(self, params: types.DidSaveNotebookDocumentParams) -> None:
        """Note that a notebook's file was written."""
        self._server.documents.save(params.notebook_document.uri)

    @lsp_method(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def lsp_notebook_document__did_close(self, params: types.DidCloseNotebookDocumentParams) -> None:
        """Close a notebook."""
        self._server.documents.close_notebook(params.notebook_document.uri)

    @lsp_method(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def lsp_workspace__did_change_workspace_folders(self, params: types.DidChangeWorkspaceFoldersParams) -> None:
        """Add and remove folders; documents without a file have the configuration of the first one."""
        for folder in params.event.removed:
            self.workspace.remove_folder(folder.uri)
        for folder in params.event.added:
            self.workspace.add_folder(folder)
        self._server.configurations.reload()

    @lsp_method(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def lsp_work_done_progress_cancel(self, params: types.WorkDoneProgressCancelParams) -> None:
        """Give up what the user no longer wants to wait for."""
        self._server.long_work.cancel(params.token)
