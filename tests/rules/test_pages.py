"""A rule's page holds: its headings are all there, and its examples are what the rule says and does."""

from __future__ import annotations

import re

import pytest

from prodready.engine.analysis import Analysis
from prodready.engine.finding import Applicability, Finding
from prodready.engine.rule import FixAvailability, Rule
from prodready.engine.source import SourceFile
from prodready.fixes.planner import plan
from prodready.rules import all_rules
from tests.rules.harness import cases

RULES = all_rules()
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
HEADINGS = ["Why it matters in production", "Bad", "Good", "Fix"]
BANNED = ("avoid-", "use-", "prefer-", "no-", "dont-", "do-not-", "never-", "always-")


def opened(code: str) -> Analysis:
    return Analysis.open(SourceFile.from_text(code))


def own(rule: Rule, analysis: Analysis) -> list[Finding]:
    return [finding for finding in analysis.findings if finding.code == rule.code]


@each_rule
def test_the_headings_come_in_their_order(rule: Rule) -> None:
    found = re.findall(r"^## (.+)$", rule.page.text, re.MULTILINE)
    assert found[:4] == HEADINGS
    assert len(set(found)) == len(found)


@each_rule
def test_every_section_says_something(rule: Rule) -> None:
    assert [title for title, body in rule.page.sections.items() if not body] == []


@each_rule
def test_the_summary_is_one_short_sentence(rule: Rule) -> None:
    assert rule.summary.endswith(".")
    assert len(rule.summary) <= 160


@each_rule
def test_the_bad_code_has_the_finding(rule: Rule) -> None:
    assert own(rule, opened(rule.page.code("Bad"))) != []


@each_rule
def test_the_good_code_has_no_finding_of_any_rule(rule: Rule) -> None:
    assert [(f.code, f.message) for f in opened(rule.page.code("Good")).findings] == []


@each_rule
def test_repairing_the_bad_code_gives_the_good_code(rule: Rule) -> None:
    if rule.availability is FixAvailability.NONE:
        pytest.skip("the rule has no fix")
    analysis = opened(rule.page.code("Bad"))
    while findings := own(rule, analysis):
        preferred = plan(analysis, findings[0])[0]
        analysis = opened(analysis.source.apply(preferred.edits).text)
    assert analysis.source.text == rule.page.code("Good")


@each_rule
def test_a_rule_without_fix_says_so_on_its_page(rule: Rule) -> None:
    assert rule.page.sections["Fix"].startswith("None") is (rule.availability is FixAvailability.NONE)


@each_rule
def test_an_unsafe_fix_is_explained_on_the_page(rule: Rule) -> None:
    fixes = [f.fix for f in own(rule, opened(rule.page.code("Bad"))) if f.fix is not None]
    if any(fix.applicability is Applicability.UNSAFE for fix in fixes):
        assert "unsafe" in rule.page.sections["Fix"].lower()


@each_rule
def test_the_availability_of_fixes_is_true_over_the_fixtures(rule: Rule) -> None:
    found = [f for case in cases() if case.rule == rule.code for f in case.own(case.analysis)]
    assert found != []
    with_fix = {finding.fix is not None for finding in found}
    expected = {
        FixAvailability.NONE: {False},
        FixAvailability.SOMETIMES: {True, False},
        FixAvailability.ALWAYS: {True},
    }
    assert with_fix == expected[rule.availability]


@each_rule
def test_the_name_is_in_kebab_case_and_names_the_bad_pattern(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
    assert not rule.name.startswith(BANNED)


@each_rule
def test_twins_are_codes_of_other_tools(rule: Rule) -> None:
    assert [twin for twin in rule.twins if not re.fullmatch(r"[A-Z]{1,4}\d{3,4}", twin)] == []
