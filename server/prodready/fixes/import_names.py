"""Taking names out of an import statement, which goes when none is left."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from prodready.engine.finding import Edit, Range

if TYPE_CHECKING:
    from prodready.fixes.draft import Draft

ImportNode: TypeAlias = "ast.Import | ast.ImportFrom"
Places: TypeAlias = "Callable[[ast.AST], Range]"
"""Gives the range in the file of a node of one segment."""


def bound_by(alias: ast.alias) -> str:
    """Return the name that a part of an import statement binds, as code begins with it."""
    return alias.asname or alias.name


def take_out(draft: Draft, node: ImportNode, name: str, place: Places, *, blank_behind: int) -> None:
    """Take a name out of the import statement `node`.

    Where no name is left, the whole statement goes, with as many blank lines behind it as `blank_behind` says. It stays
    as it is where it shares its lines with other code, or its names stand in some other way than side by side or each
    on a line. Names that the draft took out before are thought of.
    """
    number = place(node).start.line
    taken, edits = draft.taken_names.get(number, (frozenset[str](), ()))
    taken |= {name}
    gone = [bound_by(alias) in taken for alias in node.names]
    spans = [place(alias) for alias in node.names]
    made = _whole(draft, place(node), blank_behind) if all(gone) else _parts(draft, spans, gone)
    if made is None:
        return
    draft.edits = [edit for edit in draft.edits if not any(edit is old for old in edits)]
    draft.edits.extend(made)
    draft.taken_names[number] = (taken, tuple(made))


def _whole(draft: Draft, span: Range, blank_behind: int) -> list[Edit] | None:
    before = draft.source.line(span.start.line)[: span.start.column]
    behind = draft.source.line(span.end.line)[span.end.column :]
    if before.strip() or behind.strip():
        return None
    return [Edit(Range.of(span.start.line, 0, span.end.line + 1 + blank_behind, 0), "")]


def _parts(draft: Draft, spans: list[Range], gone: list[bool]) -> list[Edit] | None:
    if spans[0].start.line == spans[-1].end.line:
        return list(_side_by_side(spans, gone))
    lines = [span.start.line for span, is_gone in zip(spans, gone, strict=True) if is_gone]
    alone = (re.fullmatch(r"\s*[\w.]+(?:\s+as\s+\w+)?\s*,?\s*(?:#.*)?", draft.source.line(n)) for n in lines)
    return [Edit(Range.of(n, 0, n + 1, 0), "") for n in lines] if all(alone) else None


def _side_by_side(spans: list[Range], gone: list[bool]) -> Iterator[Edit]:
    """Yield an edit for each run of names that are gone, with the comma behind it, or in front at the list's end."""
    first = 0
    while first < len(gone):
        last = first
        while last < len(gone) and gone[last]:
            last += 1
        if last > first:
            start, end = (spans[first].start, spans[last].start) if last < len(gone) else (spans[first - 1].end, None)
            yield Edit(Range(start, end or spans[-1].end), "")
        first = last + 1
