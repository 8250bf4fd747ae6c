"""Where no exception can be the one being handled, and which parameter may hold one instead."""

from __future__ import annotations

import ast
from typing import Final

from prodready.engine.facts import ClassSymbol, dotted
from prodready.engine.semantic import Names
from prodready.engine.syntax import FUNCTIONS, TRIES, FunctionNode, ancestors, parent, walk
from prodready.models.handlers import words_of
from prodready.models.loggers import METHODS

_EXITS: Final = frozenset({"__exit__", "__aexit__"})
_HANDLING: Final = frozenset({"errorhandler", "exception", "except"})
"""Words in the decorators of functions that a framework calls while it handles an exception."""
_PARAMETERS: Final = frozenset({"e", "err", "ex", "exc", "exception", "exc_value", "exc_val"})
_FAILURE_WORDS: Final = frozenset({
    "crash", "error", "errors", "exc", "except", "exception", "exceptions", "fail", "failed", "failure", "failures",
    "handle", "handler", "log", "report", "retry", "rollback", "traceback", "warn",
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


def deals_with_failures(node: ast.AST, names: Names) -> bool:
    """Tell whether the function around `node` may be called because something failed.

    Its name says so, or it is a private method of a class with bases, which may call it from a handler of theirs.
    """
    function = _function_around(node)
    if function is None:
        return False
    inherited = function.name.startswith("_") and _has_bases(parent(function), names)
    named = exception_parameter(node) is not None
    return not _FAILURE_WORDS.isdisjoint(words_of(function.name)) or (inherited and not named)


def exception_parameter(node: ast.AST) -> str | None:
    """Return the name that holds an exception at `node`: a parameter, or what `isinstance(x, SomeError)` has asked for.

    None when there is none for sure.
    """
    child = node
    for up in ancestors(node):
        if isinstance(up, ast.If) and any(s is child for s in up.body):
            asked = _asked_for(up.test)
            if asked is not None:
                return asked
        if isinstance(up, FUNCTIONS):
            break
        child = up
    function = _function_around(node)
    if function is None:
        return None
    for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs):
        if _is_exception(argument) and not _is_bound_again(argument.arg, function):
            return argument.arg
    return None


def _has_bases(owner: ast.AST | None, names: Names) -> bool:
    """Tell whether a class has bases; a large one is looked at in parts, of which only the facts know the bases."""
    if not isinstance(owner, ast.ClassDef):
        return False
    symbol = names.facts.symbol(owner.name)
    return bool(symbol.bases if isinstance(symbol, ClassSymbol) else owner.bases)


def _may_be_called_in_handler(function: FunctionNode, names: Names) -> bool:
    if function.name in _EXITS or function.name in METHODS or function.name in names.facts.usage.by_handlers:
        return True
    if any(not _HANDLING.isdisjoint(words_of(ast.unparse(d))) for d in function.decorator_list):
        return True
    asks = (names.qualified(n.func) for n in walk(function.body) if isinstance(n, ast.Call))
    return any(qualified == "sys.exc_info" for qualified in asks)


def _is_exception(argument: ast.arg) -> bool:
    if argument.annotation is None:
        return argument.arg in _PARAMETERS
    written = [dotted(n) for n in walk([argument.annotation]) if isinstance(n, (ast.Name, ast.Attribute))]
    kinds = [name.rpartition(".")[2] for name in written if name]
    return bool(kinds) and kinds[0].endswith(("Exception", "Error")) and "type" not in kinds


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
