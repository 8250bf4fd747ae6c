"""What an `except` clause does with the failure it caught: observes it, hides it, or has a reason not to care."""

from __future__ import annotations

import ast
import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from prodready.engine.rule import Context
from prodready.engine.semantic import Names
from prodready.engine.settings import FileSettings
from prodready.engine.syntax import (
    FUNCTIONS,
    TRIES,
    dotted,
    enclosing_function,
    nearest,
    parent,
    placed,
    walk,
    walk_own,
)
from prodready.models.conversions import only_computes
from prodready.models.harm import runs_where_logging_harms
from prodready.models.loggers import is_configured_log_function, log_call
from prodready.models.naming import callee, words_of
from prodready.models.reasons import minds_failure, promises_no_failure
from prodready.models.shutdown import blocks_that_matter

_IMPORTS: Final = (ast.Import, ast.ImportFrom)
_NEVER_FAIL: Final = frozenset({
    "logging.getLogger", "typing.TypeVar", "typing.ParamSpec", "typing_extensions.TypeVar",
    "typing_extensions.ParamSpec",
})  # fmt: skip
"""Callables that modules define their values with."""
_EVERYTHING: Final = frozenset({"builtins.Exception", "builtins.BaseException"})
_SHOWS: Final = frozenset({
    "builtins.print", "builtins.exit", "builtins.quit", "sys.exit", "sys.exc_info", "sys.excepthook", "os._exit",
    "os.abort", "warnings.warn", "warnings.warn_explicit", "pprint.pprint", "pprint.pp", "typing.assert_never",
    "sys.stderr.write", "sys.stdout.write", "faulthandler.dump_traceback",
})  # fmt: skip
"""Callables after which somebody knows, or the process is over."""
_TELLING: Final = frozenset({
    "bugsnag", "crash", "err", "error", "errors", "exc", "exception", "exceptions", "fail", "failed", "fails",
    "failure", "failures", "fatal", "honeybadger", "invalid", "log", "logger", "logging", "logs", "metric", "metrics",
    "panic", "reraise", "rollbar", "secho", "sentry", "stderr", "telemetry", "traceback", "unraisable", "warn",
    "warning", "warnings",
})  # fmt: skip
"""Words anywhere in what is called that say that the failure is told, counted or kept."""
_TELLING_VERBS: Final = frozenset({
    "abort", "alert", "assert", "audit", "capture", "debug", "die", "echo", "exit", "flash", "inc", "incr", "increment",
    "notify", "print", "raise", "record", "reject", "report", "retry", "skip", "trace", "track",
})  # fmt: skip
"""Words that say so where the called name begins with them."""
_STATE_WORDS: Final = frozenset({
    "broken", "err", "error", "errors", "exc", "exception", "exceptions", "fail", "failed", "failure", "failures",
    "invalid", "succeeded", "success", "unavailable", "unhealthy",
})  # fmt: skip
"""Words in what is assigned that say that the failure is kept."""
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
_WAITS: Final = frozenset({"time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep", "gevent.sleep"})
_CONSTRUCTORS: Final = frozenset({
    "bool", "bytes", "defaultdict", "dict", "float", "frozenset", "int", "jsonify", "list", "set", "str", "tuple",
})  # fmt: skip
_SAFE_WORDS: Final = frozenset(
    {"effort", "ignore", "maybe", "quiet", "quietly", "safe", "safely", "silent", "silently", "try"}
)
"""Words in the names of functions that are there to swallow a failure."""
_PREDICATE: Final = re.compile(
    r"^_*(?:is|has|can|supports?|should|exists|check_is|looks_like|verify|validate|detect|match(?:es)?)(?:_|$)"
    r"|^\w+_(?:is|has|can|supports)_"
)
_PRAGMA: Final = re.compile(
    r"#+[!:\s]*(?:noqa\b|pragma\b|type:|nosec\b|pylint:|mypy:|pyright:|ruff:|flake8:|fmt:|prodready:|todo\b|fixme\b|xxx\b)",
    re.IGNORECASE,
)
_CODE: Final = re.compile(r"^#+\s*(?:[\w.]+\(.*\)|raise\b.*|return\b.*|pass|\w+\s*=[^=].*|import\s.*|print\b.*)\s*$")


