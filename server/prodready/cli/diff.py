"""The unified diff of one file, as `git apply` and `patch -p1` read it."""

from __future__ import annotations

import difflib


def unified(path: str, before: str, after: str) -> str:
    """Return the diff of the file at `path`; a carriage return in front of a line feed is part of its line."""
    lines = difflib.unified_diff(_lines(before), _lines(after), f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    """Split at line feeds only, which is what a patch knows as a line."""
    pieces = text.split("\n")
    lines = [piece + "\n" for piece in pieces[:-1]]
    return [*lines, pieces[-1]] if pieces[-1] else lines
