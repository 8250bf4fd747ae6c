"""Where a module's imports stand, and how to add one in its sorted place."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from prodready.engine.facts import ImportSymbol
from prodready.engine.finding import Position
from prodready.engine.parsing import end_line, start_line
from prodready.engine.segments import Segment
from prodready.engine.syntax import TRIES, enclosing_function

if TYPE_CHECKING:
    from prodready.engine.analysis import Analysis
    from prodready.engine.document import Document
    from prodready.fixes.draft import Draft


class Refusal(Exception):
    """A repair that turned out not to be possible; the text says why, for people."""


@dataclass(frozen=True)
class Placed:
    """A top-level statement with its first and last line in the file, 0-based and inclusive."""

    node: ast.stmt
    first: int
    last: int


class Imports:
    """The imports at the head of one module, and those that a draft has added to it."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._source = analysis.source
        self._added: dict[str, str] = {}

    @cached_property
    def statements(self) -> list[Placed]:
        """The top-level statements of the file, in order; those of segments that do not parse are missing."""
        results = self._analysis.document.results
        known = results.get(Placed)
        if known is None:
            known = results[Placed] = _all_placed(self._analysis.document)
        assert isinstance(known, list)
        return known

    @cached_property
    def head(self) -> list[Placed]:
        """The import statements that the file begins with, behind its docstring; guarded imports count as a block."""
        found: list[Placed] = []
        for placed in self.statements:
            if isinstance(placed.node, (ast.Import, ast.ImportFrom)) or _is_import_block(placed.node):
                found.append(placed)
            elif not (_is_docstring(placed.node) or _is_dunder(placed.node)):
                break
        return found

    def module(self, module: str, at: ast.AST, draft: Draft) -> str:
        """Return the local name of `module`, adding `import module` if there is none."""
        line = draft.range_of(at).start.line
        for placed in self.statements:
            if isinstance(placed.node, ast.Import) and self._reaches(placed, at, line):
                known = imported_as(placed.node, module)
                if known is not None and self._is_visible(known, at, draft):
                    return known
        self._check_free(module.partition(".")[0], module.partition(".")[0], at, draft)
        return self._add(f"import {module}", module, module, plain=True, draft=draft, use=at)

    def module_at_top(self, module: str, draft: Draft) -> str:
        """Return the name of top-level `module` for code right behind the imports, adding an import if needed."""
        for placed in self.head:
            known = imported_as(placed.node, module) if isinstance(placed.node, ast.Import) else None
            if known is not None:
                return known
        if module in draft.context.facts.symbols and draft.context.facts.symbol(module) != ImportSymbol(module):
            raise Refusal(f"the name '{module}' means something else in this module")
        return self._add(f"import {module}", module, module, plain=True, draft=draft)

    def name(self, module: str, name: str, at: ast.AST, draft: Draft) -> str:
        """Return the local name of `module.name`, adding `from module import name` if there is none."""
        line = draft.range_of(at).start.line
        for placed in self.statements:
            node = placed.node
            if isinstance(node, ast.ImportFrom) and node.module == module and not node.level:
                for alias in node.names:
                    usable = self._reaches(placed, at, line) and self._is_visible(alias.asname or name, at, draft)
                    if alias.name == name and usable:
                        return alias.asname or name
        self._check_free(name, f"{module}.{name}", at, draft)
        return self._add(f"from {module} import {name}", module, name, plain=False, draft=draft, use=at)

    def end_of_head(self) -> int:
        """Return the line (0-based) behind the last import of the head; behind docstring and comments without one."""
        return self.head[-1].last + 1 if self.head else self._top()

    def _reaches(self, placed: Placed, at: ast.AST, line: int) -> bool:
        """Whether a top-level import is done by the time that `at` runs: functions run later than the module."""
        return placed.last < line or enclosing_function(at) is not None

    def _is_visible(self, name: str, at: ast.AST, draft: Draft) -> bool:
        names = draft.context.names
        return names.bound_locally(name.partition(".")[0], at) is None

    def _check_free(self, name: str, target: str, at: ast.AST, draft: Draft) -> None:
        """Refuse a name with another meaning; one that is imported late, or for type checkers only, has the same."""
        names = draft.context.names
        same = names.bound_locally(name, at) is None and names.facts.symbol(name) == ImportSymbol(target)
        if not (same or name in self._added.values() or names.is_free(name, at)):
            raise Refusal(f"the name '{name}' means something else here")

    def _add(self, line: str, module: str, name: str, *, plain: bool, draft: Draft, use: ast.AST | None = None) -> str:
        at, before, after = self._place(module, plain)
        at = max(at, self._first_free())
        if use is not None and enclosing_function(use) is None and draft.range_of(use).start.line < at:
            raise Refusal(f"the statement runs before '{name}' could be imported")
        if line in self._added:
            return self._added[line]
        newline = self._source.newline
        missing_end = newline if at >= len(self._source.lines) and self._lacks_end() else ""
        draft.insert_for_module(
            self._line_start(at), f"{missing_end}{newline * before}{line}{newline}{newline * after}"
        )
        self._added[line] = name
        return name

    def _lacks_end(self) -> bool:
        return bool(self._source.lines) and not self._source.lines[-1].endswith(("\n", "\r"))

    def _line_start(self, line: int) -> Position:
        return Position(line, 0) if line < len(self._source.lines) else self._source.end

    def _place(self, module: str, plain: bool) -> tuple[int, int, int]:
        """Return the line to insert an import at, and how many blank lines go before and behind it."""
        own = self._analysis.settings.module.partition(".")[0]
        group = _section(module, own)
        peers = [p for p in self.head if isinstance(p.node, (ast.Import, ast.ImportFrom)) and not _is_future(p.node)]
        same = [p for p in peers if _section(_origin(p.node), own) == group]
        alike = [p for p in same if isinstance(p.node, ast.Import) == plain]
        if alike:
            later = next((p for p in alike if _origin(p.node).lower() > module.lower()), None)
            return (later.first, 0, 0) if later else (alike[-1].last + 1, 0, 0)
        if same:
            return (same[0].first, 0, 0) if plain else (same[-1].last + 1, 0, 0)
        later = next((p for p in peers if _section(_origin(p.node), own) > group), None)
        if later is not None:
            above = self._above_comments(later.first)
            # Comments at the very top (a shebang, a coding line, a licence) speak of the file, not of the import.
            return above or later.first, 0, 1
        guarded = next((p for p in self.head if not _is_future(p.node)), None) if not peers else None
        if guarded is not None:
            # Nothing but guarded imports, which may use it where they fail.
            return self._above_comments(guarded.first) or guarded.first, 0, 1
        if self.head:
            return self.head[-1].last + 1, 1, 0
        top = self._top()
        following = self._source.line(top).strip()
        leading = 1 if top and self._source.line(top - 1).strip() and self._has_docstring_before(top) else 0
        return top, leading, 1 if following else 0

    def _first_free(self) -> int:
        """Return the first line behind the docstring and `__future__`, which other imports may share a line with."""
        first = (p for p in self.statements[:1] if _is_docstring(p.node))
        return max((p.last + 1 for p in (*first, *(p for p in self.head if _is_future(p.node)))), default=0)

    def _has_docstring_before(self, line: int) -> bool:
        return any(_is_docstring(p.node) and p.last < line for p in self.statements[:1])

    def _above_comments(self, line: int) -> int:
        while line > 0 and self._source.line(line - 1).lstrip().startswith("#"):
            line -= 1
        return line

    def _top(self) -> int:
        """Return the first line behind shebang, coding line, leading comments and docstring."""
        if self.statements and _is_docstring(self.statements[0].node):
            return self.statements[0].last + 1
        first = self.statements[0].first if self.statements else len(self._source.lines)
        above = self._above_comments(first)
        return first if above == 0 else above