_GOING_ON: Final = (ast.Pass, ast.Continue)
_COMPARING: Final = (ast.Compare, ast.BoolOp, ast.UnaryOp)
_LEADING: Final = (*FUNCTIONS, *TRIES, ast.ExceptHandler)

Guard: TypeAlias = ast.ExceptHandler | ast.With
"""What keeps a failure from going on: an `except` clause, or `with suppress(...)`."""


class Silence(enum.Enum):
    """How much of a failure a handler hides.

    `NONE`: every path observes it. `PARTLY`: some paths do. `REPLACED`: none does, but the handler does other work
    instead. `WHOLLY`: none does, and the handler only goes on, returns or assigns a default, or cleans up.
    """

    NONE = "none"
    PARTLY = "partly"
    REPLACED = "replaced"
    WHOLLY = "wholly"


def caught(handler: ast.ExceptHandler) -> list[ast.expr]:
    """Return the types that a handler names, those of a tuple one by one."""
    if isinstance(handler.type, ast.Tuple):
        return handler.type.elts
    return [handler.type] if handler.type is not None else []


def is_broad(handler: ast.ExceptHandler, names: Names) -> bool:
    """Tell whether a handler catches everything: bare, `Exception` or `BaseException`, alone or in a tuple."""
    return handler.type is None or any(names.qualified(kind) in _EVERYTHING for kind in caught(handler))


def is_broad_suppress(node: ast.expr, names: Names) -> bool:
    """Tell whether an expression is `contextlib.suppress(...)` of everything."""
    if not isinstance(node, ast.Call) or names.qualified(node.func) != "contextlib.suppress":
        return False
    return any(names.qualified(kind) in _EVERYTHING for kind in node.args)


