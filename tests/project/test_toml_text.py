"""Places in TOML: of any key or value, however it is written, in characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodready.engine.finding import Range
from prodready.engine.source import SourceFile
from prodready.project.toml_text import Places, TomlError, parse

TEXT = """\
# ü comment
"ä" = { b.c = [ 1, "é", [ 2 ] ], 'd e' = 3 } # more
[one . "t\\u0077o"]
three.four = '''
text'''
[[list]]
x = 1
[[list]]
x = 2
[list.sub]
y = 3
"""


@pytest.mark.parametrize(
    ("where", "key", "value"),
    [
        (("ä",), '"ä"', "{ b.c = [ 1, \"é\", [ 2 ] ], 'd e' = 3 }"),
        (("ä", "b"), "b", "b"),
        (("ä", "b", "c"), "c", '[ 1, "é", [ 2 ] ]'),
        (("ä", "b", "c", 1), '"é"', '"é"'),
        (("ä", "b", "c", 2, 0), "2", "2"),
        (("ä", "d e"), "'d e'", "3"),
        (("one",), "one", "one"),
        (("one", "two"), '"t\\u0077o"', '"t\\u0077o"'),
        (("one", "two", "three", "four"), "four", "'''\ntext'''"),
        (("list", 1, "x"), "x", "2"),
        (("one", "gone"), "one", "one"),
    ],
)
def test_places(where: tuple[str | int, ...], key: str, value: str) -> None:
    """Keys and values are found through tables, dotted keys, quotes and lists."""
    source = SourceFile.from_text(TEXT)
    found = [Places(TEXT).find(where, on_key=on_key) for on_key in (True, False)]
    assert [source.slice(place) for place in found if place is not None] == [key, value]


def test_no_place() -> None:
    """What is nowhere has no place."""
    assert Places(TEXT).find(("gone",), on_key=True) is None
    assert Places("").find(("gone",), on_key=True) is None


def test_windows_line_ends() -> None:
    """Line ends of two characters do not move anything."""
    assert Places("# é\r\na = 'é'\r\nb = 'x'\r\n").find(("b",), on_key=False) == Range.of(2, 4, 2, 7)


KEYS = st.text(alphabet="ab-_ .\"'\\é\n", min_size=1, max_size=6)


@given(st.lists(KEYS, min_size=1, max_size=5, unique=True))
def test_any_key(keys: list[str]) -> None:
    """Whatever a key is, it is found where it was written."""
    escaped = [key.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for key in keys]
    text = "".join(f'"{key}" = {number}\n' for number, key in enumerate(escaped))
    assert parse(text) == {key: number for number, key in enumerate(keys)}
    source = SourceFile.from_text(text)
    for number, key in enumerate(keys):
        place = Places(text).find((key,), on_key=False)
        assert place is not None
        assert source.slice(place) == str(number)


def test_deep_nesting() -> None:
    """Nesting beyond what the parser can do is an error like others."""
    with pytest.raises(TomlError) as caught:
        parse("a = " + "[" * 100_000)
    assert caught.value.message
