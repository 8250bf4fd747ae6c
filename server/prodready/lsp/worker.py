"""One process beside the server's, for whatever would hold up the event loop; replaced when it dies."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from prodready.project.os_errors import reason_of

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

logger = logging.getLogger(__name__)

_P = ParamSpec("_P")
_T = TypeVar("_T")

_AT_ONCE: Final = getattr(signal, "SIGKILL", signal.SIGTERM)
"""Ends a process that is suspended, too; a worker has nothing to tidy up."""
_ATTEMPTS: Final = 2
"""How often a job is tried: a process may have been killed for reasons of its own, but not twice."""


class WorkerDiedError(RuntimeError):
    """The process ended in the middle of a job, each time that it was tried."""


class Worker:
    """Runs module-level functions in a process of its own, one at a time, in the order asked.

    `told` gets a sentence when there can be no such process, or when a function ends it for the first time; and None as
    soon as there is one again.
    """

    def __init__(self, told: Callable[[str | None], None] = lambda _: None) -> None:
        self._told = told
        self._blamed: set[str] = set()
        self._pool: ProcessPoolExecutor | None = None
        self._pid: Future[int] | None = None
        self._starting: asyncio.Future[None] | None = None

    async def run(self, function: Callable[_P, _T], *arguments: _P.args, **named: _P.kwargs) -> _T:
        """Return what `function` returns; it and its arguments are pickled.

        Raises:
            WorkerDiedError: when the process dies over it, twice.
        """
        for _ in range(_ATTEMPTS):
            pool = await self._ready_pool()
            try:
                result = await asyncio.wrap_future(pool.submit(function, *arguments, **named))
                self._told(None)
                return result
            except BrokenExecutor:
                logger.warning("the worker process died during %s", function.__name__)
                if self._pool is pool:
                    self._leave(pool)
        if function.__name__ not in self._blamed:
            self._blamed.add(function.__name__)
            self._told(f"the helper process was ended twice, the last time during {function.__name__}")
        raise WorkerDiedError(f"the worker process died during {function.__name__}")

    async def run_alone(self, function: Callable[_P, _T], *arguments: _P.args, **named: _P.kwargs) -> _T:
        """Do the same as `run`; when it is cancelled, the process ends, so that nobody waits for what nobody wants.

        Jobs that wait behind it are done by the next process.

        Raises:
            WorkerDiedError: when the process dies over it, twice.
        """
        try:
            return await self.run(function, *arguments, **named)
        except asyncio.CancelledError:
            self._abandon()
            raise

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        if self._pool is None:
            return
        if self._pid is not None and self._pid.done() and not self._pid.exception():
            _end(self._pid.result())
        # Not for the job, which ended with the process: for the pool's thread, or the interpreter's end trips over it.
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = None

    def _abandon(self) -> None:
        """End the process and leave its pool: it tells the other jobs, which are tried again."""
        if self._pool is not None and self._pid is not None and self._pid.done() and not self._pid.exception():
            _end(self._pid.result())
            self._leave(self._pool)

    def _leave(self, pool: ProcessPoolExecutor) -> None:
        """Use a pool no more, whose process is dead, but keep it until its thread has noticed and ended.

        From CPython 3.12 on, that thread would wait for itself for ever, and with it the end of the server, when the
        pool is collected while it tidies up: what is called then takes the lock that the thread has (process.py,
        `weakref_cb` and `terminate_broken`).
        """
        self._pool = None
        asyncio.get_running_loop().run_in_executor(None, pool.shutdown)

    async def _ready_pool(self) -> ProcessPoolExecutor:
        while self._pool is None:
            if self._starting is None:
                self._starting = asyncio.ensure_future(self._begin())
                self._starting.add_done_callback(self._begun)
            # Whoever gives up waiting leaves a process behind that is started, and known, for the next.
            await asyncio.shield(self._starting)
        return self._pool

    async def _begin(self) -> None:
        # Starting a process takes milliseconds that the loop does not have.
        try:
            self._pool, self._pid = await asyncio.to_thread(_start)
        except OSError as error:
            self._told(f"no helper process can be started: {reason_of(error)}")
            raise WorkerDiedError(f"no worker process can be started: {reason_of(error)}") from error

    def _begun(self, starting: asyncio.Future[None]) -> None:
        self._starting = None
        if not starting.cancelled() and starting.exception() is not None:
            logger.debug("no worker was started")  # whoever waits is told why


def _start() -> tuple[ProcessPoolExecutor, Future[int]]:
    # What starts processes takes a while to load, and is loaded in the thread that does.
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(1, mp_context=context, initializer=_follow_parent)
    return pool, pool.submit(os.getpid)


def _follow_parent() -> None:
    """Leave interrupts to the server, and end when it does: a killed server cannot tell its worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import multiprocessing

    parent = multiprocessing.parent_process()
    assert parent is not None, "runs in a child only"

    def follow() -> None:
        parent.join()
        os._exit(0)

    threading.Thread(target=follow, name="follow-parent", daemon=True).start()


def _end(pid: int) -> None:
    try:
        os.kill(pid, _AT_ONCE)
    except OSError as error:
        logger.debug("the worker process %d had ended already: %s", pid, error)
