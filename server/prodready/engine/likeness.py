"""What annotations and defaults say: of which kind an attribute is that is given, declared, or made when asked for."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Final

from prodready.engine.syntax import FUNCTIONS, FunctionNode, dotted, is_constant

_PROPERTIES: Final = frozenset({"property", "cached_property"})


def likeness(statement: ast.Assign | ast.AnnAssign, given: Mapping[str, ast.expr | None]) -> ast.expr | None:
    """Return the type of what is bound, or what makes it where nothing else is given; None where nobody says.

    That is `T` of `self.x: T = ...`, of `self.x = x` with a parameter `x: T`, and of `self.x = x or T()`. `given` are
    the annotations of the parameters.
    """
    value = statement.value
    if isinstance(statement, ast.AnnAssign):
        return _wanted(statement.annotation)
    if isinstance(value, ast.Name):
        return _wanted(given.get(value.id))
    if isinstance(value, (ast.BoolOp, ast.IfExp)):
        parts = value.values if isinstance(value, ast.BoolOp) else [value.body, value.orelse]
        calls = [part.func for part in parts if isinstance(part, ast.Call)]
        return calls[0] if len(calls) == 1 else None
    return None


def declared(statement: ast.stmt) -> tuple[str, ast.expr | None] | None:
    """Return the attribute that a statement of a class declares without a value, and its type or what makes it.

    That is `T` of `x: T`, of a property `x` that returns `T`, and of one that does nothing but return `T()`.
    """
    if isinstance(statement, ast.AnnAssign) and statement.value is None and isinstance(statement.target, ast.Name):
        return statement.target.id, _wanted(statement.annotation)
    if isinstance(statement, FUNCTIONS) and not _PROPERTIES.isdisjoint(map(_last_name, statement.decorator_list)):
        return statement.name, _wanted(statement.returns) if statement.returns else _returned(statement)
    return None


def _last_name(decorator: ast.expr) -> str:
    return (dotted(decorator) or "").rpartition(".")[2]


def _returned(function: FunctionNode) -> ast.expr | None:
    """Return what a function calls that does nothing but return the result."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    only = body[0] if len(body) == 1 else None
    return only.value.func if isinstance(only, ast.Return) and isinstance(only.value, ast.Call) else None


def _wanted(annotation: ast.expr | None) -> ast.expr | None:
    """Return `T` of the annotations `T`, `T | None`, `Optional[T]`, `ClassVar[T]` and `Final[T]`."""
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        sides = [side for side in (annotation.left, annotation.right) if not is_constant(side, None)]
        return sides[0] if len(sides) == 1 else None
    if isinstance(annotation, ast.Subscript):
        kind = annotation.value
        name = kind.attr if isinstance(kind, ast.Attribute) else getattr(kind, "id", "")
        return annotation.slice if name in ("Optional", "ClassVar", "Final") else None
    return annotation


def unsubscripted(node: ast.expr) -> ast.expr:
    """Return `T` for `T[...]`, and everything else as it is."""
    return node.value if isinstance(node, ast.Subscript) else node
