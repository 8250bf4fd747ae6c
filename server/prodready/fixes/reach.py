"""How far a fix reaches: which lines decide what it writes, and whether it stays in its own function."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from prodready.engine.finding import Edit
from prodready.engine.syntax import FUNCTIONS, around, enclosing_statement
from prodready.fixes.planner import Found, Written


@dataclass(frozen=True)
class Reach:
    """The lines `first` to `last` (0-based, inclusive) that a fix changes or depends on.

    `is_local` tells whether they lie in one function, or in one statement at module level, so that what other code
    means does not change.
    """

    first: int
    last: int
    is_local: bool


def reach_of(found: Found, fix: Written) -> Reach:
    """Return how far the fix of what was `found` reaches. What runs in one handler depends on one another."""
    handlers = list(around(found.hit.node, (ast.ExceptHandler,)))
    anchor = handlers[-1] if handlers else enclosing_statement(found.hit.node)
    first, last = _lines(anchor, found)
    first = min(first, *(edit.range.start.line for edit in fix.edits))
    last = max(last, *(_last_line(edit) for edit in fix.edits))
    functions = list(around(found.hit.node, FUNCTIONS))
    begin, end = _lines(functions[-1], found) if functions else _lines(anchor, found)
    return Reach(first, last, fix.is_local and begin <= first and last <= end)


def _lines(node: ast.AST, found: Found) -> tuple[int, int]:
    """Return the first and the last line of a node in the file."""
    shift = found.first_line - found.context.segment.base - 1
    first: int = node.lineno  # type: ignore[attr-defined]
    last: int | None = node.end_lineno  # type: ignore[attr-defined]
    return first + shift, (last or first) + shift


def _last_line(edit: Edit) -> int:
    """Return the last line that an edit changes: one that ends at the start of a line leaves that as it is."""
    end = edit.range.end
    return end.line - 1 if end.column == 0 and end.line > edit.range.start.line else end.line