def always_raises(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler's last statement raises the caught exception again, and no other way leads out."""
    last = handler.body[-1]
    if not isinstance(last, ast.Raise):
        return False
    again = last.exc is None or (isinstance(last.exc, ast.Name) and last.exc.id == handler.name)
    return again and not any(isinstance(n, (ast.Return, ast.Break, ast.Continue)) for n in walk_own(handler.body))


def silence(handler: ast.ExceptHandler, names: Names, settings: FileSettings) -> Silence:
    """Return how much of the failure a handler hides."""
    watch = _Watch(handler.name, names, settings)
    paths = watch.block(handler.body)
    if not paths.falls and not paths.leaves:
        return Silence.NONE
    if any(watch.observes(n) or isinstance(n, ast.Raise) for n in _statements(handler.body)):
        return Silence.PARTLY
    return Silence.WHOLLY if all(_is_trivial(s, names) for s in handler.body) else Silence.REPLACED


def may_be_silent(guard: Guard, context: Context) -> bool:
    """Tell whether a handler is one of those that never deserve an alarm, for what they stand around or in."""
    guarded = guarded_by(guard)
    body = guarded.body
    return (
        runs_where_logging_harms(guard, context.names)
        or all(_is_import(s) for s in body)
        or _is_optional_part(guarded, context.names)
        or _replaces_import(guard)
        or _awaits_cancelled(guarded, body)
        or all(_only_logs(s, context.names) for s in body)
        or (_is_aftermath(guarded) and all(map(_is_tidying, body)))
    )


def method_called(node: ast.stmt) -> str:
    """Return the last part of the name of what a statement calls, or waits for: `close` of `await self.a.close()`."""
    if not isinstance(node, ast.Expr):
        return ""
    call = node.value.value if isinstance(node.value, ast.Await) else node.value
    return callee(call).rpartition(".")[2] if isinstance(call, ast.Call) else ""


def guarded_by(guard: Guard) -> ast.Try | ast.With:
    """Return the statement whose failures a handler, or `with suppress(...)`, catches."""
    if isinstance(guard, ast.With):
        return guard
    guarded = parent(guard)
    assert isinstance(guarded, TRIES)
    return guarded


def is_cleanup(body: list[ast.stmt]) -> bool:
    """Tell whether statements only close, cancel or remove things, for which best effort will do."""
    return all(_is_cleanup_statement(s) for s in body)


def guards_computation(guard: Guard, names: Names) -> bool:
    """Tell whether a handler guards nothing but lookups and conversions of values, which may well fail."""
    return only_computes(guarded_by(guard).body, names)


def is_to_be_safe(guard: Guard) -> bool:
    """Tell whether a handler belongs to a function that promises not to fail, by its name or its documentation."""
    function = enclosing_function(guard)
    name = function.name if isinstance(function, FUNCTIONS) else ""
    return not _SAFE_WORDS.isdisjoint(words_of(name)) or promises_no_failure(function)


def says_no(guard: Guard, names: Names) -> bool:
    """Tell whether a handler answers no, in a function that asks whether something is so.

    One that only goes on leaves the answer to the function's end: `return False`, `return "exists" in str(e)`.
    """
    function = enclosing_function(guard)
    if not isinstance(function, FUNCTIONS) or not isinstance(guard, ast.ExceptHandler):
        return False
    if _PREDICATE.match(function.name) is None:
        return False
    last = guard.body[-1]
    if isinstance(last, ast.Return):
        return _is_falsy(last.value)
    end = function.body[-1]
    answer = end.value if isinstance(end, ast.Return) else None
    goes_on = all(isinstance(s, _GOING_ON) or (isinstance(s, ast.Expr) and _waits(s.value, names)) for s in guard.body)
    return goes_on and answer is not None and (_is_falsy(answer) or isinstance(answer, _COMPARING))


def gives_reason(guard: Guard, context: Context) -> bool:
    """Tell whether a comment says in words why the failure may be ignored: at the clause, above it, or inside.

    At the `try`, it has to speak of a failure: other comments there say what is tried.
    """
    first = guard.lineno - 1 - context.segment.base
    above = context.line(first - 1).lstrip()
    if above.startswith("#") and _is_reason(above):
        return True
    if isinstance(guard, ast.With):
        return _is_reason(context.line(first))
    last = (guard.end_lineno or guard.lineno) - 1 - context.segment.base
    if any(_is_reason(context.line(number)) for number in range(first, last + 1)):
        return True
    tried = context.line(guarded_by(guard).lineno - 1 - context.segment.base)
    return _is_reason(tried) and minds_failure(tried)


@dataclass(frozen=True)
class _Paths:
    """Where an unobserved failure gets to: behind the statements (`falls`), out of the handler early (`leaves`)."""

    falls: bool
    leaves: bool

    def joined(self, other: _Paths) -> _Paths:
        return _Paths(self.falls or other.falls, self.leaves or other.leaves)


_OBSERVED: Final = _Paths(falls=False, leaves=False)
_FALLS: Final = _Paths(falls=True, leaves=False)
_LEAVES: Final = _Paths(falls=False, leaves=True)


class _Watch:
    """Follows the paths through one handler, whose exception is called `name` (or nothing)."""

    def __init__(self, name: str | None, names: Names, settings: FileSettings) -> None:
        self._name = name
        self._names = names
        self._settings = settings

    def block(self, body: Iterable[ast.stmt]) -> _Paths:
        """Follow statements one after the other."""
        leaves = False
        for statement in body:
            paths = self._statement(statement)
            leaves = leaves or paths.leaves
            if not paths.falls:
                return _Paths(falls=False, leaves=leaves)
        return _Paths(falls=True, leaves=leaves)

    def observes(self, node: ast.AST) -> bool:
        """Tell whether anything in `node` tells, keeps or passes on the failure."""
        return any(self._tells(n) for n in walk([node]))

    def _statement(self, node: ast.stmt) -> _Paths:
        if isinstance(node, ast.Raise):
            return _OBSERVED
        if isinstance(node, ast.If):
            return self._branches(node.test, [node.body, node.orelse])
        if isinstance(node, ast.Match):
            paths = self._branches(node.subject, [case.body for case in node.cases])
            return paths if paths == _OBSERVED and _is_exhaustive(node) else paths.joined(_FALLS)
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            return self._loop(node)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            return _OBSERVED if any(self.observes(item) for item in node.items) else self.block(node.body)
        if isinstance(node, TRIES):
            return self._try(node)
        if self.observes(node):
            return _OBSERVED
        return _LEAVES if isinstance(node, (ast.Return, ast.Break, ast.Continue)) else _FALLS

    def _branches(self, test: ast.expr, blocks: list[list[ast.stmt]]) -> _Paths:
        if self.observes(test):
            return _OBSERVED
        blocks = blocks_that_matter(test, blocks)
        paths = _OBSERVED
        for block in blocks:
            paths = paths.joined(self.block(block))
        return paths

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While) -> _Paths:
        """A loop over who is to be told counts as telling, although it may turn zero times."""
        head = node.test if isinstance(node, ast.While) else node.iter
        if self.observes(head) or self.block(node.body) == _OBSERVED:
            return _OBSERVED
        returns = any(isinstance(n, ast.Return) for n in walk_own(node.body))
        return _Paths(falls=True, leaves=returns)

    def _try(self, node: ast.Try) -> _Paths:
        if self.block(node.finalbody) == _OBSERVED and node.finalbody:
            return _OBSERVED
        paths = self.block([*node.body, *node.orelse])
        if paths == _OBSERVED:
            return paths
        for handler in node.handlers:
            paths = paths.joined(self.block(handler.body))
        return paths

    def _tells(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Name):
            return node.id == self._name and isinstance(node.ctx, ast.Load)
        if isinstance(node, ast.Call):
            return self._call_tells(node)
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            return _keeps_state(node)
        return isinstance(node, ast.Assert)

    def _call_tells(self, node: ast.Call) -> bool:
        if is_configured_log_function(node, self._names, self._settings):
            return True
        qualified = self._names.qualified(node.func)
        if qualified is not None and (qualified in _SHOWS or qualified.startswith(("traceback.", "sentry_sdk."))):
            return True
        if log_call(node, self._names) is not None:
            return True
        called = callee(node)
        first = words_of(called.rpartition(".")[2])[:1]
        return not (_TELLING.isdisjoint(words_of(called)) and _TELLING_VERBS.isdisjoint(first))


