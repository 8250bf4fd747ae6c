"""pygls' protocol, without its own copy of documents: text goes to our sessions, and messages may be plain JSON."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Generator
from concurrent.futures import CancelledError, Future
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcMethodNotFound,
    JsonRpcParseError,
    JsonRpcRequestCancelled,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.protocol.json_rpc import JsonRPCNotification, JsonRPCRequestMessage

from prodready.engine.faults import named
from prodready.lsp.envelope import Envelope, Kind
from prodready.lsp.news import News

if TYPE_CHECKING:
    from prodready.lsp.language_server import ProdreadyServer

logger = logging.getLogger(__name__)

_ALWAYS: Final = frozenset({types.INITIALIZE, types.EXIT})
_CHANGES: Final = {
    types.TEXT_DOCUMENT_DID_CHANGE: "textDocument",
    types.NOTEBOOK_DOCUMENT_DID_CHANGE: "notebookDocument",
}
"""The messages that change a document, each with the parameter that names it."""
_CLIENTS_FAULTS: Final = frozenset(
    error.CODE
    for error in (JsonRpcInvalidParams, JsonRpcInvalidRequest, JsonRpcParseError, JsonRpcServerNotInitialized)
)


class Json(str):
    """Text that is JSON already, ASCII only: far cheaper to send than lsprotocol's types, where there is much of it."""

    __slots__ = ()


