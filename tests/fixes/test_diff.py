"""Minimal edits between two texts: only what differs is replaced, and no line end is parted."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from prodready.engine.finding import Edit, Range
from prodready.engine.source import SourceFile
from prodready.fixes.diff import minimal_edits

LINES = st.lists(
    st.tuples(st.sampled_from(["", "    ", "\t"]), st.sampled_from(["a", "b", "é🎉", "x = 1", "\f", ""])).map("".join),
    max_size=6,
)
TEXTS = st.tuples(LINES, st.sampled_from(["\n", "\r\n", "\r"]), st.booleans()).map(
    lambda parts: parts[1].join(parts[0]) + parts[1] * parts[2]
)
MIXED = st.text(st.sampled_from("ab \t\r\n\fé\U0001f389"), max_size=20)


def edit(start: tuple[int, int], end: tuple[int, int], text: str) -> Edit:
    return Edit(Range.of(*start, *end), text)


@given(TEXTS, TEXTS)
@example("a\r\n", "b\r\n")
@example("x\r\ny\r\n", "x\ny\n")
def test_applying_the_edits_gives_the_new_text(old: str, new: str) -> None:
    assert SourceFile.from_text(old).apply(minimal_edits(0, old, new)).text == new


@given(MIXED, MIXED)
def test_applying_the_edits_gives_the_new_text_with_line_ends_of_all_kinds(old: str, new: str) -> None:
    assert SourceFile.from_text(old).apply(minimal_edits(0, old, new)).text == new


@given(MIXED, MIXED)
def test_edits_begin_and_end_at_positions_that_exist(old: str, new: str) -> None:
    source = SourceFile.from_text(old)
    for each in minimal_edits(0, old, new):
        assert source.clamp(each.range.start) == each.range.start
        assert source.clamp(each.range.end) == each.range.end


@given(TEXTS)
def test_equal_texts_need_no_edit(text: str) -> None:
    assert minimal_edits(0, text, text) == []


def test_one_word_in_a_line_is_all_that_is_replaced() -> None:
    assert minimal_edits(0, "x = open(p)\n", "x = shut(p)\n") == [edit((0, 4), (0, 8), "shut")]


def test_letters_that_both_words_share_stay_outside() -> None:
    assert minimal_edits(0, "log.error(x)\n", "log.exception(x)\n") == [edit((0, 5), (0, 9), "xception")]


def test_lines_count_from_the_first_line_that_is_given() -> None:
    assert minimal_edits(7, "a\nb\n", "a\nc\n") == [edit((8, 0), (8, 1), "c")]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_moving_a_block_to_the_right_only_inserts_white_space(newline: str) -> None:
    old = newline.join(["x = f()", "try:", "    use(x)", ""])
    new = newline.join(["with f() as x:", "    try:", "        use(x)", ""])
    edits = minimal_edits(0, old, new)
    assert SourceFile.from_text(old).apply(edits).text == new
    assert edits[1:] == [edit((1, 0), (1, 0), "    "), edit((2, 4), (2, 4), "    ")]


def test_deleted_lines_are_one_edit_and_their_neighbours_none() -> None:
    assert minimal_edits(0, "a\nb\nc\nd\n", "a\nd\n") == [edit((1, 0), (3, 0), "")]


def test_a_change_before_a_windows_line_end_leaves_the_line_end_alone() -> None:
    assert minimal_edits(0, "a\r\n", "b\r\n") == [edit((0, 0), (0, 1), "b")]


def test_a_new_line_end_replaces_the_old_one_as_a_whole() -> None:
    assert minimal_edits(0, "a\r\n", "a\n") == [edit((0, 1), (1, 0), "\n")]


def test_columns_are_characters_not_bytes() -> None:
    assert minimal_edits(0, "'🎉é' + a\n", "'🎉é' + b\n") == [edit((0, 7), (0, 8), "b")]
