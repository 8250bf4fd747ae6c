"""What a log of a failure should say: what failed, and for whom, out of the names that are bound for sure."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from prodready.engine.semantic import BUILTINS, Names
from prodready.engine.syntax import (
    FUNCTIONS,
    SCOPES,
    TRIES,
    FunctionNode,
    ancestors,
    block_of,
    dotted,
    enclosing_statement,
    in_loop,
    nearest,
    walk,
    walk_own,
)
from prodready.models.conversions import is_conversion
from prodready.models.loggers import log_call
from prodready.models.naming import callee, words_of

MAX_IDENTIFIERS: Final = 3
_LONG_NAME: Final = 30  # characters, behind which what something is called on makes a message long
_WRAPPERS: Final = frozenset({
    "asyncio.create_task", "asyncio.ensure_future", "asyncio.run", "asyncio.shield", "asyncio.to_thread",
    "asyncio.wait_for", "anyio.to_thread.run_sync", "starlette.concurrency.run_in_threadpool",
    "fastapi.concurrency.run_in_threadpool", "contextlib.closing", "contextlib.aclosing",
})  # fmt: skip
"""Functions that only run, or close, what they are given."""
_CASTS: Final = frozenset({"typing.cast", "typing_extensions.cast"})
_ABOUT_SECRETS: Final = frozenset({
    "count", "counts", "expires", "expiry", "hash", "id", "ids", "len", "length", "limit", "name", "names", "prefix",
    "tokens", "type", "types", "url", "urls", "usage", "used",
})  # fmt: skip
"""Last words of names that are about a secret without holding it; counted `tokens` are those of language models."""
_IDENTIFYING: Final = frozenset({"id", "uid", "uuid", "pk"})
_COMMON: Final = frozenset({
    "call", "callback", "execute", "handle", "handler", "inner", "loop", "main", "perform", "process", "run", "start",
    "stop", "task", "work", "wrapper",
})  # fmt: skip
"""Names of functions that say nothing of what they do."""
_THINGS: Final = frozenset({"dir", "directory", "file", "filename", "folder", "module", "path", "slug"})
"""Last words of loop variables that are short to log, and say which turn it was."""
_SECRET: Final = frozenset({
    "apikey", "auth", "authorization", "cookie", "credential", "credentials", "key", "password", "passwd", "pwd",
    "secret", "secrets", "sig", "signature", "token", "tokens",
})  # fmt: skip


def what_failed(guarded: ast.stmt, names: Names) -> str:
    """Return what a failure of `guarded` (a `try` or `with` statement) is to be called: `sync_status failed`.

    That is the function around it; where the function guards several things, goes on after the failure, or has a name
    that many have (`run`, outside of a class), the call is named too; at module level the call alone. Where a default
    stands in for one name, or one is set in a loop, that name is said to lack its value.
    """
    around = function = _function_around(guarded)
    while function is not None and not _tells(function.name):
        function = _function_around(function)
    missing = _name_to_set(guarded)
    if function is None:
        return f"{missing} could not be set" if missing else f"{_first_call(guarded, names) or 'start-up'} failed"
    name = _called_in_logs(function)
    if missing is not None:
        return f"{name}: {missing} could not be set"
    partly = around is not function or _guards_several(function) or _goes_on(guarded, function)
    call = _first_call(guarded, names) if partly or name in _COMMON else None
    return f"{name}: {call} failed" if call else f"{name} failed"


def _called_in_logs(function: FunctionNode) -> str:
    """Return the name of a function, where it is that of many with what is around it: `Worker.run`, `retry.wrapper`."""
    if function.name not in _COMMON and not function.name.startswith("__"):
        return function.name
    owner = nearest(function, SCOPES)
    name = getattr(owner[0], "name", None) if owner is not None else None
    return f"{name}.{function.name}" if name else function.name


def identifiers(guarded: ast.stmt) -> list[str]:
    """Return the names that say for whom `guarded` ran (`chat_id`), bound on every path to it, never secrets."""
    function = _function_around(guarded)
    candidates = [*_parameters(function), *_bound_before(guarded)]
    dropped = {n.id for n in _deleted(function)} if function is not None else set()
    turned = set(_turned(guarded))
    loops = [up for up in _inside_function(guarded) if isinstance(up, (ast.For, ast.AsyncFor))]
    if loops:
        # Who a function was called for says little of the turn that failed, unless the turn speaks of it.
        told = _loads(guarded).union(*(_names_in(loop.target) for loop in loops))
        candidates = [n for n in candidates if n in told]
    wanted = [n for n in dict.fromkeys(candidates) if n not in dropped and (_identifies(n) or n in turned)]
    return wanted[:MAX_IDENTIFIERS]


def is_secret(name: str) -> bool:
    """Tell whether a name says by one of its words that its value must not be logged."""
    return not _SECRET.isdisjoint(words_of(name))


def sounds_secret(name: str) -> bool:
    """Tell whether a value of this name is likely a secret itself: not its identifier or count, nor just a `key`."""
    words = words_of(name)
    if (
        not words
        or words == ["key"]
        or words[-1] in _ABOUT_SECRETS
        or words[0] in ("is", "has", "num", "max", "min", "n")
    ):
        return False
    return is_secret(name)


def _turned(guarded: ast.stmt) -> Iterator[str]:
    """Yield the variables of loops around a statement that say by their name which thing was looked at: `path`."""
    for up in _inside_function(guarded):
        if isinstance(up, (ast.For, ast.AsyncFor)):
            yield from (n for n in _names_in(up.target) if words_of(n)[-1:] and words_of(n)[-1] in _THINGS)


def _inside_function(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is around a node, up to its function."""
    for up in ancestors(node):
        if isinstance(up, SCOPES):
            return
        yield up


