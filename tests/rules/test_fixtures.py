"""Every fixture holds, and every piece of code in one gets the checks that cost a rule's author nothing."""

from __future__ import annotations

import ast
import gc

import pytest

from prodready.engine.analysis import Analysis
from prodready.engine.finding import Applicability, Finding
from prodready.engine.source import SourceFile
from prodready.fixes.everything import fix_all
from prodready.fixes.planner import plan
from tests.rules.harness import Block, Case, as_mark, cases

CASES = list(cases())
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.title}")
OUTCOMES = [(case, block) for case in CASES for block in case.outcomes]
each_outcome = pytest.mark.parametrize(
    ("case", "outcome"), OUTCOMES, ids=lambda value: f"{value.rule}: {value.title}" if isinstance(value, Case) else ""
)


@each_case
def test_finds_what_is_marked_and_nothing_else(case: Case) -> None:
    assert [as_mark(finding) for finding in case.own(case.analysis)] == list(case.marks)


@each_outcome
def test_the_fix_gives_the_expected_text(case: Case, outcome: Block) -> None:
    assert _outcome(case, case.analysis, outcome) == outcome.code


@each_outcome
def test_the_fix_keeps_windows_line_ends(case: Case, outcome: Block) -> None:
    analysis = case.analyse(case.code.replace("\n", "\r\n"))
    assert _outcome(case, analysis, outcome) == outcome.code.replace("\n", "\r\n")


@each_outcome
def test_the_fix_keeps_text_outside_its_edits(case: Case, outcome: Block) -> None:
    """Non-ASCII text before the finding moves bytes and characters apart; it must not move the edits."""
    note = "# “Straße” 🎉\n"
    if case.code.startswith(('"""', "#", "from __future__")):
        pytest.skip("a line in front would change what the first line means")
    fixed = _outcome(case, case.analyse(note + case.code), outcome)
    assert fixed.startswith(note)
    SourceFile.from_text(fixed)
    assert len(fixed.splitlines()) == len((note + outcome.code).splitlines())


@each_case
def test_a_whole_parse_finds_the_same(case: Case) -> None:
    once = Analysis.once(case.analysis.source, case.settings, case.analysis.knowledge.project)
    assert once.findings == case.analysis.findings


@each_case
def test_windows_line_ends_move_nothing(case: Case) -> None:
    windows = case.analyse(case.code.replace("\n", "\r\n"))
    assert [as_mark(f) for f in case.own(windows)] == list(case.marks)


@each_case
def test_tabs_move_nothing_but_columns(case: Case) -> None:
    tabbed = case.analyse(_tabbed(case.code))
    assert [_placeless(f) for f in case.own(tabbed)] == [_placeless(f) for f in case.own(case.analysis)]


@each_case
def test_no_truncation_makes_a_rule_crash(case: Case) -> None:
    lines = case.code.splitlines(keepends=True)
    for count in range(len(lines)):
        assert case.analyse("".join(lines[:count])).crashes == []


@each_case
def test_every_promised_fix_can_be_made(case: Case) -> None:
    if any(block.words[0] == "refused" for block in case.outcomes):
        pytest.skip("the case says that there is no fix")
    analysis = case.analysis
    for finding in case.own(analysis):
        if finding.fix is not None:
            offered = plan(analysis, finding)
            assert offered, f"no fix for: {as_mark(finding)}"
            assert offered[0].fix == finding.fix


@each_case
def test_fixing_again_changes_nothing(case: Case) -> None:
    once = fix_all(case.analysis, unsafe=True, codes=frozenset({case.rule}))
    again = fix_all(once.analysis, unsafe=True, codes=frozenset({case.rule}))
    assert again.edits == ()


def _outcome(case: Case, analysis: Analysis, outcome: Block) -> str:
    if outcome.words[0] == "refused":
        assert plan(analysis, case.own(analysis)[0]) == []
        return analysis.source.text
    if outcome.words[0] == "alternative":
        chosen = plan(analysis, case.own(analysis)[0])[int(outcome.words[1]) - 1]
        return analysis.source.apply(chosen.edits).text
    unsafe = "safe" not in outcome.words
    result = fix_all(analysis, unsafe=unsafe, codes=frozenset({case.rule}))
    applied = analysis.source.apply(result.edits).text
    assert applied == result.analysis.source.text
    if not unsafe:
        left = [f for f in case.own(result.analysis) if f.fix and f.fix.applicability is Applicability.SAFE]
        assert left == [], "a safe fix was not applied"
    return applied


def _placeless(finding: Finding) -> tuple[str, str, int]:
    return finding.code, finding.message, finding.range.start.line


def _tabbed(code: str) -> str:
    lines = code.split("\n")
    unit = next((len(line) - len(line.lstrip(" ")) for line in lines if line.startswith(" ")), 4)
    return "\n".join("\t" * ((len(line) - len(line.lstrip(" "))) // unit) + line.lstrip(" ") for line in lines)


def test_no_tree_waits_for_the_garbage_collector() -> None:
    """It would hold up whoever types when it comes by."""
    gc.collect()
    gc.disable()
    try:
        before = _nodes()
        for case in CASES:
            analysis = case.analyse(case.code)
            Analysis.once(analysis.source, case.settings, analysis.knowledge.project)
            for finding in analysis.findings:
                plan(analysis, finding)
        del analysis, finding
        assert _nodes() == before
    finally:
        gc.enable()


def _nodes() -> int:
    return sum(isinstance(known, ast.AST) for known in gc.get_objects())
