"""Telling the client about findings: pushed, or kept until it asks, by what it can do; never both."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from lsprotocol import types

from prodready.lsp.diagnostics import SOURCE
from prodready.lsp.protocol import Json

if TYPE_CHECKING:
    from prodready.engine.analysis import Analysis
    from prodready.lsp.language_server import ProdreadyServer
    from prodready.lsp.session import Session


class Publisher:
    """Keeps each document's report current, and sends it where the client does not pull."""

    def __init__(self, server: ProdreadyServer) -> None:
        self._server = server
        self._asks_to_pull = False

    def publish(self, session: Session, analysis: Analysis) -> None:
        """Report on a document, if the client would see a difference, and its user wants to see it now."""
        waits = session.situation is not None and session.situation.only_on_save
        if waits and session.is_dirty and session.report.source is not None:
            return
        report = session.report.updated(session.uri, analysis, self._server.client)
        if report is session.report:
            return
        is_first, session.report = session.report.source is None, report
        if self._server.client.pulls_diagnostics:
            if (session.refreshing is not None or waits) and not is_first:
                self._ask_to_pull()
        else:
            self.push(session.uri, report.diagnostics, session.version)
        if report.can_be_fixed:
            self._server.fixer.warm_up()

    def clear(self, session: Session) -> None:
        """Take back what a client shows of a document that was closed."""
        if session.report.diagnostics and not self._server.client.pulls_diagnostics:
            self.push(session.uri, [], None)

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


def register_pull(server: ProdreadyServer) -> None:
    """Answer pulls; only for a client that makes them, since it would be told twice otherwise."""
    options = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier=SOURCE)

    @server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)
    async def pull(params: types.DocumentDiagnosticParams) -> Json:
        if await server.documents.settled(params.text_document.uri) is None:
            return Json('{"kind":"full","items":[]}')
        session = server.documents.get(params.text_document.uri)
        assert session is not None, "it has just settled"
        report = session.report
        if params.previous_result_id == report.result_id:
            return Json(f'{{"kind":"unchanged","resultId":"{report.result_id}"}}')
        items = ",".join(report.diagnostics)
        return Json(f'{{"kind":"full","resultId":"{report.result_id}","items":[{items}]}}')
