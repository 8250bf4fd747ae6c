"""What CPython's parser takes and its compiler refuses: a `return` outside of functions, an argument given twice."""

from __future__ import annotations

import ast
from typing import Final, TypeVar

from prodready.engine.syntax import FUNCTIONS, SCOPES, FunctionNode, block_of, nearest, parent

_LOOPS: Final = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_BOUNDS: Final = (*SCOPES, *_COMPREHENSIONS)


def misplaced(node: ast.AST, *, is_notebook: bool) -> str | None:
    """Return what CPython says of a statement or an expression where it stands, None where it may stand there.

    The cells of a notebook may await.
    """
    if isinstance(node, (ast.Break, ast.Continue)):
        return None if _is_in_loop(node) else _OUTSIDE_LOOP[type(node)]
    found = nearest(node, _BOUNDS)
    if found is not None and isinstance(found[0], ast.FunctionDef) and isinstance(node, ast.Return):
        return None  # most of what is asked about
    scope = _scope_of(found)
    if isinstance(scope, _COMPREHENSIONS):
        return None  # they have rules of their own
    is_function = isinstance(scope, (*FUNCTIONS, ast.Lambda))
    if isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom)):
        return None if is_function else f"'{_WORDS[type(node)]}' outside function"
    if isinstance(scope, ast.AsyncFunctionDef) or (scope is None and is_notebook):
        return None
    needed = "async function" if is_function or not isinstance(node, ast.Await) else "function"
    return f"'{_WORDS[type(node)]}' outside {needed}"


_WORDS: Final = {
    ast.Return: "return",
    ast.Yield: "yield",
    ast.YieldFrom: "yield",
    ast.Await: "await",
    ast.AsyncFor: "async for",
    ast.AsyncWith: "async with",
}
_OUTSIDE_LOOP: Final = {ast.Break: "'break' outside loop", ast.Continue: "'continue' not properly in loop"}


def repeated_parameters(function: FunctionNode | ast.Lambda) -> list[ast.arg]:
    """Return the parameters of a function whose names others before them have."""
    own = function.args
    every = [*own.posonlyargs, *own.args, *own.kwonlyargs]
    every += [a for a in (own.vararg, own.kwarg) if a is not None] if own.vararg or own.kwarg else []
    return _repeated(every) if len(every) > 1 else []


def repeated_keywords(first: ast.keyword) -> list[ast.keyword]:
    """Return the arguments of a call whose names others before them have; `first` is its first keyword argument."""
    call = parent(first)
    if not isinstance(call, ast.Call) or call.keywords[0] is not first or len(call.keywords) == 1:
        return []
    return _repeated([keyword for keyword in call.keywords if keyword.arg is not None])


_Named = TypeVar("_Named", ast.arg, ast.keyword)


def _repeated(every: list[_Named]) -> list[_Named]:
    seen: set[str | None] = set()
    found: list[_Named] = []
    for one in every:
        if one.arg in seen:
            found.append(one)
        seen.add(one.arg)
    return found


def _scope_of(found: tuple[ast.AST, ast.AST] | None) -> ast.AST | None:
    """Return the function, class or comprehension whose body holds a node: defaults and decorators are not in it.

    `found` is the nearest one around the node, and what is just below it on the way.
    """
    while found is not None:
        up, child = found
        if isinstance(up, _COMPREHENSIONS) or isinstance(child, ast.stmt):
            return up
        if isinstance(up, ast.Lambda) and child is up.body:
            return up
        found = nearest(up, _BOUNDS)
    return None


def _is_in_loop(node: ast.stmt) -> bool:
    found = nearest(node, (*_LOOPS, *SCOPES))
    while found is not None:
        up, child = found
        if not isinstance(up, _LOOPS):
            return False
        assert isinstance(child, ast.stmt)
        if block_of(child) is not up.orelse:
            return True
        found = nearest(up, (*_LOOPS, *SCOPES))
    return False
