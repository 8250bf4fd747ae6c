"""What a rule can do with a draft, and when a draft refuses."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from prodready.engine.syntax import enclosing_statement
from prodready.fixes.draft import Draft
from prodready.fixes.planner import plan
from tests.fixes.marks import analysed, plain_marks, planned_text

if TYPE_CHECKING:
    import libcst as cst


def _delete(draft: Draft, node: ast.AST) -> None:
    draft.delete_statement(enclosing_statement(node))


def _insert(draft: Draft, node: ast.AST) -> None:
    draft.insert_statement_before(enclosing_statement(node), "first()\nif a:\n    second()")
    draft.replace_node(node, "done()")


def _wrap(draft: Draft, node: ast.AST) -> None:
    draft.rewrite_statement_of(node, _in_with)


def _in_with(statements: Sequence[cst.BaseStatement]) -> Sequence[cst.BaseStatement]:
    import libcst as cst

    class _Done(cst.CSTTransformer):
        def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:  # noqa: N802
            return updated_node.with_changes(value="done") if updated_node.value == "mark" else updated_node

    changed = [cst.ensure_type(s.visit(_Done()), cst.BaseStatement) for s in statements]
    item = cst.WithItem(cst.parse_expression("it"))
    return [cst.With([item], cst.IndentedBlock(changed))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("x\nmark()\ny\n", "x\ny\n", id="at module level"),
        pytest.param("mark()\n", "", id="alone in the module"),
        pytest.param("def f():\n    x\n    mark()\n    y\n", "def f():\n    x\n    y\n", id="among others"),
        pytest.param("def f():\n    mark()\n", "def f():\n    pass\n", id="alone in its block"),
        pytest.param("if x: mark()\n", "if x: pass\n", id="on the line of its block"),
        pytest.param("try:\n    x\nexcept E:\n    mark()\n", "try:\n    x\nexcept E:\n    pass\n", id="in a handler"),
        pytest.param("if x:\n    y\nelse:\n    mark()\n", "if x:\n    y\nelse:\n    pass\n", id="in an else"),
        pytest.param("x\nmark(\n    1,\n)\ny\n", "x\ny\n", id="over several lines"),
        pytest.param("x\nmark()", "x\n", id="on a last line without end"),
        pytest.param("x\r\nmark()\r\ny\r\n", "x\r\ny\r\n", id="with Windows line ends"),
        pytest.param("def f():\n\tx\n\tmark()\n", "def f():\n\tx\n", id="with tabs"),
        pytest.param("x; mark()\n", "x\n", id="behind another on its line"),
        pytest.param("mark(); x\n", "x\n", id="in front of another on its line"),
        pytest.param("x ; mark() ; y  # why\n", "x ; y  # why\n", id="between others on its line"),
        pytest.param("if x: mark(); y\n", "if x: y\n", id="first in a block on one line"),
        pytest.param("if x: y; mark();\n", "if x: y;\n", id="last in a block on one line"),
        pytest.param("x\nmark();\ny\n", "x\ny\n", id="with a semicolon"),
        pytest.param("x\nmark()  # why\n", None, id="with a comment"),
    ],
)
def test_a_statement_is_deleted_with_its_line_where_nothing_else_is_lost(
    monkeypatch: pytest.MonkeyPatch, text: str, expected: str | None
) -> None:
    plain_marks(monkeypatch, _delete)
    assert planned_text(analysed(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("mark()\n", "first()\nif a:\n    second()\ndone()\n", id="at module level"),
        pytest.param(
            "def f():\n    x\n    mark()\n",
            "def f():\n    x\n    first()\n    if a:\n        second()\n    done()\n",
            id="in a block",
        ),
        pytest.param("x\r\nmark()\r\n", "x\r\nfirst()\r\nif a:\r\n    second()\r\ndone()\r\n", id="Windows line ends"),
        pytest.param(
            "# about f\n@dec\n@mark()\ndef f(): pass\n",
            "# about f\nfirst()\nif a:\n    second()\n@dec\n@done()\ndef f(): pass\n",
            id="above decorators",
        ),
        pytest.param("x; mark()\n", None, id="behind another on its line"),
        pytest.param("if x: mark()\n", None, id="on the line of its block"),
        pytest.param("if x:\n    y\nelif mark():\n    z\n", None, id="in an elif"),
    ],
)
def test_statements_are_inserted_above_another_at_its_indentation(
    monkeypatch: pytest.MonkeyPatch, text: str, expected: str | None
) -> None:
    plain_marks(monkeypatch, _insert)
    assert planned_text(analysed(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("mark()  # why\n", "with it:\n    done()  # why\n", id="at module level"),
        pytest.param(
            "def f():\n  x\n  mark(  1 )\n  y\n", "def f():\n  x\n  with it:\n    done(  1 )\n  y\n", id="two spaces"
        ),
        pytest.param("def f():\n\tmark()\n", "def f():\n\twith it:\n\t\tdone()\n", id="tabs"),
        pytest.param("if x:\r\n    mark()\r\n", "if x:\r\n    with it:\r\n        done()\r\n", id="Windows line ends"),
        pytest.param("mark('é🎉')", "with it:\n    done('é🎉')", id="no last line end"),
        pytest.param(
            "@mark()\ndef f():\n    pass\n", "with it:\n    @done()\n    def f():\n        pass\n", id="decorated"
        ),
        pytest.param("x; mark()\n", None, id="behind another on its line"),
        pytest.param("if x: mark()\n", None, id="on the line of its block"),
    ],
)
def test_a_statement_is_rewritten_as_the_file_is_written(
    monkeypatch: pytest.MonkeyPatch, text: str, expected: str | None
) -> None:
    plain_marks(monkeypatch, _wrap)
    assert planned_text(analysed(text)) == expected


def test_rewriting_touches_only_what_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_marks(monkeypatch, _wrap)
    analysis = analysed("if x:\n    mark(  1 ,2)\n")
    (planned,) = plan(analysis, analysis.findings[0])
    assert [(e.range.start.line, e.text) for e in planned.edits] == [(1, "with it:\n        done")]
