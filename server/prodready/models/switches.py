"""Conditions for those who want to see more: a verbose mode, a debug switch, the environment."""

from __future__ import annotations

import ast
from typing import Final

from prodready.engine.remembered import any_around
from prodready.engine.semantic import Names
from prodready.engine.syntax import in_else, walk
from prodready.models.naming import words_of

_MODES: Final = frozenset({"bench", "benchmark", "benchmarks", "profiler", "profiling", "verbose", "verbosity"})
"""Words of switches that whoever starts a program sets to see more."""
_LAST: Final = frozenset({"trace", "tracing"})
"""Others, as the last word of a name."""
_QUIET: Final = "quiet"
_DEBUGGING: Final = "debug"
_ENVIRONMENT: Final = frozenset({"environ", "getenv"})


def is_asked_for(node: ast.AST, names: Names) -> bool:
    """Tell whether `node` runs only for those who have asked to see more: `if verbose:`, `if not self.quiet:`."""
    return any_around(node, ast.If, _asks_for_more, names)


def may_be_asked_for(node: ast.AST, names: Names) -> bool:
    """Tell whether `node` runs only where a program is debugged, or where the environment says so."""
    return any_around(node, ast.If, _asks_who_runs_it, names)


def _asks_for_more(node: ast.AST, part: ast.AST) -> bool:
    assert isinstance(node, ast.If)
    words = _words_in(node.test)
    switched = any(not _MODES.isdisjoint(said) or not _LAST.isdisjoint(said[-1:]) for said in words)
    return (switched and _is_switched_on(node, part)) or any(_QUIET in said for said in words)


def _asks_who_runs_it(node: ast.AST, part: ast.AST) -> bool:
    assert isinstance(node, ast.If)
    words = _words_in(node.test)
    if any(not _ENVIRONMENT.isdisjoint(said) for said in words):
        return True
    return _is_switched_on(node, part) and any(_DEBUGGING in word for said in words for word in said)


def _is_switched_on(node: ast.If, part: ast.AST) -> bool:
    """Tell whether the branch that `part` stands in is taken where the condition's switches are on."""
    negated = isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not)
    return in_else(node, part) is negated


def _words_in(test: ast.expr) -> list[list[str]]:
    """Return the words of the names in a condition, and of its texts: `getenv("DEBUG")`."""
    return [words_of(said) for said in map(said_by, walk([test])) if said]


def said_by(node: ast.AST) -> str:
    """Return a node's own name, or its text if it is one; an empty string for others."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
