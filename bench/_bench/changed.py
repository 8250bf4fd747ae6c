"""Which statements an edit changed, and which of them a test run executed."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Changed:
    """The statements that differ in a file: their first lines, 1-based; `executed` are those that a run reached."""

    statements: frozenset[int]
    executed: frozenset[int]


def changed(before: str, after: str, executed: Collection[int]) -> Changed:
    """Return what differs in `after`, of which a run executed the lines `executed` (1-based).

    Lines that are deleted leave no statement behind, and do not count. Nor do those that execute nothing: comments,
    docstrings, `else:`.
    """
    first_lines = _first_lines(ast.parse(after))
    lines = (number for number in _changed_lines(before, after) if number in first_lines)
    statements = frozenset(first_lines[number] for number in lines)
    return Changed(statements, statements.intersection(executed))


def _changed_lines(before: str, after: str) -> Iterator[int]:
    """Yield the 1-based numbers of the lines of `after` that `before` does not have there."""
    matcher = difflib.SequenceMatcher(None, before.split("\n"), after.split("\n"), autojunk=False)
    for kind, _, _, start, end in matcher.get_opcodes():
        if kind != "equal":
            yield from range(start + 1, end + 1)


def _first_lines(tree: ast.Module) -> dict[int, int]:
    """Return, for each line of a statement, or of a compound statement's header, on which line that begins."""
    found: dict[int, int] = {}
    for node in ast.walk(tree):  # from the outside in: what is inside has the last word
        if isinstance(node, (ast.stmt, ast.excepthandler)) and not _is_text(node):
            end = node.end_lineno or node.lineno
            body = getattr(node, "body", None)
            # A `try:` executes nothing by itself, and what measures execution does not always see it.
            last = end if not isinstance(body, list) else max(node.lineno, body[0].lineno - 1)
            found.update(dict.fromkeys(range(node.lineno, last + 1), node.lineno))
    return found


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
