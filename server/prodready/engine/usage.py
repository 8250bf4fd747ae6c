"""From where a module's own functions are called, as far as that decides what may be expected of them."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from prodready.engine.nodes import Nodes
from prodready.engine.syntax import dotted, is_main_guard, walk

_LOGS: Final = ("log", "logger", "logging")
"""How the names of attributes end that hold a logger."""
_STARTS: Final = frozenset({"main", "sys.exit"})
"""Callables by which a program begins, or ends with the result of what it did."""
_LEVELS: Final = frozenset({"critical", "debug", "error", "exception", "fatal", "info", "warn", "warning"})
"""The methods that loggers of all kinds have, and lists called `log` have not."""


@dataclass(frozen=True)
class Usage:
    """Names of functions, without what they are called on, and two traits of the module.

    `by_script` are called under `if __name__ == "__main__":`, or where the program runs without it, `by_handlers`
    inside an `except` clause, `at_exit` were handed to `atexit.register`, `as_values` are handed to some call, kept
    or returned without being called. `asks` tells whether the module asks somebody at a terminal, by `input()`.
    `logs` is what objects hold under the name of a logger and log with, as it is written: `self.env.log`.
    `is_program` tells whether the module runs by itself where it is imported: it calls `main()` at its top level,
    or takes its arguments.
    """

    by_script: frozenset[str] = frozenset()
    by_handlers: frozenset[str] = frozenset()
    at_exit: frozenset[str] = frozenset()
    as_values: frozenset[str] = frozenset()
    asks: bool = False
    logs: frozenset[str] = frozenset()
    is_program: bool = False

    @property
    def is_startable(self) -> bool:
        """Whether the module can be started as a program."""
        return self.is_program or bool(self.by_script)

    def among(self, defined: Collection[str]) -> Usage:
        """Return the same for those functions only that the module defines, so that other names change nothing."""
        return Usage(
            self.by_script.intersection(defined),
            self.by_handlers.intersection(defined),
            self.at_exit.intersection(defined),
            self.as_values.intersection(defined),
            self.asks,
            self.logs,
            self.is_program,
        )


UNUSED: Final = Usage()
"""Nothing is called from anywhere special."""


def usage_in(nodes: Nodes, body: Iterable[ast.stmt]) -> Usage:
    """Return how the code of one segment, with the statements `body`, uses functions."""
    guards = [n for n in nodes.by_type.get(ast.If, ()) if is_main_guard(n)]
    runs = [statement for statement in body if _runs_program(statement)]
    handlers = nodes.by_type.get(ast.ExceptHandler, ())
    calls = cast("Sequence[ast.Call]", nodes.by_type.get(ast.Call, ()))
    keeping = itertools.chain(*[nodes.by_type.get(kind, ()) for kind in _KEEPING])
    return Usage(
        frozenset(called_in([*guards, *runs])),
        frozenset(called_in(handlers)),
        frozenset(_registered_in(calls)),
        frozenset(values_in(keeping)),
        "input" in [call.func.id for call in calls if call.func.__class__ is ast.Name],
        frozenset(_logging_in(calls)),
        bool(runs),
    )


def _runs_program(node: ast.stmt) -> bool:
    """Tell whether a statement at module level runs the program: `main()`, `sys.exit(main())`, `path = sys.argv[1]`.

    What stands under a condition may only ask whether the program can run at all.
    """
    value = node.value if isinstance(node, (ast.Expr, ast.Assign)) else None
    if isinstance(value, ast.Subscript):
        return dotted(value.value) == "sys.argv" and isinstance(value.slice, ast.Constant)
    called = [n.func for n in walk([value]) if isinstance(n, ast.Call)] if isinstance(node, ast.Expr) and value else []
    return any(dotted(function) in _STARTS for function in called)


def joined(parts: Iterable[Usage]) -> Usage:
    """Return the usage in several segments together."""
    every = list(parts)
    return Usage(
        frozenset().union(*[u.by_script for u in every]),
        frozenset().union(*[u.by_handlers for u in every]),
        frozenset().union(*[u.at_exit for u in every]),
        frozenset().union(*[u.as_values for u in every]),
        any(u.asks for u in every),
        frozenset().union(*[u.logs for u in every]),
        any(u.is_program for u in every),
    )


_KEEPING: Final[Mapping[type[ast.AST], str]] = {
    ast.Call: "args",
    ast.keyword: "value",
    ast.Assign: "value",
    ast.AnnAssign: "value",
    ast.Return: "value",
    ast.Dict: "values",
    ast.List: "elts",
    ast.Tuple: "elts",
    ast.Set: "elts",
}
"""Where a node of each kind has the expressions that it takes as values."""


def values_in(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names, without what they are attributes of, that nodes take as values."""
    found: set[str] = set()
    # Every call of a file comes by here: nothing is called for what is neither a name nor an attribute.
    for node in nodes:
        place = _KEEPING.get(node.__class__)
        taken = None if place is None else node.__dict__[place]
        for value in taken if taken.__class__ is list else (taken,):
            if value.__class__ is ast.Name:
                found.add(value.id)
            elif value.__class__ is ast.Attribute:
                found.add(value.attr)
    return found


def called_in(blocks: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names, without what they are attributes of, of everything that is called in some code."""
    for node in walk(blocks):
        if isinstance(node, ast.Call):
            name = _last_name(node.func)
            if name is not None:
                yield name


def _logging_in(calls: Iterable[ast.Call]) -> Iterator[str]:
    # Most calls are on names: no function is called for these.
    for call in calls:
        function = call.func
        held = function.value if isinstance(function, ast.Attribute) and function.attr in _LEVELS else None
        if isinstance(held, ast.Attribute) and held.attr.lower().endswith(_LOGS):
            written = dotted(held)
            if written is not None and written.startswith("self."):
                yield written


def _registered_in(calls: Iterable[ast.Call]) -> Iterator[str]:
    for call in calls:
        function = call.func
        if (
            isinstance(function, ast.Attribute)
            and function.attr == "register"
            and _last_name(function.value) == "atexit"
        ):
            names = (_last_name(argument) for argument in call.args[:1])
            yield from (name for name in names if name is not None)


def _last_name(node: ast.expr) -> str | None:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None
