"""The worker process: given up while it starts, suspended, or not to be had, it leaves nothing over."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from prodready.lsp import worker
from prodready.lsp.worker import Worker, WorkerDiedError
from tests.lsp.editor import PATIENCE

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def own() -> AsyncIterator[Worker]:
    """Give a worker that is stopped at the end."""
    made = Worker()
    yield made
    await asyncio.to_thread(made.stop)


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_start_that_is_given_up_leaves_its_process_to_the_next(
    own: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, starts = threading.Event(), threading.Event(), []
    start = worker._start

    def slowly() -> object:
        starts.append(1)
        begun.set()
        assert go_on.wait(PATIENCE)
        return start()

    monkeypatch.setattr(worker, "_start", slowly)
    first = asyncio.ensure_future(own.run(os.getpid))
    assert await asyncio.to_thread(begun.wait, PATIENCE)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    go_on.set()

    pid = await own.run(os.getpid)

    assert (len(starts), pid == os.getpid()) == (1, False)
    await asyncio.to_thread(own.stop)
    assert not is_there(pid)


async def test_a_start_that_fails_is_told_to_everybody_who_waits_and_tried_again(
    own: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = worker._start

    def fail() -> object:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(worker, "_start", fail)
    outcomes = await asyncio.gather(own.run(os.getpid), own.run(os.getpid), return_exceptions=True)
    monkeypatch.setattr(worker, "_start", start)

    assert [type(outcome) for outcome in outcomes] == [WorkerDiedError, WorkerDiedError]
    assert str(outcomes[0]) == (
        "no worker process can be started: too many open files; raise the limit of open files (ulimit -n)"
    )
    assert await own.run(os.getpid) != os.getpid()


async def test_a_worker_that_is_killed_in_a_job_is_replaced_and_the_job_done(own: Worker) -> None:
    first = await own.run(os.getpid)
    os.kill(first, signal.SIGKILL)
    second = await own.run(os.getpid)
    assert second not in (first, os.getpid())


async def test_the_threads_of_dead_workers_end(own: Worker) -> None:
    """The end of the server waits for them."""
    before = set(threading.enumerate())
    for _ in range(10):
        with pytest.raises(WorkerDiedError):
            await own.run(os._exit, 1)
    own.stop()

    left = [thread for thread in set(threading.enumerate()) - before if not thread.name.startswith("asyncio_")]
    for thread in left:
        thread.join(PATIENCE)
    assert [thread.name for thread in left if thread.is_alive()] == []


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes cannot be suspended here")
async def test_a_worker_that_is_suspended_can_be_given_up(own: Worker) -> None:
    pid = await own.run(os.getpid)
    os.kill(pid, signal.SIGSTOP)
    job = asyncio.ensure_future(own.run_alone(os.getpid))
    await asyncio.sleep(0)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job

    assert await asyncio.wait_for(own.run(os.getpid), PATIENCE) not in (pid, os.getpid())


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes cannot be suspended here")
async def test_a_worker_that_is_suspended_does_not_hold_up_the_end(own: Worker) -> None:
    pid = await own.run(os.getpid)
    os.kill(pid, signal.SIGSTOP)
    await asyncio.wait_for(asyncio.to_thread(own.stop), PATIENCE)
    assert not is_there(pid)