def _loads(node: ast.AST) -> set[str]:
    return {n.id for n in walk([node]) if isinstance(n, ast.Name)}


def _identifies(name: str) -> bool:
    words = words_of(name)
    return bool(words) and words[-1] in _IDENTIFYING and not is_secret(name)


def _tells(name: str) -> bool:
    """Tell whether a name says anything: `_` is a function that nobody calls by name, or a translation."""
    return bool(name.strip("_"))


def _function_around(node: ast.AST) -> FunctionNode | None:
    for up in ancestors(node):
        if isinstance(up, FUNCTIONS):
            return up
        if isinstance(up, ast.ClassDef):
            return None
    return None


def _guards_several(function: FunctionNode) -> bool:
    return sum(isinstance(n, TRIES) for n in walk_own(function.body)) > 1


def _goes_on(guarded: ast.stmt, function: FunctionNode) -> bool:
    """Tell whether the function does more after a failure of `guarded`, so that it has not failed as a whole."""
    if isinstance(guarded, TRIES) and all(isinstance(h.body[-1], (ast.Return, ast.Raise)) for h in guarded.handlers):
        return False
    return guarded is not function.body[-1]


def _name_to_set(guarded: ast.stmt) -> str | None:
    """Return the name that a `try` is there to set, in a loop or with a default in its handler."""
    if not isinstance(guarded, TRIES) or len(guarded.body) != 1:
        return None
    name = _set_name(guarded.body[0])
    if name is None or not _tells(name):
        return None
    setting = [s for handler in guarded.handlers for s in handler.body if _set_name(s) == name]
    if any(map(_computes, setting)):
        return None
    return name if setting or in_loop(guarded) else None


def _set_name(node: ast.stmt) -> str | None:
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def _computes(node: ast.stmt) -> bool:
    """Tell whether a statement calls something, so that what it sets is another way to the value, not a default."""
    return any(isinstance(n, (ast.Call, ast.Await)) for n in walk([node]))


def _first_call(guarded: ast.stmt, names: Names) -> str | None:
    """Return the name of the first call in a block that is not a builtin's or a logger's.

    It is not said to be the one that failed where other statements behind it call something, too. Of a block that is
    one `with`, what it is for stands in its body.
    """
    body = getattr(guarded, "body", [])
    inner = body[0].body if len(body) == 1 and isinstance(body[0], (ast.With, ast.AsyncWith)) else []
    called = _called(inner, names) or _called(body, names)
    likely = [(name, call) for name, call in called if not is_conversion(call, names)] or called
    if not likely:
        return None
    name = likely[0][0]
    told = name if len(name) <= _LONG_NAME else name.rpartition(".")[2]
    return f"{told} or a later step" if len(called) > 1 else told


def _called(body: list[ast.stmt], names: Names) -> list[tuple[str, ast.Call]]:
    """Return what each statement of a block, and of the blocks inside, calls first, under its name.

    That is the outermost call, or where it only converts what another one inside returns, that one.
    """
    found: dict[ast.stmt, tuple[str, ast.Call]] = {}
    for node in walk_own(body):
        if isinstance(node, ast.Call):
            name = _what_is_called(node, names).removeprefix("self.").removeprefix("cls.")
            if _tells(name) and name not in BUILTINS and log_call(node, names) is None and not _is_cast(node, names):
                at = enclosing_statement(node)
                if at not in found or is_conversion(found[at][1], names):
                    found[at] = (name, node)
    return list(found.values())


def _what_is_called(node: ast.Call, names: Names) -> str:
    """Return the names in what is called, of `asyncio.shield(send(x))` those of the call inside."""
    inner = node.args[0] if node.args and names.qualified(node.func) in _WRAPPERS else None
    if isinstance(inner, ast.Call):
        return callee(inner)
    return dotted(inner) or callee(node) if inner is not None else callee(node)


def _is_cast(node: ast.Call, names: Names) -> bool:
    """`typing.cast` returns what it is given, and cannot fail."""
    return names.qualified(node.func) in _CASTS


def _parameters(function: FunctionNode | None) -> list[str]:
    if function is None:
        return []
    return [a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]


def _bound_before(node: ast.stmt) -> Iterator[str]:
    """Yield the names that every way to `node` has bound, outermost block first."""
    found: list[list[str]] = []
    here: ast.AST = node
    for up in (node, *ancestors(node)):
        if isinstance(up, SCOPES):
            break
        if isinstance(up, ast.stmt):
            found.append([name for s in _preceding(up) for name in _targets(s)])
            found.append(_heads(up) if up is not node and _in_body(here, up) else [])
        here = up
    for names in reversed(found):
        yield from names


def _preceding(statement: ast.stmt) -> Iterator[ast.stmt]:
    for before in block_of(statement):
        if before is statement:
            return
        yield before


def _in_body(child: ast.AST, statement: ast.stmt) -> bool:
    return any(s is child for s in getattr(statement, "body", ()))


def _heads(statement: ast.stmt) -> list[str]:
    """Return what the head of a loop or `with` binds for its body."""
    if isinstance(statement, (ast.For, ast.AsyncFor)):
        return _names_in(statement.target)
    return []


def _targets(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.Assign):
        return [name for target in statement.targets for name in _names_in(target)]
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return _names_in(statement.target)
    return []


def _names_in(target: ast.expr) -> list[str]:
    return [n.id for n in walk([target]) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


def _deleted(function: FunctionNode) -> Iterator[ast.Name]:
    for node in walk_own(function.body):
        if isinstance(node, ast.Delete):
            yield from (t for t in node.targets if isinstance(t, ast.Name))
