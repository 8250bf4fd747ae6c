"""The judgement of repaired texts: every kind of fault is seen, and a good repair has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from _bench.examine import ADDS_NONE, KEEPS, PARSES, REMOVED, STABLE, examine, moved, syntax_fault
from _bench.survey import Subject
from prodready.engine.finding import Edit, Position, Range
from prodready.engine.settings import FileSettings
from prodready.engine.source import SourceFile
from prodready.project.index import ProjectIndex

BARE = "try:\n    work()\nexcept:  # why\n    stop()\n"


@pytest.fixture
def file(tmp_path: Path) -> Subject:
    settings = FileSettings(select=frozenset({"OBS202", "SYN101"}))
    return Subject(SourceFile.from_text(BARE, "a.py"), settings, ProjectIndex(tmp_path))


def faults(file: Subject, *edits: Edit) -> dict[str, str]:
    before = file.live()
    return examine(file, before, before.findings[0], edits)


def test_a_good_repair_has_no_fault(file: Subject) -> None:
    assert faults(file, Edit(Range.of(2, 6, 2, 6), " Exception")) == {}


def test_a_text_that_does_not_parse_is_a_fault_that_hides_the_others(file: Subject) -> None:
    assert list(faults(file, Edit(Range.of(2, 6, 2, 7), ""))) == [PARSES]


def test_a_finding_that_stays_is_seen_by_its_count_and_at_its_place(file: Subject) -> None:
    found = faults(file, Edit(Range.of(0, 0, 0, 0), "first()\n"))
    assert sorted(found) == [REMOVED, STABLE]
    assert found[STABLE] == "line 4 still has OBS202"


def test_a_new_finding_is_seen_though_the_old_one_is_gone(file: Subject) -> None:
    again = "\n\n\ndef f():\n    try:\n        work()\n    except:\n        stop()\n"
    found = faults(file, Edit(Range.of(2, 6, 2, 6), " OSError"), Edit(Range.of(4, 0, 4, 0), again))
    assert list(found) == [ADDS_NONE]
    assert found[ADDS_NONE] == "OBS202 in f"


def test_a_finding_that_takes_the_place_of_the_repaired_one_is_seen(file: Subject) -> None:
    again = "try:\n    rest()\nexcept:\n    stop()\n"
    found = faults(file, Edit(Range.of(2, 6, 2, 6), " OSError"), Edit(Range.of(4, 0, 4, 0), again))
    assert list(found) == [REMOVED]


def test_a_lost_comment_and_a_strange_line_end_are_seen(file: Subject) -> None:
    found = faults(file, Edit(Range.of(2, 6, 2, 14), " Exception:"), Edit(Range.of(4, 0, 4, 0), "done()\r\n"))
    assert found == {KEEPS: "the comment '# why' is gone; the line end '\\r\\n' is new in this file"}


def test_a_comment_that_only_moves_is_kept(file: Subject) -> None:
    assert faults(file, Edit(Range.of(2, 6, 3, 0), " Exception:\n    # why\n")) == {}


@pytest.mark.parametrize(
    ("edit", "place"),
    [
        (Edit(Range.of(0, 0, 0, 0), "a\nb\n"), (4, 2)),
        (Edit(Range.of(2, 0, 2, 0), "  "), (2, 4)),
        (Edit(Range.of(2, 2, 2, 2), "new "), (2, 6)),
        (Edit(Range.of(2, 1, 2, 5), "new"), (2, 1)),
        (Edit(Range.of(3, 0, 3, 0), "behind\n"), (2, 2)),
    ],
)
def test_a_place_is_followed_through_an_edit(edit: Edit, place: tuple[int, int]) -> None:
    assert moved(SourceFile.from_text(BARE), Position(2, 2), [edit]) == Position(*place)


def test_what_cpython_refuses_is_told_and_never_raised() -> None:
    assert syntax_fault("x = 1\n") == ""
    assert syntax_fault("x = (\n").startswith("SyntaxError: ")
    assert syntax_fault("(" * 5000).split(":")[0] in ("SyntaxError", "MemoryError", "RecursionError")
