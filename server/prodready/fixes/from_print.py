"""A call that prints becomes a log call: its text the message, in a handler without what the traceback says anyway."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from prodready.engine.syntax import FUNCTIONS, ancestors, enclosing_handler
from prodready.fixes.imports import Refusal
from prodready.fixes.log_call import failure_message, log_text, with_line_ends
from prodready.fixes.log_message import Printed, read_call
from prodready.fixes.log_template import Field, Piece, Template, Text
from prodready.fixes.unused import drop_exception_name, drop_import_of, imported_beside
from prodready.models.handlers import guarded_by

if TYPE_CHECKING:
    from prodready.fixes.draft import Draft

_SAYS_NOTHING: Final = frozenset(
    {"error", "exception", "failed", "failure", "oops", "err", "warning", "e", "traceback"}
)
_JOINTS: Final = " \t:=,;.-\N{EN DASH}\N{EM DASH}([{!"
_INTRODUCES: Final = " with error"
_CLOSERS: Final = " )]}.!\"'"


def log_instead(draft: Draft, call: ast.Call, level: str, *, separator: str = " ") -> None:
    """Replace a call that prints by a call of the module's logger at `level` (or `exception`).

    Raises:
        Refusal: when the call cannot be read, or there is no logger to be had.
    """
    printed = read_call(draft.text_of(call), separator=separator)
    template = printed.template.trimmed()
    if level == "exception":
        template = without_exception(template, call, draft)
    if template.is_empty:
        raise Refusal("there is no text to log")
    if _keeps_layout(printed, template, call):
        text = _rename(draft, call, template, level)
    else:
        text = log_text(draft, call, template, level, event=_event(call))
        draft.replace_node(call, text)
    handler = enclosing_handler(call)
    if handler is not None and level == "exception":
        drop_exception_name(draft, handler, [call], text)
    drop_stream(draft, call)


def drop_stream(draft: Draft, call: ast.Call) -> None:
    """Remove the import that a call which is gone has written with (`sys.stderr`), when nothing else needs it."""
    for part in (call.func, *(keyword.value for keyword in call.keywords if keyword.arg == "file")):
        drop_import_of(draft, part, [part])


def log_formatted(draft: Draft, call: ast.Call, level: str) -> None:
    """Replace `pprint(x)` by a log call of `pprint.pformat(x)`.

    Raises:
        Refusal: when there is no logger, or no way to reach `pprint.pformat`.
    """
    is_bare = isinstance(call.func, ast.Name)
    if isinstance(call.func, ast.Name):
        pformat = imported_beside(draft, call.func, "pformat") or draft.import_name("pprint", "pformat", call)
    else:
        pformat = f"{draft.text_of(call.func).rpartition('.')[0]}.pformat"
    value = draft.text_of(call.args[0])
    template = Template((Field(f"{pformat}({value})"),))
    draft.replace_node(call, log_text(draft, call, template, level, event=_event(call)))
    if is_bare:  # else the module is needed as before
        drop_import_of(draft, call.func, [call.func])


def without_exception(template: Template, call: ast.Call, draft: Draft) -> Template:
    """Return a message without the caught exception at its end, which the traceback tells; never an empty one."""
    handler = enclosing_handler(call)
    if handler is None:
        return template
    pieces = _cut(template.pieces, handler.name) if template.verbatim is None else template.pieces
    shorter = replace(template, pieces=tuple(pieces)).trimmed()
    said = {word.strip(_JOINTS + "*") for word in shorter.words().split()} - {""}
    if shorter.verbatim is None and not shorter.fields and said <= _SAYS_NOTHING:
        return failure_message(guarded_by(handler), draft)
    return shorter


def _cut(pieces: Sequence[Piece], name: str | None) -> list[Piece]:
    """Return the pieces up to what is said about exception `name` at the end."""
    kept = list(pieces)
    if name is None:
        return kept
    while kept:
        last = kept[-1]
        before = kept[-2] if len(kept) > 1 else None
        closes = isinstance(last, Text) and not last.value.strip(_CLOSERS + _JOINTS)
        if not (_is_about(last, name) or (closes and before is not None and _is_about(before, name))):
            break
        kept.pop()
    return tidied(kept) if len(kept) < len(pieces) else kept


def tidied(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces without what would introduce something that was cut off behind them."""
    last = pieces[-1] if pieces else None
    if not isinstance(last, Text):
        return list(pieces)
    shorter = last.without_end(_JOINTS)
    introduced = replace(shorter, raw=shorter.raw.removesuffix(_INTRODUCES)).without_end(_JOINTS)
    return [*pieces[:-1], introduced if introduced.raw or len(pieces) > 1 else shorter]


def _is_about(piece: Piece, name: str) -> bool:
    about = (
        name,
        f"type({name})",
        f"type({name}).__name__",
        f"{name}.__class__.__name__",
        f"{name}.args",
        f"str({name})",
    )
    return isinstance(piece, Field) and piece.code in about


def _keeps_layout(printed: Printed, template: Template, call: ast.Call) -> bool:
    spread = call.end_lineno != call.lineno
    return printed.is_unchanged and spread and not call.keywords and template.verbatim == printed.template.verbatim


def _rename(draft: Draft, call: ast.Call, template: Template, level: str) -> str:
    """Replace only the called name and the text, which is returned: line breaks and comments between them stay."""
    logger, kind = draft.logger(call)
    text, _ = template.rendered(kind, draft.source.quote, _event(call))
    draft.replace_node(call.func, f"{logger}.{level}")
    if template.verbatim is None or call.args[0].lineno == call.lineno:
        draft.replace_node(call.args[0], with_line_ends(text, draft.source.newline))
    return text


def _event(call: ast.Call) -> str:
    return next((up.name for up in ancestors(call) if isinstance(up, FUNCTIONS)), "output")
