"""The words that identifiers are made of, and names for what has none."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from typing import Final

from prodready.engine.syntax import ancestors, enclosing_function

_EXCEPTIONS: Final = ("error", "exc", "failure")
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def words_of(identifier: str) -> list[str]:
    """Split an identifier, snake or camel case, dotted or not, into words in lower case."""
    return [word.lower() for word in _WORD.findall(identifier)]


def callee(node: ast.Call) -> str:
    """Return the names in what is called, without arguments: `self.errors.append`."""
    parts: list[str] = []
    here: ast.expr = node.func
    while isinstance(here, (ast.Attribute, ast.Call, ast.Subscript)):
        if isinstance(here, ast.Attribute):
            parts.append(here.attr)
        here = here.func if isinstance(here, ast.Call) else here.value
    if isinstance(here, ast.Name):
        parts.append(here.id)
    return ".".join(reversed(parts))


def may_name_exception(guard: ast.ExceptHandler | ast.With) -> bool:
    """Tell whether a handler has a name for its exception, or may get one.

    It may not for `except:`, nor outside of functions, where other modules may use the name.
    """
    if isinstance(guard, ast.ExceptHandler) and (guard.name is not None or guard.type is None):
        return guard.name is not None
    return enclosing_function(guard) is not None


def exception_name(guard: ast.ExceptHandler | ast.With) -> str | None:
    """Return the name of the exception that a handler catches, or one that it may get: nothing but handlers uses it.

    None where it may have none. `_`, which says that nobody wants it, is no name where nobody does.
    """
    function = enclosing_function(guard)
    if isinstance(guard, ast.ExceptHandler) and guard.name is not None and (guard.name != "_" or _reads_it(guard)):
        return guard.name
    if function is None or not may_name_exception(guard):
        return None
    taken = set(_names_in(function, guard))
    numbered = (f"{_EXCEPTIONS[0]}_{number}" for number in itertools.count(2))
    return next(name for name in itertools.chain(_EXCEPTIONS, numbered) if name not in taken)


def _reads_it(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(n, ast.Name) and n.id == "_" for s in handler.body for n in ast.walk(s))


def _names_in(function: ast.AST, guard: ast.AST) -> Iterator[str]:
    """Yield the names in a function, without those of exceptions in handlers that `guard` is no part of."""
    for node in ast.walk(function):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name):
            around = [up for up in ancestors(node) if isinstance(up, ast.ExceptHandler) and up.name == node.id]
            if not around or any(up in around for up in ancestors(guard)):
                yield node.id
