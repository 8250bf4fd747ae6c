"""Drawing findings for people to judge, and what becomes of their verdicts."""

from __future__ import annotations

from pathlib import Path

import pytest

from _bench.judging import draw, sheet, verdicts
from _bench.outcome import ProjectOutcome
from _bench.projects import Project
from _bench.survey import Job, survey
from _dev.problem import Problem
from prodready.project.config import load

MANY = "".join(f"try:\n    work({number})\nexcept:\n    stop()\n" for number in range(20))


@pytest.fixture
def outcome(tmp_path: Path) -> ProjectOutcome:
    (tmp_path / "many.py").write_text(MANY)
    (tmp_path / "broken.py").write_text("x = (\n")
    (tmp_path / "pyproject.toml").write_text('[tool.prodready]\nselect = ["OBS202", "SYN101"]\n')
    project = Project("example", "1.0", load(tmp_path))
    return ProjectOutcome(project, tuple(survey(Job(project, path)) for path in project.files()))


def places(outcome: ProjectOutcome, count: int, seed: int) -> list[tuple[str, int]]:
    return [(d.path, d.finding.range.start.line) for d in draw([outcome], count, seed, frozenset())]


def test_the_same_seed_draws_the_same_and_another_one_other_findings(outcome: ProjectOutcome) -> None:
    assert places(outcome, 6, seed=1) == places(outcome, 6, seed=1)
    assert places(outcome, 6, seed=1) != places(outcome, 6, seed=2)


def test_rare_rules_are_drawn_too_and_no_finding_twice(outcome: ProjectOutcome) -> None:
    assert ("broken.py", 0) in places(outcome, 2, seed=3)
    assert len(set(places(outcome, 100, seed=1))) == len(places(outcome, 100, seed=1)) == 21


def test_only_the_named_rules_are_drawn(outcome: ProjectOutcome) -> None:
    assert {d.finding.code for d in draw([outcome], 5, 1, frozenset({"SYN101"}))} == {"SYN101"}


def test_the_sheet_shows_little_code_and_the_repair(outcome: ProjectOutcome) -> None:
    text = sheet(draw([outcome], 1, 1, frozenset({"OBS202"})), seed=1)
    assert "> except:" in text
    assert "-except:\n+except Exception:\n" in text
    excerpt = text.split("````python\n")[1].split("````")[0]
    assert len(excerpt.splitlines()) <= 12


def test_verdicts_hold_what_was_said_and_no_code(outcome: ProjectOutcome) -> None:
    text = sheet(draw([outcome], 2, 1, frozenset()), seed=1)
    judged = text.replace("Verdict:", "Verdict: Right").replace("Reason:", "Reason: it is | so")
    page = verdicts(judged.replace("Verdict: Right", "Verdict: wrong fix", 1))
    assert "1 right, 0 false alarm, 1 wrong fix" in page
    assert "| example 1.0 | broken.py:1 | SYN101 | error |" in page
    assert "- error: " in page
    assert page.count("it is \\| so") == 2
    assert "work(" not in page


@pytest.mark.parametrize("verdict", ["", "maybe"])
def test_an_entry_without_a_verdict_is_named(outcome: ProjectOutcome, verdict: str) -> None:
    text = sheet(draw([outcome], 1, 1, frozenset({"SYN101"})), seed=1)
    judged = text.replace("Verdict:", f"Verdict: {verdict}").replace("Reason:", "Reason: so")
    with pytest.raises(Problem, match=r"entry 1 \(broken\.py:1\) needs a verdict"):
        verdicts(judged)
