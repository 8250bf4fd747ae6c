"""What annotations and defaults say: of which kind an attribute is that is bound to what somebody gave."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from prodready.engine.syntax import is_constant


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


def _wanted(annotation: ast.expr | None) -> ast.expr | None:
    """Return the type of an annotation that also allows None: `T` of `T | None` and of `Optional[T]`."""
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        sides = [side for side in (annotation.left, annotation.right) if not is_constant(side, None)]
        return sides[0] if len(sides) == 1 else None
    if isinstance(annotation, ast.Subscript):
        kind = annotation.value
        name = kind.attr if isinstance(kind, ast.Attribute) else getattr(kind, "id", "")
        return annotation.slice if name == "Optional" else None
    return annotation


def unsubscripted(node: ast.expr) -> ast.expr:
    """Return `T` for `T[...]`, and everything else as it is."""
    return node.value if isinstance(node, ast.Subscript) else node
