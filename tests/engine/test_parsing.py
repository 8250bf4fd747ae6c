"""Texts that parse become statements, all others one fault at CPython's place."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodready.engine.finding import Range
from prodready.engine.parsing import SyntaxFault, end_line, parse, start_line
from prodready.engine.source import SourceFile

ANYTHING = st.text(st.sampled_from("ab01 \t\r\n\f\0()[]{}'\"\\:=,.#@é\U0001f389\ud800\ufeff"), max_size=40)


def fault(text: str) -> SyntaxFault:
    result = parse(text)
    assert isinstance(result, SyntaxFault)
    return result


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("x = (\n", "'(' was never closed", (0, 4, 0, 5)),
        ("def f(:\n    pass\n", "invalid syntax", (0, 6, 0, 7)),
        ("x = 'abc\n", "unterminated string literal", (0, 4, 0, 5)),
        ('"""abc\n', "unterminated triple-quoted string literal", (0, 0, 0, 1)),
        ("x = 1\n  y = 2\n", "unexpected indent", (1, 1, 1, 2)),
        ("foo(a, b))\n", "unmatched ')'", (0, 9, 0, 10)),
        ("print 'x'\n", "Missing parentheses in call to 'print'. Did you mean print(...)?", (0, 0, 0, 9)),
        ("x = 'é🎉' b\n", "invalid syntax", (0, 9, 0, 10)),
        ("a = 1\rb = (\r", "'(' was never closed", (1, 4, 1, 5)),
        ("\ufeffx = 1\n", "invalid non-printable character U+FEFF", (0, 0, 0, 1)),
        ("x = \ud800\n", "invalid character '\ufffd' (U+FFFD)", (0, 4, 0, 5)),
        ("x = 1 \\\n", "unexpected EOF while parsing", (0, 7, 0, 7)),
        ("x = 1 \\\r\n", "unexpected EOF while parsing", (0, 7, 0, 7)),
        ("x = 1\0\n", "the text contains a NUL character", (0, 5, 0, 6)),
        ("x = 1\n\0", "the text contains a NUL character", (1, 0, 1, 1)),
    ],
)
def test_a_fault_has_cpythons_message_and_place_in_characters(
    text: str, message: str, place: tuple[int, int, int, int]
) -> None:
    found = fault(text)
    assert found.message == message
    assert found.range == Range.of(*place)


def test_a_line_that_the_message_speaks_of_is_told_apart() -> None:
    found = fault("x = 1\nif x:\ny\n")
    assert found.message == "expected an indented block after 'if' statement"
    assert (found.range.start.line, found.opened_line) == (2, 1)


def test_a_bracket_of_the_wrong_kind_names_the_line_of_the_one_that_was_opened() -> None:
    found = fault("x = (1,\n2]\n")
    assert found.message == "closing parenthesis ']' does not match opening parenthesis '('"
    assert found.opened_line == 0


@pytest.mark.parametrize(
    "text", ["(" * 150 + ")" * 150, "x = " + "-" * 100_000 + "1\n", "x = 1" + "+1" * 100_000 + "\n"]
)
def test_nesting_that_is_too_deep_is_a_fault_or_parses(text: str) -> None:
    result = parse(text)
    assert isinstance(result, list) or "nested" in result.message or "too many" in result.message


def test_a_number_that_is_too_long_is_a_fault() -> None:
    assert fault("x = " + "1" * 5000 + "\n").message.startswith("Exceeds the limit")


def test_a_lone_surrogate_in_a_string_parses_and_moves_no_column() -> None:
    statements = parse("x = '\ud800'; y = 1\n")
    assert isinstance(statements, list)
    assert statements[1].col_offset == len("x = '\ufffd'; ".encode())


def test_warnings_of_the_parser_do_not_come_out() -> None:
    assert isinstance(parse("x = '\\d'\ny = 1 is 1\nassert (x, 'y')\n"), list)


@given(ANYTHING)
def test_no_text_raises_and_every_fault_lies_inside_the_text(text: str) -> None:
    result = parse(text)
    if isinstance(result, SyntaxFault):
        source = SourceFile.from_text(text)
        where = result.range
        assert where.start <= where.end
        assert source.clamp(where.start) == where.start
        assert result.message


def test_a_statement_begins_with_its_decorators_and_ends_with_its_last_line() -> None:
    (function,) = ast.parse("@a\n@b(\n  1)\ndef f():\n    pass\n").body
    assert (start_line(function), end_line(function)) == (1, 5)
