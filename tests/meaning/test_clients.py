"""httpx clients and executors after the repair of code that closed them by hand, or not at all."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest

from tests.meaning.closing import outcome, repaired

SYNC = """
import httpx

def run(status):
    client = httpx.Client(transport=transport)
    response = client.get(f"http://test/{status}")
    response.raise_for_status()
    client.close()
    return response.json()
"""
BY_HAND = """
import httpx

def run(status):
    client = httpx.Client(transport=transport)
    try:
        response = client.get(f"http://test/{status}")
        response.raise_for_status()
    except httpx.HTTPStatusError:
        return "refused"
    else:
        return response.json()
    finally:
        client.close()
"""
ASYNC = """
import httpx

async def run(status):
    client = httpx.AsyncClient(transport=transport)
    try:
        response = await client.get(f"http://test/{status}")
        response.raise_for_status()
        return response.json()
    finally:
        await client.aclose()
"""


class Transport(httpx.MockTransport):
    """Answers with the status that the path asks for, and writes down that it was closed."""

    def __init__(self) -> None:
        super().__init__(lambda request: httpx.Response(int(request.url.path[1:]), json={"ok": True}))
        self.closed = 0

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1


def run(code: str, status: int) -> tuple[str, int]:
    transport = Transport()
    text = outcome(code, lambda space: space["run"](status), transport=transport)
    return text, transport.closed


@pytest.mark.parametrize("code", [SYNC, BY_HAND, ASYNC], ids=["never on failure", "by hand", "asynchronous"])
@pytest.mark.parametrize("status", [200, 500])
def test_clients_are_closed_once_and_the_same_comes_out(code: str, status: int) -> None:
    before, _ = run(code, status)
    after, closed = run(repaired(code), status)
    assert after == before
    assert closed == 1


EXECUTOR = """
from concurrent.futures import ThreadPoolExecutor

def run(jobs):
    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="leaking")
    futures = [executor.submit(int, job) for job in jobs]
    return [future.result() for future in futures]
"""


@pytest.mark.parametrize("jobs", [["1", "2"], ["1", "x"]], ids=["succeeds", "fails"])
def test_the_threads_of_an_executor_end(jobs: list[str]) -> None:
    def call(space: dict[str, Any]) -> object:
        return space["run"](jobs)

    after = outcome(repaired(EXECUTOR), call)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("leaking")]
    assert after == outcome(EXECUTOR, call)