def imported_as(node: ast.Import, module: str) -> str | None:
    """Return the expression for `module` behind an import statement, None when that does not bind it."""
    for alias in node.names:
        if alias.name == module:
            return alias.asname or module
        if alias.asname is None and alias.name.startswith(f"{module}."):
            return module
    return None


def _all_placed(document: Document) -> list[Placed]:
    found: list[Placed] = []
    for start, segment in zip(document.starts, document.segments, strict=False):
        if segment.owner is None or segment.is_head:
            found.extend(_placed(node, segment, start) for node in segment.body)
    return found


def _placed(node: ast.stmt, segment: Segment, start: int) -> Placed:
    offset = start - segment.base - 1
    return Placed(node, start_line(node) + offset, end_line(node) + offset)


def _origin(node: ast.stmt) -> str:
    if isinstance(node, ast.Import):
        return node.names[0].name
    assert isinstance(node, ast.ImportFrom)
    return "." * node.level + (node.module or "")


def _section(module: str, own: str) -> int:
    """Return the section of an import: 0 standard library, 1 other packages, 2 the project's `own`, 3 relative ones."""
    if module.startswith("."):
        return 3
    top = module.partition(".")[0]
    return 0 if top in sys.stdlib_module_names else 2 if top == own else 1


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_dunder(node: ast.stmt) -> bool:
    """`__all__`, `__version__` and their like may stand between imports."""
    targets = node.targets if isinstance(node, ast.Assign) else []
    return bool(targets) and all(isinstance(t, ast.Name) and t.id.startswith("__") for t in targets)


def _is_import_block(node: ast.stmt) -> bool:
    """Tell whether an `if` or `try` only holds imports and fallbacks for them."""
    if not isinstance(node, TRIES) and not isinstance(node, ast.If):
        return False
    blocks = [node.body, node.orelse, getattr(node, "finalbody", [])]
    blocks.extend(handler.body for handler in getattr(node, "handlers", []))
    inside = [statement for block in blocks for statement in block]
    simple = (ast.Import, ast.ImportFrom, ast.Pass, ast.Assign, ast.AnnAssign)
    return all(isinstance(s, simple) for s in inside) and any(
        isinstance(s, (ast.Import, ast.ImportFrom)) for s in inside
    )
