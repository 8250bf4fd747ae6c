"""What a condition says about whether a local resource is there: `if x:`, `if x is not None:`, `if not x.closed:`."""

from __future__ import annotations

import ast
from dataclasses import dataclass


@dataclass(frozen=True)
class Guard:
    """What a condition says about the resource called `name`."""

    name: str

    def meaning(self, test: ast.expr) -> bool | None:
        """Return True for "only if it is there", False for "only if it is not", None for neither."""
        if isinstance(test, ast.Name):
            return True if test.id == self.name else None
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            inner = self._opposite(test.operand)
            return inner if inner is None else not inner
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
            return True if all(self._speaks_of_it(value) for value in test.values) else None
        if isinstance(test, ast.Compare) and self._speaks_of_it(test.left) and len(test.ops) == 1:
            none = isinstance(test.comparators[0], ast.Constant) and test.comparators[0].value is None
            if none and isinstance(test.ops[0], (ast.IsNot, ast.NotEq)):
                return True
            if none and isinstance(test.ops[0], (ast.Is, ast.Eq)):
                return False
        return True if isinstance(test, ast.Call) and self._speaks_of_it(test) else None

    def _opposite(self, operand: ast.expr) -> bool | None:
        # `not x.closed` asks for an open one, as `x` does.
        if isinstance(operand, ast.Attribute) and operand.attr in ("closed", "is_closed"):
            return False if self._speaks_of_it(operand) else None
        return self.meaning(operand)

    def _speaks_of_it(self, node: ast.expr) -> bool:
        return any(isinstance(n, ast.Name) and n.id == self.name for n in ast.walk(node))
