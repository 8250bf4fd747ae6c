"""Plans repairs without holding up the loop: small ones here, the others in the worker process."""

from __future__ import annotations

import asyncio
import importlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from prodready.lsp import jobs
from prodready.lsp.starting import uncollected
from prodready.project.os_errors import reason_of

if TYPE_CHECKING:
    from prodready.engine.analysis import Analysis
    from prodready.engine.finding import Edit, Finding
    from prodready.fixes.planner import PlannedFix
    from prodready.lsp.language_server import ProdreadyServer
    from prodready.lsp.parts import Part
    from prodready.lsp.session import Session


_NO_REPAIRS: Final = "nothing can be repaired"


class Fixer:
    """Asks the planner for repairs of one version of a document."""

    def __init__(self, server: ProdreadyServer) -> None:
        self._server = server
        self._imports: asyncio.Task[None] | None = None

    def warm_up(self, session: Session) -> None:
        """Import libcst, and find out how the project logs, so that the first light bulb need not wait for either."""
        if self._imports is None:
            self._imports = self._server.tasks.start(asyncio.to_thread(_import))
            self._imports.add_done_callback(self._imported)
            self._server.tasks.start(self._server.configurations.settle(session))

    async def prepare(self, session: Session) -> None:
        """Get ready to plan repairs in a document: whoever asks for its analysis after this gets one fit for fixes.

        Raises:
            OSError: when the system does not let us load what repairs need; the next time it may.
        """
        self.warm_up(session)
        assert self._imports is not None, "warmed up"
        await asyncio.shield(self._imports)
        await self._server.configurations.settle(session)

    def _imported(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if task.cancelled() or error is not None:
            self._imports = None
        if isinstance(error, OSError):
            text = f"nothing can be repaired: {reason_of(error)}. Asking for repairs tries again."
            self._server.trouble.begun(_NO_REPAIRS, text)
        elif error is None:
            self._server.trouble.over(_NO_REPAIRS)

    async def plan(self, session: Session, analysis: Analysis, finding: Finding) -> list[PlannedFix]:
        """Return the verified repairs of a finding, the preferred one first.

        Raises:
            WorkerDiedError: when the worker process dies over it.
        """
        from prodready.fixes import planner

        if planner.is_small(analysis, finding):
            return planner.plan(analysis, finding)
        return await self._server.worker.run(jobs.plan, _text(session, analysis), finding)

    async def fix_all(
        self,
        session: Session,
        analysis: Analysis,
        codes: frozenset[str] | None,
        *,
        unsafe: bool,
        only: Part | None = None,
    ) -> tuple[Edit, ...]:
        """Return the edits that repair all findings of `codes` (None: of every rule), of a notebook in one cell or all.

        The user sees that this goes on, and may give it up.

        Raises:
            WorkerDiedError: when the worker process dies over it.
        """
        cells = session.cells
        if cells is not None and only is not None:
            cells = replace(cells, only=list(session.parts).index(only))
        work = self._server.worker.run_alone(jobs.fix_all, _text(session, analysis), cells, codes, unsafe)
        return await self._server.long_work.over(work, f"Fixing {session.name}", can_be_cancelled=True)


def _import() -> None:
    with uncollected():
        importlib.import_module("libcst")
        importlib.import_module("prodready.fixes.planner")


def _text(session: Session, analysis: Analysis) -> jobs.Text:
    return jobs.Text.of(analysis, session.view.known() if session.view is not None else {})
