"""Cells are joined to one module; findings and edits find their way back, and edits that cannot be made are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodready.engine.analysis import Analysis
from prodready.engine.cells import Cells
from prodready.engine.finding import Edit, Position, Range
from prodready.engine.source import SourceFile
from prodready.fixes.everything import fix_all


def inserting(line: int, column: int, text: str) -> Edit:
    return replacing(line, column, line, column, text)


def replacing(start_line: int, start: int, end_line: int, end: int, text: str) -> Edit:
    return Edit(Range.of(start_line, start, end_line, end), text)


def after(cells: Cells, *edits: Edit) -> list[str] | None:
    edited = cells.edited(edits)
    return None if edited is None else [cell.source.text for cell in edited.cells]


def test_an_empty_line_stands_behind_each_cell() -> None:
    cells = Cells.of(["a = 1", "", "b = 2\n", "!ls"])

    assert cells.lines == ["a = 1\n", "\n", "\n", "b = 2\n", "\n", "\n", "\n"]
    assert cells.starts == [0, 2, 3, 5, 7]
    assert [cells.index_at(line) for line in range(-1, 9)] == [0, 0, 0, 1, 2, 2, 3, 3, 3, 3]


def test_a_range_is_cut_off_where_its_cell_ends() -> None:
    cells = Cells.of(["a = 1", "b = 2"])

    assert cells.range_in(1, Range.of(2, 4, 2, 5)) == Range.of(0, 4, 0, 5)
    assert cells.range_in(0, Range.of(1, 0, 1, 0)) == Range.of(0, 5, 0, 5)
    assert cells.range_in(0, Range.of(0, 0, 2, 3)) == Range.of(0, 0, 0, 5)


@pytest.mark.parametrize(
    ("edit", "first", "second"),
    [
        (inserting(1, 0, "import sys\n"), "import os\nimport sys", "b = 2\nc = 3\n"),
        (inserting(1, 0, "\nx = 1\n"), "import os\n\nx = 1", "b = 2\nc = 3\n"),
        (inserting(2, 0, "import sys\n"), "import os", "import sys\nb = 2\nc = 3\n"),
        (inserting(4, 0, "d = 4\n"), "import os", "b = 2\nc = 3\nd = 4\n"),
        (replacing(0, 0, 1, 0, ""), "", "b = 2\nc = 3\n"),
        (replacing(0, 7, 1, 0, "sys\n"), "import sys", "b = 2\nc = 3\n"),
        (replacing(3, 0, 4, 0, ""), "import os", "b = 2\n"),
        (replacing(2, 4, 3, 4, "9 + "), "import os", "b = 9 + 3\n"),
    ],
)
def test_an_edit_goes_to_the_cell_that_holds_its_place(edit: Edit, first: str, second: str) -> None:
    cells = Cells.of(["import os", "b = 2\nc = 3\n"])

    assert after(cells, edit) == [first, second]


@pytest.mark.parametrize(
    "edit",
    [
        replacing(0, 3, 2, 1, ""),
        replacing(1, 0, 2, 0, ""),
        replacing(1, 0, 4, 3, "x"),
        inserting(5, 0, "x = 1\n"),
    ],
)
def test_an_edit_over_the_end_of_a_cell_is_refused(edit: Edit) -> None:
    assert after(Cells.of(["a = 1", "b = 2"]), edit) is None


def test_line_ends_are_those_of_the_cell() -> None:
    cells = Cells.of(["a = 1\r\nb = 2", "c = 3"])

    assert after(cells, inserting(2, 0, "d = 4\n"), inserting(3, 0, "e = 5\n")) == [
        "a = 1\r\nb = 2\r\nd = 4",
        "e = 5\nc = 3",
    ]


def test_magics_are_not_edited_and_lines_go_beside_them() -> None:
    cells = Cells.of(["%%time\nb = 2", "!ls \\\n  -l\nc = 3", "%%bash\nls"])

    assert after(cells, inserting(0, 0, "import os\n")) == ["%%time\nimport os\nb = 2", *texts(cells)[1:]]
    assert after(cells, inserting(3, 0, "x = 1\n")) == ["%%time\nb = 2", "x = 1\n!ls \\\n  -l\nc = 3", "%%bash\nls"]
    assert after(cells, inserting(5, 0, "x = 1\n")) == ["%%time\nb = 2", "!ls \\\n  -l\nx = 1\nc = 3", "%%bash\nls"]
    for edit in (inserting(4, 0, "x = 1\n"), replacing(3, 0, 5, 0, ""), inserting(7, 0, "x\n"), inserting(8, 0, "x\n")):
        assert after(cells, edit) is None


def texts(cells: Cells) -> list[str]:
    return [cell.source.text for cell in cells.cells]


def test_edits_that_make_a_block_reach_over_the_end_of_a_cell_are_refused() -> None:
    cells = Cells.of(["f = open(p)\nf.read()", "f.close()"])

    assert after(cells, replacing(0, 0, 0, 11, "with open(p) as f:"), inserting(1, 0, "    ")) == [
        "with open(p) as f:\n    f.read()",
        "f.close()",
    ]
    assert after(cells, inserting(3, 0, "    ")) is None


def test_a_cell_that_was_broken_before_may_be_edited() -> None:
    assert after(Cells.of(["x = (\ny = 1\n"]), inserting(1, 4, "2")) == ["x = (\ny = 21\n"]


def test_only_one_cell_may_be_edited() -> None:
    cells = Cells(Cells.of(["a = 1", "b = 2"]).cells, only=1)

    assert after(cells, inserting(0, 0, "x")) is None
    assert after(cells, inserting(2, 0, "x")) == ["a = 1", "xb = 2"]


BARE = "try:\n    a()\nexcept:\n    b()\n    raise"


def test_everything_is_fixed_where_it_may_be() -> None:
    cells = Cells.of([BARE, f"%time\n{BARE}", BARE])
    analysis = Analysis.open(SourceFile(cells.lines))

    everywhere = fix_all(analysis, unsafe=True, guard=cells)
    second = fix_all(analysis, unsafe=True, guard=Cells(cells.cells, only=1))

    fixed = BARE.replace("except:", "except BaseException:")
    assert after(cells, *everywhere.edits) == [fixed, f"%time\n{fixed}", fixed]
    assert after(cells, *second.edits) == [BARE, f"%time\n{fixed}", BARE]


CELL = st.text(st.sampled_from("a%!?(\\\r\n \"'="), max_size=12)


@given(st.lists(CELL, min_size=1, max_size=4))
def test_every_line_of_a_cell_has_one_in_the_module(found: list[str]) -> None:
    cells = Cells.of(found)

    for index, cell in enumerate(cells.cells):
        assert cells.starts[index + 1] - cells.starts[index] == len(cell.source.lines) + 1
        for number in range(len(cell.source.lines)):
            assert cells.index_at(cells.starts[index] + number) == index
    assert SourceFile.from_text("".join(cells.lines)).lines == cells.lines


@given(st.lists(CELL, min_size=1, max_size=3), st.data())
def test_what_is_inserted_arrives_or_is_refused(found: list[str], data: st.DataObject) -> None:
    cells = Cells.of(found)
    line = data.draw(st.integers(0, len(cells.lines)))
    column = data.draw(st.integers(0, max(0, len(SourceFile(cells.lines).line(line).rstrip("\r\n")))))

    edited = cells.edited([inserting(line, column, "X")])

    if edited is not None:
        assert sum(text.count("X") for text in texts(edited)) == 1
        assert Position(line, column) <= SourceFile(cells.lines).end
