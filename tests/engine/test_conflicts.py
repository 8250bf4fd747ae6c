"""Merge conflicts: where they are, the one error that they are, and what is found around and inside of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from prodready.engine.analysis import Analysis
from prodready.engine.conflicts import Conflict, conflicts
from prodready.engine.finding import Finding, Range, Severity
from prodready.engine.parsing import CONFLICT, LEFT_OVER
from prodready.engine.source import SourceFile, split_lines
from tests.engine.probe import edit, opened, told

HANDLER = "    try:\n        g()\n    except:\n        h()\n"
FIRST = f"def first():\n{HANDLER}\n\n"
LAST = f"def last():\n{HANDLER}"
OPENERS = pytest.mark.parametrize("opener", [Analysis.open, Analysis.once])
Opener = Callable[[SourceFile], Analysis]


def conflict(ours: str, theirs: str) -> str:
    return f"<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> topic\n"


def errors(analysis: Analysis) -> list[tuple[int, str]]:
    return [(f.range.start.line, f.message) for f in told(analysis, "SYN101")]


def handlers(analysis: Analysis) -> list[tuple[int, Severity, bool]]:
    return [(f.range.start.line, f.severity, f.stale) for f in told(analysis, "OBS202")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("x = 1\n", [], id="none"),
        pytest.param(conflict("a\n", "b\n"), [Conflict(0, None, 2, 4)], id="one"),
        pytest.param(conflict("", ""), [Conflict(0, None, 1, 2)], id="one of nothing"),
        pytest.param(
            "<<<<<<< a\nx\n||||||| b\ny\n=======\nz\n>>>>>>> c\n",
            [Conflict(0, 2, 4, 6)],
            id="with what was there",
        ),
        pytest.param("<<<<<<<\r\n=======\r\n>>>>>>>\r\n", [Conflict(0, None, 1, 2)], id="without labels, by Windows"),
        pytest.param(conflict("a\n", "") * 2, [Conflict(0, None, 2, 3), Conflict(4, None, 6, 7)], id="two"),
        pytest.param("<<<<<<< a\nx\n" + conflict("", ""), [Conflict(2, None, 3, 4)], id="one behind a begun one"),
        pytest.param("<<<<<<< a\n>>>>>>> b\n=======\n", [], id="lines in another order"),
        pytest.param("=======\n>>>>>>> b\n", [], id="the end of one"),
        pytest.param("<<<<<<<< a\n========\n>>>>>>>> b\n", [], id="eight of each"),
        pytest.param("<<<<<<< a\n======= b\n>>>>>>> c\n", [], id="a label where git writes none"),
        pytest.param("<<<<<<<a\n=======\n>>>>>>>c\n", [], id="labels without a space"),
    ],
)
def test_conflicts_are_what_git_writes(text: str, expected: list[Conflict]) -> None:
    assert conflicts(split_lines(text)) == expected


def test_a_conflict_knows_its_sides() -> None:
    found = conflicts(split_lines("<<<<<<< a\nx\n||||||| b\ny\n=======\nz\n>>>>>>> c\n"))[0]
    assert (found.ours, found.theirs, found.lines) == (range(1, 2), range(5, 6), range(7))


@OPENERS
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param("x = 1\n", "x = 2\n", id="statements"),
        pytest.param("", "import os\n", id="one side empty"),
        pytest.param("x = (\n    1,\n", "x = [\n    2,\n", id="brackets that neither side closes"),
        pytest.param("def f():\n    pass\n", "def f(x):\n    return x\n", id="functions"),
        pytest.param("'''a\n", "'''b\n", id="strings that neither side closes"),
    ],
)
def test_a_conflict_is_one_error_and_leaves_the_other_statements_alone(opener: Opener, ours: str, theirs: str) -> None:
    text = FIRST + conflict(ours, theirs) + "\n\n" + LAST
    analysis = opener(SourceFile.from_text(text))
    below = text.count("\n") - 2
    assert errors(analysis) == [(7, CONFLICT)]
    assert handlers(analysis) == [(3, Severity.WARNING, False), (below, Severity.WARNING, False)]


@OPENERS
def test_a_conflict_in_a_function_leaves_the_function_its_findings_as_hints(opener: Opener) -> None:
    text = FIRST + "def f():\n" + HANDLER + conflict("    x = 1\n", "    x = 2\n") + HANDLER + "\n\n" + LAST
    analysis = opener(SourceFile.from_text(text))
    assert errors(analysis) == [(12, CONFLICT)]
    hint = Severity.HINT
    assert handlers(analysis) == [
        (3, Severity.WARNING, False),
        (10, hint, True),
        (19, hint, True),
        (26, Severity.WARNING, False),
    ]


@OPENERS
def test_a_conflict_in_a_method_leaves_the_other_methods_alone(opener: Opener) -> None:
    method = "".join(f"    {line}\n" for line in f"def a(self):\n{HANDLER}".splitlines()) + "\n"
    text = "class A:\n" + method * 12 + "    def b(self):\n" + conflict("        x = 1\n", "        x = 2\n") + method
    analysis = opener(SourceFile.from_text(text))
    assert errors(analysis) == [(74, CONFLICT)]
    assert handlers(analysis) == [(line, Severity.WARNING, False) for line in (*range(4, 74, 6), 82)]


def test_a_conflict_in_a_method_has_only_that_method_parsed_again() -> None:
    method = "".join(f"    {line}\n" for line in f"def a(self):\n{HANDLER}".splitlines()) + "\n"
    before = opened("class A:\n" + method * 30)
    after = before.edited(edit((62, 0), (63, 0), conflict("        try:\n", "        try:\n")))
    assert errors(after) == [(62, CONFLICT)]
    known = {id(segment) for segment in before.document.segments}
    assert [id(segment) in known for segment in after.document.segments].count(False) == 1
    assert len(after.document.segments) == len(before.document.segments)


def test_a_conflict_within_brackets_is_told_as_one_not_as_a_bracket() -> None:
    analysis = opened(FIRST + "x = f(\n" + conflict("    1,\n", "    2,\n") + ")\n")
    assert errors(analysis) == [(8, CONFLICT)]


def test_the_first_of_a_statements_conflicts_is_told() -> None:
    text = "def f():\n" + conflict("    x = 1\n", "    x = 2\n") * 2 + HANDLER
    assert errors(opened(text)) == [(1, CONFLICT)]
    assert [line for line, _, _ in handlers(opened(text))] == [13]


def test_of_a_conflict_that_a_handler_holds_only_what_both_sides_have_is_told() -> None:
    def found(ours: str, theirs: str) -> list[str]:
        text = "def f():\n    try:\n        g()\n    except:\n" + conflict(ours, theirs)
        return [f.code for f in opened(text).findings if f.code != "SYN101"]

    assert found("        pass\n", "        pass\n") == ["OBS202", "OBS201"]
    assert found("        pass\n", "        raise\n") == ["OBS202"]


def test_the_side_that_parses_stands_in() -> None:
    text = "def f():\n" + conflict("    x = (\n", "    x = 1\n") + HANDLER
    assert [line for line, _, _ in handlers(opened(text))] == [8]


def test_what_is_left_of_a_conflict_is_told_in_words() -> None:
    text = FIRST + "def f():\n    x = 1\n=======\n    x = 2\n>>>>>>> topic\n" + HANDLER
    assert errors(opened(text)) == [(9, LEFT_OVER)]
    assert handlers(opened(text)) == [(3, Severity.WARNING, False), (14, Severity.HINT, True)]


def test_the_lines_of_a_conflict_in_a_string_are_text() -> None:
    text = 'DIFF = """\n' + conflict("a\n", "b\n") + '"""\n'
    assert errors(opened(text)) == []
    assert errors(opened(text + "x = (\n")) == [(7, "'(' was never closed")]
    assert errors(opened(text.removesuffix('"""\n'))) == [(0, "unterminated triple-quoted string literal")]


