"""What is known of the project's other modules: open documents as they are typed, the rest as a worker read it.

An analysis asks and never waits: what is not known yet is noted, read in the worker process, and whoever asked is
analysed again when something came of it.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from prodready.lsp import jobs
from prodready.lsp.worker import WorkerDiedError

if TYPE_CHECKING:
    from prodready.engine.analysis import Analysis
    from prodready.engine.facts import ModuleFacts
    from prodready.lsp.language_server import ProdreadyServer
    from prodready.lsp.session import Session
    from prodready.lsp.tasks import Tasks
    from prodready.lsp.worker import Worker

logger = logging.getLogger(__name__)


class Projects:
    """The modules of every root that an open document belongs to."""

    def __init__(self, server: ProdreadyServer) -> None:
        self._server = server
        self._roots: dict[Path, Modules] = {}

    def view(self, root: Path | None) -> View | None:
        """Return a fresh view of the modules below `root`; None for a document that belongs to no project."""
        return None if root is None else View(self._modules(root))

    def note(self, session: Session, analysis: Analysis) -> bool:
        """Take over what an open document's text says of itself; tell whether that is another thing than before."""
        if session.situation is None or session.situation.root is None:
            return False
        modules = self._modules(session.situation.root)
        modules.read_missing()
        before, session.facts = session.facts, analysis.facts
        if before is analysis.facts:
            return False
        if before is not None and before.name != analysis.facts.name:
            modules.set_closed(before.name)
        modules.set_open(analysis.facts)
        return before is not None

    def closed(self, session: Session) -> None:
        """Forget what a document said that was closed: its file counts again."""
        if session.facts is not None and session.situation is not None and session.situation.root is not None:
            self._modules(session.situation.root).set_closed(session.facts.name)

    def written(self, paths: Iterable[Path]) -> None:
        """Read again whatever depends on Python files that were written, made or removed."""
        for modules in self._roots.values():
            modules.written(paths)

    def _modules(self, root: Path) -> Modules:
        if root not in self._roots:
            self._roots[root] = Modules(root, self._server.worker, self._server.tasks, self._changed)
        return self._roots[root]

    def _changed(self, names: set[str]) -> None:
        for session in self._server.documents.all():
            if session.view is not None and not names.isdisjoint(session.view.asked):
                self._server.documents.refresh(session)


class View:
    """The project as one document's analysis sees it; remembers what was asked for."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self.asked: set[str] = set()

    def module(self, name: str) -> ModuleFacts | None:
        """Return the facts of the module with dotted `name`; None when they are not known, or not known yet."""
        self.asked.add(name)
        return self._modules.get(name)

    def known(self) -> dict[str, ModuleFacts]:
        """Return all that was asked for and is known."""
        found = ((name, self._modules.get(name)) for name in sorted(self.asked))
        return {name: facts for name, facts in found if facts is not None}


class Modules:
    """The modules below one root. `changed` is called with the names whose facts are new."""

    def __init__(self, root: Path, worker: Worker, tasks: Tasks, changed: Callable[[set[str]], None]) -> None:
        self._root = root
        self._worker = worker
        self._tasks = tasks
        self._changed = changed
        self._open: dict[str, ModuleFacts] = {}
        self._read: dict[str, ModuleFacts | None] = {}
        self._missing: set[str] = set()
        self._written: set[Path] = set()
        self._reading = False

    def get(self, name: str) -> ModuleFacts | None:
        """Return what is known of a module now; a module that nobody has read yet is noted."""
        live = self._open.get(name)
        if live is not None:
            return live
        if name not in self._read and name.partition(".")[0] not in sys.stdlib_module_names:
            self._missing.add(name)
        return self._read.get(name)

    def set_open(self, facts: ModuleFacts) -> None:
        """Take over the facts of an open document: from now on they count instead of the file's."""
        if not facts.name:
            return
        before, self._open[facts.name] = self._open.get(facts.name, self._read.get(facts.name)), facts
        if before != facts:
            self._changed({facts.name})

    def set_closed(self, name: str) -> None:
        """Forget a document that was closed: its file counts again."""
        live = self._open.pop(name, None)
        if live is not None and self._read.get(name, live) != live:
            self._changed({name})

    def written(self, paths: Iterable[Path]) -> None:
        """Read again whatever depends on files that were written, made or removed."""
        self._written.update(paths)
        self.read_missing(again=True)

    def read_missing(self, *, again: bool = False) -> None:
        """Read what was asked for and is not known, in the background; with `again`, look at everything anew."""
        if again:
            self._missing.update(self._read)
        if self._missing and not self._reading:
            self._reading = True
            self._tasks.start(self._read_all())

    async def _read_all(self) -> None:
        try:
            while self._missing:
                names, paths = sorted(self._missing), sorted(self._written)
                self._missing.clear()
                self._written.clear()
                # Whatever comes of it, the same is not asked for again before a file changes.
                self._read.update((name, None) for name in names if name not in self._read)
                self._take_over(await self._worker.run(jobs.load_modules, self._root, names, paths))
        except (WorkerDiedError, OSError) as error:
            logger.warning("%s; the project's other modules stay unknown", error)
        finally:
            self._reading = False

    def _take_over(self, news: dict[str, ModuleFacts | None]) -> None:
        different = {name for name, facts in news.items() if self._read.get(name) != facts}
        self._read.update(news)
        visible = different - self._open.keys()
        if visible:
            self._changed(visible)
