"""What people say of a failure in the comments at its handler."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from prodready.engine.rule import Context
    from prodready.models.handlers import Guard

_TOLD: Final = re.compile(r"#.*\b(?:already|was|were|is|been|gets?) (?:logged|reported|recorded)\b", re.IGNORECASE)


def told_already(guard: Guard, context: Context) -> bool:
    """Tell whether a comment at a handler, or in it, says that the failure was logged before."""
    first = guard.lineno - 1 - context.segment.base
    last = (guard.end_lineno or guard.lineno) - 1 - context.segment.base
    lines = (context.line(number) for number in range(first, last + 1))
    return any(_TOLD.search(line[line.find("#") :]) for line in lines if "#" in line)
