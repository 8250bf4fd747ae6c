"""Taking names out of an import statement, which goes when none is left."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from prodready.engine.finding import Edit, Position, Range
from prodready.engine.source import byte_to_column

if TYPE_CHECKING:
    from prodready.fixes.draft import Draft

ImportNode: TypeAlias = "ast.Import | ast.ImportFrom"


def bound_by(alias: ast.alias) -> str:
    """Return the name that a part of an import statement binds, as code begins with it."""
    return alias.asname or alias.name


def take_out(draft: Draft, number: int, node: ImportNode, name: str, *, blank_behind: int) -> None:
    """Take a name out of the import statement `node`, which begins at a line of the file (0-based).

    Where no name is left, the whole statement goes, with as many blank lines behind it as `blank_behind` says. It stays
    as it is where it shares its lines with other code, or its names stand in some other way than side by side or each
    on a line. Names that the draft took out before are thought of.
    """
    taken, edits = draft.taken_names.get(number, (frozenset[str](), ()))
    taken |= {name}
    gone = [bound_by(alias) in taken for alias in node.names]
    made = _whole(draft, number, node, blank_behind) if all(gone) else _parts(draft, number, node, gone)
    if made is None:
        return
    draft.edits = [edit for edit in draft.edits if not any(edit is old for old in edits)]
    draft.edits.extend(made)
    draft.taken_names[number] = (taken, tuple(made))


def _whole(draft: Draft, number: int, node: ImportNode, blank_behind: int) -> list[Edit] | None:
    last = number + (node.end_lineno or node.lineno) - node.lineno
    before = draft.source.line(number)[: _column(draft, number, node.col_offset)]
    behind = draft.source.line(last)[_column(draft, last, node.end_col_offset or 0) :]
    if before.strip() or behind.strip():
        return None
    return [Edit(Range.of(number, 0, last + 1 + blank_behind, 0), "")]


def _parts(draft: Draft, number: int, node: ImportNode, gone: list[bool]) -> list[Edit] | None:
    spans = [_span(draft, number - node.lineno, alias) for alias in node.names]
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


def _span(draft: Draft, above: int, alias: ast.alias) -> Range:
    first, last = above + alias.lineno, above + (alias.end_lineno or alias.lineno)
    return Range(
        Position(first, _column(draft, first, alias.col_offset)),
        Position(last, _column(draft, last, alias.end_col_offset or 0)),
    )


def _column(draft: Draft, number: int, offset: int) -> int:
    return byte_to_column(draft.source.line(number), offset)
