"""Lines, positions, edits and columns of a text."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from prodready.engine.finding import Edit, Position, Range
from prodready.engine.source import SourceFile, byte_to_column, column_to_byte, split_lines

TEXTS = st.text(st.sampled_from("ab \t\r\n\f\v\x85\u2028é\U0001f389\ud800"), max_size=24)
POSITIONS = st.builds(Position, st.integers(-1, 9), st.integers(-1, 9))


def edit(start: tuple[int, int], end: tuple[int, int], text: str) -> Edit:
    return Edit(Range.of(*start, *end), text)


@pytest.mark.parametrize("character", ["\f", "\v", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_characters_that_only_python_strings_split_at_are_no_line_ends(character: str) -> None:
    assert split_lines(f"a{character}b\nc") == [f"a{character}b\n", "c"]


def test_lines_end_at_line_feed_carriage_return_and_both() -> None:
    assert split_lines("a\nb\r\nc\rd") == ["a\n", "b\r\n", "c\r", "d"]


def test_a_line_feed_before_a_carriage_return_makes_two_lines() -> None:
    assert split_lines("a\n\rb") == ["a\n", "\r", "b"]


def test_an_empty_text_has_no_lines() -> None:
    assert split_lines("") == []


@given(TEXTS)
def test_lines_joined_are_the_text(text: str) -> None:
    assert "".join(split_lines(text)) == text


@pytest.mark.parametrize(("text", "newline"), [("", "\n"), ("a", "\n"), ("a\r\nb\n", "\r\n"), ("a\rb", "\r")])
def test_the_line_end_of_a_file_is_that_of_its_first_line(text: str, newline: str) -> None:
    assert SourceFile.from_text(text).newline == newline


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("x = 1\n", "    "),
        ("if x:\n  y\n", "  "),
        ("if x:\n\ty\n", "\t"),
        ("   \n  # note\nif x:\n   y\n", "   "),
        ('"""Lists:\n  one\n"""\nx = f(a,\n      b)\nif x:\n\n    y\nif x:\n    y\n', "    "),
        ("if x:  # why\n  y\nelse:\n  if z:\n    y\n  for a in b:\n        y\n", "  "),
    ],
)
def test_the_unit_of_indentation_is_that_of_most_blocks(text: str, unit: str) -> None:
    assert SourceFile.from_text(text).indent_unit == unit


@pytest.mark.parametrize(
    ("position", "nearest"),
    [
        (Position(-1, 5), Position(0, 0)),
        (Position(0, -3), Position(0, 0)),
        (Position(0, 99), Position(0, 2)),
        (Position(1, 3), Position(1, 1)),
        (Position(2, 1), Position(2, 1)),
        (Position(9, 0), Position(2, 3)),
    ],
)
def test_a_position_outside_the_text_is_moved_to_the_nearest_one(position: Position, nearest: Position) -> None:
    assert SourceFile.from_text("ab\nc\r\ndef").clamp(position) == nearest


def test_the_end_of_a_text_with_a_last_line_end_is_the_next_line() -> None:
    assert SourceFile.from_text("a\n").end == Position(1, 0)
    assert SourceFile.from_text("a\nbc").end == Position(1, 2)
    assert SourceFile.from_text("").end == Position(0, 0)


def test_a_slice_keeps_the_line_ends_inside_it() -> None:
    source = SourceFile.from_text("abc\r\nde\rf")
    assert source.slice(Range.of(0, 1, 2, 1)) == "bc\r\nde\rf"
    assert source.slice(Range.of(1, 0, 1, 1)) == "d"


def test_an_edit_replaces_one_stretch_and_says_which_lines_changed() -> None:
    after, change = SourceFile.from_text("a\nb\nc\n").edit(edit((1, 0), (1, 1), "x\ny"))
    assert after.text == "a\nx\ny\nc\n"
    assert (change.first, change.last, change.count, change.delta) == (1, 2, 2, 1)


def test_a_line_feed_typed_behind_a_carriage_return_makes_one_line_end() -> None:
    after, _ = SourceFile.from_text("a\rb").edit(edit((1, 0), (1, 0), "\n"))
    assert list(after.lines) == ["a\r\n", "b"]


def test_deleting_what_stands_between_makes_one_line_end_of_two() -> None:
    after, change = SourceFile.from_text("a\rxy\nb").edit(edit((1, 0), (1, 2), ""))
    assert list(after.lines) == ["a\r\n", "b"]
    assert (change.first, change.last, change.count) == (0, 2, 1)


def test_a_carriage_return_typed_at_the_end_of_a_line_joins_with_its_line_feed() -> None:
    after, _ = SourceFile.from_text("a\nb").edit(edit((0, 1), (0, 1), "\r"))
    assert list(after.lines) == ["a\r\n", "b"]


def test_a_range_that_ends_behind_the_line_stops_before_its_line_end() -> None:
    after, _ = SourceFile.from_text("a\r\nb").edit(edit((0, 0), (0, 7), "x"))
    assert after.text == "x\r\nb"


@given(TEXTS, POSITIONS, POSITIONS, TEXTS)
@example("a\rb", Position(1, 0), Position(1, 0), "\n")
def test_an_edit_gives_the_same_lines_as_splitting_the_new_text(
    text: str, one: Position, other: Position, new: str
) -> None:
    source = SourceFile.from_text(text)
    start, end = sorted((source.clamp(one), source.clamp(other)))
    expected = text[: _offset(source, start)] + new + text[_offset(source, end) :]
    after, change = source.edit(Edit(Range(start, end), new))
    assert list(after.lines) == split_lines(expected)
    assert list(after.lines[: change.first]) == list(source.lines[: change.first])
    assert list(after.lines[change.first + change.count :]) == list(source.lines[change.last :])


def _offset(source: SourceFile, position: Position) -> int:
    return sum(len(line) for line in source.lines[: position.line]) + position.column


def test_edits_apply_together_whatever_their_order() -> None:
    source = SourceFile.from_text("one two three\n")
    edits = [edit((0, 8), (0, 13), "3"), edit((0, 0), (0, 3), "1"), edit((0, 4), (0, 7), "2")]
    assert source.apply(edits).text == "1 2 3\n"


def test_insertions_at_one_place_come_in_the_order_given() -> None:
    source = SourceFile.from_text("x")
    assert source.apply([edit((0, 0), (0, 0), "a"), edit((0, 0), (0, 0), "b")]).text == "abx"


def test_edits_that_touch_do_not_overlap() -> None:
    source = SourceFile.from_text("abcd")
    assert source.apply([edit((0, 0), (0, 2), "1"), edit((0, 2), (0, 4), "2")]).text == "12"


def test_a_line_end_inserted_between_two_lines_does_not_move_the_other_edits() -> None:
    source = SourceFile.from_text("a\rb")
    assert source.apply([edit((0, 0), (1, 0), "x\n"), edit((1, 0), (1, 0), "\n")]).text == "x\n\nb"


def test_edits_that_overlap_are_refused() -> None:
    source = SourceFile.from_text("abcd\n")
    with pytest.raises(ValueError, match="overlap at line 1"):
        source.apply([edit((0, 0), (0, 3), ""), edit((0, 2), (0, 4), "")])


@pytest.mark.parametrize(
    ("line", "byte", "column"),
    [
        ("abc", 2, 2),
        ("é = x", 2, 1),
        ("'🎉' + x", 6, 3),
        ("e\u0301x", 3, 2),
        ("\ud800x", 3, 1),
        ("日本 = 1", 6, 2),
    ],
)
def test_bytes_and_characters_convert_both_ways(line: str, byte: int, column: int) -> None:
    assert byte_to_column(line, byte) == column
    assert column_to_byte(line, column) == byte


def test_a_byte_offset_behind_the_line_is_the_lines_end() -> None:
    assert byte_to_column("abc", 99) == 3
    assert byte_to_column("é", 99) == 1


@given(st.text(max_size=12), st.integers(0, 12))
def test_converting_a_column_to_bytes_and_back_gives_the_column(line: str, column: int) -> None:
    column = min(column, len(line))
    assert byte_to_column(line, column_to_byte(line, column)) == column
