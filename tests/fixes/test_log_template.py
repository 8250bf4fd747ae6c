"""The last line ends of a message go, as they are written in a literal; what only looks like one stays."""

from __future__ import annotations

import pytest

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
