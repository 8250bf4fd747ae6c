"""The open documents: who analyses them when, so that the last state is never more than one analysis away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lsprotocol import types

from prodready.engine.faults import named
from prodready.lsp.news import News
from prodready.lsp.session import LANGUAGE, Session
from prodready.lsp.uris import name_of
from prodready.project.files import MAX_BYTES
from prodready.project.os_errors import reason_of

if TYPE_CHECKING:
    from prodready.engine.analysis import Analysis
    from prodready.lsp.configuration import Situation
    from prodready.lsp.language_server import ProdreadyServer
    from prodready.lsp.parts import Part

logger = logging.getLogger(__name__)

_NOT_ANALYSED: Final = "a document that cannot be analysed"


class Settled(NamedTuple):
    """A part of an open document, with the analysis of the document's text as it is now."""

    session: Session
    part: Part
    analysis: Analysis


class Documents:
    """All open Python documents. Edits are analysed on the loop, whole texts in a thread.

    The client talks about the parts of documents, by URI; only notebooks it also knows as a whole.
    """

    def __init__(self, server: ProdreadyServer) -> None:
        self._server = server
        self._sessions: dict[str, Session] = {}
        self._by_part: dict[str, Session] = {}
        self._news = News()

    def open(self, item: types.TextDocumentItem) -> None:
        """Begin to analyse a document; one in another language is left alone, and a cell of an open notebook.

        So is one that the command line would refuse to read for its size: nobody edits that by hand.
        """
        if item.language_id != LANGUAGE:
            logger.debug("%s is %s, not Python", name_of(item.uri), item.language_id)
        elif len(item.text) > MAX_BYTES:
            self._close(item.uri)
            size = len(item.text) / 1e6
            logger.warning("%s is too large to be analysed: %.1f million characters", name_of(item.uri), size)
        elif not _is_notebook(self._by_part.get(item.uri)):
            self._open(Session(item))

    def open_notebook(self, params: types.DidOpenNotebookDocumentParams) -> None:
        """Begin to analyse a notebook."""
        from prodready.lsp.notebook import Notebook

        for item in params.cell_text_documents:
            self.close(item.uri)
        self._open(Notebook(params.notebook_document, params.cell_text_documents))

    def _open(self, session: Session) -> None:
        self._close(session.uri)
        self._sessions[session.uri] = session
        self._by_part.update((part.uri, session) for part in session.parts)
        self.refresh(session)

    def change(
        self,
        document: types.VersionedTextDocumentIdentifier,
        changes: Sequence[types.TextDocumentContentChangeEvent],
    ) -> None:
        """Apply changes at once, and analyse what all that have arrived come to."""
        session = self._sessions.get(document.uri)
        if session is None or _is_notebook(session):
            logger.debug("a change of %s, which is not open here", name_of(document.uri))
            return
        session.apply(document.version, changes, self._server.client.codec)
        self._changed(session)

    def change_notebook(self, params: types.DidChangeNotebookDocumentParams) -> None:
        """Apply a change of a notebook's cells: which there are, what they are, and what is in them."""
        from prodready.lsp.notebook import Notebook

        session = self._sessions.get(params.notebook_document.uri)
        if not isinstance(session, Notebook):
            name = name_of(params.notebook_document.uri)
            logger.debug("a change of the notebook %s, which is not open here", name)
            return
        before = session.parts
        session.change(params.change, self._server.client.codec)
        for part in before:
            if part not in session.parts:
                self._by_part.pop(part.uri, None)
                self._server.publisher.clear(part)
        self._by_part.update((part.uri, session) for part in session.parts)
        self._changed(session)

    def _changed(self, session: Session) -> None:
        session.is_dirty = True
        _wake(session)
        if not session.is_scheduled:
            session.is_scheduled = True
            # Not now: whatever else has arrived by the end of this turn of the loop is analysed with it.
            asyncio.get_running_loop().call_soon(self._step, session)

    def save(self, uri: str) -> None:
        """Note that a document, or a notebook, was written to its file."""
        session = self._sessions.get(uri)
        if session is not None:
            session.is_dirty = False
            self._step(session)
        if session is not None and session.path is not None:
            self._server.projects.written([session.path])
            self._server.configurations.saved(session.path)
            self.review(session)

    def close(self, uri: str) -> None:
        """Forget a document and what the client shows about it; cells go with their notebook."""
        if not _is_notebook(self._sessions.get(uri)):
            self._close(uri)

    def close_notebook(self, uri: str) -> None:
        """Forget a notebook, and what the client shows about its cells."""
        if _is_notebook(self._sessions.get(uri)):
            self._close(uri)

    def _close(self, uri: str) -> None:
        session = self._sessions.pop(uri, None)
        if session is not None:
            session.is_closed = True
            _wake(session)
            for part in session.parts:
                self._by_part.pop(part.uri, None)
                self._server.publisher.clear(part)
            self._server.projects.closed(session)

    def lose(self, message: Mapping[str, Any], document: str) -> None:
        """Drop the document of a change that cannot be understood: until it is opened again, nobody knows its text.

        `document` is the parameter that names it: notebooks are named apart from texts.
        """
        with suppress(KeyError, TypeError):  # then it names no document either
            uri = message["params"][document]["uri"]
            session = self._sessions.get(uri)
            if session is not None and _is_notebook(session) == (document == "notebookDocument"):
                name = session.name
                logger.error("a change of %s cannot be understood; it is left alone until it is opened again", name)
                self._close(uri)

    def get(self, uri: str) -> Session | None:
        """Return the session that the client's document `uri` is, or is a part of."""
        return self._by_part.get(uri)

    def all(self) -> list[Session]:
        """Return the sessions of all open documents."""
        return list(self._sessions.values())

    async def settled(self, uri: str) -> Settled | None:
        """Return what `uri` names with the analysis of its text as it is now; None when there is none of either."""
        session = self._by_part.get(uri)
        if session is None:
            return None
        while session.refreshing is not None:
            await asyncio.wait([session.refreshing])
        if session.is_behind:
            self._step(session)
        if self._by_part.get(uri) is not session or session.is_behind or session.analysis is None:
            return None
        return Settled(session, session.part(uri), session.analysis)

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
            # A save while nothing could be loaded is a chance of its own, and has doubted the settings.
            while (session.is_outdated or session.is_doubted) and not session.is_closed:
                if not await self._is_brought_up_to_date(session) and not session.is_doubted:
                    return
        finally:
            session.refreshing = None

    async def _is_brought_up_to_date(self, session: Session) -> bool:
        """Try once; False where no file can be opened, so that nothing can be loaded: that may be over some time."""
        outdated, session.is_outdated, session.is_doubted = session.is_outdated, False, False
        try:
            situation = await self._server.configurations.situation(session)
            if outdated or situation != session.situation:
                await self._analyse(session, situation)
                self._server.trouble.over(_NOT_ANALYSED)
                self._step(session)
        except OSError as error:
            session.is_outdated = True
            self._refused(session, error)
            return False
        return True

    def _refused(self, session: Session, error: OSError) -> None:
        text = f"{session.name} cannot be analysed: {reason_of(error)}. The next edit, or saving the file, tries again."
        self._server.trouble.begun(_NOT_ANALYSED, text)

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
        from prodready.engine.analysis import Analysis
        from prodready.engine.facts import NoProject

        project = session.view or NoProject()
        if session.analysis is None:
            return partial(Analysis.open, session.source, situation.settings, project)
        return partial(session.catch_up().changed, situation.settings, project)

    def _step(self, session: Session) -> None:
        """Analyse what has changed since the last analysis, and let the client know."""
        session.is_scheduled = False
        if session.is_closed or session.is_held:
            return
        if session.is_outdated:
            self._ensure_task(session)
        if session.analysis is None:
            return
        try:
            analysis = session.catch_up()
        except Exception as error:
            logger.log(self._news.level(named(error)), "analysing an edit of %s failed", session.name, exc_info=True)
            session.analysis = None
            self.refresh(session)
            return
        for crash in analysis.crashes:
            logger.log(self._news.level(crash.code, crash.error), "rule %s crashed: %s", crash.code, crash.error)
        self._server.publisher.publish(session, analysis)
        if self._server.projects.note(session, analysis):
            # Imports and base classes decide on a file's role, too.
            self.review(session)


def _is_notebook(session: Session | None) -> bool:
    """Tell whether a session is of a notebook, without the type: most servers never see one, and start without it."""
    return session is not None and session.cells is not None


def _wake(session: Session) -> None:
    """Tell whoever waits for an answer about a document that it is another one now."""
    for future in session.waiting:
        if not future.done():
            future.set_result(None)
