"""What an `except` clause catches, and the reasons that it may have not to care about it."""

from __future__ import annotations

import ast
import re
from typing import Final, TypeAlias

from prodready.engine.rule import Context
from prodready.engine.semantic import Names
from prodready.engine.syntax import (
    FUNCTIONS,
    TRIES,
    dotted,
    enclosing_function,
    nearest,
    parent,
    placed,
    walk_own,
)
from prodready.models.cleanup import is_cleanup, is_tidying, waits
from prodready.models.conversions import only_computes
from prodready.models.harm import runs_where_logging_harms
from prodready.models.loggers import log_call
from prodready.models.naming import words_of
from prodready.models.reasons import minds_failure, promises_no_failure

_IMPORTS: Final = (ast.Import, ast.ImportFrom)
_NEVER_FAIL: Final = frozenset({
    "logging.getLogger", "typing.TypeVar", "typing.ParamSpec", "typing_extensions.TypeVar",
    "typing_extensions.ParamSpec",
})  # fmt: skip
"""Callables that modules define their values with."""
_EVERYTHING: Final = frozenset({"builtins.Exception", "builtins.BaseException"})
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
_WISH: Final = re.compile(
    r"#+\s*(?:log|handle|report)(?: (?:the|this|that|an|a|any|all|other))?(?: \w+)? (?:errors?|exceptions?|failures?)\b"
    r"|#+\s*(?:log|handle|report) (?:errors?|exceptions?|failures?|it|this|that)\b",
    re.IGNORECASE,
)
"""What a handler was to do: where nothing follows, it is no reason for that."""
_CODE: Final = re.compile(r"^#+\s*(?:[\w.]+\(.*\)|raise\b.*|return\b.*|pass|\w+\s*=[^=].*|import\s.*|print\b.*)\s*$")


_GOING_ON: Final = (ast.Pass, ast.Continue)
_COMPARING: Final = (ast.Compare, ast.BoolOp, ast.UnaryOp)
_LEADING: Final = (*FUNCTIONS, *TRIES, ast.ExceptHandler)

Guard: TypeAlias = ast.ExceptHandler | ast.With
"""What keeps a failure from going on: an `except` clause, or `with suppress(...)`."""


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


def may_be_silent(guard: Guard, context: Context) -> bool:
    """Tell whether a handler is one of those that never deserve an alarm, for what they stand around or in."""
    guarded = guarded_by(guard)
    body = guarded.body
    return (
        runs_where_logging_harms(guard, context.names)
        or _only_imports(body)
        or _is_optional_part(guarded, context.names)
        or _replaces_import(guard)
        or _awaits_cancelled(guarded, body)
        or all(_only_logs(s, context.names) for s in body)
        or (_is_aftermath(guarded) and is_cleanup(body))
    )


def guarded_by(guard: Guard) -> ast.Try | ast.With:
    """Return the statement whose failures a handler, or `with suppress(...)`, catches."""
    if isinstance(guard, ast.With):
        return guard
    guarded = parent(guard)
    assert isinstance(guarded, TRIES)
    return guarded


def guards_computation(guard: Guard, names: Names) -> bool:
    """Tell whether a handler guards nothing but lookups and conversions of values, which may well fail."""
    return only_computes(guarded_by(guard).body, names)


def tidies_behind(guard: Guard) -> bool:
    """Tell whether a handler stands around what tidies up in a `finally`, or before an error goes on."""
    guarded = guarded_by(guard)
    return _is_aftermath(guarded) and all(map(is_tidying, guarded.body))


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
    goes_on = all(isinstance(s, _GOING_ON) or (isinstance(s, ast.Expr) and waits(s.value, names)) for s in guard.body)
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


def _only_imports(body: list[ast.stmt]) -> bool:
    return any(isinstance(s, _IMPORTS) for s in body) and all(map(_is_import, body))


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
    """Tell whether a line holds a comment of words: no marker for a tool, no code, nothing still to be done."""
    at = line.find("#")
    if at < 0:
        return False
    comment = line[at:].rstrip()
    if _PRAGMA.match(comment) or _CODE.match(comment) or _WISH.match(comment):
        return False
    return len(re.findall(r"[^\W\d_]{2,}", comment)) >= 2
