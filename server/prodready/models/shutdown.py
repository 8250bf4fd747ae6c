"""Conditions on whether the program is being stopped: what fails then is nobody's concern."""

from __future__ import annotations

import ast
from typing import Final

from prodready.engine.syntax import walk
from prodready.models.naming import words_of

_ENDING: Final = frozenset({
    "closed", "closing", "exiting", "finalizing", "shutdown", "shutting", "stopped", "stopping", "terminated",
    "terminating",
})  # fmt: skip
_NAMED: Final = (ast.Name, ast.Attribute)


def blocks_that_matter(test: ast.expr, blocks: list[list[ast.stmt]]) -> list[list[ast.stmt]]:
    """Return the branches of a condition without the one that is taken while the program is being stopped.

    `if shutdown.is_set():`, `if not self._closing:`; what is compared or combined says too little.
    """
    negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    asked = test.operand if isinstance(test, ast.UnaryOp) else test
    if len(blocks) != 2 or not isinstance(asked, (ast.Name, ast.Attribute, ast.Call)):
        return blocks
    names = (n.id if isinstance(n, ast.Name) else n.attr for n in walk([asked]) if isinstance(n, _NAMED))
    if all(_ENDING.isdisjoint(words_of(name)) for name in names):
        return blocks
    return blocks[:1] if negated else blocks[1:]
