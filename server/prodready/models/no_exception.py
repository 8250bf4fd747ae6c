"""Where no exception can be the one being handled, and which parameter may hold one instead."""

from __future__ import annotations

import ast
import re
from typing import Final

from prodready.engine.facts import ClassSymbol
from prodready.engine.semantic import Names
from prodready.engine.syntax import (
    FUNCTIONS,
    TRIES,
    FunctionNode,
    ancestors,
    dotted,
    is_constant,
    parent,
    walk,
)
from prodready.engine.usage import called_in, values_in
from prodready.models.loggers import METHODS
from prodready.models.naming import words_of

_EXITS: Final = frozenset({"__exit__", "__aexit__"})
_HANDLING: Final = frozenset({"errorhandler", "exception", "except"})
"""Words in the decorators of functions that a framework calls while it handles an exception."""
_PARAMETERS: Final = frozenset({"e", "err", "error", "ex", "exc", "exception", "exc_value", "exc_val"})
_OPTIONAL: Final = re.compile(r"\b(?:None|Optional)\b")
_FAILURE_WORDS: Final = frozenset({
    "backoff", "crash", "error", "errors", "exc", "except", "exception", "exceptions", "fail", "failed", "failure",
    "failures", "giveup", "log", "reconnect", "recover", "retry", "rollback", "traceback", "warn",
})  # fmt: skip


def may_handle_exception(node: ast.AST, names: Names) -> bool:
    """Tell whether an exception may be the current one where `node` runs, as far as its own function shows."""
    child = node
    for up in ancestors(node):
        if isinstance(up, (ast.ExceptHandler, ast.Lambda)):
            return True
        if isinstance(up, TRIES) and any(s is child for s in up.finalbody):
            return True
        if isinstance(up, FUNCTIONS):
            return _may_be_called_in_handler(up, names)
        if isinstance(up, ast.ClassDef):
            return False
        child = up
    return False


def is_called_from_elsewhere(node: ast.AST, names: Names) -> bool:
    """Tell whether code that nobody sees here calls the function around `node`, in a handler of its own or not.

    It is handed on as a value, or a method of a class with bases.
    """
    function = _function_around(node)
    if function is None:
        return False
    if function.name in names.facts.usage.as_values or _has_bases(parent(function), names):
        return True
    return function.name in values_in(_beside(function))


def deals_with_failures(node: ast.AST) -> bool:
    """Tell whether the function around `node` is called because something failed, by its name."""
    function = _function_around(node)
    if function is None:
        return False
    return not _FAILURE_WORDS.isdisjoint(words_of(function.name))


def found_exception(node: ast.AST) -> str | None:
    """Return the name that a condition around `node` has found to be an exception by `isinstance(x, SomeError)`."""
    child = node
    for up in ancestors(node):
        if isinstance(up, ast.If) and any(s is child for s in up.body):
            asked = _asked_for(up.test)
            if asked is not None:
                return asked
        if isinstance(up, FUNCTIONS):
            break
        child = up
    return None


def exception_parameter(node: ast.AST) -> str | None:
    """Return the parameter that holds an exception at `node`; None when there is none for sure."""
    function = _function_around(node)
    if function is None:
        return None
    for argument in _arguments(function):
        if _is_exception(argument) and not _is_bound_again(argument.arg, function):
            return argument.arg
    return None


def may_lack_exception(node: ast.AST) -> bool:
    """Tell whether the function around `node` has a parameter for an exception that may be None, there at least.

    Its author has thought of both cases: without one, the current exception is what is asked for.
    """
    function = _function_around(node)
    if function is None:
        return False
    absent = _found_absent(node)
    return any(_may_be_exception(a) and (a.arg in absent or _is_optional(a, function)) for a in _arguments(function))


def _has_bases(owner: ast.AST | None, names: Names) -> bool:
    """Tell whether a class has bases, which may call its methods in a handler of theirs.

    A large one is looked at in parts, of which only the facts know the bases.
    """
    if not isinstance(owner, ast.ClassDef):
        return False
    symbol = names.facts.symbol(owner.name)
    bases = symbol.bases if isinstance(symbol, ClassSymbol) else [dotted(base) for base in owner.bases]
    return any(base != "object" for base in bases)


