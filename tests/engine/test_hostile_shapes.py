"""Code in shapes that no person writes: findings or a plain error in the end, in steps that grow as the text does."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, Final

import pytest

from prodready.engine.analysis import Analysis
from prodready.engine.document import MOST_FAULTS
from prodready.engine.finding import Edit, Finding, Range
from prodready.engine.source import SourceFile
from prodready.fixes.everything import fix_all
from prodready.fixes.planner import plan
from tests.engine.probe import edit, opened
from tests.engine.shapes import SHAPES

HEAD: Final = "def f(x):\n    try:\n        print(x)\n    except:\n        pass\nw = 1\n"
SMALL: Final = 30
GROWN: Final = 4
MOST_GROWTH: Final = GROWN * 1.7
"""Four times the text may take not quite seven times the steps: a square would be sixteen times."""
LONG: Final = 800


def steps(work: Callable[[], object]) -> int:
    """Count the lines of Python that some work runs: the same number on every machine and under every load."""
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Callable[..., Any]:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def growth(make: Callable[[int], Callable[[], object]], size: int = SMALL) -> float:
    """Return how many times the steps a text of `GROWN` times the length takes, without what is done but once."""
    make(SMALL)()
    small = steps(make(size))
    return steps(make(size * GROWN)) / small


def middle(analysis: Analysis) -> Edit:
    line = len(analysis.source.lines) // 2
    return Edit(Range.of(line, 0, line, 0), "y")


def first_fixable(analysis: Analysis) -> list[Finding]:
    return [finding for finding in analysis.findings if finding.fix is not None][:1]


@pytest.mark.parametrize("shape", SHAPES)
def test_opening_takes_steps_in_proportion(shape: str) -> None:
    def opening(n: int) -> Callable[[], object]:
        text = SHAPES[shape](n)
        return lambda: opened(text)

    assert growth(opening) < MOST_GROWTH


@pytest.mark.parametrize("shape", SHAPES)
def test_a_keystroke_takes_steps_in_proportion_at_most(shape: str) -> None:
    def typing(n: int) -> Callable[[], object]:
        analysis = opened(SHAPES[shape](n))
        return lambda: analysis.edited(middle(analysis))

    assert growth(typing) < MOST_GROWTH


@pytest.mark.parametrize("shape", SHAPES)
def test_planning_a_fix_takes_steps_in_proportion(shape: str) -> None:
    def planning(n: int) -> Callable[[], object]:
        analysis = opened(SHAPES[shape](n))
        return lambda: [plan(analysis, finding) for finding in first_fixable(analysis)]

    assert growth(planning) < MOST_GROWTH


@pytest.mark.parametrize("shape", SHAPES)
def test_fixing_everything_takes_steps_in_proportion(shape: str) -> None:
    def fixing(n: int) -> Callable[[], object]:
        analysis = opened(SHAPES[shape](n))
        return lambda: fix_all(analysis, unsafe=True)

    assert growth(fixing) < MOST_GROWTH


def test_fixing_everything_in_a_long_file_takes_steps_in_proportion() -> None:
    """What each fix asks of the whole file shows in long ones only."""

    def fixing(n: int) -> Callable[[], object]:
        logger = "import logging\n\nlogger = logging.getLogger(__name__)\n"
        functions = (f"\n\ndef f{i}(x):\n    print('{i}', x)\n    return 1\n" for i in range(n))
        analysis = opened(logger + "".join(functions))
        return lambda: fix_all(analysis, unsafe=True)

    assert growth(fixing, size=100) < MOST_GROWTH


def heads(analysis: Analysis) -> list[Finding]:
    return [f for f in analysis.findings if f.range.start.line < 5 and f.code != "SYN101"]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_long_shape_has_findings_or_an_error_and_leaves_its_neighbours_alone(shape: str) -> None:
    text = HEAD + SHAPES[shape](LONG)
    analysis = opened(text)
    assert analysis.crashes == Analysis.once(SourceFile.from_text(text)).crashes == []
    assert [f.range.start.line + 1 for f in heads(analysis) if f.code == "OBS202"] == [4]
    assert analysis.is_broken == any(f.code == "SYN101" for f in analysis.findings)
    changed = (
        analysis.edited(edit((2, 14), (2, 15), "y")).edited(edit((5, 0), (5, 0), "z")).edited(edit((5, 0), (5, 1), ""))
    )
    assert changed.crashes == []
    assert [f.range for f in heads(changed)] == [f.range for f in heads(analysis)]


def test_a_sum_that_is_too_long_to_be_rewritten_is_left_alone() -> None:
    text = "def g():\n    print(" + " + ".join(["'a'", "b"] * 1400) + ")\n"
    result = fix_all(opened(text), unsafe=True)
    assert (result.edits, [f.code for f in result.refused]) == ((), ["OBS101"])


def test_text_that_is_no_code_has_few_errors() -> None:
    text = "f(\n" * (MOST_FAULTS + 100)
    assert [f.code for f in opened(text).findings] == ["SYN101"]
    few = "x = (]\n" * 5
    assert [f.code for f in opened(few).findings] == ["SYN101"] * 5


def test_a_function_that_opens_more_than_can_be_followed_is_left_alone() -> None:
    def opens(n: int) -> str:
        return "def f(x):\n" + "".join(f"    y{i} = open(x)\n    y{i}.read()\n" for i in range(n))

    assert [f.code for f in opened(opens(50)).findings] == ["RES103"] * 50
    assert opened(opens(51)).findings == []
