"""Several rounds of edits told as one set of edits to the first text."""

from __future__ import annotations

import itertools

from hypothesis import example, given
from hypothesis import strategies as st

from prodready.engine.finding import Edit, Position, Range
from prodready.engine.source import SourceFile
from prodready.fixes.diff import joined
from prodready.fixes.pieces import PieceTable

TEXT = st.text(st.sampled_from("abc \n\r\U0001f389"), max_size=12)
PLACE = st.tuples(st.integers(0, 6), st.integers(0, 6))
ROUNDS = st.lists(st.lists(st.tuples(PLACE, PLACE, TEXT), max_size=3), max_size=4)


def _not_overlapping(source: SourceFile, drawn: list[tuple[tuple[int, int], tuple[int, int], str]]) -> list[Edit]:
    edits: list[Edit] = []
    here = Position(0, 0)
    for one, other, text in sorted(drawn):
        start, end = sorted((source.clamp(Position(*one)), source.clamp(Position(*other))))
        if start >= here:
            edits.append(Edit(Range(start, end), text))
            here = end
    return joined(edits)


@given(TEXT, ROUNDS)
@example("a\r\nb", [[((0, 1), (0, 1), "x\n")], [((0, 0), (1, 0), "")]])
def test_the_edits_lead_from_the_first_text_to_the_last(
    text: str, rounds: list[list[tuple[tuple[int, int], tuple[int, int], str]]]
) -> None:
    first = source = SourceFile.from_text(text)
    table = PieceTable(first)
    for drawn in rounds:
        edits = _not_overlapping(source, drawn)
        table.apply(source, edits)
        source = source.apply(edits)
    told = list(table.edits())
    assert first.apply(told).text == source.text
    assert all(before.range.end < after.range.start for before, after in itertools.pairwise(told))


def test_text_that_stays_is_part_of_no_edit() -> None:
    first = SourceFile.from_text("one\ntwo\nthree\n")
    table = PieceTable(first)
    table.apply(first, [Edit(Range.of(0, 0, 0, 0), "zero\n"), Edit(Range.of(2, 0, 2, 5), "3")])
    second = SourceFile.from_text("zero\none\ntwo\n3\n")
    table.apply(second, [Edit(Range.of(3, 0, 3, 1), "drei"), Edit(Range.of(0, 0, 0, 4), "null")])
    assert list(table.edits()) == [Edit(Range.of(0, 0, 0, 0), "null\n"), Edit(Range.of(2, 0, 2, 5), "drei")]


def test_what_was_inserted_and_taken_away_again_leaves_no_edit() -> None:
    first = SourceFile.from_text("a\nb\n")
    table = PieceTable(first)
    table.apply(first, [Edit(Range.of(1, 0, 1, 0), "x\n")])
    table.apply(SourceFile.from_text("a\nx\nb\n"), [Edit(Range.of(1, 0, 2, 0), "")])
    assert list(table.edits()) == []


def test_an_empty_text_can_grow() -> None:
    first = SourceFile.from_text("")
    table = PieceTable(first)
    table.apply(first, [Edit(Range.of(0, 0, 0, 0), "a\n")])
    assert list(table.edits()) == [Edit(Range.of(0, 0, 0, 0), "a\n")]
