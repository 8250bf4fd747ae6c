"""Globs as regular expressions that do not backtrack, made of those that pathspec writes.

Whoever wrote a `.gitignore` must not be able to stop us with `*a*a*a*a*b`. Where a glob leaves several choices, each
but the last is decided for good at the first place that fits. That finds a match whenever there is one: in a name, a
star can reach no further than the next slash, and what follows `/**/` has the more room the earlier it begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import Final

_ANYWHERE: Final = "^(?:.+/)?"
_BETWEEN: Final = "(?:/.+)?"
_STAR: Final = "[^/]*"
_DIRECTORY: Final = "(?P<ps_d>/)"
_ENDS: Final = (f"(?:{_DIRECTORY}|$)", _DIRECTORY, "/")
"""How pathspec lets an expression end: at a name's end, and with a slash for what lies in a directory."""
_TOKEN: Final = re.compile(r"(\[\^/\][*+]?|/)")


def without_backtracking(regex: str) -> str:
    """Return an expression that matches the same paths as `regex`, which pathspec has made of a glob.

    Its group `ps_d` is set for the same ones, too: for those that lie in a directory that the glob means.
    """
    end = next((end for end in _ENDS if regex.endswith(end)), None)
    if end is None or not regex.startswith("^"):
        return regex
    begin = _ANYWHERE if regex.startswith(_ANYWHERE) else "^"
    numbers = count()
    *chunks, last = regex[len(begin) : len(regex) - len(end)].split(_BETWEEN)
    if not chunks:
        return f"{begin}{_path(last, numbers)}{end}"
    written = [f"{_path(chunk, numbers)}(?=/)" for chunk in chunks]
    first = f"^{written[0]}" if begin == "^" else "^" + _decided(f"(?:.+?/)??{written[0]}", numbers)
    others = "".join(_decided(f"(?:/.+?)??{chunk}", numbers) for chunk in written[1:])
    ends = ("$", _DIRECTORY) if end == _ENDS[0] else (end,)
    return first + others + f"(?:{'|'.join(f'{_BETWEEN}{_path(last, numbers)}{each}' for each in ends)})"


def _path(chunk: str, numbers: Iterator[int]) -> str:
    """Return an expression for names between slashes with those names written anew that have several stars."""
    return "".join(_names(chunk, numbers))


def _names(chunk: str, numbers: Iterator[int]) -> Iterator[str]:
    pieces = [""]
    for part in _TOKEN.split(chunk):
        if part == _STAR:
            pieces.append("")
        elif part == "/":
            yield from (_starred(pieces, numbers), part)
            pieces = [""]
        else:
            pieces[-1] += part
    yield _starred(pieces, numbers)


def _starred(pieces: list[str], numbers: Iterator[int]) -> str:
    """Return the expression for one name: pieces with a star between any two."""
    if len(pieces) == 1:
        return pieces[0]
    first, *inner, last = pieces
    return first + "".join(_decided(f"[^/]*?{piece}", numbers) for piece in inner if piece) + _STAR + last


def _decided(regex: str, numbers: Iterator[int]) -> str:
    """Return an expression whose first match is not given up: an atomic group, which Python 3.10 does not have."""
    name = f"s{next(numbers)}"
    return f"(?=(?P<{name}>{regex}))(?P={name})"
