"""Waiting for what happens in another process and tells nobody."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

PATIENCE = 180
"""Seconds after which something that should be there counts as missing; nothing waits for them to pass."""


def until(found: Callable[[], Any]) -> Any:
    """Look until `found` returns something, and return that.

    Raises:
        AssertionError: when patience is at its end.
    """
    end = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)
    return value
