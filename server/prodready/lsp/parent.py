"""Notice that the process that started the server is gone, where no closed pipe tells it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from typing import Final

INTERVAL: Final = 2.0
"""Seconds between two looks."""

_MAX_PID: Final = (1 << 31) - 1


def is_alive(pid: int) -> bool:
    """Tell whether the process `pid` exists, as far as this process may know; no number of a process never does."""
    if not 0 < pid <= _MAX_PID:
        return False
    if sys.platform == "win32":
        return _is_alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def watch(pid: int, gone: Callable[[], None], loop: asyncio.AbstractEventLoop) -> None:
    """Call `gone` once, when the process `pid` has ended.

    A process that cannot be seen from the start is not watched: the client may run in another container.
    """

    def look() -> None:
        if is_alive(pid):
            loop.call_later(INTERVAL, look)
        else:
            gone()

    if is_alive(pid):
        loop.call_later(INTERVAL, look)


def _is_alive_on_windows(pid: int) -> bool:
    """`os.kill` would end the process there, so ask for its exit code."""
    import ctypes

    query, still_active = 0x1000, 259
    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    handle = kernel.OpenProcess(query, False, pid)
    if not handle:
        return False
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return code.value == still_active
