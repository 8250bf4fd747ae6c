"""What a rule is: a value that declares its documentation, finds a defect, and proposes how to repair it."""

from __future__ import annotations

import ast
import enum
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

from prodready.engine.finding import Finding, Fix, Position, Range, Related, Severity
from prodready.engine.remembered import any_around
from prodready.engine.settings import FileSettings, Role
from prodready.engine.source import byte_to_column
from prodready.engine.syntax import FUNCTIONS, around, enclosing_statement, in_else, is_main_guard

if TYPE_CHECKING:
    from prodready.engine.facts import ModuleFacts
    from prodready.engine.segments import Segment
    from prodready.engine.semantic import Names
    from prodready.fixes.draft import Draft

_HEADING: Final = re.compile(r"^## (.+)$", re.MULTILINE)
_CODE_BLOCK: Final = re.compile(r"```python\n(.*?)```", re.DOTALL)

_NAMED: Final = (*FUNCTIONS, ast.ClassDef)

CODE_ROLES: Final = frozenset(Role) - {Role.GENERATED}
"""Every role whose files people write."""
PRODUCTION_ROLES: Final = frozenset({Role.SERVICE, Role.SETTINGS, Role.CLI, Role.SCRIPT})
"""The roles whose code runs in production, services and the tools around them."""
SERVICE_ROLES: Final = frozenset({Role.SERVICE, Role.SETTINGS})
"""The roles whose code runs inside a service."""


class FixAvailability(enum.Enum):
    """Whether findings of a rule come with a fix."""

    NONE = "none"
    SOMETIMES = "sometimes"
    ALWAYS = "always"


@dataclass(frozen=True, eq=False)
class Hit:
    """A finding together with the node that it is about; it lives only while a segment is checked or a fix planned.

    `line` is the 0-based line, within the segment, of the first line of the statement that a suppression may stand on.
    """

    finding: Finding
    node: ast.AST
    line: int


@dataclass(frozen=True)
class Proposal:
    """One way to repair a finding: what it promises, and the function that writes its edits into a draft.

    The function raises `Refusal` (from `prodready.fixes.draft`) where the code turns out not to be repairable so.
    """

    fix: Fix
    write: Callable[[Draft], None]


