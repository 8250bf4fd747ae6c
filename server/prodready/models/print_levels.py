"""Which level output is worth as a log record, and what to ask before it becomes one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Final

from prodready.engine.remembered import remembered
from prodready.engine.semantic import Names
from prodready.engine.syntax import (
    FUNCTIONS,
    enclosing_function,
    enclosing_handler,
    in_loop,
    nearest,
    parent,
    placed,
    walk,
    walk_own,
)
from prodready.models.error_logs import may_run_with
from prodready.models.handlers import caught, is_broad
from prodready.models.loggers import LogCall, log_call
from prodready.models.naming import words_of
from prodready.models.prints import goes_with_a_traceback, makes_traceback, shows_traceback

LEVELS: Final = ("exception", "error", "warning", "info", "debug")
"""What a text may be logged as, from worst to mildest."""
_ERROR_WORDS: Final = re.compile(
    r"\b(?:error|failed|failure|fatal|exception|traceback|crash(?:ed)?|cannot|could not|couldn't|unable to)\b|[❌💥🔥]"
)
_NO_ERROR: Final = re.compile(r"\b(?:no|0|without|zero) (?:error|failure)s?\b|\bif\b[^.,;:!?]*")
_WARNING_WORDS: Final = re.compile(r"\b(?:warning|deprecated|caution)\b|⚠")
_TEXTS: Final = re.compile(
    r"(?:^|_)(?:text|msg|message|line|output|out|report|summary|banner|s|info|title|usage|help"
    r"|head|header|heading|row|table)s?$"
)
"""Names of values that are text to be read."""
_INTERRUPTS: Final = frozenset({
    "builtins.KeyboardInterrupt", "builtins.SystemExit", "builtins.EOFError", "builtins.StopIteration",
    "builtins.GeneratorExit", "asyncio.CancelledError",
})  # fmt: skip
_LEVEL_NAME: Final = re.compile(r"^_*(?:log_)?(debug|info|warn(?:ing)?|error)$")
_MILD: Final = ("debug", "info")
"""Levels whose records are often dropped: what only they have is not logged already."""
_ABSENCES: Final = frozenset({"builtins.ImportError", "builtins.ModuleNotFoundError"})
_OUTPUTS: Final = {"sys.stdout": "info", "sys.stderr": "warning"}


def level_of(node: ast.Call, stream: str, names: Names) -> str:
    """Return the level that output is worth: `exception` once in a handler, else by its words and its stream."""
    said = _words(node)
    handler = enclosing_handler(node)
    if handler is not None and handler.type is not None and _only_catches(handler, _INTERRUPTS, names):
        return _OUTPUTS[stream]
    if handler is not None and handler.type is not None and _only_catches(handler, _ABSENCES, names):
        return "warning"
    if handler is not None and in_loop(handler) and not is_broad(handler, names):
        return "warning"  # this turn is skipped, as somebody foresaw
    if handler is not None and not _is_foreseen(handler, node, said, names):
        told = logs_traceback(handler, node, names) or _shows_kept_traceback(node, handler, names)
        return "error" if told else "exception"
    named = _level_by_name(node)
    if named is not None:
        return named
    if _ERROR_WORDS.search(_NO_ERROR.sub("", said)) or _shows_error(node) or goes_with_a_traceback(node, names):
        return "error"
    if handler is not None or _WARNING_WORDS.search(said):
        return "warning"
    if _runs_on_import(node):
        # Nobody has set up logging yet: milder records would be lost, and warnings go to standard error.
        return "warning"
    return "debug" if _is_left_over(node) else _OUTPUTS[stream]


def is_logged_beside(node: ast.Call, names: Names) -> bool:
    """Tell whether a log call in front of an output, or behind it, is given the same; a traceback, in its block."""
    statement = parent(node)
    if not isinstance(statement, ast.Expr) or not node.args:
        return False
    block, index = placed(statement)
    if any(_given(call.node) == _given(node) for call in _log_calls(block[max(0, index - 1) : index + 2], names)):
        return True
    handler = enclosing_handler(node)
    alone = node.args[0] if len(node.args) == 1 else None
    if handler is None or not isinstance(alone, ast.Name) or alone.id not in _traceback_texts(handler, names):
        return False
    return any(_has_traceback(call, handler, names) for call in _log_calls(block, names))


def _log_calls(block: Sequence[ast.stmt], names: Names) -> Iterator[LogCall]:
    calls = (log_call(s.value, names) for s in block if isinstance(s, ast.Expr))
    return (call for call in calls if call is not None)


def _given(call: ast.Call) -> list[str]:
    return [ast.dump(argument) for argument in call.args]


def reason_to_ask(node: ast.Call, stream: str) -> str:
    """Return why a log call instead of output needs somebody's consent, as words that follow "unsafe:"."""
    words = {"sys.stdout": "standard output", "sys.stderr": "standard error"}
    reason = f"the text goes to the log instead of {words[stream]}"
    if stream == "sys.stderr":
        return f"{reason}, and may be lost where logging is not set up"
    return f"{reason}, before logging may be set up" if _runs_on_import(node) else reason


