"""Which error logs in a handler lack the traceback of the failure, and whether anybody else will have it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from prodready.engine.semantic import Names
from prodready.engine.syntax import (
    FUNCTIONS,
    TRIES,
    ancestors,
    enclosing_function,
    enclosing_statement,
    following,
    is_constant,
    parent,
    walk,
    walk_own,
)
from prodready.models.handlers import caught, is_broad
from prodready.models.loggers import LogCall, log_call
from prodready.models.naming import callee, words_of

_UNEXPECTED: Final = frozenset({
    "ArithmeticError", "AssertionError", "AttributeError", "DatabaseError", "DBAPIError", "IndexError",
    "IntegrityError", "InterfaceError", "InternalError", "LookupError", "MemoryError", "NameError",
    "NotImplementedError",
    "OperationalError", "ProgrammingError", "RecursionError", "RuntimeError", "SQLAlchemyError", "SystemError",
    "TypeError", "UnboundLocalError",
})  # fmt: skip
"""Exceptions that no caller brings about on purpose: a bug of ours, or a database that fails."""
_TRACKERS: Final = frozenset({"bugsnag", "capture", "honeybadger", "rollbar", "sentry"})
_TRACEBACKS: Final = frozenset({"backtrace", "stacktrace", "traceback", "tracebacks"})
_NEGATIONS: Final = frozenset({"hide", "no", "suppress", "without"})
_LOGGING: Final = frozenset({"log", "report"})
"""Words in the names of functions that log what they are given."""
_ANSWERS: Final = frozenset({"abort", "http", "response"})
"""Words in the names of exceptions that a framework turns into an answer, without logging where they come from."""
_PREDICATE: Final = re.compile(r"^_*(?:has|is|can)_|^_*exists")
_CODES: Final = frozenset({"code", "errno", "pgcode", "returncode", "status", "status_code"})
"""Attributes of exceptions that are numbers, and hold nothing of what was sent."""
_CLEANING: Final = frozenset({"clean", "mask", "redact", "redacted", "sanitize", "scrub", "shorten", "truncate"})
_STEP: Final = re.compile(
    r"^(?:requests|httpx)\.(?:delete|get|head|options|patch|post|put|request)$|^urllib\.request\.urlopen$"
    r"|(?:boto3?|dynamodb|https?|httpx|rest|s3|sns|sqs)_?client\.\w+$|client\.(?:delete|head|patch|post|put|request)$"
    r"|\.loads$|^builtins\.(?:int|float)$|^(?:datetime\.)+(?:strptime|fromisoformat)$"
)
"""What fails in one place only: a request, a text that is parsed. A client of the project's own does who knows what."""
_FEW: Final = 3  # statements
_ERROR_LEVELS: Final = frozenset({"error", "critical"})


def names_type_only(call: LogCall, handler: ast.ExceptHandler) -> bool:
    """Tell whether a log call says no more of the exception than its type and a code: its text is kept out."""
    if handler.name is None:
        return False
    uses = [n for n in walk([call.node]) if isinstance(n, ast.Name) and n.id == handler.name]
    return bool(uses) and all(map(_is_type_or_code, uses))


