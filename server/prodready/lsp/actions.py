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
from prodready.project.os_errors import reason_of

if TYPE_CHECKING:
    from prodready.engine.finding import Finding
    from prodready.lsp.documents import Settled
    from prodready.lsp.language_server import ProdreadyServer
    from prodready.lsp.parts import Placed
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
        version = (settled.session, settled.session.version)
        offers = Offers(server, settled, params)
        actions = [action async for action in offers.actions()]
        refuse_if_modified(*version)
        return actions

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def resolve(action: types.CodeAction) -> types.CodeAction:
        return await _resolved(server, action)


@dataclass(frozen=True)
class FixAll:
    """A repair of many findings: of `code`, or every safe one when that is None; `cell`: in one cell of a notebook."""

    code: str | None
    unsafe: bool = False
    cell: bool = False

    async def edit(self, server: ProdreadyServer, settled: Settled) -> types.WorkspaceEdit | None:
        """Plan the edits, in the worker process; None when there are none.

        Raises:
            JsonRpcContentModified: when the document moves on meanwhile.
            WorkerDiedError: when the worker process dies over it.
        """
        session, part, analysis = settled
        version = session.version
        codes = None if self.code is None else frozenset([self.code])
        only = part if self.cell else None
        edits = await server.fixer.fix_all(session, analysis, codes, unsafe=self.unsafe, only=only)
        refuse_if_modified(session, version)
        placed = session.placed(edits)
        return workspace_edit(placed, server.client) if edits and placed else None

    def data(self, settled: Settled) -> dict[str, Any]:
        """Return what is needed to plan the edits later, for this version only."""
        place = {"uri": settled.part.uri, "version": settled.session.version}
        return {**place, "code": self.code, "unsafe": self.unsafe, "cell": self.cell}


