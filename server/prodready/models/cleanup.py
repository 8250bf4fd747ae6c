"""Statements that only close, cancel, remove or wait: little is lost where they fail."""

from __future__ import annotations

import ast
from typing import Final

from prodready.engine.semantic import Names
from prodready.models.naming import callee, words_of

_CLEANUP: Final = frozenset({
    "abort", "aclose", "cancel", "cleanup", "close", "close_all", "dispose", "disconnect", "expunge_all", "flush",
    "join", "kill", "release", "remove", "reset", "rmtree", "rollback", "shutdown", "stop", "terminate", "unlink",
    "unlock", "wait_closed",
})  # fmt: skip
_CLOSING: Final = (["aclose"], ["close"], ["cleanup"], ["disconnect"], ["dispose"], ["shutdown"], ["teardown"])
"""First words of other functions that do."""
TIDYING: Final = frozenset({
    "abort", "cancel", "clean", "clear", "close", "collect", "delete", "detach", "disable", "discard", "disconnect",
    "drain", "drop", "empty", "end", "finalize", "finish", "forget", "free", "kill", "pop", "purge", "quit", "release",
    "remove", "reset", "restore", "revoke", "shutdown", "stop", "teardown", "terminate", "unregister", "unsubscribe",
})  # fmt: skip
"""First words of functions that tidy up where that is what the place is for: behind an error, or in a `finally`."""
_ENDING: Final = frozenset({"cleanup", "close", "disconnect", "release", "shutdown", "stop", "teardown"})
"""Last words of such functions: `nvmlShutdown`."""
_CHANGING: Final = frozenset({"flush", "remove", "reset", "unlink"})
"""Those of the former that are work like any other where they are called on what keeps data."""
_KEEPING: Final = frozenset({
    "api", "client", "db", "kafka", "orm", "producer", "repo", "repository", "service", "session", "storage", "store",
    "uow",
})  # fmt: skip
"""Words in the names of what keeps data, or sends it."""
_WAITS: Final = frozenset({"time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep", "gevent.sleep"})


def is_cleanup(body: list[ast.stmt]) -> bool:
    """Tell whether statements only close, cancel or remove things, for which best effort will do."""
    return all(is_cleanup_statement(s) for s in body)


def method_called(node: ast.stmt) -> str:
    """Return the last part of the name of what a statement calls, or waits for: `close` of `await self.a.close()`."""
    call = _called(node)
    return callee(call).rpartition(".")[2] if call is not None else ""


def _called(node: ast.stmt) -> ast.Call | None:
    if not isinstance(node, ast.Expr):
        return None
    call = node.value.value if isinstance(node.value, ast.Await) else node.value
    return call if isinstance(call, ast.Call) else None


def waits(node: ast.expr, names: Names) -> bool:
    """Tell whether an expression only lets time pass."""
    call = node.value if isinstance(node, ast.Await) else node
    return isinstance(call, ast.Call) and names.qualified(call.func) in _WAITS


def is_cleanup_statement(node: ast.stmt) -> bool:
    """Tell whether a statement closes, cancels or removes something, if anything."""
    if isinstance(node, (ast.Delete, ast.Pass)):
        return True
    if isinstance(node, ast.If):
        return not node.orelse and is_cleanup(node.body)
    name = method_called(node)
    if name in _CHANGING and _changes_data(node):
        return False
    return name in _CLEANUP or words_of(name)[:1] in _CLOSING


def _changes_data(node: ast.stmt) -> bool:
    """Tell whether a statement writes, or removes, what a session, a producer or a repository keeps.

    A session of all threads is let go by `remove()`, and a client is emptied by it, with nothing in the brackets.
    """
    call = _called(node)
    if call is None or not (call.args or call.keywords or method_called(node) == "flush"):
        return False
    return not _KEEPING.isdisjoint(words_of(callee(call).rpartition(".")[0]))


def is_tidying(node: ast.stmt) -> bool:
    """Tell whether a statement cleans up, or does what is no more than that behind an error, or in a `finally`."""
    if isinstance(node, ast.If):
        return not node.orelse and all(map(is_tidying, node.body))
    words = words_of(method_called(node))
    return is_cleanup_statement(node) or not TIDYING.isdisjoint(words[:1]) or not _ENDING.isdisjoint(words[-1:])
