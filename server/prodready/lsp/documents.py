"""The open documents: who analyses them when, so that the last state is never more than one analysis away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from prodready.engine.analysis import Analysis
from prodready.engine.facts import NoProject
from prodready.lsp.session import Session

if TYPE_CHECKING:
    from prodready.lsp.configuration import Situation
    from prodready.lsp.language_server import ProdreadyServer

logger = logging.getLogger(__name__)

LANGUAGE: Final = "python"


class Documents:
    """All open Python documents by URI. Edits are analysed on the loop, whole texts in a thread."""

    def __init__(self, server: ProdreadyServer) -> None:
        self._server = server
        self._sessions: dict[str, Session] = {}
        self._told: set[object] = set()

    def open(self, item: types.TextDocumentItem) -> None:
        """Begin to analyse a document; one in another language is left alone."""
        if item.language_id != LANGUAGE:
            logger.debug("%s is %s, not Python", item.uri, item.language_id)
            return
        self.close(item.uri)
        session = self._sessions[item.uri] = Session(item)
        self.refresh(session)

    def change(
        self,
        document: types.VersionedTextDocumentIdentifier,
        changes: Sequence[types.TextDocumentContentChangeEvent],
    ) -> None:
        """Apply changes at once, and analyse what all that have arrived come to."""
        session = self._sessions.get(document.uri)
        if session is None:
            logger.debug("a change of %s, which is not open here", document.uri)
            return
        session.apply(changes, self._server.client.codec)
        session.version = document.version
        session.is_dirty = True
        if not session.is_scheduled:
            session.is_scheduled = True
            # Not now: whatever else has arrived by the end of this turn of the loop is analysed with it.
            asyncio.get_running_loop().call_soon(self._step, session)

    def save(self, uri: str) -> None:
        """Note that a document was written to its file."""
        session = self._sessions.get(uri)
        if session is not None:
            session.is_dirty = False
            self._step(session)
        if session is not None and session.path is not None:
            self._server.projects.written([session.path])
            self._server.configurations.saved(session.path)
            self.review(session)

    def close(self, uri: str) -> None:
        """Forget a document, and what the client shows about it."""
        session = self._sessions.pop(uri, None)
        if session is not None:
            session.is_closed = True
            self._server.publisher.clear(session)
            self._server.projects.closed(session)

    def get(self, uri: str) -> Session | None:
        """Return the session of an open document."""
        return self._sessions.get(uri)

    def all(self) -> list[Session]:
        """Return the sessions of all open documents."""
        return list(self._sessions.values())

    async def settled(self, uri: str) -> tuple[Session, Analysis] | None:
        """Return an open document with the analysis of its text as it is now; None when there is none of either."""
        session = self._sessions.get(uri)
        if session is None:
            return None
        while session.refreshing is not None:
            await asyncio.wait([session.refreshing])
        if session.is_behind:
            self._step(session)
        if session.is_closed or session.is_behind or session.analysis is None:
            return None
        return session, session.analysis

    def review(self, session: Session) -> None:
        """Find out whether a document's settings are still the same, and analyse it anew if they are not."""
        session.is_doubted = True
        self._ensure_task(session)

    def refresh(self, session: Session) -> None:
        """Analyse a whole document with its surroundings as they are now."""
        session.is_outdated = True
        self._ensure_task(session)

    def _ensure_task(self, session: Session) -> None:
        if session.refreshing is None:
            session.refreshing = self._server.tasks.start(self._bring_up_to_date(session))

    async def _bring_up_to_date(self, session: Session) -> None:
        try:
            while (session.is_outdated or session.is_doubted) and not session.is_closed:
                outdated, session.is_outdated, session.is_doubted = session.is_outdated, False, False
                situation = await self._server.configurations.situation(session)
                if outdated or situation != session.situation:
                    await self._analyse(session, situation)
                    self._step(session)
        finally:
            session.refreshing = None

    async def _analyse(self, session: Session, situation: Situation) -> None:
        """Analyse a whole text in a thread; edits wait meanwhile, and are caught up with after it."""
        session.situation = situation
        session.view = self._server.projects.view(situation.root)
        work = self._work(session, situation)
        session.is_held = True
        try:
            analysis = await asyncio.to_thread(work)
        finally:
            session.is_held = False
        session.adopt(analysis)

    def _work(self, session: Session, situation: Situation) -> Callable[[], Analysis]:
        project = session.view or NoProject()
        if session.analysis is None:
            return partial(Analysis.open, session.source, situation.settings, project)
        return partial(session.catch_up().changed, situation.settings, project)

    def _step(self, session: Session) -> None:
        """Analyse what has changed since the last analysis, and let the client know."""
        session.is_scheduled = False
        if session.is_closed or session.is_held or session.analysis is None:
            return
        try:
            analysis = session.catch_up()
        except Exception as error:
            logger.log(
                self._level(type(error), str(error)), "analysing an edit of %s failed", session.name, exc_info=True
            )
            session.analysis = None
            self.refresh(session)
            return
        for crash in analysis.crashes:
            logger.log(self._level(crash.code, crash.error), "rule %s crashed: %s", crash.code, crash.error)
        self._server.publisher.publish(session, analysis)
        if self._server.projects.note(session, analysis):
            # Imports and base classes decide on a file's role, too.
            self.review(session)

    def _level(self, *fault: object) -> int:
        """Return the level at which to log a fault: it is news once."""
        if fault in self._told:
            return logging.DEBUG
        self._told.add(fault)
        return logging.ERROR
