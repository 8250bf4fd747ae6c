"""Code actions: the repairs of what is at the cursor, those of the whole file, and to ignore a finding."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified, JsonRpcException

from prodready.engine.finding import Applicability
from prodready.lsp.diagnostics import SOURCE, finding_id
from prodready.lsp.edits import workspace_edit
from prodready.lsp.worker import WorkerDiedError

if TYPE_CHECKING:
    from prodready.engine.analysis import Analysis
    from prodready.engine.finding import Edit, Finding
    from prodready.lsp.language_server import ProdreadyServer
    from prodready.lsp.session import Session

logger = logging.getLogger(__name__)

QUICK_FIX: Final = types.CodeActionKind.QuickFix.value
FIX_ALL: Final = "source.fixAll.prodready"
NOTEBOOK_FIX_ALL: Final = "notebook.source.fixAll.prodready"

PLANNED_AT_ONCE: Final = 20
"""Findings of one request whose repairs are planned; a selection of a whole file is better served by fixing all."""

_REQUEST_FAILED: Final = -32803
_MODIFIED: Final = "the text has changed since this action was offered; ask for the actions again"


def register(server: ProdreadyServer) -> None:
    """Offer code actions, and resolve those of whole files."""
    options = types.CodeActionOptions(
        code_action_kinds=[QUICK_FIX, FIX_ALL, NOTEBOOK_FIX_ALL], resolve_provider=server.client.resolves_edits
    )

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    async def code_action(params: types.CodeActionParams) -> list[types.CodeAction]:
        settled = await _settled_for_fixes(server, params.text_document.uri)
        if settled is None:
            return []
        offers = Offers(server, *settled, params)
        actions = [action async for action in offers.actions()]
        offers.refuse_if_modified()
        return actions

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def resolve(action: types.CodeAction) -> types.CodeAction:
        return await _resolved(server, action)


@dataclass(frozen=True)
class FixAll:
    """A repair of many findings: of `code`, or every safe one of the file when that is None."""

    code: str | None
    unsafe: bool = False

    async def edits(self, server: ProdreadyServer, session: Session, analysis: Analysis) -> tuple[Edit, ...]:
        """Plan the edits, in the worker process."""
        codes = None if self.code is None else frozenset([self.code])
        return await server.fixer.fix_all(session, analysis, codes, unsafe=self.unsafe)

    def data(self, session: Session) -> dict[str, Any]:
        """Return what is needed to plan the edits later, for this version only."""
        return {"uri": session.uri, "version": session.version, "code": self.code, "unsafe": self.unsafe}


class Offers:
    """The actions for one request, on one version of a document."""

    def __init__(
        self, server: ProdreadyServer, session: Session, analysis: Analysis, params: types.CodeActionParams
    ) -> None:
        self._server = server
        self._session = session
        self._analysis = analysis
        self._version = session.version
        self._only = params.context.only
        # ALE leaves the source out; a code of another tool's matches no finding.
        self._shown = [d for d in params.context.diagnostics if d.source in (SOURCE, None)]
        self._others = bool(params.context.diagnostics) and not self._shown
        self._range = server.client.codec.range(analysis.source, params.range)

    async def actions(self) -> AsyncIterator[types.CodeAction]:
        """Yield the offers, the likeliest first: repairs of findings, of all like them, and last, to ignore them."""
        if self._wants(QUICK_FIX):
            findings = self._findings()
            for finding in findings[:PLANNED_AT_ONCE]:
                async for action in self._fixes(finding):
                    yield action
            for code in dict.fromkeys(finding.code for finding in findings):
                async for action in self._fix_all_of(code):
                    yield action
        async for action in self._fix_all_safe():
            yield action
        if self._wants(QUICK_FIX):
            for action in self._ignores():
                yield action

    def refuse_if_modified(self) -> None:
        """Raise when the document moved on: the edits would go to the wrong place."""
        if self._session.is_closed or self._session.version != self._version:
            raise JsonRpcContentModified(_MODIFIED)

    def _wants(self, kind: str) -> bool:
        return self._only is None or any(_includes(_text(wanted), kind) for wanted in self._only)

    def _findings(self) -> list[Finding]:
        """Return the findings asked about: those at the range, or those among them that the client names."""
        if self._others:
            return []
        here = [f for f in self._analysis.findings if f.range.overlaps(self._range)]
        return [f for f in here if self._diagnostics_of(f)] if self._shown else here

    def _diagnostics_of(self, finding: Finding) -> list[types.Diagnostic]:
        """Return the client's own diagnostics of a finding, which it may mark as handled by an action."""
        ident = finding_id(finding)
        place = self._server.client.codec.client_range(self._analysis.source, finding.range).start
        alike = [d for d in self._shown if d.code == finding.code]
        exact = [d for d in self._shown if d.data == ident or (d in alike and d.range.start == place)]
        # Neovim 0.7 gives columns in bytes, whatever was agreed on, and no data.
        return exact or [d for d in alike if d.data is None and d.range.start.line == place.line]

    async def _fixes(self, finding: Finding) -> AsyncIterator[types.CodeAction]:
        if finding.fix is None or finding.stale:
            return
        self.refuse_if_modified()
        try:
            planned = await self._server.fixer.plan(self._session, self._analysis, finding)
        except Exception:
            # A rule's fault must not take the others' repairs away.
            logger.exception("no fix of %s in %s", finding.code, self._session.name)
            return
        for index, choice in enumerate(planned):
            yield self._action(choice.fix.label, [finding], choice.edits, is_preferred=index == 0)
        # Planning takes milliseconds on the loop: typing comes first.
        await asyncio.sleep(0)

    async def _fix_all_of(self, code: str) -> AsyncIterator[types.CodeAction]:
        alike = [f for f in self._fixable() if f.code == code]
        if len(alike) < 2:
            return
        reasons = [f.fix.reason for f in alike if f.fix and f.fix.applicability is Applicability.UNSAFE]
        title = f"Fix all {code} in this file" + (f" (unsafe: {reasons[0]})" if reasons else "")
        action = await self._fix_all(title, QUICK_FIX, FixAll(code, unsafe=bool(reasons)))
        if action is not None:
            yield action

    async def _fix_all_safe(self) -> AsyncIterator[types.CodeAction]:
        kind = NOTEBOOK_FIX_ALL if self._session.is_notebook_cell and self._only else FIX_ALL
        # Unless asked for, it is only worth its price where the price is paid when it is chosen.
        if not self._wants(kind) or not (self._only or self._server.client.resolves_edits):
            return
        if any(f.fix and f.fix.applicability is Applicability.SAFE for f in self._fixable()):
            action = await self._fix_all("Fix all safe prodready findings", kind, FixAll(None))
            if action is not None:
                yield action

    async def _fix_all(self, title: str, kind: str, task: FixAll) -> types.CodeAction | None:
        if self._server.client.resolves_edits:
            return types.CodeAction(title, kind, data=task.data(self._session))
        try:
            edits = await task.edits(self._server, self._session, self._analysis)
        except WorkerDiedError as error:
            logger.error("%s: %s", title, error)
            return None
        return self._action(title, (), edits, kind=kind) if edits else None

    def _ignores(self) -> Iterable[types.CodeAction]:
        from prodready.fixes.planner import ignore_edit

        first: dict[tuple[str, int], Finding] = {}
        for finding in self._findings()[:PLANNED_AT_ONCE]:
            if not finding.stale and finding.code != "SYN101":
                first.setdefault((finding.code, finding.range.start.line), finding)
        for finding in first.values():
            edit = ignore_edit(self._analysis, finding)
            if edit is not None:
                yield self._action(f"Ignore {finding.code} on this line", [finding], [edit])

    def _fixable(self) -> list[Finding]:
        return [f for f in self._analysis.findings if f.fix is not None and not f.stale]

    def _action(
        self,
        title: str,
        findings: Sequence[Finding],
        edits: Iterable[Edit],
        *,
        kind: str = QUICK_FIX,
        is_preferred: bool | None = None,
    ) -> types.CodeAction:
        diagnostics = [d for finding in findings for d in self._diagnostics_of(finding)]
        edit = workspace_edit(self._session, self._analysis.source, edits, self._server.client)
        return types.CodeAction(
            title, kind, diagnostics=diagnostics or None, is_preferred=is_preferred or None, edit=edit
        )


