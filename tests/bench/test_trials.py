"""Trying the repairs of a file: what works is counted, and what does not is told, whoever is to blame."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from _bench import trials
from _bench.names import worse
from _bench.projects import Project, top
from _bench.survey import Job, survey
from prodready.engine.rule import Proposal
from prodready.fixes.draft import Draft, Refusal
from prodready.project.config import load
from prodready.rules.obs.bare_except import BareExcept

BARE = "def work(job):\n    try:\n        job()\n    except:\n        return None\n    return job\n"


@pytest.fixture
def job(tmp_path: Path) -> Job:
    (tmp_path / "work.py").write_text(BARE)
    (tmp_path / "pyproject.toml").write_text('[tool.prodready]\nselect = ["OBS202"]\n')
    return Job(Project("example", "1", load(tmp_path)), "work.py")


def test_a_survey_tells_lines_findings_and_reasons(job: Job, tmp_path: Path) -> None:
    found = survey(job)
    assert (found.lines, [f.code for f in found.findings], found.crashes, found.live_differs) == (
        *(6, ["OBS202"], ()),
        False,
    )
    (tmp_path / "other.py").write_bytes(b"\0")
    assert "binary" in survey(Job(job.project, "other.py")).unread
    (tmp_path / "broken.py").write_text("x = (\n")
    assert survey(Job(job.project, "broken.py")).broken.startswith("line 1: ")


def test_an_engine_that_raises_is_a_crash_of_one_file(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("gone")

    monkeypatch.setattr("prodready.engine.analysis.Analysis.once", fail)
    assert survey(job).crashes == ("the engine: KeyError: 'gone'",)


def test_a_repair_that_works_is_tried_alone_and_together(job: Job, tmp_path: Path) -> None:
    result = trials.try_file(job, tmp_path / "copies")
    assert [(t.code, t.line, t.choice, t.is_safe, t.faults) for t in result.alone] == [("OBS202", 4, 0, False, {})]
    assert [(t.unsafe, t.applied, t.refused, t.faults) for t in result.together] == [(True, 1, 0, {})]
    assert (result.broken_promises, result.crashes) == ((), ())
    assert (tmp_path / "copies/before/example/work.py").read_text() == BARE
    assert "except Exception:" in (tmp_path / "copies/after/example/work.py").read_text()


def test_a_promise_that_is_not_kept_comes_with_the_reason(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Draft) -> None:
        raise Refusal("it is too late")

    original = BareExcept.proposals

    def proposals(self: BareExcept, *arguments: object) -> Iterator[Proposal]:
        return (Proposal(p.fix, refuse) for p in original(self, *arguments))  # type: ignore[arg-type]

    monkeypatch.setattr(BareExcept, "proposals", proposals)
    result = trials.try_file(job, tmp_path / "copies")
    assert [(p.line, p.reason) for p in result.broken_promises] == [(4, "it is too late")]
    assert result.alone == ()


def test_a_planner_that_raises_is_told_and_the_rest_is_tried(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise IndexError("no such place")

    monkeypatch.setattr(trials, "plan", fail)
    result = trials.try_file(job, tmp_path / "copies")
    assert result.crashes == ("work.py:4 OBS202: IndexError: no such place",)
    assert [t.applied for t in result.together] == [1]


def test_names_that_a_repair_forgot_to_define_are_seen(tmp_path: Path) -> None:
    for name, text in (("before", "print(old)\n"), ("after", "logger.info(old)\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.py").write_text(text)
    assert worse(tmp_path / "before", tmp_path / "after") == ["a.py: F821 Undefined name `logger`"]


def test_a_source_distribution_begins_below_its_only_directory(tmp_path: Path) -> None:
    (tmp_path / "name-1").mkdir()
    assert top(tmp_path) == tmp_path / "name-1"
    (tmp_path / "name-1.dist-info").mkdir()
    assert top(tmp_path) == tmp_path