def test_a_heading_of_seven_signs_is_no_conflict() -> None:
    text = '"""\nExample\n=======\n"""\nx = (\n'
    assert errors(opened(text)) == [(4, "'(' was never closed")]


def test_taking_a_side_brings_back_the_findings() -> None:
    ours, theirs = "    x = 1\n", "    x = 2\n"
    sound = opened(FIRST + "def f():\n" + ours + HANDLER)
    merged = sound.edited(edit((8, 0), (9, 0), conflict(ours, theirs)))
    assert errors(merged) == [(8, CONFLICT)]
    assert handlers(merged) == [(3, Severity.WARNING, False), (15, Severity.WARNING, True)]
    begun = merged.edited(edit((8, 0), (9, 0), ""))
    assert errors(begun) == [(9, LEFT_OVER)]
    taken = begun.edited(edit((9, 0), (12, 0), ""))
    assert (taken.source.text, taken.findings) == (sound.source.text, sound.findings)


TELLING = "def f():\n    try:\n        g()\n    except Exception:\n        log.error('no')\n"


def test_the_imports_in_a_conflict_are_known_to_the_rest() -> None:
    """Where two people added an import is where most merges fail."""
    ours, theirs = "import logging\nimport json\nlog = logging.getLogger()\n", "import logging\nimport re\n"
    sound = [(f.code, f.severity) for f in opened(ours + TELLING).findings]
    assert sound == [("OBS301", Severity.WARNING)]
    for text in (conflict(ours, theirs), conflict("", ours), conflict("import logging\n", "") + ours[15:]):
        assert [(f.code, f.severity) for f in opened(text + TELLING).findings if f.code != "SYN101"] == sound


def test_what_stands_in_for_a_slip_is_known_to_nobody_else() -> None:
    assert opened("def f(x):\n    return x\n").facts.symbols.keys() == {"f"}
    assert opened("def f(x):\n    return x +\n").facts.symbols.keys() == set()
    assert opened(conflict("", "def f(x):\n    return x\n")).facts.symbols.keys() == {"f"}


def test_an_edit_beside_a_conflict_leaves_what_it_tells() -> None:
    text = conflict("import logging\nlog = logging.getLogger()\n", "") + TELLING
    edited = opened(text).edited(edit((1, 0), (1, 0), "import json\n")).edited(edit((6, 0), (6, 0), "x = 1\n"))
    assert edited.facts.symbols.keys() >= {"logging", "log", "f", "x"}
    assert [f.code for f in edited.findings] == ["SYN101", "OBS301"]


def test_the_error_covers_the_line_that_git_wrote() -> None:
    found: list[Finding] = told(opened(conflict("x = 1\r\n", "x = 2\n").replace("HEAD\n", "HEAD\r\n")), "SYN101")
    assert [f.range for f in found] == [Range.of(0, 0, 0, 12)]
