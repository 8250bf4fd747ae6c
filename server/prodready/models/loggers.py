"""Which expressions are loggers, of which library, and what a call on one says."""

from __future__ import annotations

import ast
import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from prodready.engine.facts import (
    AliasSymbol,
    CallSymbol,
    ClassSymbol,
    FunctionSymbol,
    ImportSymbol,
    ModuleFacts,
    OtherSymbol,
)
from prodready.engine.remembered import remembered, remembered_of_module
from prodready.engine.semantic import Names, argument_names
from prodready.engine.settings import FileSettings
from prodready.engine.syntax import (
    FUNCTIONS,
    FunctionNode,
    around,
    dotted,
    enclosing_function,
    is_constant,
    keyword,
    walk_own,
)


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
    "billiard.util.get_logger": LoggerKind.STDLIB,
    "kombu.log.get_logger": LoggerKind.STDLIB,
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
    "django.db.backends.utils.logger": LoggerKind.STDLIB,
    "django.security.logger": LoggerKind.STDLIB,
    "uvicorn.logging.logger": LoggerKind.STDLIB,
    "celery.utils.log.task_logger": LoggerKind.STDLIB,
    "celery.utils.log.worker_logger": LoggerKind.STDLIB,
}
_TYPES: Final = {
    "logging.Logger": LoggerKind.STDLIB,
    "logging.LoggerAdapter": LoggerKind.STDLIB,
    "loguru.Logger": LoggerKind.LOGURU,
    "loguru._logger.Logger": LoggerKind.LOGURU,
    "structlog.BoundLogger": LoggerKind.STRUCTLOG,
    "structlog.stdlib.BoundLogger": LoggerKind.STRUCTLOG,
    "structlog.stdlib.AsyncBoundLogger": LoggerKind.STRUCTLOG,
    "structlog.types.FilteringBoundLogger": LoggerKind.STRUCTLOG,
    "structlog.typing.FilteringBoundLogger": LoggerKind.STRUCTLOG,
}
_APPS: Final = frozenset({"flask.Flask", "quart.Quart"})
_CHAINED: Final = frozenset({"bind", "new", "unbind", "opt", "patch", "getChild"})
"""Methods of loggers that return another logger of the same kind."""
_LOGGER_NAME: Final = re.compile(r"(?:^|_)(?:log|logger|logging)$", re.IGNORECASE)
_ATTRIBUTES: Final = ("logger", "log", "_logger", "_log")
_HOPS: Final = 5

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
    "adebug": "debug",
    "ainfo": "info",
    "awarning": "warning",
    "aerror": "error",
    "aexception": "error",
    "acritical": "critical",
}
"""The methods that write a record, with the level that they write at; `log` takes its level as an argument."""
_LOG_FUNCTIONS: Final = frozenset(METHODS) - {"log"}
_LEVELS: Final = {
    "logging.DEBUG": "debug",
    "logging.INFO": "info",
    "logging.WARNING": "warning",
    "logging.ERROR": "error",
    "logging.CRITICAL": "critical",
    "logging.FATAL": "critical",
}
_LEVEL_VALUES: Final = {10: "debug", 20: "info", 30: "warning", 40: "error", 50: "critical"}


@dataclass(frozen=True, eq=False)
class LogCall:
    """A call that writes a log record.

    `receiver` is the logger's expression (None for a function: `from logging import error`), `level` is empty when
    computed.
    """

    node: ast.Call
    receiver: ast.expr | None
    method: str
    level: str
    kind: LoggerKind

    @property
    def asks_for_traceback(self) -> bool:
        """Whether the call says anything about the traceback, even that there be none; loguru ignores `exc_info`."""
        if self.method in ("exception", "aexception") or _opt_exception(self.receiver) is not None:
            return True
        if self.kind is LoggerKind.LOGURU:
            return False
        return keyword(self.node, "exc_info") is not None or any(k.arg is None for k in self.node.keywords)

    @property
    def has_traceback(self) -> bool:
        """Whether the call logs a traceback for sure: `exc_info=False`, and what is unpacked, say nothing of one."""
        given = _opt_exception(self.receiver) if self.kind is LoggerKind.LOGURU else keyword(self.node, "exc_info")
        if given is None:
            return self.method in ("exception", "aexception")
        return not isinstance(given, ast.Constant) or bool(given.value)

    @property
    def traceback_of_current(self) -> bool:
        """Whether the call logs the traceback of the exception that is being handled, whichever it is."""
        is_loguru = self.kind is LoggerKind.LOGURU
        given = _opt_exception(self.receiver) if is_loguru else keyword(self.node, "exc_info")
        if given is not None:
            return is_constant(given, True) or is_constant(given, 1)
        return self.method in ("exception", "aexception") and not any(k.arg is None for k in self.node.keywords)


