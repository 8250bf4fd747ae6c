"""Answers that many nodes ask for, worked out once: about what is around them, or about the module that they are in."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from prodready.engine.syntax import nearest

if TYPE_CHECKING:
    from prodready.engine.semantic import Names

_About = TypeVar("_About")
_Answer = TypeVar("_Answer")
_UNKNOWN: Final = object()


def remembered(ask: Callable[[_About, Names], _Answer]) -> Callable[[_About, Names], _Answer]:
    """Work out `ask(about, names)` once for each segment that is checked: each print asks about its whole function."""

    @functools.wraps(ask)
    def answer(about: _About, names: Names) -> _Answer:
        key = (ask, about)
        known: Any = names.answers.get(key, _UNKNOWN)
        if known is _UNKNOWN:
            known = names.answers[key] = ask(about, names)
        return known  # type: ignore[no-any-return]  # every call of a file comes by here: none of `cast`

    return answer


def remembered_of_module(ask: Callable[[Names], _Answer]) -> Callable[[Names], _Answer]:
    """Work out `ask(names)`, which depends on the facts of the module and the project alone, once for all segments."""

    @functools.wraps(ask)
    def answer(names: Names) -> _Answer:
        if ask not in names.module_answers:
            names.module_answers[ask] = ask(names)
        return cast("_Answer", names.module_answers[ask])

    return answer


def any_around(node: ast.AST, kind: type[ast.AST], holds: Callable[[ast.AST, ast.AST], bool], names: Names) -> bool:
    """Tell whether `holds` is true of an ancestor of a kind and its part that `node` is in.

    `holds` is a plain function that looks at no more than these two.
    """
    memory = cast("dict[ast.AST, bool]", names.answers.setdefault((any_around, kind, holds), {}))
    passed: list[ast.AST] = []
    answer = False
    found = nearest(node, (kind,))
    while found is not None:
        up, part = found
        if part in memory:
            answer = memory[part]
            break
        passed.append(part)
        if holds(up, part):
            answer = True
            break
        found = nearest(up, (kind,))
    memory.update(dict.fromkeys(passed, answer))
    return answer
