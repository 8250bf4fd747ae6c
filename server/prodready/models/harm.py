"""Where code runs that had better not log: at the interpreter's end, while an object is shown, inside logging."""

from __future__ import annotations

import ast
import re
from typing import Final

from prodready.engine.facts import ClassSymbol, FunctionSymbol
from prodready.engine.remembered import remembered, remembered_of_module
from prodready.engine.semantic import Names
from prodready.engine.syntax import (
    FUNCTIONS,
    FunctionNode,
    around,
    enclosing_function,
    enclosing_handler,
    parent,
    walk_own,
)
from prodready.models.naming import callee, words_of

_SILENT_METHODS: Final = frozenset({
    "__del__", "__exit__", "__aexit__", "__repr__", "__str__", "__format__", "excepthook", "handleError",
})  # fmt: skip
_AT_THE_END: Final = re.compile(r"(?:^|_)atexit(?:_|$)|^_*(?:on_|handle_)?crash(?:ed)?(?:_?h(?:andler|ook))?$")
"""Names of functions that run at the interpreter's end, or as the process dies."""
_SINK: Final = re.compile(r"(?:^|_)sink$")
_RECORDS: Final = frozenset({"message", "msg", "record"})
"""What a function that log records are handed to calls the one that it gets: other sinks take data."""
_LOG_MODULES: Final = (["logger"], ["logging"], ["loggers"])
_LOGS_MODULES: Final = (["log"], ["logs"])
"""Modules that may as well hold the logs of something, for whoever asks for them."""
_ABOUT_LOGGING: Final = frozenset({"formatter", "handler", "logger", "loggers", "logging"})
"""Words in what modules define that are about logging itself."""
_LOGS: Final = re.compile(r"_*(?:log_)?(?:critical|debug|error|exception|info|warn|warning)$")
"""Names of functions that write a record."""
_SET_UPS: Final = frozenset({"logging.basicConfig", "logging.config.dictConfig", "logging.config.fileConfig"})
_LOGGING: Final = frozenset({"log", "logger", "logging"})
_SETTING_UP: Final = frozenset({"configure", "init", "initialize", "reload", "setup"})
_NAMED: Final = (*FUNCTIONS, ast.ClassDef)
_SIGNALS: Final = frozenset(
    {"sig", "signal", "signal_number", "signalnum", "signame", "signo", "signum", "signal_received"}
)
_FRAMES: Final = frozenset({"frame", "stack", "stack_frame"})


def runs_where_logging_harms(node: ast.AST, names: Names) -> bool:
    """Tell whether `node` runs at the interpreter's end, while an object is shown, or inside logging itself."""
    if _is_about_logging(names):
        return True
    for up in around(node, _NAMED):
        if isinstance(up, FUNCTIONS) and (up.name in _SILENT_METHODS or _is_exit_hook(up, names)):
            return True
        if isinstance(up, ast.ClassDef) and _is_log_part(up, names):
            return True
    return False


@remembered_of_module
def _is_about_logging(names: Names) -> bool:
    """Tell whether a module is there to set up logging, or to log, by its name and what it defines."""
    called = words_of(names.facts.name.rpartition(".")[2])
    if called not in _LOGS_MODULES:
        return called in _LOG_MODULES
    symbols = names.facts.symbols
    defined = (n for n in symbols if isinstance(names.facts.symbol(n), (ClassSymbol, FunctionSymbol)))
    return any(not _ABOUT_LOGGING.isdisjoint(words_of(name)) or _LOGS.match(name) for name in defined)


def follows_failed_set_up(node: ast.AST, names: Names) -> bool:
    """Tell whether `node` runs in a handler for a failure of setting up logging itself."""
    handler = enclosing_handler(node)
    guarded = parent(handler) if handler is not None else None
    calls = (n for n in walk_own(getattr(guarded, "body", [])) if isinstance(n, ast.Call))
    return any(_sets_up_logging(call, names) for call in calls)


def handles_signal(node: ast.AST) -> bool:
    """Tell whether `node` runs in a handler of signals, `def stop(signum, frame):`, wherever the program just was."""
    return any(isinstance(up, FUNCTIONS) and _takes_signal(up) for up in around(node, FUNCTIONS))


def _takes_signal(function: FunctionNode) -> bool:
    last = [argument.arg.strip("_") for argument in function.args.args[-2:]]
    return len(last) == 2 and last[0] in _SIGNALS and last[1] in _FRAMES


def _sets_up_logging(call: ast.Call, names: Names) -> bool:
    if names.qualified(call.func) in _SET_UPS:
        return True
    words = words_of(callee(call))
    return not _LOGGING.isdisjoint(words) and not _SETTING_UP.isdisjoint(words)


def _is_exit_hook(function: FunctionNode, names: Names) -> bool:
    if function.name in names.facts.usage.at_exit or _AT_THE_END.search(function.name) or _is_sink(function):
        return True
    decorators = (d.func if isinstance(d, ast.Call) else d for d in function.decorator_list)
    if any(names.qualified(decorator) == "atexit.register" for decorator in decorators):
        return True
    outer = enclosing_function(function)
    return isinstance(outer, FUNCTIONS) and function.name in _registered_in(outer, names)


def _is_sink(function: FunctionNode) -> bool:
    given = [argument.arg for argument in function.args.args if argument.arg not in ("self", "cls")]
    return _SINK.search(function.name) is not None and len(given) == 1 and given[0] in _RECORDS


@remembered
def _registered_in(outer: FunctionNode, names: Names) -> frozenset[str]:
    """Return the functions inside a function that it registers to run at the end."""
    calls = (
        n for n in walk_own(outer.body) if isinstance(n, ast.Call) and names.qualified(n.func) == "atexit.register"
    )
    return frozenset(call.args[0].id for call in calls if call.args and isinstance(call.args[0], ast.Name))


def _is_log_part(node: ast.ClassDef, names: Names) -> bool:
    """Tell whether a class is a handler, formatter or filter of the logging module."""
    symbol = names.facts.symbol(node.name)
    bases = symbol.bases if isinstance(symbol, ClassSymbol) else ()
    qualified = [names.qualify_in(names.facts, base) or base for base in bases]
    endings = ("Handler", "Formatter", "Filter")
    return any(base.startswith("logging.") and base.endswith(endings) for base in qualified)
