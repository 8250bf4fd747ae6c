"""The code cells of a notebook, joined to one module, and the way back from the module's text to the cells.

Behind each cell stands one empty line that belongs to nobody. It tells what is added at the end of a cell from what is
added at the beginning of the next.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from prodready.engine.finding import Edit, Position, Range
from prodready.engine.magics import as_python, holds_python
from prodready.engine.parsing import SyntaxFault, parse
from prodready.engine.source import SourceFile

_LINE_END: Final = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, eq=False)
class Cell:
    """The text of one code cell, as its user wrote it."""

    source: SourceFile

    @cached_property
    def python(self) -> list[str]:
        """The cell's lines as plain Python, each with its end, and the empty line behind them."""
        # A carriage return alone would be joined with a line feed behind it.
        lines = [f"{line[:-1]}\n" if line.endswith("\r") else line for line in as_python(self.source.lines)]
        end = "\r\n" if self.source.newline == "\r\n" else "\n"
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += end
        return [*lines, end]

    @cached_property
    def parses(self) -> bool:
        """Whether the cell is valid on its own."""
        return not isinstance(parse("".join(self.python)), SyntaxFault)

    @cached_property
    def frozen(self) -> frozenset[int]:
        """The lines (0-based) with something that only IPython understands: no edit may touch them."""
        pairs = zip(self.source.lines, self.python, strict=False)
        return frozenset(number for number, (own, line) in enumerate(pairs) if own.rstrip() != line.rstrip())

    @cached_property
    def head(self) -> int:
        """How many lines in front must stay there: those up to a cell magic."""
        return next((n + 1 for n in sorted(self.frozen) if self.source.line(n).startswith("%%")), 0)

    def allows(self, span: Range) -> bool:
        """Tell whether an edit may replace `span`, in lines of the cell: whole lines may be added beside a magic."""
        if not holds_python(self.source.lines):
            return False
        start, end = span.start, span.end
        if start == end and start.column == 0:
            return not (start.line in self.frozen and self.source.line(start.line - 1).rstrip("\r\n").endswith("\\"))
        return self.frozen.isdisjoint(range(start.line, end.line + (end.column > 0)))

    def edited(self, edits: Sequence[Edit]) -> Cell:
        """Return the cell after edits of its own lines."""
        return Cell(self.source.apply(edits))


@dataclass(frozen=True, eq=False)
class Cells:
    """The code cells of a notebook in their order; `only` is the index of the one that may be edited, None for all."""

    cells: tuple[Cell, ...]
    only: int | None = None

    @classmethod
    def of(cls, texts: Iterable[str]) -> Cells:
        """Join the texts of code cells."""
        return cls(tuple(Cell(SourceFile.from_text(text)) for text in texts))

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the joined module."""
        return list(itertools.chain.from_iterable(cell.python for cell in self.cells))

    @cached_property
    def starts(self) -> list[int]:
        """The first line of each cell, and last the number of all lines."""
        return list(itertools.accumulate((len(cell.python) for cell in self.cells), initial=0))

    def index_at(self, line: int) -> int:
        """Return the index of the cell that a 0-based line of the module belongs to; there must be a cell."""
        return max(0, min(bisect.bisect_right(self.starts, line) - 1, len(self.cells) - 1))

    def range_in(self, index: int, span: Range) -> Range:
        """Return a range of the module in lines of a cell, cut off where the cell ends."""
        start, end = (self._position_in(index, position) for position in (span.start, span.end))
        return Range(start, end)

    def _position_in(self, index: int, position: Position) -> Position:
        inner = Position(max(0, position.line - self.starts[index]), position.column)
        return min(inner, self.cells[index].source.end)

    def split(self, edits: Iterable[Edit]) -> dict[int, list[Edit]] | None:
        """Return edits of the module by the index of their cell, in lines of it.

        None when one of them may not be made: it reaches over the end of a cell, into a magic, or into a cell that may
        not be edited.
        """
        found: dict[int, list[Edit]] = {}
        for edit in edits:
            index = self.index_at(edit.range.start.line)
            inner = self._inner(index, edit)
            if inner is None or self.only not in (None, index):
                return None
            found.setdefault(index, []).append(inner)
        return found

    def edited(self, edits: Iterable[Edit]) -> Cells | None:
        """Return the notebook after edits of the module; None when they may not be made, or break a cell."""
        parts = self.split(edits)
        if parts is None:
            return None
        cells = list(self.cells)
        for index, inner in parts.items():
            cells[index] = self.cells[index].edited(inner)
            if self.cells[index].parses and not cells[index].parses:
                return None
        return replace(self, cells=tuple(cells))

    def _inner(self, index: int, edit: Edit) -> Edit | None:
        """Return an edit of the module as one of a cell's lines, None when it may not be made."""
        cell, length = self.cells[index], len(self.cells[index].python) - 1
        span = edit.range.shifted(-self.starts[index])
        if span.start == span.end and span.start.line < cell.head and span.start.column == 0:
            # Whole lines in front of a cell magic go behind it, where they mean the same.
            span = Range.of(cell.head, 0, cell.head, 0)
        if span.end > Position(length, 0) or not cell.allows(span):
            return None
        return _ending(cell, Edit(span, edit.text), length)


def _ending(cell: Cell, edit: Edit, length: int) -> Edit:
    """Return an edit without the line end that the cell's last line has in the module only, in the cell's line ends."""
    text, span = _LINE_END.sub(cell.source.newline, edit.text), edit.range
    end = cell.source.end
    if span.end.line == length > end.line:
        text = text.removesuffix(cell.source.newline)
        if span.start.line == length and text:
            text = cell.source.newline + text
    return Edit(Range(min(span.start, end), min(span.end, end)), text)