class Offers:
    """The actions for one request, on one version of a document."""

    def __init__(self, server: ProdreadyServer, settled: Settled, params: types.CodeActionParams) -> None:
        self._server = server
        self._settled = settled
        self._session, self._part, self._analysis = settled
        self._version = self._session.version
        self._window = self._session.window(self._part)
        self._only = params.context.only
        # ALE leaves the source out; a code of another tool's matches no finding.
        self._shown = [d for d in params.context.diagnostics if d.source in (SOURCE, None)]
        self._others = bool(params.context.diagnostics) and not self._shown
        self._range = self._window.outer(params.range, server.client.codec)

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
        for kind in (FIX_ALL, NOTEBOOK_FIX_ALL) if self._session.is_notebook else (FIX_ALL,):
            async for action in self._fix_all_safe(kind):
                yield action
        if self._wants(QUICK_FIX):
            for action in self._ignores():
                yield action

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
        ident = finding_id(finding, self._window.first)
        place = self._window.inner(finding.range, self._server.client.codec).start
        alike = [d for d in self._shown if d.code == finding.code]
        exact = [d for d in self._shown if d.data == ident or (d in alike and d.range.start == place)]
        # Neovim 0.7 gives columns in bytes, whatever was agreed on, and no data.
        return exact or [d for d in alike if d.data is None and d.range.start.line == place.line]

    async def _fixes(self, finding: Finding) -> AsyncIterator[types.CodeAction]:
        if finding.fix is None or finding.stale:
            return
        try:
            planned = await self._server.fixer.plan(self._session, self._analysis, finding)
        except Exception:
            # A rule's fault must not take the others' repairs away.
            logger.exception("no fix of %s in %s", finding.code, self._session.name)
            return
        refuse_if_modified(self._session, self._version)
        for index, choice in enumerate(planned):
            placed = self._session.placed(choice.edits)
            if placed is not None:
                yield self._action(choice.fix.label, [finding], placed, is_preferred=index == 0)
        # Planning takes milliseconds on the loop: typing comes first.
        await asyncio.sleep(0)

    async def _fix_all_of(self, code: str) -> AsyncIterator[types.CodeAction]:
        alike = [f for f in self._fixable() if f.code == code]
        if len(alike) < 2:
            return
        reasons = [f.fix.reason for f in alike if f.fix and f.fix.applicability is Applicability.UNSAFE]
        where = "notebook" if self._session.cells is not None else "file"
        title = f"Fix all {code} in this {where}" + (f" (unsafe: {reasons[0]})" if reasons else "")
        action = await self._fix_all(title, QUICK_FIX, FixAll(code, unsafe=bool(reasons)))
        if action is not None:
            yield action

    async def _fix_all_safe(self, kind: str) -> AsyncIterator[types.CodeAction]:
        """Offer to repair everything that is safe: with `FIX_ALL`, in the cell of a notebook that was asked about.

        Clients ask each cell for that, all at the same time; a notebook as a whole they ask for with its own kind.
        """
        # Unless asked for, it is only worth its price where the price is paid when it is chosen.
        if not self._wants(kind) or not (self._only or self._server.client.resolves_edits):
            return
        cell = kind == FIX_ALL and self._session.cells is not None
        fixable = [f for f in self._fixable() if not cell or self._window.holds(f.range.start.line)]
        if any(f.fix and f.fix.applicability is Applicability.SAFE for f in fixable):
            where = " in this cell" if cell else ""
            action = await self._fix_all(f"Fix all safe prodready findings{where}", kind, FixAll(None, cell=cell))
            if action is not None:
                yield action

    async def _fix_all(self, title: str, kind: str, task: FixAll) -> types.CodeAction | None:
        if self._server.client.resolves_edits:
            return types.CodeAction(title, kind, data=task.data(self._settled))
        try:
            edit = await task.edit(self._server, self._settled)
        except WorkerDiedError as error:
            logger.error("%s: %s", title, error)
            return None
        return types.CodeAction(title, kind, edit=edit) if edit else None

    def _ignores(self) -> Iterable[types.CodeAction]:
        from prodready.fixes.planner import ignore_edit

        first: dict[tuple[str, int], Finding] = {}
        for finding in self._findings()[:PLANNED_AT_ONCE]:
            if not finding.stale and finding.code != "SYN101":
                first.setdefault((finding.code, finding.range.start.line), finding)
        for finding in first.values():
            edit = ignore_edit(self._analysis, finding)
            placed = self._session.placed([edit]) if edit is not None else None
            if placed is not None:
                yield self._action(f"Ignore {finding.code} on this line", [finding], placed)

    def _fixable(self) -> list[Finding]:
        return [f for f in self._analysis.findings if f.fix is not None and not f.stale]

    def _action(
        self,
        title: str,
        findings: Sequence[Finding],
        placed: Sequence[Placed],
        *,
        is_preferred: bool | None = None,
    ) -> types.CodeAction:
        diagnostics = [d for finding in findings for d in self._diagnostics_of(finding)]
        edit = workspace_edit(placed, self._server.client)
        return types.CodeAction(
            title, QUICK_FIX, diagnostics=diagnostics or None, is_preferred=is_preferred or None, edit=edit
        )


async def _settled_for_fixes(server: ProdreadyServer, uri: str) -> Settled | None:
    """Return an open document with an analysis that fixes can be planned on; None when it is not open.

    Raises:
        JsonRpcException: when the system does not let us load what repairs need.
    """
    settled = await server.documents.settled(uri)
    if settled is None or not any(finding.fix for finding in settled.analysis.findings):
        return settled
    try:
        await server.fixer.prepare(settled.session)
    except OSError as error:
        raise JsonRpcException(f"repairs cannot be planned now: {reason_of(error)}", _REQUEST_FAILED) from error
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
    if settled is None or settled.session.version != data.get("version"):
        raise JsonRpcContentModified(_MODIFIED)
    task = FixAll(data.get("code"), bool(data.get("unsafe")), bool(data.get("cell")))
    try:
        action.edit = await task.edit(server, settled)
    except WorkerDiedError as error:
        raise JsonRpcException(str(error), _REQUEST_FAILED) from error
    if action.edit is None:
        raise JsonRpcException("none of these findings can be repaired with certainty", _REQUEST_FAILED)
    return action


def refuse_if_modified(session: Session, version: int) -> None:
    """Raise when a document moved on from a version: the edits would go to the wrong place.

    Raises:
        JsonRpcContentModified: when it did, or was closed.
    """
    if session.is_closed or session.version != version:
        raise JsonRpcContentModified(_MODIFIED)


def _text(kind: types.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind


def _includes(wanted: str, kind: str) -> bool:
    """Tell whether `kind` is `wanted` or below it: `source` includes `source.fixAll.prodready`."""
    return wanted in ("", kind) or kind.startswith(f"{wanted}.")
