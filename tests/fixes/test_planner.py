"""A fix is offered only when applying it removes the finding, adds none, and leaves text that parses."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from prodready.engine.analysis import Analysis
from prodready.engine.finding import Finding
from prodready.fixes.draft import Draft, Refusal
from prodready.fixes.everything import fix_all
from prodready.fixes.planner import ignore_edit, is_small, plan
from tests.engine.probe import edit, told, use_rules
from tests.fixes.marks import SAFE, UNSAFE, Marks, OtherMarks, analysed, marks_in, plain_marks, planned_text

LONG = "def f():\n" + "".join(f"    x{i} = {i}\n" for i in range(160)) + "    mark()\n"


def _rename(draft: Draft, node: ast.AST) -> None:
    draft.replace_node(node, "done()")


def _refuse(draft: Draft, node: ast.AST) -> None:
    draft.insert(draft.range_of(node).start, "started")
    raise Refusal("it cannot be done")


def _do_nothing(draft: Draft, node: ast.AST) -> None:
    draft.replace_node(node, draft.text_of(node))


def _break(draft: Draft, node: ast.AST) -> None:
    draft.replace_node(node, "done(")


def _keep(draft: Draft, node: ast.AST) -> None:
    draft.replace_node(node, "mark(1)")


def _double(draft: Draft, node: ast.AST) -> None:
    draft.replace_node(node, "mark(), mark()")


def _other(draft: Draft, node: ast.AST) -> None:
    draft.replace_node(node, "other()")


def _contradict(draft: Draft, node: ast.AST) -> None:
    draft.replace_node(node, "done()")
    draft.replace_node(node, "gone()")


def _say_twice(draft: Draft, node: ast.AST) -> None:
    draft.replace_node(node, "done()")
    draft.replace_node(node, "done()")


def first(analysis: Analysis) -> Finding:
    return told(analysis, "TST201")[0]


def test_a_fix_that_works_is_offered_with_its_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_marks(monkeypatch, _rename)
    analysis = analysed("x = 1\ny = [mark(), 2]\n")
    (planned,) = plan(analysis, first(analysis))
    assert planned.fix == SAFE
    assert planned.edits == (edit((1, 5), (1, 11), "done()"),)


@pytest.mark.parametrize("write", [_refuse, _do_nothing, _break, _keep, _double, _contradict])
def test_a_fix_that_does_not_work_is_not_offered(monkeypatch: pytest.MonkeyPatch, write: object) -> None:
    plain_marks(monkeypatch, write)  # type: ignore[arg-type]
    assert planned_text(analysed("mark()\n")) is None


def test_a_fix_that_another_rule_objects_to_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    use_rules(monkeypatch, Marks((SAFE, _other)), OtherMarks(called="other"), also_real=False)
    assert planned_text(analysed("mark()\n")) is None
    assert planned_text(analysed("mark()  # prodready: ignore[TST202]\n")) == "other()  # prodready: ignore[TST202]\n"


def test_the_same_edit_written_twice_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_marks(monkeypatch, _say_twice)
    assert planned_text(analysed("mark()\n")) == "done()\n"


def test_ways_that_do_not_work_are_left_out_and_the_others_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    marks_in(monkeypatch, (SAFE, _refuse), (UNSAFE, _rename), (SAFE, _keep), (SAFE, _other))
    analysis = analysed("mark()\n")
    assert [(p.fix, p.edits[0].text) for p in plan(analysis, first(analysis))] == [
        (UNSAFE, "done()"),
        (SAFE, "other()"),
    ]


def test_other_code_that_does_not_parse_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_marks(monkeypatch, _rename)
    assert planned_text(analysed("def f(:\n    pass\ndef g():\n    mark()\n")) == (
        "def f(:\n    pass\ndef g():\n    done()\n"
    )


def test_a_fix_that_breaks_more_than_was_broken_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_marks(monkeypatch, _break)
    assert planned_text(analysed("def f(:\n    pass\ndef g():\n    mark()\n", select=frozenset({"TST201"}))) is None


def test_a_stale_finding_has_no_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_marks(monkeypatch, _rename)
    broken = analysed("def f():\n    mark()\n").edited(edit((0, 6), (0, 6), "("))
    assert first(broken).stale
    assert plan(broken, first(broken)) == []


def test_a_finding_of_another_text_has_no_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_marks(monkeypatch, _rename)
    assert plan(analysed("x = 1\nmark()\n"), first(analysed("mark()\n"))) == []


def test_a_finding_in_a_member_of_a_large_class_is_repaired_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_marks(monkeypatch, _rename)
    members = "".join(f"    def f{i}(self):\n        return {i}\n" for i in range(40))
    text = f"# é🎉\nclass A:\n{members}    def g(self):\n        return '🎉', mark()\n"
    assert planned_text(analysed(text)) == text.replace("mark()", "done()")


def test_everything_is_repaired_by_edits_to_the_first_text(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_marks(monkeypatch, _rename)
    analysis = analysed("mark()\nif x:\n    mark(); y = mark()\n")
    seen: list[Finding] = []
    result = fix_all(analysis, progress=seen.append)
    assert analysis.source.apply(result.edits).text == "done()\nif x:\n    done(); y = done()\n"
    assert result.analysis.source.text == "done()\nif x:\n    done(); y = done()\n"
    assert (len(result.applied), result.refused, len(seen)) == (3, [], 3)


def test_unsafe_fixes_are_left_out_unless_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    marks_in(monkeypatch, (UNSAFE, _rename))
    analysis = analysed("mark()\n")
    assert (fix_all(analysis).edits, fix_all(analysis).refused) == ((), [])
    assert fix_all(analysis, unsafe=True).analysis.source.text == "done()\n"


def test_a_safe_alternative_is_taken_where_the_preferred_fix_is_unsafe(monkeypatch: pytest.MonkeyPatch) -> None:
    marks_in(monkeypatch, (UNSAFE, _rename), (SAFE, _other))
    assert fix_all(analysed("mark()\n")).analysis.source.text == "other()\n"


def test_only_the_codes_that_are_asked_for_are_repaired(monkeypatch: pytest.MonkeyPatch) -> None:
    use_rules(monkeypatch, Marks((SAFE, _rename)), OtherMarks((SAFE, _rename), called="other"), also_real=False)
    result = fix_all(analysed("mark()\nother()\n"), codes=frozenset({"TST202"}))
    assert result.analysis.source.text == "mark()\ndone()\n"


def _unless_first(draft: Draft, node: ast.AST) -> None:
    if draft.range_of(node).start.line == 0:
        raise Refusal("the first one cannot be done")
    _rename(draft, node)


def test_findings_that_cannot_be_repaired_are_told_and_do_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_marks(monkeypatch, _unless_first)
    result = fix_all(analysed("mark()\nmark()\nmark()\n"))
    assert result.analysis.source.text == "mark()\ndone()\ndone()\n"
    assert [finding.range.start.line for finding in result.refused] == [0]


def test_each_finding_is_tried_once_and_not_again_after_every_repair(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def count(draft: Draft, node: ast.AST) -> None:
        tried.append(draft.range_of(node).start.line)
        _rename(draft, node)

    def refuse(draft: Draft, node: ast.AST) -> None:
        tried.append(-1)
        raise Refusal("never")

    use_rules(monkeypatch, Marks((SAFE, refuse)), OtherMarks((SAFE, count), called="other"), also_real=False)
    fix_all(analysed("mark()\nother()\nother()\nother()\n"))
    assert tried == [-1, 1, 2, 3]


def test_a_long_statement_is_not_small(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_marks(monkeypatch, _rename)
    short, long = analysed("mark()\n"), analysed(LONG)
    assert is_small(short, first(short))
    assert not is_small(long, first(long))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("mark()\n", "mark()  # prodready: ignore[TST201]\n", id="a plain line"),
        pytest.param("mark()", "mark()  # prodready: ignore[TST201]", id="no line end"),
        pytest.param("mark()\r\nx\r\n", "mark()  # prodready: ignore[TST201]\r\nx\r\n", id="a Windows line end"),
        pytest.param("mark()   \n", "mark()  # prodready: ignore[TST201]\n", id="white space at the end"),
        pytest.param("mark()  # why\n", "mark()  # why  # prodready: ignore[TST201]\n", id="another comment"),
        pytest.param(
            "mark()  # prodready: ignore[OBS101] why\n",
            "mark()  # prodready: ignore[OBS101, TST201] why\n",
            id="another code ignored",
        ),
        pytest.param(
            "mark()  #prodready:ignore[OBS101]\n",
            "mark()  #prodready:ignore[OBS101]  # prodready: ignore[TST201]\n",
            id="another code ignored in another way of writing",
        ),
        pytest.param(
            "mark('# prodready: ignore[OBS101]')\n",
            "mark('# prodready: ignore[OBS101]')  # prodready: ignore[TST201]\n",
            id="a string that looks like the comment",
        ),
        pytest.param("mark(\n    1,\n)\n", "mark(  # prodready: ignore[TST201]\n    1,\n)\n", id="several lines"),
        pytest.param(
            "x = (\n    mark('''a\nb'''),\n)\n",
            "x = (  # prodready: ignore[TST201]\n    mark('''a\nb'''),\n)\n",
            id="a string that goes on, in a statement that began above",
        ),
        pytest.param(
            "x = 1 + \\\n    mark()\n",
            "x = 1 + \\\n    mark()  # prodready: ignore[TST201]\n",
            id="behind a continued line",
        ),
    ],
)
def test_a_comment_silences_a_finding_for_good(monkeypatch: pytest.MonkeyPatch, text: str, expected: str) -> None:
    plain_marks(monkeypatch, _rename)
    analysis = analysed(text)
    ignored = ignore_edit(analysis, first(analysis))
    assert ignored is not None
    after = analysis.edited(ignored)
    assert after.source.text == expected
    assert told(after, "TST201") == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("mark('''a\nb''')\n", id="the line ends in a string"),
        pytest.param("x = mark() + \\\n    1\n", id="the line is continued"),
        pytest.param("x = '''\n''' + mark('''\n''')\n", id="both lines end in a string"),
    ],
)
def test_where_no_comment_can_stand_none_is_offered(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    plain_marks(monkeypatch, _rename)
    analysis = analysed(text)
    assert ignore_edit(analysis, first(analysis)) is None


def test_a_syntax_error_cannot_be_ignored() -> None:
    analysis = analysed("x = (\n")
    assert ignore_edit(analysis, analysis.findings[0]) is None


def test_finding_and_ignoring_load_no_libcst() -> None:
    program = """
import sys
from prodready.engine.analysis import Analysis
from prodready.engine.source import SourceFile
from prodready.fixes.planner import ignore_edit, plan
text = "def f():\\n    try:\\n        g()\\n    except:\\n        pass\\n    print('done')\\n"
analysis = Analysis.open(SourceFile.from_text(text))
assert analysis.findings
assert all(ignore_edit(analysis, finding) for finding in analysis.findings)
assert "libcst" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)
