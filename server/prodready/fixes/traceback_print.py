"""A printed traceback becomes a logged one, or goes where the log has it already."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from prodready.engine.syntax import enclosing_handler, enclosing_statement, keyword, walk
from prodready.fixes.from_print import tidied, without_exception
from prodready.fixes.log_call import failure_message, log_text
from prodready.fixes.log_message import read_call
from prodready.fixes.log_template import Field, Template
from prodready.fixes.unused import drop_exception_name, drop_import_of
from prodready.models.handlers import guarded_by

if TYPE_CHECKING:
    from prodready.fixes.draft import Draft

_MODULE = "traceback"


def drop(draft: Draft, call: ast.Call) -> None:
    """Remove the statement that prints a traceback, and an import that only it used."""
    statement = enclosing_statement(call)
    draft.delete_statement(statement)
    _drop_imports(draft, call, statement)


def log_exception(draft: Draft, call: ast.Call) -> None:
    """Replace the call by one that logs the exception being handled, under the text that was printed with it.

    Raises:
        Refusal: when there is no logger to be had.
    """
    handler = enclosing_handler(call)
    assert handler is not None
    template = _said(draft, call)
    if template is None or template.is_empty:
        template = failure_message(guarded_by(handler), draft)
    text = log_text(draft, call, template, "exception")
    draft.replace_node(call, text)
    drop_exception_name(draft, handler, [call], text)
    _drop_imports(draft, call, call)


def _drop_imports(draft: Draft, call: ast.Call, gone: ast.AST) -> None:
    """Remove the imports that only `call` used, in its function or at the head of the module; `gone` is what goes."""
    drop_import_of(draft, call.func, [gone])
    for inner in (n for n in walk(call.args) if isinstance(n, ast.Call)):
        drop_import_of(draft, inner.func, [gone])
    file = keyword(call, "file")
    if file is not None:
        drop_import_of(draft, file, [gone])


def _said(draft: Draft, call: ast.Call) -> Template | None:
    """Return what a print says beside the traceback; None for `traceback.print_exc()` and the like."""
    qualified = draft.context.names.qualified(call.func) or ""
    if qualified.startswith(f"{_MODULE}."):
        return None
    template = read_call(draft.text_of(call)).template
    if template.verbatim is not None:
        return None
    pieces = tuple(p for p in template.pieces if not (isinstance(p, Field) and "format_exc" in p.code))
    trimmed = replace(template, pieces=pieces).trimmed()
    return without_exception(replace(trimmed, pieces=tuple(tidied(trimmed.pieces))), call, draft)
