"""The facts that rules about closing need: how a class is closed, and which names module-level code hands on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from prodready.engine.syntax import FunctionNode, dotted, walk_own

_CLOSING: Final = frozenset({
    "close", "aclose", "_close", "shutdown", "dispose", "cleanup", "disconnect", "quit", "stop", "release",
})  # fmt: skip


def closing_traits(method: FunctionNode) -> Iterator[str]:
    """Yield what a method says about closing, such as `__exit__:closes`; nothing for most methods.

    `connect:gives:sqlite3.connect` is one that opens something for its caller; `awaited` says that it is awaited.
    """
    made = given_by(method)
    if made is not None:
        yield f"{method.name}:{'awaited:' if isinstance(method, ast.AsyncFunctionDef) else ''}gives:{made}"
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


def given_by(function: FunctionNode) -> str | None:
    """Return what makes the value that a function returns, as it is written there, None where that is not all it is.

    That is `X` of a function without decorators that ends with `return X()`, or with `return x` where `x = X()`, keeps
    `x` nowhere else, and returns nothing else. Only those are looked at whose names say that something is opened.
    """
    ending = function.body[-1]
    if function.decorator_list or not isinstance(ending, ast.Return) or not _OPENERS.search(function.name):
        return None
    nodes = list(walk_own(function.body))
    if any(isinstance(node, _ELSEWHERE) for node in nodes) or sum(isinstance(n, ast.Return) for n in nodes) > 1:
        return None
    made = _bound_to(ending.value.id, nodes) if isinstance(ending.value, ast.Name) else ending.value
    callee = _called(made)
    arguments = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    local = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    local.update(argument.arg for argument in arguments)
    return None if callee is None or callee.partition(".")[0] in local else callee


_OPENERS: Final = re.compile(r"client|conn|database|db|executor|file|open|pool|session|sock", re.IGNORECASE)
_ELSEWHERE: Final = (ast.Yield, ast.YieldFrom, ast.Global, ast.Nonlocal, ast.NamedExpr)


def _called(value: ast.expr | None) -> str | None:
    made = value.value if isinstance(value, ast.Await) else value
    return dotted(made.func) if isinstance(made, ast.Call) else None


def _bound_to(name: str, nodes: list[ast.AST]) -> ast.expr | None:
    """Return what the only assignment to a name in a function gives it, None where the name is used to keep it."""
    mentions = [node for node in nodes if isinstance(node, ast.Name) and node.id == name]
    assigned = [n for n in nodes if isinstance(n, ast.Assign) and any(t in mentions for t in n.targets)]
    owners = [node.value for node in nodes if isinstance(node, ast.Attribute) and node.value in mentions]
    if len(assigned) != 1 or len(mentions) != len(owners) + 2:  # it is bound once, and returned once
        return None
    return assigned[0].value


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
