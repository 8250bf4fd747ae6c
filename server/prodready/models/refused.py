"""What CPython's parser takes and its compiler refuses: a `return` outside of functions, an argument given twice."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from prodready.engine.syntax import FUNCTIONS, SCOPES, FunctionNode, block_of, nearest

_LOOPS: Final = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_BOUNDS: Final = (*SCOPES, *_COMPREHENSIONS)


def misplaced(node: ast.AST, *, is_notebook: bool) -> str | None:
    """Return what CPython says of a statement or an expression where it stands, None where it may stand there.

    The cells of a notebook may await.
    """
    if isinstance(node, (ast.Break, ast.Continue)):
        return None if _is_in_loop(node) else _OUTSIDE_LOOP[type(node)]
    scope = _scope_of(node)
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


def repeated_parameters(function: FunctionNode | ast.Lambda) -> Iterator[ast.arg]:
    """Yield the parameters of a function whose names others before them have."""
    own = function.args
    extra = [a for a in (own.vararg, own.kwarg) if a is not None]
    every = [*own.posonlyargs, *own.args, *own.kwonlyargs, *extra]
    seen: set[str] = set()
    for argument in every:
        if argument.arg in seen:
            yield argument
        seen.add(argument.arg)


def repeated_keywords(call: ast.Call) -> Iterator[ast.keyword]:
    """Yield the keyword arguments of a call whose names others before them have."""
    seen: set[str] = set()
    for keyword in call.keywords:
        if keyword.arg is not None and keyword.arg in seen:
            yield keyword
        seen.add(keyword.arg or "")


def _scope_of(node: ast.AST) -> ast.AST | None:
    """Return the function, class or comprehension whose body holds a node: defaults and decorators are not in it."""
    found = nearest(node, _BOUNDS)
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