def logger_kind(node: ast.expr, names: Names) -> LoggerKind | None:
    """Return which kind of logger an expression is, None when it does not seem to be one."""
    qualified = names.qualified(node)
    if qualified in _OBJECTS:
        return _OBJECTS[qualified]
    if isinstance(node, ast.Call):
        return _of_call(node, names)
    kind = _of_maker(names.made_by(node), names) or _of_attribute(node, names)
    if kind is not None:
        return kind
    if isinstance(node, ast.Attribute) and node.attr == "logger" and names.made_by(node.value) in _APPS:
        return LoggerKind.STDLIB
    given = _of_parameter(node.id, node, names) if isinstance(node, ast.Name) else None
    return given or (LoggerKind.UNKNOWN if _named_like_logger(node) else None)


def log_call(node: ast.AST, names: Names) -> LogCall | None:
    """Return what a node logs when it is a call of a logger's method, else None."""
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Name):
        return _of_function(node, node.func, names)
    if not isinstance(node.func, ast.Attribute):
        return None
    method = node.func.attr
    if method not in METHODS:
        return None
    kind = logger_kind(node.func.value, names)
    if kind is None:
        return None
    return LogCall(node, node.func.value, method, METHODS[method] or _computed_level(node, names), kind)


def kind_of_object(qualified: str, names: Names) -> LoggerKind | None:
    """Return the kind of the logger that a qualified name of the project is bound to; None when it is none for sure."""
    found = names.symbol(names.canonical(qualified))
    return _of_symbol(qualified, names, _HOPS) if found is not None and isinstance(found[0], CallSymbol) else None


@remembered_of_module
def module_loggers(names: Names) -> tuple[tuple[str, LoggerKind], ...]:
    """Return the module-level names of loggers whose kind is known, in the order of the file."""
    kinds = ((name, _of_module_name(name, names)) for name in names.facts.symbols)
    return tuple((name, kind) for name, kind in kinds if kind is not None)


@remembered_of_module
def unknown_loggers(names: Names) -> list[str]:
    """Return what the module logs with, as far as nobody knows its kind: names of its own, and attributes of `self`."""
    alike = [name for name in names.facts.symbols if _LOGGER_NAME.search(name)]
    own = [name for name in alike if _may_be_logger(name, names) and _of_module_name(name, names) is None]
    classes = [name for name in names.facts.symbols if isinstance(names.facts.symbol(name), ClassSymbol)]
    held = ((name, name.removeprefix("self.")) for name in _held_loggers(names))
    return [*own, *(name for name, attribute in held if not any(_of_own(attribute, c, names) for c in classes))]


def _held_loggers(names: Names) -> list[str]:
    """Return what objects of the module hold and log with, as it is written: `self.env.log`."""
    return sorted(filter(_is_like_logger, names.facts.usage.logs))


def _of_own(attribute: str, class_name: str, names: Names) -> LoggerKind | None:
    """Return the kind of logger that an attribute is of the objects of a class of the module.

    That the class is given one, or makes one if it is not, will do.
    """
    like = names.likeness_of(attribute, class_name)
    return _of_maker(names.maker_of(attribute, class_name), names) or (like and _of_type(*like, names, _HOPS)) or None


def own_logger(at: ast.AST, names: Names) -> tuple[str, LoggerKind] | None:
    """Return the logger that a function around `at` is given, or its object has (`self.logger`), and its known kind."""
    for name in _loggers_given(at):
        kind = _of_parameter(name, at, names)
        if kind is not None:
            return name, kind
    function = next((up for up in around(at, FUNCTIONS) if isinstance(up, FUNCTIONS)), None)
    own = names.own_class(at)
    if own is None or function is None or [a.arg for a in function.args.args[:1]] != ["self"]:
        return None
    for attribute in _ATTRIBUTES:
        kind = _of_own(attribute, own, names)
        if kind is not None and names.has_attribute(attribute, own) and _is_bound_above(attribute, at, function):
            return f"self.{attribute}", kind
    return None