async def _settled_for_fixes(server: ProdreadyServer, uri: str) -> tuple[Session, Analysis] | None:
    """Return an open document with an analysis that fixes can be planned on; None when it is not open."""
    settled = await server.documents.settled(uri)
    if settled is None or not any(finding.fix for finding in settled[1].findings):
        return settled
    await server.fixer.prepare(settled[0])
    return await server.documents.settled(uri)


async def _resolved(server: ProdreadyServer, action: types.CodeAction) -> types.CodeAction:
    """Plan the edits of an action now that it was chosen.

    Raises:
        JsonRpcContentModified: when the document is no longer at the version of the action.
        JsonRpcException: when nothing can be repaired after all.
    """
    data = action.data
    if not isinstance(data, dict) or action.edit is not None:
        return action
    settled = await _settled_for_fixes(server, str(data.get("uri")))
    if settled is None or settled[0].version != data.get("version"):
        raise JsonRpcContentModified(_MODIFIED)
    session, analysis = settled
    try:
        edits = await FixAll(data.get("code"), bool(data.get("unsafe"))).edits(server, session, analysis)
    except WorkerDiedError as error:
        raise JsonRpcException(str(error), _REQUEST_FAILED) from error
    if session.is_closed or session.version != data["version"]:
        raise JsonRpcContentModified(_MODIFIED)
    if not edits:
        raise JsonRpcException("none of these findings can be repaired with certainty", _REQUEST_FAILED)
    action.edit = workspace_edit(session, analysis.source, edits, server.client)
    return action


def _text(kind: types.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind


def _includes(wanted: str, kind: str) -> bool:
    """Tell whether `kind` is `wanted` or below it: `source` includes `source.fixAll.prodready`."""
    return wanted in ("", kind) or kind.startswith(f"{wanted}.")
