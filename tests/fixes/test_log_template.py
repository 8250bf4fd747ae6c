"""How the text of a message is written: without its last line ends, and with what stands in front of a value."""

from __future__ import annotations

import sys

import pytest

from prodready.fixes.log_message import read_call
from prodready.fixes.log_template import Template, Text, _without_last_newlines


@pytest.mark.parametrize(
    ("raw", "left"),
    [
        (r"done\n", "done"),
        (r"done\n\n", "done"),
        ("done\n\\n\n", "done"),
        (r"a\\n", r"a\\n"),
        (r"a\\\n", r"a\\"),
        ("a\\\\\n", "a\\\\"),
        ("joined \\\n", "joined \\\n"),
        (r"\n", ""),
        ("n", "n"),
        ("", ""),
    ],
)
def test_line_ends_at_the_end_of_a_message_are_left_out(raw: str, left: str) -> None:
    assert _without_last_newlines(raw) == left


def test_the_last_line_end_of_raw_text_stays_where_a_backslash_stands_in_front_of_it() -> None:
    raw = Text("a\\\n", '"""', is_raw=True)
    assert Template((raw,)).trimmed().pieces == (raw,)
    assert Template((Text("a\n", '"""', is_raw=True),)).trimmed().pieces == (Text("a", '"""', is_raw=True),)


def _rendered(code: str) -> tuple[str, list[str]]:
    return read_call(code).template.rendered("stdlib", '"', "event")


def test_a_backslash_does_not_make_an_escape_of_the_name_that_a_value_is_printed_with() -> None:
    assert _rendered(r'print(f"\{n=} left")') == (r'"\\n=%r left"', ["n"])


@pytest.mark.skipif(sys.version_info < (3, 12), reason="no braces could hold this before")
def test_code_that_a_value_is_printed_with_stays_as_it_was_written() -> None:
    assert _rendered(r"""print(f"{'\n'=}")""") == (r'''"'\\n'=%r"''', [r"'\n'"])
    assert _rendered("""print(f"{n["a"]=}")""") == (r'''"n[\"a\"]=%r"''', ['n["a"]'])
