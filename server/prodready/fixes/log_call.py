"""The text of log calls: which method and arguments say what is meant with each library, laid out to fit."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from prodready.engine.finding import Position, Range
from prodready.engine.syntax import enclosing_handler, keyword, parent
from prodready.fixes.imports import Refusal
from prodready.fixes.log_template import Template, message
from prodready.fixes.unused import drop_exception_name
from prodready.models.failures import identifiers, what_failed
from prodready.models.loggers import LogCall, LoggerKind

if TYPE_CHECKING:
    from prodready.fixes.draft import Draft

_QUIET: Final = {"exception": "error", "aexception": "aerror"}
"""The methods that log a traceback by themselves, with those that do the same without."""


@dataclass(frozen=True)
class Slot:
    """Where a call goes: the indentation of its line, the column it begins at, and the code behind it on its line."""

    indent: str
    column: int
    tail: str = ""

    @classmethod
    def of(cls, draft: Draft, node: ast.AST) -> Slot:
        """The place where `node` stands."""
        span = draft.range_of(node)
        line = draft.source.line(span.start.line)
        tail = draft.source.line(span.end.line)[span.end.column :].split("#")[0].rstrip()
        return cls(line[: len(line) - len(line.lstrip(" \t\f"))], span.start.column, tail)

    @classmethod
    def own_line(cls, indent: str) -> Slot:
        """A line of its own."""
        return cls(indent, len(indent))


def log_text(
    draft: Draft,
    at: ast.AST,
    template: Template,
    level: str,
    *,
    traceback: bool = False,
    event: str = "output",
    slot: Slot | None = None,
) -> str:
    """Return the code of a log call that fits to stand in `slot`, by default where `at` stands.

    `level` is a level or `exception`; `traceback` asks for the traceback of the exception that is being handled. A
    logger is inserted into the module where there is none. `event` is used where structlog needs words and the message
    has none.

    Raises:
        Refusal: when there is no logger to be had.
    """
    logger, kind = draft.logger(at)
    place = slot or Slot.of(draft, at)
    lines = template.indented(place.indent + draft.source.indent_unit)
    message, arguments = lines.rendered(kind, draft.source.quote, event)
    head, extra = _method(logger, kind, level, traceback, draft.context.settings.traceback_style)
    return laid_out(draft, place, head, [message, *arguments, *extra])


def laid_out(draft: Draft, slot: Slot, head: str, arguments: Sequence[str]) -> str:
    """Return the call `head(arguments)` for a place: on one line where it fits, else as Black would do it."""
    flat = ", ".join(arguments)
    spread = "\n" in flat or "\r" in flat
    width = draft.line_length
    if not spread and slot.column + len(f"{head}({flat}){slot.tail}") <= width:
        return f"{head}({flat})"
    inner = slot.indent + draft.source.indent_unit
    newline = draft.source.newline
    if not spread and len(inner) + len(flat) <= width:
        return f"{head}({newline}{inner}{flat}{newline}{slot.indent})"
    if len(arguments) == 1 and not spread:
        return f"{head}({flat})"
    listed = "".join(f"{inner}{argument},\n" for argument in arguments)
    return with_line_ends(f"{head}(\n{listed}{slot.indent})", newline)


def with_line_ends(text: str, newline: str) -> str:
    """Return a text with the line ends of the file that it goes into."""
    return re.sub(r"\r\n|\r|\n", newline, text)


def failure_message(guarded: ast.stmt, draft: Draft) -> Template:
    """Return a message for a failure inside `guarded`, a `try` or `with`: what failed, and for whom."""
    said = what_failed(guarded, draft.context.names)
    return message(said, identifiers(guarded), draft.source.quote)


def add_traceback(draft: Draft, call: LogCall, style: str) -> None:
    """Make an existing log call record the traceback: by an argument, or (`style` `exception`) by another method.

    Raises:
        Refusal: when it is not known how the logger takes a traceback.
    """
    if call.kind is LoggerKind.UNKNOWN:
        raise Refusal("it is not known what kind of logger this is")
    ignored = next((k for k in call.node.keywords if k.arg == "exc_info"), None)
    if ignored is not None and call.kind is LoggerKind.LOGURU:
        remove_argument(draft, call.node, ignored)
        handler = enclosing_handler(call.node)
        if handler is not None:
            drop_exception_name(draft, handler, [ignored.value], "None")
    if style == "exception":
        rename_method(draft, call, "aexception" if call.method == "aerror" else "exception")
    elif call.kind is LoggerKind.LOGURU:
        _add_opt(draft, call)
    else:
        add_argument(draft, call.node, "exc_info=True")


def give_exception(draft: Draft, call: LogCall, name: str) -> None:
    """Let a log call record the traceback of the exception called `name` instead of that of the current one.

    Raises:
        Refusal: when it is not known how the logger takes an exception.
    """
    given = keyword(call.node, "exc_info")
    if call.kind is LoggerKind.LOGURU:
        _give_loguru(draft, call, name)
    elif given is not None:
        draft.replace_node(given, name)
    else:
        rename_method(draft, call, _QUIET[call.method])
        add_argument(draft, call.node, f"exc_info={name}")


def drop_traceback(draft: Draft, call: LogCall) -> None:
    """Let a log call record no traceback.

    Raises:
        Refusal: when the call is laid out so that nothing can be taken out of it.
    """
    given = next((k for k in call.node.keywords if k.arg == "exc_info"), None)
    if call.method in _QUIET:
        rename_method(draft, call, _QUIET[call.method])
    if given is not None:
        remove_argument(draft, call.node, given)
    elif call.method not in _QUIET:
        _drop_opt(draft, call)


def remove_argument(draft: Draft, call: ast.Call, gone: ast.keyword) -> None:
    """Remove a keyword argument that is not the only argument, with the comma beside it.

    Raises:
        Refusal: when it is the only one, or a comment stands in between.
    """
    given = _given(call)
    index = next(i for i, n in enumerate(given) if n is gone)
    own = draft.range_of(gone)
    if index:
        span = Range(draft.range_of(given[index - 1]).end, own.end)
        between = draft.source.slice(Range(span.start, own.start))
    elif len(given) > 1:
        span = Range(own.start, draft.range_of(given[1]).start)
        between = draft.source.slice(Range(own.end, span.end))
    else:
        raise Refusal("there is no other argument")
    if between.strip() != ",":
        raise Refusal("something stands between the arguments")
    draft.replace(span, "")


def rename_method(draft: Draft, call: LogCall, method: str) -> None:
    """Let the call write through another method of its logger.

    Raises:
        Refusal: when the method is not called on a logger.
    """
    if call.receiver is None:
        raise Refusal("the function is not called on a logger")
    draft.replace(method_range(draft, call), method)


def method_range(draft: Draft, call: LogCall) -> Range:
    """Return where the name of the method stands."""
    end = draft.range_of(call.node.func).end
    return Range(Position(end.line, end.column - len(call.method)), end)


def add_argument(draft: Draft, call: ast.Call, argument: str) -> None:
    """Add a keyword argument behind the last one; comments and trailing commas stay where they are.

    A statement that would no longer fit on its line is broken.

    Raises:
        Refusal: when the call has no argument yet.
    """
    given = _given(call)
    if not given:
        raise Refusal("the call has no arguments")
    broken = _broken(draft, call, argument)
    if broken is not None:
        draft.replace(Range(draft.range_of(call.func).end, draft.range_of(call).end), broken)
        return
    last = given[-1]
    end = draft.range_of(last).end
    closing = draft.range_of(call).end
    closing = Position(closing.line, closing.column - 1)
    between = draft.source.slice(Range(end, closing))
    code = re.sub(r"#[^\r\n]*", lambda m: " " * len(m.group()), between)
    comma = code.find(",")
    if comma < 0:
        behind = _advanced(end, between[: len(code.rstrip())])
        draft.insert(behind, f",{_gap(draft, end, between, argument)}{argument}")
    elif "\n" in code[comma:] or "\r" in code[comma:]:
        indent = _argument_indent(draft, last, closing)
        draft.insert(Position(closing.line, 0), f"{indent}{argument},{draft.source.newline}")
    else:
        draft.insert(_advanced(end, between[: comma + 1]), f" {argument}")


def _gap(draft: Draft, end: Position, between: str, argument: str) -> str:
    """Return what goes in front of an argument behind the last line of others.

    That is a new line, where it would not fit, or where the others end with brackets on a line of their own.
    """
    line = draft.source.line(end.line).rstrip("\r\n")
    fits = len(line) + len(f", {argument}") <= draft.line_length
    if between.strip() or not between or (fits and line[: end.column].strip(" \t)]}")):
        return " "
    return draft.source.newline + line[: len(line) - len(line.lstrip())]


def _given(call: ast.Call) -> list[ast.expr | ast.keyword]:
    """Return the arguments of a call as they stand there."""
    return sorted([*call.args, *call.keywords], key=lambda n: (n.lineno, n.col_offset))


def _broken(draft: Draft, call: ast.Call, argument: str) -> str | None:
    """Return the brackets of a call with one more argument, on several lines; None where they need not be broken."""
    span = draft.range_of(call)
    line = draft.source.line(span.start.line).rstrip("\r\n")
    if span.start.line != span.end.line or not isinstance(parent(call), ast.Expr):
        return None
    if not len(line) <= draft.line_length < len(line) + len(f", {argument}"):
        return None
    head = draft.text_of(call.func)
    arguments = list(map(draft.text_of, _given(call)))
    if draft.text_of(call) != f"{head}({', '.join(arguments)})":
        return None
    return laid_out(draft, Slot.of(draft, call), head, [*arguments, argument])[len(head) :]


def _method(logger: str, kind: str, level: str, traceback: bool, style: str) -> tuple[str, list[str]]:
    """Return the called expression, and the arguments that ask for a traceback."""
    if level == "exception" or (traceback and level == "error" and style == "exception"):
        return f"{logger}.exception", []
    if not traceback:
        return f"{logger}.{level}", []
    if kind == LoggerKind.LOGURU.value:
        return f"{logger}.opt(exception=True).{level}", []
    return f"{logger}.{level}", ["exc_info=True"]


def _add_opt(draft: Draft, call: LogCall) -> None:
    """loguru takes options in a call in front: `logger.opt(exception=True).error(...)`."""
    receiver = call.receiver
    if receiver is None:
        raise Refusal("the function is not called on a logger")
    if isinstance(receiver, ast.Call) and isinstance(receiver.func, ast.Attribute) and receiver.func.attr == "opt":
        add_argument(draft, receiver, "exception=True")
    else:
        draft.insert(draft.range_of(receiver).end, ".opt(exception=True)")


def _give_loguru(draft: Draft, call: LogCall, name: str) -> None:
    receiver = call.receiver
    if receiver is None:
        raise Refusal("the function is not called on a logger")
    given = keyword(receiver, "exception") if isinstance(receiver, ast.Call) else None
    if given is not None:
        draft.replace_node(given, name)
        return
    rename_method(draft, call, _QUIET[call.method])
    draft.insert(draft.range_of(receiver).end, f".opt(exception={name})")


def _drop_opt(draft: Draft, call: LogCall) -> None:
    """Take `.opt(exception=True)` out of the receiver of a loguru call."""
    receiver = call.receiver
    if not isinstance(receiver, ast.Call) or not isinstance(receiver.func, ast.Attribute) or len(receiver.keywords) > 1:
        raise Refusal("the options of the logger hold more than the traceback")
    if receiver.args:
        raise Refusal("the options of the logger hold more than the traceback")
    draft.replace(Range(draft.range_of(receiver.func.value).end, draft.range_of(receiver).end), "")


def _advanced(position: Position, text: str) -> Position:
    """Return the place behind `text`, which begins at `position`."""
    lines = re.split(r"\r\n|\r|\n", text)
    if len(lines) == 1:
        return Position(position.line, position.column + len(text))
    return Position(position.line + len(lines) - 1, len(lines[-1]))


def _argument_indent(draft: Draft, last: ast.expr | ast.keyword, closing: Position) -> str:
    """Return the indentation of the arguments of a call that ends on a line of its own."""
    if draft.source.line(closing.line)[: closing.column].strip():
        raise Refusal("the call's last line holds more than its closing bracket")
    start = draft.range_of(last).start
    before = draft.source.line(start.line)[: start.column]
    return (
        before if not before.strip() else draft.source.line(closing.line)[: closing.column] + draft.source.indent_unit
    )
