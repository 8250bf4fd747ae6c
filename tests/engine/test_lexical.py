"""Where a stretch of text leaves the tokenizer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodready.engine.lexical import CLEAN, LexicalState, long_strings, scan, without_comment


@pytest.mark.parametrize(
    ("text", "state"),
    [
        pytest.param("", CLEAN, id="nothing"),
        pytest.param("x = f(1)\n", CLEAN, id="a closed bracket"),
        pytest.param("x = f([{\n", LexicalState(depth=3), id="three open brackets"),
        pytest.param(")\n", CLEAN, id="one bracket too many closes nothing"),
        pytest.param("x = '''\n", LexicalState(quote="'''"), id="an open string of three quotes"),
        pytest.param('f("""a\n', LexicalState(depth=1, quote='"""'), id="a string open in a bracket"),
        pytest.param("x = '''a\\''' b'''\n", CLEAN, id="an escaped quote does not close"),
        pytest.param("x = '(' # (\n", CLEAN, id="brackets in strings and comments do not count"),
        pytest.param("x = 'it\n", CLEAN, id="a single-quoted string ends with its line"),
        pytest.param("x = \"a'''b\"\n", CLEAN, id="quotes within other quotes do not count"),
        pytest.param("# it's '''\n", CLEAN, id="quotes in comments do not count"),
        pytest.param("x = 1 + \\\n", LexicalState(continued=True), id="a line that is continued"),
        pytest.param("x = 1 + \\\r\n", LexicalState(continued=True), id="a continued line with a Windows end"),
        pytest.param("x = 1 + \\\n2\n", CLEAN, id="a continued line that came to its end"),
        pytest.param("x = 'a\\\n", LexicalState(continued=True), id="a string that is continued on the next line"),
        pytest.param("x = 'a\\\r\n", LexicalState(continued=True), id="the same with a Windows end"),
        pytest.param("# not continued \\\n", CLEAN, id="a backslash in a comment continues nothing"),
        pytest.param("x = r'\\d' + (\n", LexicalState(depth=1), id="a raw string"),
        pytest.param('f"{x["a"]}"\n', CLEAN, id="quotes nested in the braces of an f-string"),
    ],
)
def test_scanning_tells_what_is_still_open(text: str, state: LexicalState) -> None:
    assert scan(text) == state
    assert state.is_open is (state != CLEAN)


def test_scanning_goes_on_from_where_other_text_ended() -> None:
    opened = scan("x = f('''a\n")
    assert scan("b''', (\n", opened) == LexicalState(depth=2)
    assert scan("b''', 1)\n", opened) == CLEAN


@given(st.lists(st.sampled_from(["'''", '"""', "(", ")", "x", "# c", " ", "'a'"]).map(lambda t: t + "\n"), max_size=9))
def test_scanning_line_by_line_gives_the_same_as_the_whole(lines: list[str]) -> None:
    state = CLEAN
    for line in lines:
        state = scan(line, state)
    assert state == scan("".join(lines))


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("x = 'a'\ny = \"b\"\n", [], id="short ones"),
        pytest.param("x = '''a\nb'''\ny = \"\"\"c\"\"\"\n", [4, 18], id="two"),
        pytest.param("# '''\nx = \"'''\"\n", [], id="quotes in a comment and in a string"),
        pytest.param("x = '''a\n", [], id="one that is not closed"),
    ],
)
def test_long_strings_are_found_where_they_begin(text: str, starts: list[int]) -> None:
    assert list(long_strings(text)) == starts


@pytest.mark.parametrize(
    ("line", "code"),
    [("x = 1  # a\n", "x = 1  "), ("x = '#'\n", "x = '#'\n"), ("# a\n", ""), ("x = 'it # a\n", "x = 'it # a\n")],
)
def test_a_line_without_its_comment(line: str, code: str) -> None:
    assert without_comment(line) == code