def cuts_text(call: LogCall, handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler cuts or cleans the exception's text and logs no other, so that the whole is not wanted."""
    calls = (n for n in walk(handler.body) if isinstance(n, ast.Call))
    cleaning = [n for n in calls if n is not call.node and not _CLEANING.isdisjoint(words_of(callee(n)))]
    cleaned = [n for n in walk(cleaning) if isinstance(n, ast.Name) and n.id == handler.name]
    logged = (n for n in walk([call.node]) if isinstance(n, ast.Name) and n.id == handler.name)
    return bool(cleaned) and all(n in cleaned for n in logged)


def one_step_failed(call: LogCall, handler: ast.ExceptHandler, names: Names) -> bool:
    """Tell whether the `try` makes one request, or parses one text, and the log tells the exception.

    What only looks at the answer does not count.
    """
    guarded = parent(handler)
    body = guarded.body if isinstance(guarded, TRIES) else []
    made = [n for n in walk(body) if isinstance(n, ast.Call) and not _prepares(n)]
    if len(body) > _FEW or not made or _STEP.search(names.qualified(made[0].func) or callee(made[0])) is None:
        return False
    came = {n.id for n in walk(body) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    if not all(any(isinstance(n, ast.Name) and n.id in came for n in walk([call])) for call in made[1:]):
        return False
    return any(isinstance(n, ast.Name) and n.id == handler.name for n in walk([call.node]))


def ends_command(call: LogCall, names: Names) -> bool:
    """Tell whether a log call is the last that a command says: it returns a code other than 0, or exits."""
    behind = following(enclosing_statement(call.node))
    if isinstance(behind, ast.Return) and isinstance(behind.value, ast.Constant):
        return isinstance(behind.value.value, int) and behind.value.value not in (0, False)
    exits = behind.value if isinstance(behind, ast.Expr) else None
    return isinstance(exits, ast.Call) and names.qualified(exits.func) in ("sys.exit", "builtins.exit")


def _prepares(node: ast.Call) -> bool:
    """Tell whether a call only gets at what the step is given: `settings.get("key")`, `body.decode()`."""
    return isinstance(node.func, ast.Attribute) and node.func.attr in ("decode", "get", "strip")


def _is_type_or_code(name: ast.Name) -> bool:
    up = parent(name)
    if isinstance(up, ast.Call):
        return isinstance(up.func, ast.Name) and up.func.id in ("type", "isinstance")
    attributes: list[str] = []
    while isinstance(up, ast.Attribute):
        attributes.append(up.attr)
        up = parent(up)
    return attributes[:1] == ["__class__"] or (bool(attributes) and attributes[-1] in _CODES)


def raises_what_it_catches(handler: ast.ExceptHandler, names: Names) -> bool:
    """Tell whether the `try` of a handler raises one of the types itself that the handler names."""
    guarded = parent(handler)
    kinds = {names.qualified(kind) for kind in caught(handler)} - {None}
    raised = (n.exc for n in walk_own(getattr(guarded, "body", [])) if isinstance(n, ast.Raise) and n.exc is not None)
    made = (node.func if isinstance(node, ast.Call) else node for node in raised)
    return any(names.qualified(node) in kinds for node in made)


def answers_no(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler ends by returning False out of a function that asks: `has_access`."""
    function = enclosing_function(handler)
    asks = isinstance(function, FUNCTIONS) and _PREDICATE.match(function.name) is not None
    last = handler.body[-1]
    return asks and isinstance(last, ast.Return) and is_constant(last.value, False)


def lacks_traceback(call: LogCall, handler: ast.ExceptHandler, names: Names) -> bool:
    """Tell whether an error log in `handler` is the one that should have the traceback, and has none."""
    if call.level not in _ERROR_LEVELS or call.asks_for_traceback:
        return False
    if _is_raised_on(call.node, handler):
        return False
    others = (node for node in walk_own(handler.body) if isinstance(node, ast.Call))
    return not any(may_run_with(n, call.node, handler) for n in others if _tells_traceback(n, call, handler, names))


def is_unexpected(handler: ast.ExceptHandler, names: Names) -> bool:
    """Tell whether a handler that is not broad catches a failure that nobody foresees in detail."""
    kinds = [(names.qualified(kind) or ast.unparse(kind)).rpartition(".")[2] for kind in caught(handler)]
    return bool(kinds) and not is_broad(handler, names) and any(kind in _UNEXPECTED for kind in kinds)


def _tells_traceback(node: ast.Call, call: LogCall, handler: ast.ExceptHandler, names: Names) -> bool:
    """Whether a call shows the traceback, or is an earlier error log, which is the one to complete."""
    qualified = names.qualified(node.func) or ""
    if qualified.startswith(("traceback.format", "traceback.print_exc", "sentry_sdk.")) or qualified == "sys.exc_info":
        return True
    other = log_call(node, names)
    if other is None:
        return _hands_over(node, handler)
    earlier = (node.lineno, node.col_offset) < (call.node.lineno, call.node.col_offset)
    return other.asks_for_traceback or (earlier and other.level in _ERROR_LEVELS)


def _hands_over(node: ast.Call, handler: ast.ExceptHandler) -> bool:
    """Whether a call is one to an error tracker, or to a helper for tracebacks, or to one that logs what was caught.

    `text_traceback()`, `self._log_failure(error)`: where to look for the traceback is up to that helper.
    """
    called = callee(node)
    words = words_of(called)
    if not _TRACKERS.isdisjoint(words) or (not _TRACEBACKS.isdisjoint(words) and _NEGATIONS.isdisjoint(words)):
        return True
    logs = not _LOGGING.isdisjoint(words_of(called.rpartition(".")[2]))
    given = (*node.args, *(k.value for k in node.keywords))
    return logs and any(isinstance(n, ast.Name) and n.id == handler.name for n in given)


def may_run_with(other: ast.AST, node: ast.AST, handler: ast.ExceptHandler) -> bool:
    """Tell whether `other` may run on the way to or from `node`: they are not in branches that exclude each other."""
    mine = dict(_branches(node, handler))
    return all(mine.get(fork, arm) == arm for fork, arm in _branches(other, handler))


def _branches(node: ast.AST, handler: ast.ExceptHandler) -> Iterator[tuple[ast.AST, str]]:
    """Yield the statements around `node` that fork, each with the arm that it stands in."""
    child = node
    for up in ancestors(node):
        if up is handler:
            return
        if isinstance(up, ast.If):
            yield up, "else" if any(s is child for s in up.orelse) else "body"
        elif isinstance(up, ast.match_case):
            yield parent(up) or up, str(up.pattern.lineno)
        elif isinstance(up, ast.ExceptHandler):
            yield parent(up) or up, str(up.lineno)
        child = up


def _is_raised_on(log: ast.AST, handler: ast.ExceptHandler) -> bool:
    """Tell whether the block that logs ends by raising, so that who catches it next has the traceback."""
    statement = log
    for up in (log, *ancestors(log)):
        if isinstance(up, (*FUNCTIONS, ast.Module)):
            return False
        for block in _blocks(up):
            raised = _raised_at_end(block) if any(s is statement for s in block) else []
            if raised:
                return not any(_is_answer(node) for node in raised)
        if up is handler:
            return False
        statement = up
    return False


def _raised_at_end(block: list[ast.stmt]) -> list[ast.Raise]:
    """Return the `raise` statements that a block ends with, one a branch; none where a branch ends otherwise."""
    last = block[-1]
    if isinstance(last, ast.Raise):
        return [last]
    if isinstance(last, (ast.With, ast.AsyncWith)) and not any(map(_suppresses, last.items)):
        return _raised_at_end(last.body)
    if not isinstance(last, ast.If) or not last.orelse:
        return []
    body, orelse = _raised_at_end(last.body), _raised_at_end(last.orelse)
    return [*body, *orelse] if body and orelse else []


def _suppresses(item: ast.withitem) -> bool:
    return isinstance(item.context_expr, ast.Call) and "suppress" in words_of(callee(item.context_expr))


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    names = ("body", "orelse") if not isinstance(node, TRIES) else ("body", "orelse", "finalbody")
    for name in names:
        block = getattr(node, name, None)
        if isinstance(block, list) and block:
            yield block


def _is_answer(node: ast.Raise) -> bool:
    """Tell whether what is raised ends up as an answer to a client, its cause lost."""
    if node.exc is None:
        return False
    if isinstance(node.cause, ast.Constant):
        return True
    made = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    names = [n.id for n in walk([made]) if isinstance(n, ast.Name)] + [
        n.attr for n in walk([made]) if isinstance(n, ast.Attribute)
    ]
    return any(not _ANSWERS.isdisjoint(words_of(name)) for name in names)
