"""Which names are used like objects of the ORM, whose attributes are loaded when they are asked for."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Final

from prodready.engine.syntax import walk, walk_own

_LOOPS: Final = (ast.For, ast.AsyncFor, ast.comprehension)
_OF_VALUES: Final = frozenset({
    "append", "as_dict", "count", "date", "decode", "dict", "encode", "endswith", "extend", "format", "get", "hex",
    "index", "isoformat", "items", "join", "json", "keys", "lower", "model_dump", "pop", "read", "replace", "reverse",
    "sort", "split", "startswith", "strftime", "strip", "text", "timestamp", "title", "to_dict", "upper", "value",
    "values",
})  # fmt: skip
"""What text, numbers, times and containers are asked for."""


def used_as_objects(body: Sequence[ast.stmt]) -> frozenset[str]:
    """Return the names in some statements that are called, or that have, or hold what has, attributes of objects."""
    nodes = list(walk_own(body))
    found = {name for node in nodes for name in _asked(node)}
    loops = [node for node in nodes if isinstance(node, _LOOPS)]
    before = -1
    while len(found) > before:
        before = len(found)
        for loop in loops:
            if not found.isdisjoint(_names_in(loop.target)):
                found.update(_names_in(loop.iter))
    return frozenset(found)


def _asked(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute) and node.attr not in _OF_VALUES:
        owner = node.value
        while isinstance(owner, ast.Subscript):
            owner = owner.value
        if isinstance(owner, ast.Name):
            yield owner.id
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        yield node.func.id


def _names_in(node: ast.expr) -> set[str]:
    return {part.id for part in walk([node]) if isinstance(part, ast.Name)}
