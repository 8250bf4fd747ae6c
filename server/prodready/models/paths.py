"""Which expressions are paths of the file system, whose `open()` opens a file."""

from __future__ import annotations

import ast
from typing import Final

from prodready.engine.semantic import Names
from prodready.engine.syntax import FUNCTIONS, enclosing_function, parent
from prodready.models.ownership import mentions_in

_CLASS: Final = "pathlib.Path"
_MAKERS: Final = frozenset({_CLASS, "pathlib.Path.cwd", "pathlib.Path.home"})
_PARTS: Final = frozenset({"absolute", "expanduser", "joinpath", "parent", "resolve", "with_name", "with_suffix"})
_MOST: Final = 20  # parts of a path that anybody writes in a row


def is_path(node: ast.expr, names: Names) -> bool:
    """Tell whether an expression is a `pathlib.Path`: one that is made, given, joined by `/`, or a part of one."""
    here: ast.expr | None = node
    for _ in range(_MOST):
        if isinstance(here, ast.BinOp) and isinstance(here.op, ast.Div):
            here = here.left
        elif isinstance(here, ast.Attribute) and here.attr in _PARTS:
            here = here.value
        elif isinstance(here, ast.Call) and isinstance(here.func, ast.Attribute) and here.func.attr in _PARTS:
            here = here.func.value
        elif isinstance(here, ast.Name) and names.made_by(here) is None:
            if _is_annotated(here, names):
                return True
            here = _assigned(here, names)
        else:
            break
    return here is not None and names.made_by(here) in _MAKERS


def _is_annotated(node: ast.Name, names: Names) -> bool:
    function = enclosing_function(node)
    if not isinstance(function, FUNCTIONS):
        return False
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    annotation = next((a.annotation for a in arguments if a.arg == node.id), None)
    return annotation is not None and names.qualified(annotation) == _CLASS


def _assigned(node: ast.Name, names: Names) -> ast.expr | None:
    """Return what a name of a function is assigned, where that is done once."""
    function = enclosing_function(node)
    if not isinstance(function, FUNCTIONS):
        return None
    stored = [n for n in mentions_in(function.body, names).get(node.id, ()) if isinstance(n.ctx, ast.Store)]
    up = parent(stored[0]) if len(stored) == 1 else None
    return up.value if isinstance(up, ast.Assign) and up.targets == stored else None