class Context:
    """What a rule may ask while it looks at one segment. Lines are 0-based and count from the segment's first line."""

    def __init__(self, segment: Segment, settings: FileSettings, names: Names) -> None:
        self.segment = segment
        self.settings = settings
        self.names = names

    @property
    def facts(self) -> ModuleFacts:
        """The facts of the whole module."""
        return self.names.facts

    def role_at(self, node: ast.AST) -> Role:
        """Return the role of the code at `node`: that of the file, or `script` under `if __name__ == "__main__":`."""
        if self.settings.role is Role.SERVICE and any_around(node, ast.If, _runs_as_script, self.names):
            return Role.SCRIPT
        return self.settings.role

    def line(self, number: int) -> str:
        """Return a line of the segment; an empty string outside of it."""
        return self.segment.lines[number] if 0 <= number < len(self.segment.lines) else ""

    def position(self, lineno: int, col_offset: int) -> Position:
        """Convert a node's 1-based line and byte offset to a position in the segment."""
        line = lineno - 1 - self.segment.base
        return Position(line, byte_to_column(self.line(line), col_offset))

    def range_of(self, node: ast.AST, last: ast.AST | None = None) -> Range:
        """Return where `node` stands in the segment, or the stretch from `node` to the end of `last`."""
        end = node if last is None else last
        return Range(
            self.position(node.lineno, node.col_offset),  # type: ignore[attr-defined]
            self.position(end.end_lineno, end.end_col_offset),  # type: ignore[attr-defined]
        )

    def header_range(self, node: ast.AST) -> Range:
        """Return the stretch of a compound statement's or clause's first line: `except Exception:`, `with x:`."""
        start = self.position(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        whole = self.range_of(node)
        content = len(self.line(start.line).split("#")[0].rstrip())
        return Range(start, min(Position(start.line, content), whole.end))

    def scope_name(self, node: ast.AST) -> str:
        """Return the dotted names of the classes and functions around `node`."""
        names = [up.name for up in around(node, _NAMED) if isinstance(up, _NAMED)]
        return ".".join(reversed(names))

    def comment_in(self, first: int, last: int) -> bool:
        """Tell whether any of the segment's lines `first` to `last` (0-based, inclusive) seems to hold a comment."""
        return any("#" in self.line(number) for number in range(first, last + 1))


class Rule:
    """The base of all rules. A subclass lives in a file of its own, whose module docstring is the rule's page.

    Detection is done by methods `check_<node type in lower case>(node, context)` that yield hits, e.g. `check_call` for
    `ast.Call`. A rule keeps no state: one object serves every file and every thread. One that is `of_text`
    speaks of the text as it is written: it is not asked about what stands in for code that does not parse.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    availability: ClassVar[FixAvailability] = FixAvailability.NONE
    twins: ClassVar[tuple[str, ...]] = ()
    roles: ClassVar[frozenset[Role]] = CODE_ROLES
    of_text: ClassVar[bool] = False

    def proposals(self, node: ast.AST, context: Context) -> Iterator[Proposal]:
        """Yield the ways to repair the finding at `node`, the preferred one first."""
        return iter(())

    def fault_findings(self, context: Context) -> Iterator[Finding]:
        """Yield findings about a segment that does not parse; `context.segment.fault` says why."""
        return iter(())

    def hit(
        self,
        context: Context,
        node: ast.AST,
        message: str,
        *,
        at: Range | None = None,
        fix: Fix | None = None,
        severity: Severity | None = None,
        related: Sequence[Related] = (),
    ) -> Hit:
        """Build a hit at `node`, or shown at the range `at`; `severity` overrules the rule's own."""
        where = at or context.range_of(node)
        chosen = context.settings.severities.get(self.code) or severity or self.severity
        finding = Finding(self.code, self.name, chosen, message, where, context.scope_name(node), fix, tuple(related))
        statement = enclosing_statement(node)
        simple = not hasattr(statement, "body")
        line = statement.lineno - 1 - context.segment.base if simple else where.start.line
        return Hit(finding, node, line)

    @cached_property
    def page(self) -> RulePage:
        """The rule's documentation."""
        return RulePage(inspect.cleandoc(sys.modules[type(self).__module__].__doc__ or ""))

    @property
    def family(self) -> str:
        """The letters of the code: `OBS`."""
        return self.code.rstrip("0123456789")

    @property
    def summary(self) -> str:
        """The first sentence of the rule's page."""
        return self.page.summary

    def checks(self) -> Iterator[tuple[type[ast.AST], Callable[[ast.AST, Context], Iterator[Hit]]]]:
        """Yield the node types that the rule looks at, with the method for each."""
        for kind, method in _check_methods(type(self)):
            yield kind, getattr(self, method)


def _runs_as_script(node: ast.AST, part: ast.AST) -> bool:
    return isinstance(node, ast.If) and is_main_guard(node) and not in_else(node, part)


def _check_methods(rule: type[Rule]) -> list[tuple[type[ast.AST], str]]:
    kinds = {name.lower(): kind for name, kind in vars(ast).items() if isinstance(kind, type)}
    methods = [name for name in dir(rule) if name.startswith("check_")]
    # A node type that this Python does not have yet (TryStar on 3.10) is never met.
    return [(kinds[name[6:]], name) for name in methods if name[6:] in kinds]


@dataclass(frozen=True)
class RulePage:
    """A rule's documentation in Markdown, as its module docstring has it.

    The first paragraph is the summary; then come the headings "Why it matters in production", "Bad" and "Good" (with
    code blocks), "Fix", and whatever else the rule has to say.
    """

    text: str

    @property
    def summary(self) -> str:
        """The first paragraph on one line."""
        return " ".join(self.text.split("\n\n", 1)[0].split())

    @cached_property
    def sections(self) -> dict[str, str]:
        """The text under each heading."""
        parts = _HEADING.split(self.text)
        return {title: body.strip() for title, body in zip(parts[1::2], parts[2::2], strict=True)}

    def code(self, heading: str) -> str:
        """Return the first Python block under a heading; an empty string when there is none."""
        found = _CODE_BLOCK.search(self.sections.get(heading, ""))
        return found.group(1) if found else ""
