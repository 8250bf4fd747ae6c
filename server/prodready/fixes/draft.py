"""A draft: what a rule writes its repair into, edit by edit, all against one text."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from prodready.engine.finding import Edit, Position, Range
from prodready.engine.syntax import block_of, enclosing_statement, parent
from prodready.fixes.diff import minimal_edits
from prodready.fixes.imports import Imports, Placed, Refusal

if TYPE_CHECKING:
    import libcst as cst

    from prodready.engine.analysis import Analysis
    from prodready.engine.rule import Context

__all__ = ["Draft", "Refusal"]


class Draft:
    """Collects edits against the text of `analysis`; `first_line` (0-based) is where the context's segment begins.

    `kept_imports` are those that would have gone if nothing else used them: the next repair may be the one to do it.
    `taken_names` are those that went from the import statement at a line, and the edits that take them.
    `is_local` tells whether no name of the module comes or goes; `for_module` are the edits by which names come.

    Ranges and positions that go in or come out are in lines of the file, 0-based, columns in characters.
    """

    def __init__(self, analysis: Analysis, context: Context, first_line: int) -> None:
        self.analysis = analysis
        self.source = analysis.source
        self.context = context
        self.first_line = first_line
        self.edits: list[Edit] = []
        self.kept_imports: set[str] = set()
        self.taken_names: dict[int, tuple[frozenset[str], tuple[Edit, ...]]] = {}
        self.is_local = True
        self.for_module: list[Edit] = []
        self._imports = Imports(analysis)

    @property
    def line_length(self) -> int:
        """How long lines may become, in characters: as it is set, else as the file's own lines show."""
        return self.context.settings.line_length or self.source.line_length

    def range_of(self, node: ast.AST, last: ast.AST | None = None) -> Range:
        """Return where `node` (or the stretch from `node` to `last`) stands in the file."""
        return self.context.range_of(node, last).shifted(self.first_line)

    def text_of(self, node: ast.AST) -> str:
        """Return the source text of a node."""
        return self.source.slice(self.range_of(node))

    def indent_of(self, statement: ast.stmt) -> str:
        """Return the white space in front of a statement's first line."""
        line = self.source.line(self.range_of(statement).start.line)
        return line[: len(line) - len(line.lstrip(" \t\f"))]

    def indent_unit_at(self, statement: ast.stmt) -> str:
        """Return one level of indentation as the code around a statement has it, at module level as the file begins."""
        up = parent(statement)
        if up is None or not hasattr(up, "lineno"):
            return self.source.indent_unit
        own, outer = self.indent_of(statement), self.source.line(self.range_of(up).start.line)
        outer = outer[: len(outer) - len(outer.lstrip(" \t\f"))]
        return own[len(outer) :] if own.startswith(outer) and own != outer else self.source.indent_unit

    def replace(self, span: Range, text: str) -> None:
        """Replace the text in `span`."""
        if self.source.slice(span) != text:
            self.edits.append(Edit(span, text))

    def replace_node(self, node: ast.AST, text: str) -> None:
        """Replace the text of a node."""
        self.replace(self.range_of(node), text)

    def insert(self, position: Position, text: str) -> None:
        """Insert text at a position."""
        self.edits.append(Edit(Range(position, position), text))

    def insert_for_module(self, position: Position, text: str) -> None:
        """Insert text that gives a name to the whole module."""
        self.is_local = False
        self.insert(position, text)
        self.for_module.append(self.edits[-1])

    def insert_statement_before(self, statement: ast.stmt, text: str) -> None:
        """Insert one or more lines of code, without indentation, in front of a statement.

        Raises:
            Refusal: when the statement does not begin its line, or is an `elif`.
        """
        decorators = getattr(statement, "decorator_list", ())
        start = self.range_of(decorators[0] if decorators else statement).start
        indent = self.indent_of(statement)
        if decorators:
            start = Position(start.line, start.column - len("@"))
        if start.column != len(indent):
            raise Refusal("the statement shares its line with another")
        if self.text_of(statement).startswith("elif"):
            raise Refusal("nothing can stand in front of an elif")
        lines = "".join(
            f"{indent}{line}{self.source.newline}" if line else self.source.newline for line in text.split("\n")
        )
        self.insert(Position(start.line, 0), lines)

    def delete_statement(self, statement: ast.stmt, *, with_comment: bool = False) -> None:
        """Delete a simple statement with its line; `pass` takes its place where its block would be empty.

        `with_comment` says that a comment behind it belongs to it, and goes too.

        Raises:
            Refusal: when the statement shares its lines with a comment.
        """
        span = self.range_of(statement)
        if parent(statement) is not None and len(block_of(statement)) == 1:
            self.replace(span, "pass")
            return
        before = self.source.line(span.start.line)[: span.start.column]
        after = self.source.line(span.end.line)[span.end.column :]
        beside = self._beside_others(span, before, after)
        rest = after.strip().removeprefix(";").strip()
        if beside is None and (before.strip() or (rest and not (with_comment and rest.startswith("#")))):
            raise Refusal("the statement shares its line with something else")
        end = self.source.clamp(Position(span.end.line + 1, 0))
        self.replace(beside or Range(Position(span.start.line, 0), end), "")

    @staticmethod
    def _beside_others(span: Range, before: str, after: str) -> Range | None:
        """Return a statement with the semicolon that parts it from another on its line; None where it has its own."""
        behind = re.match(r"[ \t]*;[ \t]*(?=[^\s#])", after)
        if behind is not None:
            return Range(span.start, Position(span.end.line, span.end.column + behind.end()))
        kept = before.rstrip()
        return Range(Position(span.start.line, len(kept) - 1), span.end) if kept.endswith(";") else None

    def rewrite(
        self,
        first: ast.stmt,
        last: ast.stmt,
        transform: Callable[[Sequence[cst.BaseStatement]], Sequence[cst.BaseStatement]],
    ) -> None:
        """Rewrite the statements from `first` to `last` of one block with libcst, as minimal edits.

        `transform` gets the parsed statements and returns their replacements; new blocks in them are indented as the
        file does it.

        Raises:
            Refusal: when the statements share lines with others, or libcst cannot read them.
        """
        from prodready.fixes.block import rewritten

        span = self.range_of(first, last)
        start = span.start.line
        decorators = getattr(first, "decorator_list", ())
        if decorators:
            start = self.range_of(decorators[0]).start.line
        end = span.end.line
        if self.source.line(start)[: len(self.indent_of(first))].strip() or span.start.column > len(
            self.indent_of(first)
        ):
            raise Refusal("the statement shares its line with another")
        rest = self.source.line(end)[span.end.column :].strip()
        if rest and not rest.startswith("#"):
            raise Refusal("the statement shares its line with another")
        old = "".join(self.source.lines[start : end + 1])
        new = rewritten(old, self.indent_of(first), self.indent_unit_at(first), self.source.newline, transform)
        self.edits.extend(minimal_edits(start, old, new))

    def rewrite_module_lines(
        self,
        first: int,
        last: int,
        transform: Callable[[Sequence[cst.BaseStatement]], Sequence[cst.BaseStatement]],
    ) -> None:
        """Rewrite lines `first` to `last` (0-based, inclusive) of the file, whole statements at module level.

        Raises:
            Refusal: when libcst cannot read them.
        """
        from prodready.fixes.block import rewritten

        old = "".join(self.source.lines[first : last + 1])
        new = rewritten(old, "", self.source.indent_unit, self.source.newline, transform)
        self.edits.extend(minimal_edits(first, old, new))

    @property
    def module_statements(self) -> list[Placed]:
        """The statements directly at module level, in order, with their lines in the file."""
        return self._imports.statements

    def rewrite_statement_of(
        self, node: ast.AST, transform: Callable[[Sequence[cst.BaseStatement]], Sequence[cst.BaseStatement]]
    ) -> None:
        """Rewrite the smallest statement that holds `node` with libcst.

        Raises:
            Refusal: as `rewrite` does.
        """
        statement = enclosing_statement(node)
        self.rewrite(statement, statement, transform)

    def import_module(self, module: str, at: ast.AST) -> str:
        """Return the expression by which `module` is known at `at`, importing it where it is not.

        Raises:
            Refusal: when no free name, or no place that comes before the use, can be found.
        """
        return self._imports.module(module, at, self)

    def import_name(self, module: str, name: str, at: ast.AST) -> str:
        """Return the expression by which `name` of `module` is known at `at`, importing it where it is not.

        Raises:
            Refusal: as `import_module` does.
        """
        return self._imports.name(module, name, at, self)

    def logger(self, at: ast.AST) -> tuple[str, str]:
        """Return the expression of the module's logger for `at`, and its kind (`stdlib`, `structlog`, `loguru`).

        Where the module has none, an import and a definition are inserted, once.

        Raises:
            Refusal: as `import_module` does.
        """
        from prodready.fixes.logger import logger_at

        return logger_at(self, self._imports, at)
