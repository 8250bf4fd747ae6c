"""Functions that a framework calls for a request, a message or a task: nobody sits at a terminal there."""

from __future__ import annotations

import ast
from typing import Final

from prodready.engine.remembered import remembered
from prodready.engine.semantic import Names
from prodready.engine.syntax import FUNCTIONS, FunctionNode, around, dotted, is_constant

_REGISTERED: Final = frozenset({
    "api_route", "callback_query", "callback_query_handler", "delete", "get", "head", "message", "message_handler",
    "options", "patch", "post", "put", "route", "websocket",
})  # fmt: skip
"""Methods of applications, routers and bots that decorate what answers: `@router.get("/orders")`."""
_DECORATORS: Final = frozenset({
    "action", "api_view", "csrf_exempt", "login_required", "permission_required", "require_GET", "require_POST",
    "require_http_methods", "require_safe", "shared_task",
})  # fmt: skip
"""Other decorators of such functions, by the last part of their name."""
_TASKS: Final = frozenset({"app.task", "celery.task", "celery_app.task"})
_REQUEST: Final = "request"
_FIRST: Final = 2
"""Among how many parameters the request is: behind `self` at most."""


def is_served(node: ast.AST, names: Names) -> bool:
    """Tell whether `node` runs for a request, a message or a task, as far as the functions around it show."""
    return any(_answers(up, names) for up in around(node, FUNCTIONS) if isinstance(up, FUNCTIONS))


@remembered
def _answers(function: FunctionNode, _names: Names) -> bool:
    arguments = [*function.args.posonlyargs, *function.args.args]
    if any(argument.arg == _REQUEST for argument in arguments[:_FIRST]):
        return True
    return any(map(_registers, function.decorator_list))


def _registers(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    written = dotted(called) or ""
    last = written.rpartition(".")[2]
    if last in _DECORATORS or written in _TASKS:
        return True
    return isinstance(decorator, ast.Call) and last in _REGISTERED and "." in written and _names_a_route(decorator)


def _names_a_route(decorator: ast.Call) -> bool:
    """Tell whether what decorates is given a path, or a filter of messages; `@cache.get("key")` is not.

    A bot's router takes what is no text at all, or nothing.
    """
    first = decorator.args[0] if decorator.args else None
    if not isinstance(first, ast.Constant):
        return True
    return isinstance(first.value, str) and (is_constant(first, "") or first.value.startswith(("/", "<", "{")))