def _may_be_called_in_handler(function: FunctionNode, names: Names) -> bool:
    if function.name in _EXITS or function.name in METHODS or function.name in names.facts.usage.by_handlers:
        return True
    if _is_called_in_handler_around(function):
        return True
    if any(not _HANDLING.isdisjoint(words_of(ast.unparse(d))) for d in function.decorator_list):
        return True
    asks = (names.qualified(n.func) for n in walk(function.body) if isinstance(n, ast.Call))
    return any(qualified == "sys.exc_info" for qualified in asks)


def _is_called_in_handler_around(function: FunctionNode) -> bool:
    """Tell whether a function inside another is called in a handler there."""
    handlers = (n for n in _beside(function) if isinstance(n, ast.ExceptHandler))
    return function.name in called_in(handlers)


def _beside(function: FunctionNode) -> list[ast.AST]:
    """Return all that stands in the outermost function around a function; nothing without one."""
    outer = [up for up in ancestors(function) if isinstance(up, FUNCTIONS)]
    return list(walk(outer[-1].body)) if outer else []


def _is_exception(argument: ast.arg) -> bool:
    if argument.annotation is None:
        return argument.arg in _PARAMETERS
    written = [dotted(n) for n in walk([argument.annotation]) if isinstance(n, (ast.Name, ast.Attribute))]
    kinds = [name.rpartition(".")[2] for name in written if name]
    return bool(kinds) and kinds[0].endswith(("Exception", "Error")) and "type" not in kinds


def _arguments(function: FunctionNode) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


def _is_optional(argument: ast.arg, function: FunctionNode) -> bool:
    """Tell whether a parameter may be None, by its default or its annotation."""
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    defaults = dict(zip(reversed(positional), reversed(given.defaults), strict=False))
    if is_constant(defaults.get(argument), None) or any(
        a is argument and is_constant(d, None) for a, d in zip(given.kwonlyargs, given.kw_defaults, strict=True)
    ):
        return True
    return argument.annotation is not None and _OPTIONAL.search(ast.unparse(argument.annotation)) is not None


def _found_absent(node: ast.AST) -> set[str]:
    """Return the names that the conditions around `node`, within its function, have found to be None or empty."""
    absent: set[str] = set()
    child = node
    for up in ancestors(node):
        if isinstance(up, FUNCTIONS):
            break
        if isinstance(up, ast.If):
            name, presence = _presence_in(up.test)
            if name and any(s is child for s in (up.orelse if presence else up.body)):
                absent.add(name)
        child = up
    return absent


def _presence_in(test: ast.expr) -> tuple[str, bool]:
    """Return the name that a test is about, "" for others, and whether it holds when that name has a value."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        name, presence = _presence_in(test.operand)
        return name, not presence
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and is_constant(test.comparators[0], None):
        name = test.left.id if isinstance(test.left, ast.Name) else ""
        return name, isinstance(test.ops[0], (ast.IsNot, ast.NotEq))
    return (test.id, True) if isinstance(test, ast.Name) else ("", True)


def _may_be_exception(argument: ast.arg) -> bool:
    """Tell whether a parameter can hold an exception, among other things."""
    if argument.annotation is None:
        return _is_exception(argument)
    return re.search(r"(?:Exception|Error)\b", ast.unparse(argument.annotation)) is not None


def _asked_for(test: ast.expr) -> str | None:
    """Return `x` of the test `isinstance(x, SomeError)`."""
    if not isinstance(test, ast.Call) or not isinstance(test.func, ast.Name) or test.func.id != "isinstance":
        return None
    if len(test.args) != 2 or not isinstance(test.args[0], ast.Name):
        return None
    kind = dotted(test.args[1]) or ""
    return test.args[0].id if kind.endswith(("Exception", "Error")) else None


def _is_bound_again(name: str, function: FunctionNode) -> bool:
    return any(
        isinstance(n, ast.Name) and n.id == name and not isinstance(n.ctx, ast.Load) for n in walk(function.body)
    )


def _function_around(node: ast.AST) -> FunctionNode | None:
    return next((up for up in ancestors(node) if isinstance(up, FUNCTIONS)), None)
