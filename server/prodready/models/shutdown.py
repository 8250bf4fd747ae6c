"""Conditions on whether the program is being stopped: what fails then is nobody's concern."""

from __future__ import annotations

import ast
import re
from typing import Final

from prodready.engine.syntax import walk

_ENDING: Final = re.compile(
    r"shut(?:ting)?_?down|stop(?:ping|ped)|clos(?:ing|ed)|exiting|terminat(?:ing|ed)|finalizing"
)


def blocks_that_matter(test: ast.expr, blocks: list[list[ast.stmt]]) -> list[list[ast.stmt]]:
    """Return the branches of a condition without the one that is taken while the program is being stopped."""
    wanted = not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not))
    if len(blocks) != 2 or not _asks_for_end(test):
        return blocks
    return blocks[1:] if wanted else blocks[:1]


def _asks_for_end(test: ast.expr) -> bool:
    names = (
        n.id if isinstance(n, ast.Name) else n.attr for n in walk([test]) if isinstance(n, (ast.Name, ast.Attribute))
    )
    return not isinstance(test, ast.BoolOp) and any(_ENDING.search(name.lower()) for name in names)