def _is_bound_above(attribute: str, at: ast.AST, function: FunctionNode) -> bool:
    """Tell whether a method that binds an attribute of its object has done so, whatever happened, when it gets to `at`.

    One that does not leaves that to others, which is taken to have happened.
    """
    writes = [n for n in walk_own(function.body) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)]
    own = [n for n in writes if n.attr == attribute and isinstance(n.value, ast.Name) and n.value.id == "self"]
    above = [s for s in function.body if (s.end_lineno or s.lineno) < at.lineno]  # type: ignore[attr-defined]
    plain = [s for s in above if isinstance(s, (ast.Assign, ast.AnnAssign))]
    return not own or any(node in own for statement in plain for node in ast.walk(statement))


def can_log(at: ast.AST, names: Names) -> bool:
    """Tell whether it is known how to log at `at`: not where there is a logger of an unknown kind only."""
    if any(names.bound_locally(name, at) is None for name, _ in module_loggers(names)):
        return True
    return own_logger(at, names) is not None or foreign_logger(at, names) is None


def foreign_logger(at: ast.AST, names: Names) -> str | None:
    """Return what the module, or the function around `at`, logs with where nobody knows how that is called.

    Another logger beside it would write to where nobody has set one up, or in another form.
    """
    unknown = next(iter(unknown_loggers(names)), None)
    if unknown is not None:
        return unknown
    function = enclosing_function(at)
    return None if function is None else _unknown_in(function, names)


@remembered
def _unknown_in(function: FunctionNode | ast.Lambda, names: Names) -> str | None:
    """Return a logger of an unknown kind that a function calls."""
    calls = (
        log_call(node, names)
        for node in walk_own([function.body] if isinstance(function, ast.Lambda) else function.body)
    )
    return next((ast.unparse(c.receiver) for c in calls if c and c.receiver and c.kind is LoggerKind.UNKNOWN), None)


def _loggers_given(at: ast.AST) -> Iterator[str]:
    """Yield the parameters of the functions around `at` that are called like a logger."""
    for up in around(at, FUNCTIONS):
        if isinstance(up, FUNCTIONS):
            yield from filter(_is_like_logger, argument_names(up.args))


def is_configured_log_function(node: ast.Call, names: Names, settings: FileSettings) -> bool:
    """Tell whether a call is one of the team's own functions that log, by the setting `log-functions`."""
    if not settings.log_functions:
        return False
    qualified = names.qualified(node.func)
    written = ast.unparse(node.func)
    return qualified in settings.log_functions or written.rpartition(".")[2] in settings.log_functions


def _opt_exception(receiver: ast.expr | None) -> ast.expr | None:
    """Return what loguru's `logger.opt(exception=...)` is given."""
    if isinstance(receiver, ast.Call) and isinstance(receiver.func, ast.Attribute) and receiver.func.attr == "opt":
        return keyword(receiver, "exception")
    return None


def _of_function(node: ast.Call, function: ast.Name, names: Names) -> LogCall | None:
    """`error("...")` behind `from logging import error`, or behind `error = logger.error`."""
    owner, _, method = (names.qualified(function) or "").rpartition(".")
    if method not in METHODS:
        return None
    kind = _OBJECTS.get(owner) or _of_symbol(owner, names, _HOPS)
    if kind is None:
        return None
    return LogCall(node, None, method, METHODS[method] or _computed_level(node, names), kind)


def _computed_level(node: ast.Call, names: Names) -> str:
    """Return the level that `logger.log(level, ...)` names, an empty string when it is not a constant."""
    level = node.args[0] if node.args else None
    if isinstance(level, ast.Constant):
        if isinstance(level.value, int):
            return _LEVEL_VALUES.get(level.value, "")
        return METHODS.get(str(level.value).lower(), "")
    return _LEVELS.get(names.qualified(level) or "", "") if level is not None else ""


