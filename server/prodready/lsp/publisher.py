"""Telling the client about findings: pushed, or kept until it asks, by what it can do; never both."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified

from prodready.lsp.diagnostics import SOURCE
from prodready.lsp.protocol import Json

if TYPE_CHECKING:
    from prodready.engine.analysis import Analysis
    from prodready.lsp.documents import Settled
    from prodready.lsp.language_server import ProdreadyServer
    from prodready.lsp.parts import Part
    from prodready.lsp.session import Session


class Publisher:
    """Keeps each document's report current, and sends it where the client does not pull."""

    def __init__(self, server: ProdreadyServer) -> None:
        self._server = server
        self._asks_to_pull = False

    def publish(self, session: Session, analysis: Analysis) -> None:
        """Report on each part of a document where the client would see a difference, and its user wants to see it."""
        for part in session.parts:
            self._publish(session, part, analysis)

    def _publish(self, session: Session, part: Part, analysis: Analysis) -> None:
        waits = session.situation is not None and session.situation.only_on_save
        if waits and session.is_dirty and part.report.source is not None:
            return
        # A client asks by itself about what it changed, and about nothing else.
        asks = part.told is None or (part.told != part.version and not waits)
        part.told = part.version
        report = part.report.updated(session, part, analysis, self._server.client)
        if report is part.report:
            return
        part.report = report
        if not self._server.client.pulls_diagnostics:
            self.push(part.uri, report.diagnostics, part.version)
        elif not asks:
            self._ask_to_pull()
        if report.can_be_fixed:
            self._server.fixer.warm_up(session)

    def clear(self, part: Part) -> None:
        """Take back what a client shows of a part that was closed."""
        if part.report.diagnostics and not self._server.client.pulls_diagnostics:
            self.push(part.uri, [], None)

    def push(self, uri: str, diagnostics: list[str], version: int | None) -> None:
        """Send diagnostics, as JSON, of a document at a version, or of a file on disk."""
        at = "" if version is None else f'"version":{version},'
        params = f'{{"uri":{json.dumps(uri)},{at}"diagnostics":[{",".join(diagnostics)}]}}'
        self._server.protocol.notify_json(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, Json(params))

    def _ask_to_pull(self) -> None:
        """Tell a client that pulls that there is news which its own typing did not cause; once for many documents."""
        if self._server.client.refreshes_diagnostics and not self._asks_to_pull:
            self._asks_to_pull = True
            asyncio.get_running_loop().call_soon(self._request_pull)

    def _request_pull(self) -> None:
        self._asks_to_pull = False
        self._server.workspace_diagnostic_refresh(None)


class OutdatedError(JsonRpcContentModified):
    """The answer to a pull of a document that has changed since; the client is to ask again."""

    CODE = types.LSPErrorCodes.ServerCancelled.value
    MESSAGE = "the document has changed since"

    def __init__(self, *, ask_again: bool = True) -> None:
        super().__init__(data={"retriggerRequest": ask_again})


class NotAnalysedError(OutdatedError):
    """The answer to a pull of a document that cannot be analysed; no findings would look like praise."""

    MESSAGE = "the document cannot be analysed now"

    def __init__(self) -> None:
        super().__init__(ask_again=False)


async def _settled(server: ProdreadyServer, uri: str) -> Settled | None:
    """Return a document when it is settled.

    Raises:
        OutdatedError: as soon as it changes before that.
    """
    session = server.documents.get(uri)
    if session is None or session.refreshing is None:
        return await server.documents.settled(uri)
    settling = asyncio.ensure_future(server.documents.settled(uri))
    changed = asyncio.get_running_loop().create_future()
    session.waiting.append(changed)
    try:
        done, _ = await asyncio.wait([settling, changed], return_when=asyncio.FIRST_COMPLETED)
        if settling not in done:
            raise OutdatedError
        return await settling
    finally:
        settling.cancel()
        session.waiting.remove(changed)


def register_pull(server: ProdreadyServer) -> None:
    """Answer pulls; only for a client that makes them, since it would be told twice otherwise."""
    options = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier=SOURCE)

    @server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)
    async def pull(params: types.DocumentDiagnosticParams) -> Json:
        settled = await _settled(server, params.text_document.uri)
        if settled is None and server.documents.get(params.text_document.uri) is not None:
            raise NotAnalysedError
        if settled is None:
            return Json('{"kind":"full","items":[]}')
        report = settled.part.report
        if params.previous_result_id == report.result_id:
            return Json(f'{{"kind":"unchanged","resultId":"{report.result_id}"}}')
        items = ",".join(report.diagnostics)
        return Json(f'{{"kind":"full","resultId":"{report.result_id}","items":[{items}]}}')
