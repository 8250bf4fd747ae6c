"""How far a fix reaches: which text decides what it writes, and whether it stays in its own function."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from prodready.engine.finding import Range
from prodready.engine.syntax import FUNCTIONS, around, enclosing_statement
from prodready.fixes.planner import Found, Written


@dataclass(frozen=True)
class Reach:
    """The text that a fix changes or depends on.

    `is_local` tells whether it lies in one function, or in one statement at module level, so that what other code means
    does not change.
    """

    range: Range
    is_local: bool


def reach_of(found: Found, fix: Written) -> Reach:
    """Return how far the fix of what was `found` reaches. What runs in one handler depends on one another."""
    handlers = list(around(found.hit.node, (ast.ExceptHandler,)))
    anchor = _range(handlers[-1] if handlers else enclosing_statement(found.hit.node), found)
    start = min(anchor.start, *(edit.range.start for edit in fix.edits))
    end = max(anchor.end, *(edit.range.end for edit in fix.edits))
    functions = list(around(found.hit.node, FUNCTIONS))
    own = _range(functions[-1], found) if functions else anchor
    # An edit that ends at the start of a line leaves that as it is.
    last = end.line - 1 if end.column == 0 and end.line > start.line else end.line
    return Reach(Range(start, end), fix.is_local and own.start.line <= start.line and last <= own.end.line)


def _range(node: ast.AST, found: Found) -> Range:
    return found.context.range_of(node).shifted(found.first_line)
