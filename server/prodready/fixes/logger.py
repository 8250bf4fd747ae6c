"""The module's logger for a place in it: the one that is there, or a new one with its import."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from prodready.engine.finding import Position
from prodready.engine.syntax import enclosing_function
from prodready.fixes.imports import Imports, Refusal
from prodready.fixes.unused import drop_name, imports_of
from prodready.models.loggers import LoggerKind, foreign_logger, module_loggers, own_logger

if TYPE_CHECKING:
    from prodready.engine.settings import SharedLogger
    from prodready.fixes.draft import Draft

_DEFINITIONS: Final = ("def ", "async def ", "class ", "@")
_FALLBACKS: Final = ("_logger", "log", "module_logger")
_USUAL: Final = frozenset({"logger", "log", "_logger", "_log", "LOGGER", "LOG"})
"""What a module calls the logger that all of it logs with; others, such as `access_logger`, are for something."""
_NEW: Final = {
    "stdlib": ("logging", "{module}.getLogger(__name__)"),
    "structlog": ("structlog", "{module}.get_logger(__name__)"),
}


def logger_at(draft: Draft, imports: Imports, at: ast.AST) -> tuple[str, str]:
    """Return what gives the module's logger at `at`, its name as a rule, and its kind; one is made where there is none.

    Raises:
        Refusal: when no name is free, module-level code would use a logger before it exists that cannot be asked for,
            or what is logged with here is called in a way that nobody knows.
    """
    names = draft.context.names
    known = [(name, kind) for name, kind in module_loggers(names) if names.bound_locally(name, at) is None]
    wanted = draft.context.settings.logger_name
    known.sort(key=lambda found: (found[0] != wanted, found[0] not in _USUAL))
    for name, kind in known:
        if _is_defined_before(draft, imports, name, at):
            return name, kind.value
    if known:
        return _ask_for(draft, at, *known[0]), known[0][1].value
    own = own_logger(at, names)
    if own is not None:
        return own[0], own[1].value
    foreign = foreign_logger(at, names)
    if foreign is not None:
        raise Refusal(f"it is not known what kind of logger '{foreign}' is")
    shared = _shared(draft)
    if shared is not None:
        try:
            return draft.import_name(shared.module, shared.name, at), shared.kind
        except Refusal:
            # Its name means something else here: a logger of the module's own is the next best.
            return _define(draft, imports, at), shared.kind
    if draft.context.settings.logger_kind == LoggerKind.LOGURU.value:
        return draft.import_name("loguru", "logger", at), LoggerKind.LOGURU.value
    return _define(draft, imports, at), draft.context.settings.logger_kind


def _shared(draft: Draft) -> SharedLogger | None:
    """Return the logger that the modules around share; None without one, or where its own modules need this one."""
    settings = draft.context.settings
    shared = settings.shared_logger
    if shared is None or settings.module in shared.needs:
        return None
    same_package = settings.module.partition(".")[0] == shared.module.partition(".")[0]
    return shared if same_package or "." not in shared.module else None


def _ask_for(draft: Draft, at: ast.AST, name: str, kind: LoggerKind) -> str:
    """Return an expression that gives the logger which the module binds to `name` only further down."""
    if kind.value not in _NEW:
        raise Refusal(f"'{name}' is defined further down")
    library, template = _NEW[kind.value]
    before = len(draft.edits)
    module = draft.import_module(library, at)
    if len(draft.edits) > before:
        _drop_later(draft, library)
    return template.format(module=module)


def _drop_later(draft: Draft, library: str) -> None:
    """Take away the import that was moved to the head of the module, if there is one on a line of its own."""
    for node, place in imports_of(library, draft):
        if isinstance(node, ast.Import) and [(a.name, a.asname) for a in node.names] == [(library, None)]:
            drop_name(draft, node, place, library)


def _is_defined_before(draft: Draft, imports: Imports, name: str, at: ast.AST) -> bool:
    """A function sees every module-level name; module-level code only those that were bound above it."""
    if enclosing_function(at) is not None:
        return True
    line = draft.range_of(at).start.line
    return any(_binds(placed.node, name) and placed.last < line for placed in imports.statements)


def _binds(node: ast.stmt, name: str) -> bool:
    from prodready.engine.facts import bindings

    return any(bound == name for bound, _ in bindings(node))


def _define(draft: Draft, imports: Imports, at: ast.AST) -> str:
    names = draft.context.names
    wanted = (draft.context.settings.logger_name, *_FALLBACKS)
    name = next((n for n in wanted if n not in names.facts.symbols and names.bound_locally(n, at) is None), None)
    if name is None:
        raise Refusal("every usual name for a logger is taken")
    library, template = _NEW[draft.context.settings.logger_kind]
    line = imports.end_of_head()
    if enclosing_function(at) is None and draft.range_of(at).start.line < line:
        # What runs among the imports cannot wait for a name behind them.
        return template.format(module=draft.import_module(library, at))
    module = imports.module_at_top(library, draft)
    _insert(draft, line, f"{name} = {template.format(module=module)}", bool(imports.head))
    return name


def _insert(draft: Draft, line: int, statement: str, after_imports: bool) -> None:
    source = draft.source
    newline = source.newline
    following = source.line(line).strip()
    lacks_end = line >= len(source.lines) and bool(source.lines) and not source.lines[-1].endswith(("\n", "\r"))
    # Without imports the new import goes to the same place and brings a blank line, where code follows.
    gap = "" if following and not after_imports else newline
    position = Position(line, 0) if line < len(source.lines) else source.end
    behind = 0 if not following else 2 if following.startswith(_DEFINITIONS) else 1
    draft.insert_for_module(position, f"{newline * lacks_end}{gap}{statement}{newline}{newline * behind}")
