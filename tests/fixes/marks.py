"""A rule for tests that finds `mark()` calls, and repairs them in whatever way a test says."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from prodready.engine.analysis import Analysis
from prodready.engine.finding import Fix, Severity
from prodready.engine.rule import CODE_ROLES, Context, FixAvailability, Hit, Proposal, Rule
from prodready.engine.settings import FileSettings
from prodready.engine.source import SourceFile
from prodready.fixes.planner import plan
from tests.engine.probe import told, use_rules

if TYPE_CHECKING:
    import pytest

    from prodready.fixes.draft import Draft

SAFE = Fix("Repair it")
UNSAFE = Fix.unsafe("Repair it", "it may change")


class Marks(Rule):
    """Finds the calls of one name; `ways` are the fixes with what each writes."""

    code = "TST201"
    name = "mark-call"
    severity = Severity.WARNING
    availability = FixAvailability.ALWAYS
    roles = CODE_ROLES

    def __init__(self, *ways: tuple[Fix, Callable[[Draft, ast.AST], None]], called: str = "mark") -> None:
        self.ways = ways
        self.called = called

    def check_call(self, node: ast.Call, context: Context) -> Iterator[Hit]:
        if isinstance(node.func, ast.Name) and node.func.id == self.called:
            yield self.hit(context, node, f"{self.called}() is called", fix=self.ways[0][0] if self.ways else None)

    def proposals(self, node: ast.AST, context: Context) -> Iterator[Proposal]:
        for fix, write in self.ways:
            yield Proposal(fix, lambda draft, write=write: write(draft, node))  # type: ignore[misc]


class OtherMarks(Marks):
    """The same under another code, for names that must not come up."""

    code = "TST202"
    name = "other-call"


def analysed(text: str, **settings: object) -> Analysis:
    return Analysis.open(SourceFile.from_text(text), FileSettings(**({"module": "app.m", "package": "app"} | settings)))  # type: ignore[arg-type]


def marks_in(monkeypatch: pytest.MonkeyPatch, *ways: tuple[Fix, Callable[[Draft, ast.AST], None]]) -> None:
    """Register only the rule, with fixes that are written in these ways."""
    use_rules(monkeypatch, Marks(*ways), also_real=False)


def plain_marks(monkeypatch: pytest.MonkeyPatch, write: Callable[[Draft, ast.AST], None]) -> None:
    marks_in(monkeypatch, (SAFE, write))


def planned_text(analysis: Analysis) -> str | None:
    """Return the text after the first fix of the first mark; None when none is offered."""
    planned = plan(analysis, told(analysis, "TST201")[0])
    return analysis.source.apply(planned[0].edits).text if planned else None