def _of_maker(maker: str | None, names: Names, hops: int = _HOPS) -> LoggerKind | None:
    """Return the kind of logger that a callable with a qualified name makes."""
    if maker is None or hops <= 0:
        return None
    if maker in _FACTORIES:
        return _FACTORIES[maker]
    owner, _, method = maker.rpartition(".")
    if method in _CHAINED:
        return _OBJECTS.get(owner) or _of_symbol(owner, names, hops)
    return _of_symbol(maker, names, hops)


def _of_symbol(qualified: str, names: Names, hops: int) -> LoggerKind | None:
    """Return the kind of what a name of the project is: a logger, a class of loggers, a function that returns one."""
    found = names.symbol(qualified)
    if found is None:
        return None
    symbol, facts = found
    if isinstance(symbol, CallSymbol):
        return _of_maker(names.qualify_in(facts, symbol.callee), names, hops - 1)
    if isinstance(symbol, FunctionSymbol) and symbol.returns:
        return _of_type(symbol.returns, facts, names, hops)
    if isinstance(symbol, ClassSymbol):
        kinds = (_of_type(base, facts, names, hops) for base in symbol.bases)
        return next((kind for kind in kinds if kind is not None), None)
    return None


def _of_type(written: str, facts: ModuleFacts, names: Names, hops: int) -> LoggerKind | None:
    qualified = names.qualify_in(facts, written)
    if qualified is None:
        return None
    return _TYPES.get(qualified) or _of_maker(qualified, names, hops - 1)


def _of_attribute(node: ast.expr, names: Names) -> LoggerKind | None:
    """Return the kind of `self.log`."""
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name) or node.value.id != "self":
        return None
    own = names.own_class(node)
    return None if own is None else _of_own(node.attr, own, names)


def _of_parameter(name: str, at: ast.AST, names: Names) -> LoggerKind | None:
    """Return the kind of a parameter around `at` that is annotated as a logger and never bound again."""
    if len(names.bound_locally(name, at) or ()) != 1:
        return None
    for up in around(at, FUNCTIONS):
        if isinstance(up, FUNCTIONS):
            every = (*up.args.posonlyargs, *up.args.args, *up.args.kwonlyargs)
            annotation = next((a.annotation for a in every if a.arg == name), None)
            quoted = annotation.value if isinstance(annotation, ast.Constant) else None
            written = quoted if isinstance(quoted, str) else dotted(annotation)
            if written is not None:
                return _of_type(written, names.facts, names, _HOPS)
    return None


def _of_module_name(name: str, names: Names) -> LoggerKind | None:
    symbol = names.facts.symbol(name)
    last = names.facts.symbols.get(name, ())[-1:]
    if last and isinstance(last[0], OtherSymbol) and last[0].literal:
        return None  # `logger = None`, at the end, or where there is none
    if isinstance(symbol, ImportSymbol):
        target = names.canonical(names.facts.absolute(symbol.target))
        if target in _OBJECTS and target != "logging":
            return _OBJECTS[target]
    if isinstance(symbol, ClassSymbol):
        return None
    return _of_maker(names.made_by(ast.Name(name, ast.Load())), names)


def _may_be_logger(name: str, names: Names) -> bool:
    """Tell whether a module-level name is bound to what may be a logger: no function, class or literal.

    A module of the project is one if it has functions to log with.
    """
    symbol = names.facts.symbol(name)
    if isinstance(symbol, ImportSymbol):
        target = names.facts.absolute(symbol.target)
        module = names.project.module(target)
        return "." in target and (module is None or not _LOG_FUNCTIONS.isdisjoint(module.symbols))
    return isinstance(symbol, (CallSymbol, AliasSymbol))


def _of_call(node: ast.Call, names: Names) -> LoggerKind | None:
    """`logging.getLogger(...)` itself, and chains such as `logger.bind(...)` and `logger.opt(...)`."""
    kind = _of_maker(names.qualified(node.func), names)
    if kind is None and isinstance(node.func, ast.Attribute) and node.func.attr in _CHAINED:
        return logger_kind(node.func.value, names)
    return kind


def _named_like_logger(node: ast.expr) -> bool:
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return _is_like_logger(name)


def _is_like_logger(written: str) -> bool:
    return _LOGGER_NAME.search(written.rpartition(".")[2]) is not None
