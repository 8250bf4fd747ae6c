"""What a fuzzer begins with: real files, fixtures, and messages, so that it need not find Python by chance."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from _bench.projects import projects
from _dev.places import ROOT
from tests.lsp.junk import PARAMS

_FILES: Final = 100
_MOST: Final = 1000
"""Bytes of a seed: what is longer is slow, and shows no more."""
_PRINTED: Final = re.compile(rb"print\((.*)\)\s*$", re.MULTILINE)
_CODE: Final = re.compile(r"```python[^\n]*\n(.*?)```", re.DOTALL)


def seeds(target: str) -> Iterator[bytes]:
    """Yield the first inputs of a target."""
    if target == "wire":
        yield from _messages()
    elif target == "config":
        yield from _configurations()
    elif target == "template":
        yield from (text for code in (*_fixtures(), *_real()) for text in _PRINTED.findall(code))
        yield from (b"f'{a}'", b"f'{a!r:>10} {b:02d}%'", b"'a', b, c", b"'%s: %r' % (a, b)", b"'{}'.format(a)")
    else:
        yield from (code[:_MOST] for code in (*_fixtures(), *_real()))


def dictionary(target: str) -> list[str]:
    """Return words that an input of a target is made of."""
    if target == "wire":
        return [*PARAMS, '"jsonrpc":"2.0"', '"id":', '"method":', '"params":', "Content-Length: ", "\\x0d\\x0a"]
    words = ("print(", "except:", "try:", "    ", "\\x0a", "\\x0d", "\\x0c", "'''", "logger.", "import logging\\x0a")
    more = (
        "# prodready: ignore[OBS101]",
        "# noqa: T201",
        "elif x:",
        "else:",
        "def f(x):",
        "class A:",
        "open(",
        "with ",
    )
    return [
        *words,
        *more,
        "async ",
        "lambda: ",
        "match x:",
        "case _:",
        "f'{x}'",
        "{!r:>3}",
        "%s",
        "\\xf0\\x9f\\x8e\\x89",
    ]


def _fixtures() -> Iterator[bytes]:
    for page in sorted((ROOT / "tests" / "rules").glob("*.md")):
        yield from (code.encode() for code in _CODE.findall(page.read_text(encoding="utf-8")))


def _real() -> Iterator[bytes]:
    files = [project.path(path) for project in projects([]) for path in project.files()]
    random.Random(1).shuffle(files)  # noqa: S311  # repeatable on purpose
    yield from islice((code for path in files if (code := _beginning(path))), _FILES)


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MOST)


def _messages() -> Iterator[bytes]:
    for method, params in PARAMS.items():
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        body = json.dumps(message).encode()
        yield b"\xff" + body + b"\n" + json.dumps({**message, "id": "two"}).encode()
        yield b"\x00Content-Length: %d\r\n\r\n%b" % (len(body), body)
    yield b'\xff{"jsonrpc":"2.0","id":"prodready 1","result":null}'


def _configurations() -> Iterator[bytes]:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    yield from (code.encode() for code in re.findall(r"```toml\n(.*?)```", page, re.DOTALL))
    yield b'select = ["OBS"]\n[severity]\nOBS101 = "error"\n[[per-path]]\npaths = ["tests/**"]\nrole = "test"\n'
