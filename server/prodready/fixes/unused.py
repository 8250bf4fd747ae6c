"""What a repair leaves without a use: the name of a caught exception, an import."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from prodready.engine.finding import Position, Range
from prodready.engine.nodes import nodes_of
from prodready.engine.rule import Context
from prodready.engine.syntax import FUNCTIONS, FunctionNode, around, block_of, enclosing_function, walk
from prodready.fixes.import_names import ImportNode, Places, bound_by, take_out

if TYPE_CHECKING:
    from prodready.engine.segments import Segment
    from prodready.fixes.draft import Draft


def drop_exception_name(draft: Draft, handler: ast.ExceptHandler, gone: Sequence[ast.AST], instead: str) -> None:
    """Remove `as e` from a handler, when nothing but the nodes in `gone` used the name.

    `instead` is the code of the expression that takes their place; it may use the name as well.
    """
    if handler.name is None or handler.type is None:
        return
    if any(isinstance(n, ast.Name) and n.id == handler.name for n in ast.walk(ast.parse(f"({instead})"))):
        return
    removed = {id(n) for n in walk(gone)}
    own = _outside_of_rebindings(handler.body, handler.name)
    if any(isinstance(n, ast.Name) and n.id == handler.name and id(n) not in removed for n in own):
        return
    start = draft.range_of(handler.type).end
    match = re.match(rf"(\)*)\s+as\s+{handler.name}(?=\s*:)", draft.source.line(start.line)[start.column :])
    if match is not None:
        first = Position(start.line, start.column + len(match.group(1)))
        draft.replace(Range(first, Position(start.line, start.column + match.end())), "")


def _outside_of_rebindings(body: Sequence[ast.AST], name: str) -> Iterator[ast.AST]:
    """Yield all nodes but those in inner handlers that call their own exception `name`, too."""
    for node in body:
        yield node
        if not (isinstance(node, ast.ExceptHandler) and node.name == name):
            yield from _outside_of_rebindings(list(ast.iter_child_nodes(node)), name)
        elif node.type is not None:
            yield from walk([node.type])


def drop_import(draft: Draft, name: str, gone: Sequence[ast.AST]) -> None:
    """Remove the module-level import of `name`, when nothing but the nodes in `gone` used it.

    Only an import that stands on a line of its own goes; a module that others may take the name from keeps it.
    """
    document, facts = draft.analysis.document, draft.analysis.facts
    if name not in facts.symbols or name in facts.exports:
        return
    if any(segment.fault is not None for segment in document.segments):
        return
    uses = sum(_uses_in(segment)[name] for segment in document.segments)
    if uses > sum(isinstance(node, ast.Name) and node.id == name for node in walk(gone)):
        draft.kept_imports.add(name)
        return
    found = list(imports_of(name, draft))
    if len(found) == 1:
        drop_name(draft, *found[0], name)


def _uses_in(segment: Segment) -> Counter[str]:
    """Return how often a segment mentions each name, counted once."""
    known = segment.results.get(Counter)
    if known is None:
        mentioned = nodes_of(segment).by_type.get(ast.Name, ())
        known = segment.results[Counter] = Counter(node.id for node in mentioned if isinstance(node, ast.Name))
    assert isinstance(known, Counter)
    return known


def imports_of(name: str, draft: Draft) -> Iterator[tuple[ImportNode, Places]]:
    """Yield the statements that import something under a name, each with what tells places in its segment."""
    document = draft.analysis.document
    for start, segment in zip(document.starts, document.segments, strict=False):
        for node in _imports_in(segment, name):
            yield node, partial(_place, Context(segment, draft.context.settings, draft.context.names), start)


def _place(context: Context, first_line: int, node: ast.AST) -> Range:
    return context.range_of(node).shifted(first_line)


def _imports_in(segment: Segment, name: str) -> Iterator[ImportNode]:
    """Yield the statements of a segment that import something under a name."""
    for kind in (ast.Import, ast.ImportFrom):
        for node in nodes_of(segment).by_type.get(kind, ()):
            assert isinstance(node, (ast.Import, ast.ImportFrom))
            if any(bound_by(alias) == name for alias in node.names):
                yield node


def drop_local_import(draft: Draft, name: str, function: FunctionNode, gone: Sequence[ast.AST]) -> None:
    """Remove the import of `name` from a function, with the blank line behind it, when only nodes in `gone` used it.

    It stays where nothing else would be left of its block; statements in `gone` are taken for deleted.
    """
    imports = [n for n in _imports_in(draft.context.segment, name) if enclosing_function(n) is function]
    if not imports:
        return
    removed = {id(n) for n in walk(gone)}
    if any(isinstance(n, ast.Name) and n.id == name and id(n) not in removed for n in walk(function.body)):
        draft.kept_imports.add(f"{name} in {function.name}")
        return
    if len(imports) != 1 or all(statement in (imports[0], *gone) for statement in block_of(imports[0])):
        return
    number = draft.range_of(imports[0]).start.line
    if len(imports[0].names) > 1:
        take_out(draft, imports[0], name, draft.range_of, blank_behind=0)
    elif re.fullmatch(rf"(?:from [\w.]+ )?import (?:[\w.]+ as )?{name}(?:\s+#.*)?", draft.source.line(number).strip()):
        following = 1 if not draft.source.line(number + 1).strip() else 0
        draft.replace(Range.of(number, 0, number + 1 + following, 0), "")


def drop_import_of(draft: Draft, called: ast.expr, gone: Sequence[ast.AST]) -> None:
    """Remove the import that `called` (`sys.stdout.write`, `print_exc`) begins with: a function's, or the module's."""
    while isinstance(called, ast.Attribute):
        called = called.value
    if not isinstance(called, ast.Name):
        return
    function = _importing(called, draft)
    if function is None:
        drop_import(draft, called.id, gone)
    else:
        drop_local_import(draft, called.id, function, gone)


def imported_beside(draft: Draft, name: ast.Name, wanted: str) -> str | None:
    """Return what a function calls something that it imports by the same statement as `name`, None without such."""
    function = _importing(name, draft)
    nodes = (n for n in _imports_in(draft.context.segment, name.id) if enclosing_function(n) is function is not None)
    return next((bound_by(alias) for node in nodes for alias in node.names if alias.name == wanted), None)


def _importing(name: ast.Name, draft: Draft) -> FunctionNode | None:
    """Return the innermost function around a name whose own code imports it."""
    functions = [enclosing_function(node) for node in _imports_in(draft.context.segment, name.id)]
    above = (up for up in around(name, FUNCTIONS) if isinstance(up, FUNCTIONS))
    return next((up for up in above if any(up is function for function in functions)), None)


def _blank_behind(draft: Draft, number: int) -> int:
    """Return 1 when the line behind is blank and would stand at the head of the file, or behind another blank line."""
    before = draft.source.line(number - 1).strip() if number else ""
    behind = draft.source.line(number + 1)
    if any(edit.range.start.line in (number, number + 1) for edit in draft.edits):
        return 0
    return 1 if (not before or before.startswith("#")) and behind and not behind.strip() else 0


def drop_name(draft: Draft, node: ImportNode, place: Places, name: str) -> None:
    """Remove a name from a module-level import statement, or the statement where it is the last."""
    if node.col_offset == 0:
        draft.is_local = False
        take_out(draft, node, name, place, blank_behind=_blank_behind(draft, place(node).start.line))