class Protocol(LanguageServerProtocol):
    """Receives and sends messages, and says when the server has to stop.

    Every request gets one response, whatever is wrong with it. Nothing of a message is logged but its method.
    The handlers of notifications are plain functions: pygls keeps a future of each generator or coroutine for ever.
    """

    _server: ProdreadyServer

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.stopped = asyncio.Event()
        self.exit_code = 0
        self._initialized = False
        self._claimed = False
        self._news = News()
        # Requests of the client are kept by a number of ours, those to it by their id: neither can pass for the other.
        self._numbers = count(1)
        self._answering: dict[str | int, str] = {}

    def stop(self, exit_code: int = 0) -> None:
        """End the server; the first call decides the exit code of the process."""
        if not self.stopped.is_set():
            self.exit_code = exit_code
            self.stopped.set()

    def claim(self) -> bool:
        """Reserve the server for one client; false when it has one."""
        self._claimed, was_free = True, not self._claimed
        return was_free

    def receive(self, body: bytes) -> None:
        """Handle one message. Whatever is wrong with it is logged, and answered where it wants an answer."""
        try:
            message = json.loads(body)
        except (ValueError, RecursionError):
            self._failed(Envelope(Kind.INVALID, must_answer=True), JsonRpcParseError("a message that is no JSON"))
            return
        envelope = Envelope.of(message)
        try:
            self._handle(envelope, message)
        except Exception as error:  # noqa: BLE001  whatever it is, it is logged, and answered
            self._failed(envelope, error)

    def _handle(self, envelope: Envelope, message: Any) -> None:
        if envelope.kind is Kind.INVALID:
            raise JsonRpcInvalidRequest(envelope.fault)
        if envelope.kind is Kind.RESPONSE:
            self._take_response(envelope.ident, message)
            return
        self._refuse_out_of_order(envelope.method)
        if envelope.method == types.CANCEL_REQUEST:
            self._cancel(self._structured(envelope, message).id)
            return
        handler = self.fm.builtin_features.get(envelope.method) or self.fm.features.get(envelope.method)
        if handler is None:
            raise JsonRpcMethodNotFound(f"there is no {envelope.name}")
        self._start(envelope, handler, self._structured(envelope, message))

    def _refuse_out_of_order(self, method: str) -> None:
        if method == types.INITIALIZE and self._initialized:
            raise JsonRpcInvalidRequest("the server is initialized already")
        if method not in _ALWAYS and not self._initialized:
            raise JsonRpcServerNotInitialized("the first request must be initialize")
        if self._shutdown and method != types.EXIT:
            raise JsonRpcInvalidRequest("the server is shutting down")

    def _structured(self, envelope: Envelope, message: dict[str, Any]) -> Any:
        """Return the parameters of a request or notification as lsprotocol's types."""
        kind = self.get_message_type(envelope.method)
        if kind is None:
            kind = JsonRPCRequestMessage if envelope.kind is Kind.REQUEST else JsonRPCNotification
            message.setdefault("params", None)
        try:
            return self._converter.structure(message, kind).params
        except Exception as error:
            if envelope.method in _CHANGES:
                self._server.documents.lose(message, _CHANGES[envelope.method])
            raise JsonRpcInvalidParams(f"the parameters are not those of {envelope.name}") from error

    def _start(self, envelope: Envelope, handler: Any, params: Any) -> None:
        """Let a message be handled; a request is answered when that is done."""
        number = f"from the client {next(self._numbers)}"
        if envelope.kind is Kind.REQUEST:
            self._answering[envelope.ident] = number
        self._execute_handler(number, handler, partial(self._done, envelope, number), (params,))

    def _done(self, envelope: Envelope, number: str, future: Future[Any]) -> None:
        """Answer a request with what came of it; of a notification, only log what went wrong."""
        self._request_futures.pop(number, None)
        if self._answering.get(envelope.ident) == number:
            del self._answering[envelope.ident]
        try:
            result = future.result()
            self._initialized |= envelope.method == types.INITIALIZE
            if envelope.must_answer:
                self._send_response(envelope.ident, result)
        except (asyncio.CancelledError, CancelledError):
            self._failed(envelope, JsonRpcRequestCancelled("cancelled by the client"))
        except Exception as error:  # noqa: BLE001  whatever it is, it is logged, and answered
            self._failed(envelope, error)

    def _failed(self, envelope: Envelope, error: Exception) -> None:
        """Log a failure, the same one once, and answer with it where an answer is wanted."""
        if isinstance(error, JsonRpcException):
            first = logging.WARNING if error.code in _CLIENTS_FAULTS else logging.INFO
            level = self._news.level(envelope.name, error.code, first=first)
            logger.log(level, "%s refused: %s", envelope.name, error)
        else:
            level = self._news.level(envelope.name, type(error), str(error))
            logger.log(level, "%s failed", envelope.name, exc_info=error)
            error = JsonRpcInternalError(named(error))
        if envelope.must_answer:
            self._send_response(envelope.ident, error=error.to_response_error())

    def _cancel(self, ident: object) -> None:
        number = self._answering.get(ident, "") if isinstance(ident, str | int) else ""
        future = self._request_futures.get(number)
        if future is not None:
            future.cancel()

    def _take_response(self, ident: str | int, message: dict[str, Any]) -> None:
        """Hand a response to whoever asked the client; one that is malformed counts as an error."""
        future = self._request_futures.pop(ident, None)
        if future is None or future.done():
            logger.info("a response to what nobody waits for")
            return
        kind = self._result_types.get(ident)
        try:
            if "error" in message:
                raise JsonRpcException("the client refused")
            future.set_result(self._converter.structure(message, kind).result if kind else message["result"])
        except Exception as error:  # noqa: BLE001  whoever asked is told
            logger.info("a request to the client failed: %s", type(error).__name__)
            future.set_exception(JsonRpcException("the client answered with an error, or not as it should"))

    def send_request(
        self,
        method: str,
        params: Any | None = None,
        callback: Callable[[Any], None] | None = None,
        msg_id: str | int | None = None,
    ) -> Future[Any]:
        """Ask the client; a request is forgotten when it is answered, or nobody waits for it any more."""
        ident = f"prodready {next(self._numbers)}" if msg_id is None else msg_id
        future: Future[Any] = super().send_request(method, params, callback, ident)
        future.add_done_callback(partial(self._forget, ident))
        return future

    def _forget(self, ident: str | int, _: Future[Any]) -> None:
        self._request_futures.pop(ident, None)
        self._result_types.pop(ident, None)

    def notify_json(self, method: str, params: Json) -> None:
        """Send a notification whose `params` are JSON already."""
        self._write(f'{{"jsonrpc":"{self.VERSION}","method":"{method}","params":{params}}}')

    def _send_response(self, msg_id: str | int, result: Any = None, error: types.ResponseError | None = None) -> None:
        """Send a response whose result may be JSON already."""
        if error is not None:
            member = f'"error":{json.dumps(error, default=self._serialize_message)}'
        elif isinstance(result, Json):
            member = f'"result":{result}'
        else:
            member = f'"result":{json.dumps(result, default=self._serialize_message)}'
        self._write(f'{{"jsonrpc":"{self.VERSION}","id":{json.dumps(msg_id)},{member}}}')

    def _write(self, text: str) -> None:
        """Send a message that is JSON, ASCII only, on the transport that the client chose."""
        if self.writer is None:
            logger.error("nobody is connected to send a message to")
            return
        header = f"Content-Length: {len(text)}\r\n\r\n" if self._include_headers else ""
        self.writer.write(f"{header}{text}".encode("ascii"))

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *_: Any) -> None:  # type: ignore[override]  # a plain function does
        """Get ready to stop: what still runs is cancelled."""
        self._shutdown = True
        for future in list(self._request_futures.values()):
            future.cancel()

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