def _is_exhaustive(node: ast.Match) -> bool:
    last = node.cases[-1]
    return last.guard is None and isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    return (n for n in walk_own(body) if isinstance(n, ast.stmt))


def _keeps_state(node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> bool:
    """Tell whether an assignment keeps the failure: `failed = True`, `job.status = "failed"`, `errors += 1`."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        written = ast.unparse(target)
        if not isinstance(target, ast.Name) and node.value is not None:
            written += " " + ast.unparse(node.value)
        if not _STATE_WORDS.isdisjoint(words_of(written)):
            return True
    return False


def _is_trivial(node: ast.stmt, names: Names) -> bool:
    """Tell whether a statement does no more than go on, give a default, wait or clean up."""
    if isinstance(node, (ast.Pass, ast.Continue, ast.Break, ast.Delete, ast.Global, ast.Nonlocal)):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) or _is_cleanup_statement(node) or _waits(node.value, names)
    if isinstance(node, (ast.Return, ast.Assign, ast.AnnAssign)):
        return node.value is None or _is_default(node.value)
    if isinstance(node, ast.If):
        return all(_is_trivial(s, names) for s in (*node.body, *node.orelse))
    return False


def _is_default(node: ast.expr) -> bool:
    """Tell whether an expression is a ready value: at most constructors are called in it."""
    return not any(isinstance(n, (ast.Await, ast.Yield)) or _does_work(n) for n in walk([node]))


def _does_work(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = callee(node).rpartition(".")[2]
    return not (name[:1].isupper() or name in _CONSTRUCTORS)


def _waits(node: ast.expr, names: Names) -> bool:
    call = node.value if isinstance(node, ast.Await) else node
    return isinstance(call, ast.Call) and names.qualified(call.func) in _WAITS


def _is_cleanup_statement(node: ast.stmt) -> bool:
    if isinstance(node, (ast.Delete, ast.Pass)):
        return True
    if isinstance(node, ast.If):
        return not node.orelse and is_cleanup(node.body)
    name = method_called(node)
    return name in _CLEANUP or words_of(name)[:1] in _CLOSING


def _is_tidying(node: ast.stmt) -> bool:
    if isinstance(node, ast.If):
        return not node.orelse and all(map(_is_tidying, node.body))
    words = words_of(method_called(node))
    return _is_cleanup_statement(node) or not TIDYING.isdisjoint(words[:1]) or not _ENDING.isdisjoint(words[-1:])


def _is_import(node: ast.stmt) -> bool:
    if isinstance(node, (ast.Assign, ast.Return)):
        return isinstance(node.value, ast.Constant) or dotted(node.value) is not None
    return isinstance(node, (*_IMPORTS, ast.Pass))


def _is_optional_part(guarded: ast.Try | ast.With, names: Names) -> bool:
    """Tell whether a module guards what it defines with the help of an import, which is all that can fail."""
    if enclosing_function(guarded) is not None or not any(isinstance(s, _IMPORTS) for s in guarded.body):
        return False
    return all(_is_import(s) or _is_definition(s, names) for s in guarded.body)


def _replaces_import(guard: Guard) -> bool:
    """Tell whether a module defines in a handler what it cannot import: `except Exception: def _(text): ...`."""
    if isinstance(guard, ast.With) or enclosing_function(guard) is not None:
        return False
    imported = {name for s in guarded_by(guard).body for name in _imported(s)}
    defined = {s.name for s in guard.body if isinstance(s, (*FUNCTIONS, ast.ClassDef))}
    return not imported.isdisjoint(defined.union(*map(_imported, guard.body)))


def _imported(node: ast.stmt) -> list[str]:
    return [a.asname or a.name for a in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []


def _is_definition(node: ast.stmt, names: Names) -> bool:
    """Tell whether a statement defines a function, a class or a value, and calls nothing that may well fail."""
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        calls = (n for n in ast.walk(node) if isinstance(n, ast.Call))
        return all(names.qualified(call.func) in _NEVER_FAIL for call in calls)
    return isinstance(node, (*FUNCTIONS, ast.ClassDef))


def _only_logs(node: ast.stmt, names: Names) -> bool:
    if isinstance(node, _IMPORTS):
        return True
    if isinstance(node, ast.If):
        return all(_only_logs(s, names) for s in (*node.body, *node.orelse))
    if not isinstance(node, ast.Expr):
        return False
    call = node.value.value if isinstance(node.value, ast.Await) else node.value
    prints = isinstance(call, ast.Call) and names.qualified(call.func) == "builtins.print"
    return prints or log_call(call, names) is not None


def _awaits_cancelled(guarded: ast.stmt, body: list[ast.stmt]) -> bool:
    """`task.cancel()`, and then `await task` for its end."""
    awaited = len(body) == 1 and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Await)
    if not awaited:
        return False
    block, index = placed(guarded)
    before = [n for s in block[max(0, index - 3) : index] for n in walk_own([s])]
    return any(isinstance(n, ast.Attribute) and n.attr == "cancel" for n in before)


def _is_aftermath(node: ast.AST) -> bool:
    """Tell whether `node` stands in a `finally`, or in a handler (not its own) that ends by raising."""
    found = nearest(node, _LEADING)
    while found is not None:
        up, child = found
        if isinstance(up, ast.ExceptHandler):
            return isinstance(up.body[-1], ast.Raise)
        if not isinstance(up, TRIES):
            return False
        if any(s is child for s in up.finalbody):
            return True
        found = nearest(up, _LEADING)
    return False


def _is_falsy(node: ast.expr | None) -> bool:
    return node is None or (isinstance(node, ast.Constant) and not node.value)


def _is_reason(line: str) -> bool:
    """Tell whether a line holds a comment of words, not a marker for a tool and not code that was put aside."""
    at = line.find("#")
    if at < 0:
        return False
    comment = line[at:].rstrip()
    if _PRAGMA.match(comment) or _CODE.match(comment):
        return False
    return len(re.findall(r"[^\W\d_]{2,}", comment)) >= 2