def _level_by_name(node: ast.AST) -> str | None:
    """Return the level that the function around is called by: `debug`, `log_error`."""
    function = enclosing_function(node)
    match = _LEVEL_NAME.match(function.name) if isinstance(function, FUNCTIONS) else None
    return None if match is None else "warning" if match[1] == "warn" else match[1]


def _runs_on_import(node: ast.AST) -> bool:
    return nearest(node, FUNCTIONS) is None


def _is_left_over(node: ast.Call) -> bool:
    """Tell whether a call prints nothing but the value of one name, as one does to look at it once."""
    is_print = isinstance(node.func, ast.Name) and node.func.id == "print"
    alone = node.args[0] if is_print and len(node.args) == 1 else None
    return isinstance(alone, ast.Name) and not alone.id.isupper() and not _TEXTS.search(alone.id)


def _shows_error(node: ast.Call) -> bool:
    """Tell whether all that a call writes is an error's text, by its name: `error`, `err_msg`."""
    alone = node.args[0] if len(node.args) == 1 else None
    words = words_of(alone.id) if isinstance(alone, ast.Name) else []
    return words[:1] in (["err"], ["error"]) and (len(words) == 1 or _TEXTS.search(words[-1]) is not None)


def logs_traceback(handler: ast.ExceptHandler, node: ast.AST, names: Names) -> bool:
    """Tell whether some call in a handler logs the traceback already, on the way to or from `node`."""
    return any(may_run_with(call, node, handler) for call in _traceback_logs(handler, names))


@remembered
def _traceback_logs(handler: ast.ExceptHandler, names: Names) -> list[ast.AST]:
    calls = (call for n in walk_own(handler.body) if (call := log_call(n, names)) is not None)
    return [call.node for call in calls if call.level not in _MILD and _has_traceback(call, handler, names)]


def _has_traceback(call: LogCall, handler: ast.ExceptHandler, names: Names) -> bool:
    """Tell whether a call logs the traceback, be it as a text: `format_exc()`."""
    if call.has_traceback or shows_traceback(call.node, names):
        return True
    return _shows_kept_traceback(call.node, handler, names)


@remembered
def _traceback_texts(handler: ast.ExceptHandler, names: Names) -> frozenset[str]:
    """Return the names that a handler binds to the text of a traceback: `text = traceback.format_exc()`."""
    bound = (n for n in walk_own(handler.body) if isinstance(n, ast.Assign))
    made = (n for n in bound if makes_traceback(n.value, names))
    return frozenset(t.id for n in made for t in n.targets if isinstance(t, ast.Name))


def _shows_kept_traceback(node: ast.Call, handler: ast.ExceptHandler, names: Names) -> bool:
    """Tell whether a value that a call writes is the text of the traceback, kept before: `tb = format_exc()`."""
    shown = (n.id for n in walk([*node.args]) if isinstance(n, ast.Name))
    return not _traceback_texts(handler, names).isdisjoint(shown)


def _only_catches(handler: ast.ExceptHandler, kinds: frozenset[str], names: Names) -> bool:
    return all(names.qualified(kind) in kinds for kind in caught(handler))


def _is_foreseen(handler: ast.ExceptHandler, node: ast.Call, said: str, names: Names) -> bool:
    """Tell whether a print is about an expected, narrow failure, of which it says what it means and no more."""
    if is_broad(handler, names) or not said or _ERROR_WORDS.search(said):
        return False
    return not any(isinstance(n, ast.Name) and n.id == handler.name for n in walk([node]))


def _words(node: ast.Call) -> str:
    """Return the literal text among the arguments of a call, and the names of constants, in lower case."""
    parts = (_said_by(n) for n in walk([*node.args]))
    return " ".join(part for part in parts if part).lower()


def _said_by(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id.replace("_", " ") if node.id.isupper() else ""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
