"""Random edits with fixed seeds, and that a fault in the engine is found, made small and told."""

from __future__ import annotations

import random
import time
import tracemalloc
from pathlib import Path

import pytest

from _bench import endurance_page
from _bench.exercise import Course, Exercise, attempt, exercise, fault
from _bench.projects import Project
from _bench.shrink import Run, shrunk
from _bench.strokes import Writer, applied, line_starts, offset_at, position_at, towards
from _bench.survey import Job
from _bench.twin import Twin
from prodready.engine import analysis, segments
from prodready.engine.finding import Edit, Position, Range
from prodready.engine.settings import FileSettings
from prodready.project.config import load
from tests.architecture.sources import ROOT
from tests.engine.probe import SETTINGS, Probe, use_rules

SERVICE = ROOT / "tests" / "bench" / "service.txt"
TEXT = (
    "import logging\n\nlog = logging.getLogger()\n\n\ndef f():\n    try:\n        g()\n    except:\n        log.x()\n"
)


def course(edits: int) -> Course:
    return Course(1, edits, 20, time.time() + 600)


@pytest.fixture(params=[(6, 3), (60, 30)], ids=["tiny segments", "real segments"])
def _sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The probe beside the rules; segments so small that short texts have many, or as small as they are."""
    monkeypatch.setattr(segments, "LARGE_CLASS", request.param[0])
    monkeypatch.setattr(segments, "RUN", request.param[1])
    use_rules(monkeypatch, Probe())


@pytest.mark.usefixtures("_sizes")
@pytest.mark.parametrize("seed", range(6))
def test_random_edits_end_where_a_fresh_analysis_does(seed: int) -> None:
    outcome = Exercise("example", "service.py")
    text = SERVICE.read_text(encoding="utf-8")
    assert attempt(text, SETTINGS, random.Random(seed), course(150), outcome) is None
    assert outcome.edits >= 150
    assert outcome.valid > 0


def test_an_error_that_its_line_excuses_need_not_be_told() -> None:
    assert fault(Run("1syntax_error  # NOQA\n", ()), FileSettings()) is None


def test_the_ways_to_make_a_large_run_small_are_not_all_held_at_once() -> None:
    """Each is a copy of the text: of 500 lines of 1,000 characters all of them would be half a gigabyte."""
    run = Run(f"{'x' * 999}\n" * 500, ())
    tracemalloc.start()
    try:
        assert shrunk(run, lambda _: False, seconds=600) == run
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 10_000_000


def test_a_fault_is_found_and_made_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that takes every edit to leave the module's facts alone keeps findings that are none any more."""
    monkeypatch.setattr(analysis, "tells_the_same", lambda *_, **__: True)
    (tmp_path / "work.py").write_text(TEXT)
    (tmp_path / "pyproject.toml").write_text("[tool.prodready]\n")
    job = Job(Project("example", "1", load(tmp_path)), "work.py")
    outcome = exercise(job, course(4000))
    assert [failure.reason.partition(":")[0] for failure in outcome.failures] == ["live and fresh have other facts"]
    run = outcome.failures[0].run
    assert (run.text, [edit.text for step in run.steps for edit in step]) == ("", ["n", "=", "e"])
    assert fault(run, FileSettings()) is not None
    assert str(outcome.failures[0]).startswith("# example work.py, seed 1: live and fresh have other facts")


def test_a_run_without_a_fault_has_none() -> None:
    step = (Edit(Range.of(2, 0, 3, 0), ""), Edit(Range.of(0, 0, 0, 0), "\ud83d"), Edit(Range.of(0, 1, 0, 1), "\ude00"))
    assert fault(Run(TEXT, (step,)), SETTINGS) is None


def test_an_engine_that_hangs_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def ring(*_: object) -> None:
        raise TimeoutError("it takes too long")

    monkeypatch.setattr("prodready.engine.document.Document.edited", ring)
    assert fault(Run(TEXT, ((Edit(Range.of(0, 0, 0, 0), "x"),),)), SETTINGS) == "TimeoutError: it takes too long"


def test_the_other_text_is_worked_out_from_positions_as_an_editor_counts_them() -> None:
    text = "a\r\nb\rc\nd"
    assert line_starts(text) == [0, 3, 5, 7]
    assert position_at(text, line_starts(text), 2) == Position(0, 1)
    assert offset_at(text, line_starts(text), Position(1, 9)) == 4
    assert applied(text, Edit(Range.of(0, 1, 2, 0), "-")) == "a-c\nd"
    assert towards("a\r\nb", "a\rb") == Edit(Range.of(0, 1, 1, 0), "\r")


@pytest.mark.parametrize("seed", range(20))
def test_going_to_another_text_takes_one_edit(seed: int) -> None:
    chance = random.Random(seed)
    one, two = ("".join(chance.choices("ab\r\n", k=chance.randint(0, 8))) for _ in range(2))
    assert applied(one, towards(one, two)) == two


def test_the_same_random_numbers_make_the_same_steps() -> None:
    one, two = (Writer(random.Random(7), TEXT) for _ in range(2))
    assert [one.step(TEXT) for _ in range(50)] == [two.step(TEXT) for _ in range(50)]


def test_a_twin_counts_versions() -> None:
    twin = Twin(TEXT, SETTINGS)
    twin.take((Edit(Range.of(0, 0, 0, 0), "\n"),))
    assert (twin.session.version, twin.live.source.text) == (2, "\n" + TEXT)


def test_the_page_adds_up() -> None:
    outcomes = [Exercise("b", "x.py", 3, 2, 1), Exercise("a", "y.py", 1000, 20, 0), Exercise("a", "unread.py")]
    lines = endurance_page.page(outcomes, 1, 1003).splitlines()
    assert lines[-3:] == [
        "| a | 1 | 1,000 | 20 | 0 | 0 |",
        "| b | 1 | 3 | 2 | 1 | 0 |",
        "| all | 2 | 1,003 | 22 | 1 | 0 |",
    ]
