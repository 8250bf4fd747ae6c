"""Work spread over processes, where a process that dies costs at most the one piece that it worked on.

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
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, Generic, TypeVar

from prodready.project.os_errors import reason_of

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")
Work = Callable[[_Task], _Result]

_ASKED_AHEAD = 2
"""How many tasks a worker has at most, so that it need not wait for the next one."""
_ATTEMPTS = 2
"""How often a piece is tried: its process may have been killed for reasons that were not its own, but not twice."""
_STARTS = 3
"""How many processes in a row may end before they are ready."""
_NEW_OBJECTS = 100_000


class WorkersFailedError(RuntimeError):
    """No worker process can be started, or they end before they can take any work."""


@dataclass(frozen=True)
class Died:
    """The processes that worked on a piece ended without an answer; `reason` says how the last one did."""

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
        WorkersFailedError: when workers cannot even start.
    """
    if jobs <= 1 or len(tasks) <= 1:
        work = _relaxed(make_work)
        for index, task in enumerate(tasks):
            yield index, work(task)
        return
    crew = _Crew(make_work, tasks)
    try:
        crew.hire(min(jobs, len(tasks)))
        yield from crew.results()
    finally:
        crew.dismiss()


class _Crew(Generic[_Task, _Result]):
    """The workers, and the tasks that no worker has yet."""

    def __init__(self, make_work: Callable[[], Work[_Task, _Result]], tasks: Sequence[_Task]) -> None:
        self._make_work = make_work
        self._tasks = tasks
        self._waiting = deque(range(len(tasks)))
        self._attempts: Counter[int] = Counter()
        self._failed_starts = 0
        self._workers: list[_Worker] = []

    def hire(self, number: int) -> None:
        """Start workers; where the system refuses so many, fewer will do.

        Raises:
            WorkersFailedError: when there is none at all.
        """
        for _ in range(number):
            try:
                self._workers.append(_Worker(self._make_work))
            except OSError as error:  # noqa: PERF203  a few processes
                if self._workers:
                    return
                raise WorkersFailedError(f"no worker process can be started: {reason_of(error)}") from error

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
            yield from self._bury(worker)
            return
        if answer is _READY:
            worker.ready = True
            self._failed_starts = 0
            return
        yield worker.asked.popleft(), answer[0]

    def _bury(self, worker: _Worker) -> Iterator[tuple[int, Died]]:
        """Give back what a dead worker was given, but for a piece that was tried too often; hire another worker."""
        worker.process.join()
        worker.end()
        self._workers.remove(worker)
        reason = _cause(worker.process.exitcode)
        if worker.ready:
            index = worker.asked[0]
            self._attempts[index] += 1
            if self._attempts[index] == _ATTEMPTS:
                yield worker.asked.popleft(), Died(reason)
        else:
            self._failed_starts += 1
            if self._failed_starts == _STARTS:
                raise WorkersFailedError(f"a worker process {reason} before it could start")
        self._waiting.extendleft(reversed(worker.asked))
        self.hire(1)


_READY = None


class _Worker:
    """One process with its pipe, and the indexes of the tasks that it was given and has not answered."""

    def __init__(self, make_work: Callable[[], Work[Any, Any]]) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.asked: deque[int] = deque()
        self.ready = False
        try:
            with _deaf_to_interrupts(), _at_home() as place:
                self.process: SpawnProcess = context.Process(
                    target=_serve, args=(theirs, make_work, place), daemon=True
                )
                self.process.start()
        except OSError:
            self.pipe.close()
            raise
        finally:
            theirs.close()

    def ask(self, index: int, task: object) -> None:
        self.asked.append(index)
        try:
            self.pipe.send(task)
        except OSError:
            # The worker is dead: reading from the pipe says so too, and there the blame is settled.
            return

    def end(self) -> None:
        # Not politely: it has nothing to tidy up, and may be suspended.
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _serve(pipe: Connection, make_work: Callable[[], Work[Any, Any]], place: Path | None) -> None:
    """Answer tasks in a worker process, working in the directory `place`, until the other end of the pipe closes."""
    if place is not None:
        os.chdir(place)
    work = _relaxed(make_work)
    try:
        pipe.send(_READY)
        while True:
            pipe.send((work(pipe.recv()),))
    except (EOFError, ConnectionError):
        # Whoever asks is gone, and has perhaps been killed.
        return


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


@contextmanager
def _at_home() -> Iterator[Path | None]:
    """Let processes start in a directory of ours; yields the working directory, None where that is gone.

    Python looks for the first modules that a process needs in the directory that it starts in, which may be anybody's.
    """
    try:
        place = Path.cwd()
    except OSError:
        yield None
        return
    os.chdir(Path(__file__).parent)
    try:
        yield place
    finally:
        os.chdir(place)


def _cause(code: int | None) -> str:
    if code is not None and code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"
