"""The unified diff of one file, as `git apply` and `patch -p1` read it."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator

from prodready.report.excerpt import printable
from prodready.report.paint import Paint

_STYLES = {"---": "bold", "+++": "bold", "@@": "cyan", "-": "red", "+": "green"}


_UNSAFE = re.compile('[\x00-\x1f\x7f-\x9f"\\\\\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]')


def unified(path: str, before: str, after: str) -> str:
    """Return the diff of the file at `path`; a carriage return in front of a line feed is part of its line."""
    lines = difflib.unified_diff(_lines(before), _lines(after), _quoted(f"a/{path}"), _quoted(f"b/{path}"))
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def painted(diff: str, paint: Paint) -> Iterator[str]:
    """Yield the lines of a diff for people, without line ends; characters that would steer the terminal are shown."""
    for line in diff.removesuffix("\n").split("\n"):
        style = next((style for mark, style in _STYLES.items() if line.startswith(mark)), "")
        yield paint(printable(line.removesuffix("\r").expandtabs(4)), style)


def _quoted(name: str) -> str:
    """Write a name as git does: one with a line end in it would be taken for other lines of the patch."""
    if not _UNSAFE.search(name):
        return name
    octal = _UNSAFE.sub(lambda m: "".join(f"\\{byte:03o}" for byte in os.fsencode(m.group())), name)
    return f'"{octal}"'


def _lines(text: str) -> list[str]:
    """Split at line feeds only, which is what a patch knows as a line."""
    pieces = text.split("\n")
    lines = [piece + "\n" for piece in pieces[:-1]]
    return [*lines, pieces[-1]] if pieces[-1] else lines
