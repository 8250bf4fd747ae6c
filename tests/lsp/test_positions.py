"""Columns convert exactly in each encoding, for every kind of character, and never leave the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from prodready.engine.finding import Position, Range
from prodready.engine.source import SourceFile
from prodready.lsp.positions import PositionCodec

LINE = 'é = "e\u0301🎉文"'
"""One character of each width: two bytes, a combining accent, outside the BMP, three bytes."""

ENCODINGS = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
UNIT = {"utf-8": 1, "utf-16": 2, "utf-32": 4}


def length_in(encoding: str, text: str) -> int:
    return len(text.encode(ENCODINGS[encoding], "surrogatepass")) // UNIT[encoding]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("column", range(len(LINE) + 1))
def test_a_column_is_the_length_of_what_is_before_it(encoding: str, column: int) -> None:
    codec = PositionCodec(encoding)

    assert codec.units(LINE, column) == length_in(encoding, LINE[:column])
    assert codec.column(LINE, codec.units(LINE, column)) == column


@given(st.text(st.characters(exclude_characters="\r\n")), st.sampled_from(sorted(ENCODINGS)), st.data())
def test_any_column_survives_the_way_there_and_back(line: str, encoding: str, data: st.DataObject) -> None:
    column = data.draw(st.integers(0, len(line)))
    codec = PositionCodec(encoding)

    assert codec.column(line, codec.units(line, column)) == column


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_column_inside_a_character_moves_to_its_start(encoding: str) -> None:
    assert PositionCodec(encoding).column("🎉x", 1) == 0


def test_a_lone_surrogate_counts_as_one_unit_of_utf16_and_three_bytes() -> None:
    line = "\ud83d x"

    assert PositionCodec("utf-16").units(line, 1) == 1
    assert PositionCodec("utf-8").units(line, 1) == 3


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
def test_a_column_behind_the_end_is_the_end_of_the_line_without_its_line_end(encoding: str, end: str) -> None:
    source = SourceFile.from_text(f"{LINE}{end}")

    position = PositionCodec(encoding).position(source, types.Position(0, 999))

    assert position == Position(0, len(LINE))


def test_carriage_returns_alone_end_lines() -> None:
    source = SourceFile.from_text("a\r🎉b\rc")

    assert PositionCodec("utf-16").position(source, types.Position(1, 2)) == Position(1, 1)


@pytest.mark.parametrize("separator", ["\f", "\v", "\x85", "\u2028", "\u2029", "\x1c"])
def test_other_separators_do_not_end_lines(separator: str) -> None:
    source = SourceFile.from_text(f"a{separator}b\nc")

    assert PositionCodec("utf-32").position(source, types.Position(1, 0)) == Position(1, 0)
    assert source.line(0) == f"a{separator}b\n"


def test_a_line_behind_the_end_is_the_end_of_the_text() -> None:
    source = SourceFile.from_text("a\nbc")

    assert PositionCodec().position(source, types.Position(7, 3)) == Position(1, 2)


def test_a_range_with_its_ends_swapped_is_put_in_order() -> None:
    source = SourceFile.from_text("abc\n")

    found = PositionCodec().range(source, types.Range(types.Position(0, 3), types.Position(0, 1)))

    assert found == Range.of(0, 1, 0, 3)


def test_a_range_is_sent_in_the_units_of_the_client() -> None:
    source = SourceFile.from_text("x = 1\n🎉🎉x\n")

    assert PositionCodec("utf-16").json(source, Range.of(0, 4, 1, 2)) == {
        "start": {"line": 0, "character": 4},
        "end": {"line": 1, "character": 4},
    }
