"""Which expressions are loggers, of which library, and what a call on one says."""

from __future__ import annotations

import ast
import enum
import re
from dataclasses import dataclass
from typing import Final

from prodready.engine.facts import ImportSymbol
from prodready.engine.semantic import Names
from prodready.engine.settings import FileSettings


class LoggerKind(enum.Enum):
    """The library that a logger comes from; `UNKNOWN` is something that is named and used like one."""

    STDLIB = "stdlib"
    STRUCTLOG = "structlog"
    LOGURU = "loguru"
    UNKNOWN = "unknown"


_FACTORIES: Final = {
    "logging.getLogger": LoggerKind.STDLIB,
    "logging.Logger": LoggerKind.STDLIB,
    "logging.LoggerAdapter": LoggerKind.STDLIB,
    "celery.utils.log.get_task_logger": LoggerKind.STDLIB,
    "celery.utils.log.get_logger": LoggerKind.STDLIB,
    "multiprocessing.get_logger": LoggerKind.STDLIB,
    "multiprocessing.log_to_stderr": LoggerKind.STDLIB,
    "absl.logging.get_absl_logger": LoggerKind.STDLIB,
    "structlog.get_logger": LoggerKind.STRUCTLOG,
    "structlog.getLogger": LoggerKind.STRUCTLOG,
    "structlog.stdlib.get_logger": LoggerKind.STRUCTLOG,
    "structlog.wrap_logger": LoggerKind.STRUCTLOG,
}
_OBJECTS: Final = {
    "loguru.logger": LoggerKind.LOGURU,
    "logging": LoggerKind.STDLIB,
    "logging.root": LoggerKind.STDLIB,
    "flask.current_app.logger": LoggerKind.STDLIB,
    "quart.current_app.logger": LoggerKind.STDLIB,
}
_APPS: Final = frozenset({"flask.Flask", "quart.Quart", "sanic.Sanic", "aiohttp.web.Application"})
_LOGGER_NAME: Final = re.compile(r"(?:^|_)(?:log|logger|logging)$", re.IGNORECASE)

METHODS: Final = {
    "debug": "debug",
    "info": "info",
    "warning": "warning",
    "warn": "warning",
    "error": "error",
    "exception": "error",
    "critical": "critical",
    "fatal": "critical",
    "success": "info",
    "trace": "debug",
    "msg": "info",
    "log": "",
}
"""The methods that write a record, with the level that they write at; `log` takes its level as an argument."""


@dataclass(frozen=True, eq=False)
class LogCall:
    """A call that writes a log record: `receiver` is the logger's expression, `level` is empty when computed."""

    node: ast.Call
    receiver: ast.expr
    method: str
    level: str
    kind: LoggerKind


def logger_kind(node: ast.expr, names: Names) -> LoggerKind | None:
    """Return which kind of logger an expression is, None when it does not seem to be one."""
    qualified = names.qualified(node)
    if qualified in _OBJECTS:
        return _OBJECTS[qualified]
    if isinstance(node, ast.Call):
        return _of_call(node, names)
    maker = names.made_by(node)
    if maker in _FACTORIES:
        return _FACTORIES[maker]
    if isinstance(node, ast.Attribute) and node.attr == "logger" and names.made_by(node.value) in _APPS:
        return LoggerKind.STDLIB
    if maker is not None:
        return LoggerKind.UNKNOWN if _named_like_logger(node) else None
    return LoggerKind.UNKNOWN if _named_like_logger(node) else None


def log_call(node: ast.AST, names: Names) -> LogCall | None:
    """Return what a node logs when it is a call of a logger's method, else None."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    level = METHODS.get(node.func.attr)
    if level is None:
        return None
    kind = logger_kind(node.func.value, names)
    if kind is None:
        return None
    return LogCall(node, node.func.value, node.func.attr, level, kind)


def module_loggers(names: Names) -> list[tuple[str, LoggerKind]]:
    """Return the module-level names of loggers whose kind is known, in the order of the file."""
    found: list[tuple[str, LoggerKind]] = []
    for name in names.facts.symbols:
        kind = _of_module_name(name, names)
        if kind is not None:
            found.append((name, kind))
    return found


def _of_module_name(name: str, names: Names) -> LoggerKind | None:
    symbol = names.facts.symbol(name)
    if isinstance(symbol, ImportSymbol):
        target = names.canonical(names.facts.absolute(symbol.target))
        if target in _OBJECTS and target != "logging":
            return _OBJECTS[target]
    maker = names.made_by(ast.Name(name, ast.Load()))
    return _FACTORIES.get(maker) if maker else None


def _of_call(node: ast.Call, names: Names) -> LoggerKind | None:
    """`logging.getLogger(...)` itself, and chains such as `logger.bind(...)` and `logger.opt(...)`."""
    qualified = names.qualified(node.func)
    if qualified in _FACTORIES:
        return _FACTORIES[qualified]
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("bind", "new", "unbind", "opt", "patch", "getChild"):
        return logger_kind(node.func.value, names)
    return None


def _named_like_logger(node: ast.expr) -> bool:
    if isinstance(node, ast.Name):
        return _LOGGER_NAME.search(node.id) is not None
    return isinstance(node, ast.Attribute) and _LOGGER_NAME.search(node.attr) is not None


def is_configured_log_function(node: ast.Call, names: Names, settings: FileSettings) -> bool:
    """Tell whether a call is one of the team's own functions that log, by the setting `log-functions`."""
    if not settings.log_functions:
        return False
    qualified = names.qualified(node.func)
    written = ast.unparse(node.func)
    return qualified in settings.log_functions or written.rpartition(".")[2] in settings.log_functions
