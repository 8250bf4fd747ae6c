"""What people say of a failure in the comments at its handler."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from prodready.engine.syntax import FUNCTIONS

if TYPE_CHECKING:
    from prodready.engine.rule import Context
    from prodready.models.handlers import Guard

_BEST_EFFORT: Final = re.compile(
    r"\bbest[- ]effort\b|\b(?:never|not|without) (?:raises?|raising|fails?|throws?)\b", re.IGNORECASE
)
_TOLD: Final = re.compile(r"#.*\b(?:already|was|were|is|been|gets?) (?:logged|reported|recorded)\b", re.IGNORECASE)


def told_already(guard: Guard, context: Context) -> bool:
    """Tell whether a comment at a handler, or in it, says that the failure was logged before."""
    first = guard.lineno - 1 - context.segment.base
    last = (guard.end_lineno or guard.lineno) - 1 - context.segment.base
    lines = (context.line(number) for number in range(first, last + 1))
    return any(_TOLD.search(line[line.find("#") :]) for line in lines if "#" in line)


def promises_no_failure(function: ast.AST | None) -> bool:
    """Tell whether a function's documentation says that it does what it can and never fails."""
    return isinstance(function, FUNCTIONS) and bool(_BEST_EFFORT.search(ast.get_docstring(function, clean=False) or ""))
