"""Tracebacks as they may be kept and sent to us: our own lines, and no word of what was analysed."""

from __future__ import annotations

import traceback
from collections.abc import Iterator

from prodready.engine.faults import kind_of


def traced(error: BaseException) -> str:
    """Return the traceback of an error and of those that it came from. Their messages are left out: they may quote."""
    return "".join(_traced(error, set()))


def _traced(error: BaseException, told: set[int]) -> Iterator[str]:
    told.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in told:
        yield from _traced(before, told)
        yield "\nand then:\n\n"
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{kind_of(error)}\n"
