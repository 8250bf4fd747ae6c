"""The fuzzer's targets without the fuzzer: on code and messages like those that it begins with, and what it found."""

from __future__ import annotations

import pytest

from _fuzz.targets import TARGETS
from prodready.engine.suppression import Suppressions

PYTHON = (
    b"import logging\n\n\ndef f(x):\n    try:\n        print(f'{x} left')\n    except:\n        pass\n# noqa: T201\n"
)
INPUTS = {
    "nothing": b"",
    "code": PYTHON,
    "code that is edited": PYTHON + b"\x07x = (\x05\x10\x00\x02",
    "bytes that are no text": b"x = '\xff\xfe'\n\x00\r\r\n\x0c\xf0\x9f\x8e\x89",
    "a configuration": b'select = ["OBS"]\n[severity]\nOBS101 = "error"\n[[per-path]]\npaths = 3\n',
    "half a character": b"def f(path):\n    print(f't\xc7o {path}')\n    file = open('\xc7')\n    x = file.read()\n",
    "bytes beside text": b'", a, "b",     "-"-"',
    "a printed text": b"f'{a!r:>10} {b:02d}% {{}}', 'x%s'",
    "a printed text between digits": b"f'{a!r:>09}0{b:02d}%'",
    "a printed text with NUL, which no code can hold": b'f"{x:.2f} a={x}\x01\x00"',
    "a printed text over two lines": b"f'{a}'\r''",
    "a printed raw text with a backslash in front of a value": b'rf"\\{a}"',
    "a printed text with a backslash in front of a value": b'f"a={a!r} \\{a}"',
    "a backslash in front of a value that is printed with its name": b'f"\\{x=}"',
    "the name of a character that does not end, in a text in a text": b'f"]N{f"\\N{',
    "definitions in the brackets of definitions, thirty deep": b"def f[T: " * 30,
    "such definitions, with all that closes them": b"f" + b":def f[x:f" * 30 + b"]" * 30,
    "a printed text with half an escape, which is no code": b'f"\\x{a}"',
    "printed bytes of two literals": b'b""b""',
    "a message": b'\xff{"jsonrpc":"2.0","id":1,"method":"textDocument/hover","params":{}}\n{"id":[]}\nnull',
    "a stream": b"\x00Content-Length: 2\r\n\r\n{}Content-Length: x\r\n\r\n",
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", INPUTS)
def test_a_target_holds_for_any_input(target: str, name: str) -> None:
    TARGETS[target](INPUTS[name])


def test_a_target_notices_what_must_not_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("_fuzz.targets.suppressions", lambda lines, text: Suppressions({99: frozenset()}))
    with pytest.raises(AssertionError, match="a comment behind the end"):
        TARGETS["comments"](PYTHON)


def test_a_text_that_would_log_something_else_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("_fuzz.targets._value", lambda code: {"(f'{a} left')": "1 left", "a": 2}.get(code, "%s left"))
    with pytest.raises(AssertionError, match="logs '2 left' instead of '1 left'"):
        TARGETS["template"](b"f'{a} left'")
