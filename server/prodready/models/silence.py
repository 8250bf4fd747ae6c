"""How much of the failure that it caught an `except` clause hides, on which of its paths."""

from __future__ import annotations

import ast
import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from prodready.engine.semantic import Names
from prodready.engine.settings import FileSettings
from prodready.engine.syntax import TRIES, walk, walk_own
from prodready.models.cleanup import is_cleanup_statement, method_called, waits
from prodready.models.loggers import is_configured_log_function, log_call
from prodready.models.naming import callee, words_of
from prodready.models.shutdown import blocks_that_matter

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
_SUCCESS_WORDS: Final = frozenset({"succeeded", "success"})
_CONSTRUCTORS: Final = frozenset({
    "bool", "bytes", "date", "defaultdict", "deque", "dict", "float", "frozenset", "int", "list", "set", "str",
    "timedelta", "tuple",
})  # fmt: skip
_RESPONSES: Final = frozenset({
    "json_response", "jsonify", "make_response", "redirect", "render", "render_template", "render_to_response",
    "reverse", "url_for",
})  # fmt: skip
"""Functions that make an answer to a request."""
_ANSWERS: Final = frozenset({
    "answer", "edit_text", "reply", "reply_text", "respond", "send_json", "send_text",
})  # fmt: skip
"""Methods that tell whoever asked, by a bot or a socket, but nobody else."""


class Silence(enum.Enum):
    """How much of a failure a handler hides.

    `NONE`: every path observes it. `PARTLY`: some paths do. `REPLACED`: none does, but the handler does other work
    instead. `WHOLLY`: none does, and the handler only goes on, returns or assigns a default, or cleans up.
    """

    NONE = "none"
    PARTLY = "partly"
    REPLACED = "replaced"
    WHOLLY = "wholly"


def makes_response(called: str) -> bool:
    """Tell whether a function, or a class, with a dotted name makes an answer to a request."""
    name = called.rpartition(".")[2]
    return name in _RESPONSES or name.endswith("Response")


def silence(handler: ast.ExceptHandler, names: Names, settings: FileSettings) -> Silence:
    """Return how much of the failure a handler hides."""
    watch = _Watch(handler.name, names, settings)
    paths = watch.block(handler.body)
    if not paths.falls and not paths.leaves:
        return Silence.NONE
    if any(watch.observes(n) or isinstance(n, ast.Raise) for n in _statements(handler.body)):
        return Silence.PARTLY
    return Silence.WHOLLY if all(_is_trivial(s, names) for s in handler.body) else Silence.REPLACED


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
    """Tell whether an assignment keeps the failure: `failed = True`, `job.status = "failed"`, `errors += 1`.

    `error = None` and `errors = []` say that there is none.
    """
    if _is_empty(node.value) and isinstance(node, (ast.Assign, ast.AnnAssign)):
        return _says_success(node)
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        written = ast.unparse(target)
        if not isinstance(target, ast.Name) and node.value is not None:
            written += " " + ast.unparse(node.value)
        if not _STATE_WORDS.isdisjoint(words_of(written)):
            return True
    return False


def _says_success(node: ast.Assign | ast.AnnAssign) -> bool:
    """Tell whether an assignment of nothing, or of False, is to what says that all went well: `success = False`."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    words = [words_of(ast.unparse(target)) for target in targets]
    return any(not _SUCCESS_WORDS.isdisjoint(said) for said in words)


def _is_empty(node: ast.expr | None) -> bool:
    if isinstance(node, (ast.List, ast.Tuple)):
        return not node.elts
    if isinstance(node, ast.Dict):
        return not node.keys
    return node is None or (isinstance(node, ast.Constant) and not node.value)


def _is_trivial(node: ast.stmt, names: Names) -> bool:
    """Tell whether a statement does no more than go on, give a default, wait or clean up."""
    if isinstance(node, (ast.Pass, ast.Continue, ast.Break, ast.Delete, ast.Global, ast.Nonlocal)):
        return True
    if isinstance(node, ast.Expr):
        harmless = isinstance(node.value, ast.Constant) or is_cleanup_statement(node) or waits(node.value, names)
        return harmless or _answers(node)
    if isinstance(node, (ast.Return, ast.Assign, ast.AnnAssign, ast.AugAssign)):
        return node.value is None or _is_default(node.value)
    if isinstance(node, ast.If):
        return all(_is_trivial(s, names) for s in (*node.body, *node.orelse))
    return isinstance(node, ast.Match) and all(_is_trivial(s, names) for case in node.cases for s in case.body)


def _answers(node: ast.Expr) -> bool:
    """Tell whether a statement tells whoever asked that something failed, in words that were ready."""
    call = node.value.value if isinstance(node.value, ast.Await) else node.value
    return isinstance(call, ast.Call) and method_called(node) in _ANSWERS and all(map(_is_default, call.args))


def _is_default(node: ast.expr) -> bool:
    """Tell whether an expression is a ready value: at most constructors are called in it."""
    return not any(isinstance(n, (ast.Await, ast.Yield)) or _does_work(n) for n in walk([node]))


def _does_work(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = callee(node).rpartition(".")[2]
    if name == "copy" and not node.args:
        return False
    return not (name[:1].isupper() or name in _CONSTRUCTORS or makes_response(name))
