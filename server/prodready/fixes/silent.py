"""A log call in front of what a silent handler does; `with suppress(...)` becomes a `try` for it."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from prodready.engine.finding import Position, Range
from prodready.fixes.imports import Refusal
from prodready.fixes.log_call import Slot, failure_message, log_text
from prodready.fixes.log_template import with_exception
from prodready.fixes.unused import drop_import_of
from prodready.models.handlers import Guard, guarded_by
from prodready.models.naming import exception_name

if TYPE_CHECKING:
    from prodready.fixes.draft import Draft

_BEFORE_COLON: Final = re.compile(r"(?:[ \t]*\))*(?=[ \t]*:)")

_NAMED: Final = re.compile(r"(?:[ \t]*\))*[ \t]+as[ \t]+(\w+)(?=[ \t]*:)")


def log_first(draft: Draft, handler: ast.ExceptHandler, *, traceback: bool) -> None:
    """Let a handler log the failure before it does what it does, with the exception where no `traceback` is wanted.

    Raises:
        Refusal: when there is no logger to be had.
    """
    first = handler.body[0]
    start = draft.range_of(first).start
    line = draft.source.line(start.line)
    name = None if traceback else _bound(draft, handler)
    if line[: start.column].strip():
        _log_behind_colon(draft, handler, name)
        return
    text = _log(draft, handler, line[: start.column], name)
    if _is_filler(first) and len(handler.body) == 1:
        draft.replace_node(first, text)
    else:
        draft.insert(Position(start.line, 0), f"{line[: start.column]}{text}{draft.source.newline}")


def suppress_to_try(draft: Draft, statement: ast.With, *, traceback: bool) -> None:
    """Turn `with suppress(E):` into `try:` with a handler that logs.

    Raises:
        Refusal: when the head of the statement is more than that, or there is no logger to be had.
    """
    call = statement.items[0].context_expr
    assert isinstance(call, ast.Call)
    span = draft.range_of(statement)
    behind = draft.range_of(call).end
    colon = re.match(r"(?:\s*\))*\s*:", draft.source.line(behind.line)[behind.column :])
    if colon is None or any(isinstance(argument, ast.Starred) for argument in call.args):
        raise Refusal("the head of the with statement is more than suppress()")
    indent = draft.indent_of(statement)
    types = [draft.text_of(argument) for argument in call.args]
    caught = types[0] if len(types) == 1 else f"({', '.join(types)})"
    newline = draft.source.newline
    inner = indent + draft.source.indent_unit
    name = None if traceback else exception_name(statement)
    bound = f" as {name}" if name is not None else ""
    log = _log(draft, statement, inner, name)
    handler = f"{indent}except {caught}{bound}:{newline}{inner}{log}{newline}"
    draft.replace(Range(span.start, Position(behind.line, behind.column + colon.end())), "try:")
    end = Position(span.end.line + 1, 0)
    if end.line >= len(draft.source.lines):
        end = draft.source.end
        handler = handler if end.column == 0 else newline + handler.removesuffix(newline)
    draft.insert(end, handler)
    drop_import_of(draft, call.func, [call.func])


def _bound(draft: Draft, handler: ast.ExceptHandler) -> str | None:
    """Return the name of the caught exception, binding one where it has none; None where it cannot have one."""
    name = exception_name(handler)
    if name is None or handler.name == name or handler.type is None:
        return name
    end = draft.range_of(handler.type).end
    if handler.name is not None:
        given = _NAMED.match(draft.source.line(end.line), end.column)
        if given is None:
            return handler.name
        draft.replace(Range(Position(end.line, given.start(1)), Position(end.line, given.end(1))), name)
        return name
    colon = _BEFORE_COLON.match(draft.source.line(end.line), end.column)
    if colon is None:
        return None
    draft.insert(Position(end.line, colon.end()), f" as {name}")
    return name


def _log_behind_colon(draft: Draft, handler: ast.ExceptHandler, name: str | None) -> None:
    """`except E: pass` on one line: the log call gets a line of its own, and so does what follows."""
    first = handler.body[0]
    start = draft.range_of(first).start
    line = draft.source.line(start.line)
    colon = line[: start.column].rstrip()
    indent = line[: len(line) - len(line.lstrip(" \t\f"))]
    inner = indent + draft.source.indent_unit
    newline = draft.source.newline
    text = f"{newline}{inner}{_log(draft, handler, inner, name)}"
    if _is_filler(first) and len(handler.body) == 1:
        draft.replace(Range(Position(start.line, len(colon)), draft.range_of(first).end), text)
    else:
        draft.replace(Range(Position(start.line, len(colon)), start), f"{text}{newline}{inner}")


def _log(draft: Draft, guard: Guard, indent: str, name: str | None) -> str:
    """Return the log call for a failure, with the exception called `name` in its text, or else its traceback."""
    guarded = guarded_by(guard)
    template = failure_message(guarded, draft)
    if name is not None:
        template = with_exception(template, name, draft.source.quote)
    level = draft.context.settings.silent_level
    return log_text(draft, guard.body[0], template, level, traceback=name is None, slot=Slot.own_line(indent))


def _is_filler(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
