"""Work spread over processes, where a process that dies costs the one piece that it worked on.

The standard library's pools either hang or give up altogether when a worker is killed, and cannot say over what.
Here every worker has a pipe of its own and answers in the order it was asked, so that the first piece without an answer
is to blame.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Generic, TypeVar

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")
Work = Callable[[_Task], _Result]

_ASKED_AHEAD = 2
"""How many tasks a worker has at most, so that it need not wait for the next one."""
_NEW_OBJECTS = 100_000


class WorkersFailedError(RuntimeError):
    """A worker process ended before it could take any work."""


@dataclass(frozen=True)
class Died:
    """The process that worked on a piece ended without an answer; `reason` says how."""

    reason: str


def available_processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def spread(
    make_work: Callable[[], Work[_Task, _Result]], tasks: Sequence[_Task], jobs: int
) -> Iterator[tuple[int, _Result | Died]]:
    """Yield, as they are done, each task's index with its result.

    `make_work` is called once in every process and returns what handles one task; it and the tasks are pickled. With
    one job everything happens in this process.

    Raises:
        WorkersFailedError: when a worker cannot even start.
    """
    if jobs <= 1 or len(tasks) <= 1:
        work = _relaxed(make_work)
        for index, task in enumerate(tasks):
            yield index, work(task)
        return
    crew = _Crew(make_work, tasks, min(jobs, len(tasks)))
    try:
        yield from crew.results()
    finally:
        crew.dismiss()


class _Crew(Generic[_Task, _Result]):
    """The workers, and the tasks that no worker has yet."""

    def __init__(self, make_work: Callable[[], Work[_Task, _Result]], tasks: Sequence[_Task], size: int) -> None:
        self._make_work = make_work
        self._tasks = tasks
        self._waiting = deque(range(len(tasks)))
        self._workers = [_Worker(make_work) for _ in range(size)]

    def results(self) -> Iterator[tuple[int, _Result | Died]]:
        while True:
            self._feed()
            busy = {worker.pipe: worker for worker in self._workers if worker.asked}
            if not busy:
                return
            for pipe in wait(list(busy)):
                yield from self._answer(busy[pipe])  # type: ignore[index]  # what comes back is what went in

    def dismiss(self) -> None:
        for worker in self._workers:
            worker.end()

    def _feed(self) -> None:
        """Give every worker a task before any gets one ahead."""
        for asked in range(_ASKED_AHEAD):
            for worker in self._workers:
                if self._waiting and len(worker.asked) == asked:
                    index = self._waiting.popleft()
                    worker.ask(index, self._tasks[index])

    def _answer(self, worker: _Worker) -> Iterator[tuple[int, _Result | Died]]:
        try:
            answer = worker.pipe.recv()
        except (EOFError, OSError):
            yield self._bury(worker)
            return
        if answer is _READY:
            worker.ready = True
            return
        yield worker.asked.popleft(), answer[0]

    def _bury(self, worker: _Worker) -> tuple[int, Died]:
        """Blame the piece that a dead worker worked on, give the others back, and hire another worker."""
        worker.process.join()
        reason = _cause(worker.process.exitcode)
        if not worker.ready:
            raise WorkersFailedError(f"a worker process {reason} before it could start")
        index = worker.asked.popleft()
        self._waiting.extendleft(reversed(worker.asked))
        worker.end()
        self._workers[self._workers.index(worker)] = _Worker(self._make_work)
        return index, Died(reason)


_READY = None


class _Worker:
    """One process with its pipe, and the indexes of the tasks that it was given and has not answered."""

    def __init__(self, make_work: Callable[[], Work[Any, Any]]) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.asked: deque[int] = deque()
        self.ready = False
        self.process: SpawnProcess = context.Process(target=_serve, args=(theirs, make_work), daemon=True)
        with _deaf_to_interrupts():
            self.process.start()
        theirs.close()

    def ask(self, index: int, task: object) -> None:
        self.asked.append(index)
        try:
            self.pipe.send(task)
        except OSError:
            # The worker is dead: reading from the pipe says so too, and there the blame is settled.
            return

    def end(self) -> None:
        self.process.terminate()
        self.process.join()
        self.pipe.close()


def _serve(pipe: Connection, make_work: Callable[[], Work[Any, Any]]) -> None:
    """Answer tasks in a worker process until the other end of the pipe closes."""
    work = _relaxed(make_work)
    pipe.send(_READY)
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        pipe.send((work(task),))


def _relaxed(make_work: Callable[[], Work[_Task, _Result]]) -> Work[_Task, _Result]:
    """Make the work, and let the garbage collector look less often from here on.

    Trees are many objects that all live until their file is done, so the default of a look at every 700 new ones finds
    nothing, at a quarter of the whole time. What is loaded by now stays, and is not looked at again.
    """
    work = make_work()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 10, 10)
    return work


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Let processes that start now ignore Ctrl-C, which a terminal sends to them too: their parent ends them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _cause(code: int | None) -> str:
    if code is not None and code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"
