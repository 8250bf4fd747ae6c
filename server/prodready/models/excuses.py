"""What lessens the harm of a hidden failure: it was raised on purpose, or only one value could not be read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from prodready.engine.semantic import Names
from prodready.engine.syntax import (
    FUNCTIONS,
    LOOPS,
    TRIES,
    ancestors,
    enclosing_function,
    following,
    is_constant,
    keyword,
    nearest,
    parent,
    placed,
    walk,
    walk_own,
)
from prodready.models.cleanup import TIDYING, method_called
from prodready.models.conversions import is_conversion
from prodready.models.handlers import Guard, guarded_by
from prodready.models.naming import callee, words_of
from prodready.models.silence import makes_response

_FEW: Final = 2  # statements: the value, and a look at it
_MOST_BRANCHES: Final = 4
_RAISED: Final = frozenset({"builtins.Exception", "builtins.BaseException"})
_ERROR_CALLBACK: Final = re.compile(r"^_*(?:on|handle)_(?:\w*_)?(?:errors?|failures?|failed)(?:_|$)")
_ANSWERING: Final = frozenset({"answer", "close", "reply", "respond", "send"})
"""First words of methods that tell the other side something."""
_GOODBYE: Final = _ANSWERING | {"abort", "connection", "disconnect", "shutdown"}
_LAST_WORDS: Final = frozenset({"bye", "goaway", "goodbye"})
_CLOSES_CONNECTION: Final = re.compile(
    r"^_*(?:a?close|disconnect|connection_lost|close_(?:\w*_)?(?:channel|conn|connection|sock|socket|stream|transport))$"
)
_CONVERSIONS: Final = frozenset({
    "builtins.abs", "builtins.bool", "builtins.chr", "builtins.float", "builtins.getattr", "builtins.hex",
    "builtins.int", "builtins.isinstance", "builtins.issubclass", "builtins.ord", "builtins.repr", "builtins.round",
    "builtins.str", "builtins.type",
})  # fmt: skip
"""Conversions of one value; those that go through an iterable may run a query."""
_PURE_METHODS: Final = frozenset({
    "date", "endswith", "hex", "isoformat", "lower", "lstrip", "rsplit", "rstrip", "split", "splitlines",
    "startswith", "strftime", "strip", "timestamp", "title", "total_seconds", "upper",
})  # fmt: skip
"""Methods of strings and times that only compute."""
_CASTS: Final = frozenset({"typing.cast", "typing_extensions.cast"})
_OPENS: Final = frozenset({"builtins.open", "io.open", "codecs.open", "gzip.open"})
_FILE_METHODS: Final = frozenset({"open", "read_bytes", "read_text", "write_bytes", "write_text"})
_WRITING: Final = frozenset("wax+")
_WAITING: Final = frozenset({"asyncio.gather", "asyncio.shield", "asyncio.wait", "asyncio.wait_for"})
_WAITS_FOR_END: Final = frozenset({"join", "wait"})
_OUTCOMES: Final = frozenset({"exception", "result"})
_EMPTY: Final = frozenset({"builtins.dict", "builtins.frozenset", "builtins.list", "builtins.set", "builtins.tuple"})
_PURE: Final = (
    ast.Name, ast.Constant, ast.Attribute, ast.Subscript, ast.Slice, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare,
    ast.IfExp, ast.JoinedStr, ast.FormattedValue, ast.Tuple, ast.keyword,
)  # fmt: skip


def raises_on_purpose(guard: Guard, names: Names) -> bool:
    """Tell whether what a broad handler guards raises a plain `Exception` itself, to get to that handler."""
    guarded = guarded_by(guard)
    return any(
        isinstance(node, ast.Raise) and _raises_anything(node, names) and _leads_to(guarded, node)
        for node in walk_own(guarded.body)
    )


def tidies_after_error(guard: Guard) -> bool:
    """Tell whether a handler stands around one call that tidies up, in a function that is called for an error."""
    function = enclosing_function(guard)
    body = guarded_by(guard).body
    if function is None or isinstance(function, ast.Lambda) or _ERROR_CALLBACK.match(function.name) is None:
        return False
    return len(body) == 1 and not TIDYING.isdisjoint(words_of(method_called(body[0]))[:1])


def says_goodbye(guard: Guard) -> bool:
    """Tell whether the other side of a connection is told of its end, as well as it can be: it may be gone already.

    `def close(self): try: self.sock.shutdown(SHUT_RDWR) / except Exception: pass`, or in front of a `raise`:
    `try: self.send_goaway() / except Exception: pass / raise FloodError()`
    """
    passes = isinstance(guard, ast.With) or all(isinstance(s, ast.Pass) for s in guard.body)
    if not passes or not (_closes_connection(guard) or _raises_next(guard)):
        return False
    calls = (n for n in walk_own(guarded_by(guard).body) if isinstance(n, ast.Call))
    return any(_is_goodbye(callee(call).rpartition(".")[2]) for call in calls)


def _is_goodbye(name: str) -> bool:
    words = words_of(name)
    return not _GOODBYE.isdisjoint(words[:1]) or not _LAST_WORDS.isdisjoint(words)


def _closes_connection(guard: Guard) -> bool:
    function = enclosing_function(guard)
    return isinstance(function, FUNCTIONS) and _CLOSES_CONNECTION.match(function.name) is not None


def _raises_next(guard: Guard) -> bool:
    """Tell whether the code behind raises whatever the `try` came to.

    Where the `try` may return, the exception behind is what its failure leads to, and hides why.
    """
    guarded = guarded_by(guard)
    if _leaves([guarded]):
        return False
    block, index = placed(guarded)
    return isinstance(block[-1], ast.Raise) and not _leaves(block[index + 1 : -1])


def _leaves(body: list[ast.stmt]) -> bool:
    return any(isinstance(n, (ast.Return, ast.Break, ast.Continue)) for n in walk_own(body))


def only_stores(guard: Guard) -> bool:
    """Tell whether a handler that passes stands around attributes that are set, with nothing called: a memo."""
    passes = all(isinstance(s, ast.Pass) for s in guard.body) if isinstance(guard, ast.ExceptHandler) else True
    return passes and all(map(_is_store, guarded_by(guard).body))


def tells_client_in_handler(guard: Guard) -> bool:
    """Tell whether a handler of another failure tries to tell a client about it, or to close what leads there."""
    body = guarded_by(guard).body
    inside = any(isinstance(up, ast.ExceptHandler) for up in _around(guarded_by(guard)))
    return inside and len(body) == 1 and not _ANSWERING.isdisjoint(words_of(method_called(body[0]))[:1])


def infers_missing(guard: Guard) -> bool:
    """Tell whether a handler that passes stands around a second way to a value: `if not x: try: x = find()`."""
    guarded = guarded_by(guard)
    body = guarded.body
    if not all(isinstance(s, ast.Pass) for s in guard.body) or len(body) != 1 or not isinstance(body[0], ast.Assign):
        return False
    bound = {n.id for t in body[0].targets for n in walk([t]) if isinstance(n, ast.Name)}
    asked = (up.test for up in _around(guarded) if isinstance(up, ast.If))
    return any(_missing(test) in bound for test in asked)


def awaits_task(guard: Guard, names: Names) -> bool:
    """Tell whether a handler stands around nothing but the wait for what was started elsewhere: `await task`.

    `task.exception()` or `task.result()`, whose value nobody takes, is no other: it marks a task's failure as seen.
    """
    body = guarded_by(guard).body
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        return False
    waits = body[0].value
    if isinstance(waits, ast.Call):
        asked = waits.func if isinstance(waits.func, ast.Attribute) and not waits.args else None
        # What `pool.submit(send).result()` waits for begins right there.
        return asked is not None and asked.attr in _OUTCOMES and not isinstance(asked.value, ast.Call)
    return isinstance(waits, ast.Await) and _is_started(waits.value, names)


def _is_started(node: ast.expr, names: Names) -> bool:
    """Tell whether what is awaited runs already: `task`, `wait_for(shield(task), 3)`, `to_thread(process.wait)`."""
    if not isinstance(node, ast.Call):
        return isinstance(node, (ast.Name, ast.Attribute))
    qualified = names.qualified(node.func)
    if qualified == "asyncio.to_thread":
        return bool(node.args) and isinstance(node.args[0], ast.Attribute) and node.args[0].attr in _WAITS_FOR_END
    return qualified in _WAITING and bool(node.args) and _is_started(node.args[0], names)


def has_second_way(guard: Guard) -> bool:
    """Tell whether the code behind looks for the value in another way where the `try` did not find it."""
    guarded = guarded_by(guard)
    bound = _bound_by(guarded.body)
    behind = following(guarded)
    if not isinstance(behind, ast.If) or not all(_gives_nothing(s, bound) for s in guard.body):
        return False
    return _missing(behind.test) in bound & _bound_by(behind.body)


def polls(guard: Guard, names: Names) -> bool:
    """Tell whether the `try` takes something off a queue without waiting, or asks whether a process lives."""
    calls = (n for n in walk_own(guarded_by(guard).body) if isinstance(n, ast.Call))
    return any(_polls(call, names) for call in calls)


def works_too(guard: Guard, names: Names) -> bool:
    """Tell whether a `try` that polls works on what it gets, too: that fails for other reasons."""
    calls = [n for n in walk_own(guarded_by(guard).body) if isinstance(n, ast.Call)]
    return any(_works(call) and not _polls(call, names) and not is_conversion(call, names) for call in calls)


def _works(call: ast.Call) -> bool:
    """Tell whether what a call gives is dropped: what is computed, or asked for, is taken."""
    up = parent(call)
    return isinstance(parent(up) if isinstance(up, ast.Await) else up, ast.Expr)


def _polls(call: ast.Call, names: Names) -> bool:
    if isinstance(call.func, ast.Attribute) and call.func.attr == "get_nowait":
        return True
    # Signal 0 does nothing: the call fails where there is no such process.
    asks = len(call.args) == 2 and is_constant(call.args[1], 0)
    return asks and names.qualified(call.func) == "os.kill"


def tries_next(guard: Guard) -> bool:
    """Tell whether a loop looks for the first of several things that fits, and a handler goes on to the next.

    Attempts that are counted (`for attempt in range(3)`) try the same again, and are no such search.
    """
    guarded = guarded_by(guard)
    loop = parent(guarded)
    if not isinstance(loop, (ast.For, ast.AsyncFor)) or not all(map(_goes_on, guard.body)):
        return False
    if isinstance(loop.iter, ast.Call) and callee(loop.iter) in ("range", "count", "itertools.count"):
        return False
    return any(isinstance(n, ast.Return) or _breaks(n, loop) for n in walk_own(_ends(guarded)))


def _ends(guarded: ast.Try | ast.With) -> list[ast.stmt]:
    """Return the statements of a `try` with which it ends where all went well.

    What leaves the loop further up does so before the work is done, or without any.
    """
    behind = guarded.orelse if isinstance(guarded, TRIES) else []
    return [guarded.body[-1], *behind]


def _breaks(node: ast.AST, loop: ast.AST) -> bool:
    found = nearest(node, LOOPS) if isinstance(node, ast.Break) else None
    return found is not None and found[0] is loop


def _goes_on(node: ast.stmt) -> bool:
    return isinstance(node, (ast.Continue, ast.Pass))


def has_another_form(guard: Guard) -> bool:
    """Tell whether a handler does the same as the `try`, by the same call, with something that it is given in place.

    `use(item.model_dump())`, else `use(item.dict())`: an older library, or a value of another type. An answer that says
    sorry is no other form of the one that was asked for.
    """
    tried, instead = guarded_by(guard).body, guard.body
    if isinstance(guard, ast.With) or len(tried) != 1 or len(instead) != 1 or type(tried[0]) is not type(instead[0]):
        return False
    assigned = [_places(body[0]) for body in (tried, instead) if isinstance(body[0], ast.Assign)]
    if assigned and assigned[0] != assigned[1]:
        return False
    outer = [next((callee(n) for n in walk(body) if isinstance(n, ast.Call)), None) for body in (tried, instead)]
    return outer[0] is not None and outer[0] == outer[1] and not makes_response(outer[0])


def makes_what_is_missing(guard: Guard, names: Names) -> bool:
    """Tell whether a file that the `try` reads a value from is written right behind: the first time, there is none.

    `try: n = int(path.read_text()) / except Exception: n = 0 / path.write_text(str(n + 1))`
    """
    guarded = guarded_by(guard)
    bound = _bound_by(guarded.body)
    if isinstance(guard, ast.With) or not all(_gives_default(s, bound) for s in guard.body):
        return False
    block, index = placed(guarded)
    read = set(_files(guarded.body, names, written=False))
    return not read.isdisjoint(_files(block[index + 1 :], names, written=True))


def _gives_default(node: ast.stmt, bound: set[str]) -> bool:
    """Tell whether a statement binds one of some names, and calls nothing for it but what makes an empty value."""
    names = {t.id for t in node.targets if isinstance(t, ast.Name)} if isinstance(node, ast.Assign) else set()
    if not isinstance(node, ast.Assign) or len(names) != len(node.targets):
        return False
    calls = (n for n in walk([node.value]) if isinstance(n, ast.Call))
    return names <= bound and not any(call.args or call.keywords for call in calls)


def _files(body: list[ast.stmt], names: Names, *, written: bool) -> Iterator[str]:
    """Yield what files are read, or `written`, by their paths as the code has them."""
    for node in walk_own(body):
        if isinstance(node, ast.Call):
            opens = names.qualified(node.func) in _OPENS
            on = node.func.value if isinstance(node.func, ast.Attribute) else None
            file = node.args[0] if opens and node.args else on
            method = "open" if opens else callee(node).rpartition(".")[2]
            if file is not None and method in _FILE_METHODS and _writes(node, method, given=opens) is written:
                yield ast.unparse(file)


def _writes(call: ast.Call, method: str, *, given: bool) -> bool:
    """Tell whether a call on a file, which is the first argument if it is `given`, writes it."""
    mode = keyword(call, "mode") or next(iter(call.args[1:] if given else call.args), None)
    mode_text = mode.value if method == "open" and isinstance(mode, ast.Constant) else ""
    return method.startswith("write") or not _WRITING.isdisjoint(str(mode_text))


def _bound_by(body: list[ast.stmt]) -> set[str]:
    return {n.id for n in walk_own(body) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _gives_nothing(node: ast.stmt, bound: set[str]) -> bool:
    if isinstance(node, ast.Assign):
        nothing = isinstance(node.value, ast.Constant) and not node.value.value
        return nothing and all(isinstance(t, ast.Name) and t.id in bound for t in node.targets)
    return isinstance(node, ast.Pass)


def absence_is_minded(guard: Guard) -> bool:
    """Tell whether the code behind a handler raises where the value that the `try` sets is missing.

    The handler passes, or sets the value to nothing.
    """
    guarded = guarded_by(guard)
    body = guarded.body
    if len(body) > _FEW or not isinstance(body[0], ast.Assign):
        return False
    bound = {t.id for t in body[0].targets if isinstance(t, ast.Name)}
    behind = _behind(guarded)
    if not all(_gives_nothing(s, bound) for s in guard.body) or not isinstance(behind, ast.If):
        return False
    if not any(isinstance(n, ast.Raise) for n in walk_own(behind.body)):
        return False
    asked = behind.test.values if isinstance(behind.test, ast.BoolOp) else [behind.test]
    return any(_missing(test) in bound for test in asked)


def _behind(node: ast.stmt) -> ast.stmt | None:
    """Return the statement that comes behind another, out of the branches that it ends."""
    here: ast.AST | None = node
    for _ in range(_MOST_BRANCHES):
        behind = following(here) if isinstance(here, ast.stmt) else None
        here = parent(here) if here is not None else None
        if behind is not None or not isinstance(here, ast.If):
            return behind
    return None


def _missing(test: ast.expr) -> str | None:
    """Return the name that a condition finds empty: `not x`, `x is None`."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand.id if isinstance(test.operand, ast.Name) else None
    if isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and isinstance(test.ops[0], ast.Is):
        nothing = test.comparators[0]
        return test.left.id if isinstance(nothing, ast.Constant) and nothing.value is None else None
    return None


