"""The facts that rules about closing need: how a class is closed, and which names module-level code hands on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from prodready.engine.syntax import FunctionNode, walk_own

_CLOSING: Final = frozenset({
    "close", "aclose", "_close", "shutdown", "dispose", "cleanup", "disconnect", "quit", "stop", "release",
})  # fmt: skip


def closing_traits(method: FunctionNode) -> Iterator[str]:
    """Yield what a method says about closing, such as `__exit__:closes`; nothing for most methods."""
    if method.name in ("__enter__", "__aenter__"):
        if _returns_self(method):
            yield f"{method.name}:self"
    elif method.name in ("__exit__", "__aexit__"):
        if _only_closes(method):
            yield f"{method.name}:closes"
    elif method.name == "close" and isinstance(method, ast.AsyncFunctionDef):
        yield "close:async"


def _returns_self(method: FunctionNode) -> bool:
    returned = [node.value for node in walk_own(method.body) if isinstance(node, ast.Return)]
    return bool(returned) and all(isinstance(v, ast.Name) and v.id == _self(method) for v in returned)


def _only_closes(method: FunctionNode) -> bool:
    """Whether leaving closes something of the object's, calls nothing else, and lets exceptions pass."""
    nodes = list(walk_own(method.body))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    returned = [node.value for node in nodes if isinstance(node, ast.Return)]
    lets_pass = all(v is None or (isinstance(v, ast.Constant) and not v.value) for v in returned)
    return bool(calls) and lets_pass and all(_closes_own(call, _self(method)) for call in calls)


def _closes_own(call: ast.Call, own: str) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _CLOSING:
        return False
    node: ast.expr = call.func
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id == own


def _self(method: FunctionNode) -> str:
    arguments = method.args.posonlyargs + method.args.args
    return arguments[0].arg if arguments else ""


_HOLDERS: Final = (
    ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Starred,
    ast.IfExp, ast.Yield, ast.Await,
)  # fmt: skip
_USING_CALLS: Final = frozenset({
    "load", "safe_load", "dump", "safe_dump", "reader", "writer", "DictReader", "DictWriter", "copyfileobj", "closing",
    "aclosing",
})  # fmt: skip


def handed_on(node: ast.AST) -> Iterator[str]:
    """Yield the names whose values a node itself hands on: assigned to another name, put into something, passed along.

    A plain function is trusted to use what it gets only while it runs; a class or a method is not.
    """
    if isinstance(node, ast.Call):
        if _may_keep(node.func):
            given = [*node.args, *(k.value for k in node.keywords)]
            yield from (value.id for value in given if isinstance(value, ast.Name))
    elif isinstance(node, _HOLDERS):
        children = ast.iter_child_nodes(node)
        yield from (child.id for child in children if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Load))


def _may_keep(callee: ast.expr) -> bool:
    name = callee.attr if isinstance(callee, ast.Attribute) else getattr(callee, "id", "")
    if name in _USING_CALLS:
        return False
    return isinstance(callee, ast.Attribute) or name[:1].isupper()
