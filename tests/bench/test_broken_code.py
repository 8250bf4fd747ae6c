"""Breaking code: which statement a break touches, what counts as kept, and what ruff is asked for."""

from __future__ import annotations

import ast
import random

import pytest

from _bench.breakage import WAYS, Break, _touched, broken
from _bench.broken_page import Options, page
from _bench.kept import TOOLS, Count, Tally, _count, _false, ruff, ruffs_twins
from _bench.twin import parses
from prodready.engine.finding import Edit, Range
from prodready.engine.source import SourceFile

CODE = """\
import os


def first(path):
    try:
        with open(path) as file:
            print(file)
    except:
        pass


x = f("a", [1, 2])
y = {
    "b": 1 + 2,
}
"""


@pytest.mark.parametrize("kind", WAYS)
def test_each_way_breaks_code_within_the_statement_that_it_names(kind: str) -> None:
    source, tree = SourceFile.from_text(CODE), ast.parse(CODE)
    drawn = [broken(source, tree, kind, random.Random(seed)) for seed in range(200)]
    texts = [source.edit(each.edit)[0].text for each in drawn if each is not None]
    assert any(not parses(text) for text in texts)
    for each in drawn:
        if each is not None and each.lines[0] != each.lines[1]:
            where = each.edit.range
            assert each.lines[0] < max(where.end.line, where.start.line + 1)
            assert where.start.line < each.lines[1]


@pytest.mark.parametrize(
    ("edit", "lines"),
    [
        pytest.param(Edit(Range.of(6, 17, 6, 18), ""), (6, 7), id="a statement"),
        pytest.param(Edit(Range.of(3, 9, 3, 10), ""), (3, 9), id="the head of a function"),
        pytest.param(Edit(Range.of(5, 31, 5, 32), ""), (5, 7), id="the head of a block"),
        pytest.param(Edit(Range.of(13, 8, 13, 9), ""), (12, 15), id="a line of a statement"),
        pytest.param(Edit(Range.of(10, 0, 10, 0), "x = (\n"), (10, 10), id="a line between statements"),
        pytest.param(Edit(Range.of(13, 0, 13, 0), "x = (\n"), (12, 15), id="a line put into a statement"),
    ],
)
def test_the_broken_statement_is_the_smallest_that_the_break_touches(edit: Edit, lines: tuple[int, int]) -> None:
    assert _touched(ast.parse(CODE).body, edit) == lines


def test_kept_is_what_stands_where_the_break_moved_it() -> None:
    put_in = Break("x", Edit(Range.of(4, 0, 4, 0), "x = (\n"), (4, 4))
    before = [("A1", 2, 0), ("A1", 4, 4), ("A2", 7, 4)]
    assert _count(before, [("A1", 2, 0), ("A1", 5, 4), ("A2", 8, 4)], put_in) == Count(3, 3)
    assert _count(before, [("A1", 2, 0), ("A1", 4, 4), ("A3", 8, 4)], put_in) == Count(3, 1)
    assert _false(before, [("A1", 2, 0), ("A1", 5, 4), ("A3", 8, 4)], put_in) == 1


def test_findings_of_the_broken_statement_are_not_asked_for() -> None:
    half = Break("x", Edit(Range.of(4, 3, 4, 9), ""), (4, 6))
    assert _count([("A1", 3, 0), ("A1", 5, 4), ("A2", 6, 4)], [("A2", 6, 4)], half) == Count(2, 1)


def test_ruff_is_asked_for_the_same_defects() -> None:
    assert {"E722", "T201", "SIM115"} <= set(ruffs_twins())
    assert ruff(["try:\n    f()\nexcept:\n    print(1)\n", "x = 1\n", "x = (\n"]) == [
        [("E722", 2, 0), ("T201", 3, 4)],
        [],
        [],
    ]


def test_the_page_tells_shares_and_what_went_wrong() -> None:
    counts = {tool: Count(200, kept) for tool, kept in zip(TOOLS, (200, 190, 0), strict=True)}
    text = page({"a quote deleted": Tally(1200, 3, counts)}, 25, Options(7, 21, 1000, 30.0))
    assert "| a quote deleted | 1,200 | 200 | 100 % | 95.00 % | 3 | 200 | 0 % |" in text
    assert "25 files of real projects, drawn at random from those with findings and at most 1,000 lines" in text
    assert "bench broken_code --each 21 --lines 1000 --seed 7 --minutes 30`" in text
    assert "does not bring back: none." in text