def _is_store(node: ast.stmt) -> bool:
    if isinstance(node, ast.If):
        return not node.orelse and not _has_call(node.test) and all(map(_is_store, node.body))
    stores = isinstance(node, ast.Assign) and all(isinstance(t, ast.Attribute) for t in node.targets)
    return stores and not _has_call(node)


def _has_call(node: ast.AST) -> bool:
    return any(isinstance(n, (ast.Call, ast.Await)) for n in walk([node]))


def _around(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes around one in its own function."""
    for up in ancestors(node):
        if isinstance(up, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            return
        yield up


def defaults_one_value(guard: Guard, names: Names) -> bool:
    """Tell whether a handler gives a default for one expression that only computes: `return g.user.email`."""
    value = _defaulted(guard, names)
    return value is not None and all(_is_pure(node, names) for node in walk([value]))


def defaults_one_lookup(guard: Guard, names: Names) -> bool:
    """Tell whether a handler gives a default for one part of what one call returns: `info(model)["size"]`."""
    value = _defaulted(guard, names)
    if not isinstance(value, ast.Subscript):
        return False
    impure = [node for node in walk([value]) if not _is_pure(node, names)]
    base: ast.expr = value
    while isinstance(base, (ast.Subscript, ast.Attribute)):
        base = base.value
    return len(impure) == 1 and impure[0] is base and isinstance(base, ast.Call) and isinstance(base.func, ast.Name)


def _raises_anything(node: ast.Raise, names: Names) -> bool:
    kind = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return kind is not None and names.qualified(kind) in _RAISED


def _leads_to(guarded: ast.stmt, node: ast.Raise) -> bool:
    """Tell whether no other `try` stands between a `raise` and the statement that guards it."""
    for up in ancestors(node):
        if up is guarded:
            return True
        if isinstance(up, TRIES):
            return False
    return False


def _defaulted(guard: Guard, names: Names) -> ast.expr | None:
    """Return the one expression of a `try` whose only handler's statement gives a ready value instead."""
    body = guarded_by(guard).body
    if not isinstance(guard, ast.ExceptHandler) or len(body) != 1 or len(guard.body) != 1:
        return None
    tried, instead = body[0], guard.body[0]
    if isinstance(instead, ast.Assign):
        same = isinstance(tried, ast.Assign) and _places(tried) == _places(instead)
    else:
        same = isinstance(instead, ast.Return) and isinstance(tried, (ast.Return, ast.Assign))
    if not same or not isinstance(instead, (ast.Return, ast.Assign)) or not _is_ready(instead.value, names):
        return None
    return tried.value if isinstance(tried, (ast.Return, ast.Assign)) and _is_plain(tried) else None


def _places(node: ast.Assign) -> list[str]:
    return [ast.unparse(target) for target in node.targets]


def _is_plain(node: ast.Return | ast.Assign) -> bool:
    """Tell whether a statement stores nothing but in names and attributes: an item may be a row of a database."""
    return isinstance(node, ast.Return) or all(isinstance(t, (ast.Name, ast.Attribute)) for t in node.targets)


def _is_ready(node: ast.expr | None, names: Names) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_ready(node.operand, names)
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return not node.elts
    if isinstance(node, ast.Dict):
        return not node.keys
    if isinstance(node, ast.Call):
        return not node.args and not node.keywords and names.qualified(node.func) in _EMPTY
    return node is None or isinstance(node, ast.Constant)


def _is_pure(node: ast.AST, names: Names) -> bool:
    if isinstance(node, ast.Call):
        called = node.func
        return names.qualified(called) in _CONVERSIONS | _CASTS or (
            isinstance(called, ast.Attribute) and called.attr in _PURE_METHODS
        )
    return isinstance(node, _PURE)
