"""Where a stretch of text leaves the tokenizer: inside a bracket, a string, or a continued line.

This is a scanner of just enough of Python's lexical structure (comments, strings, brackets, backslashes; see
"Lexical analysis" in the language reference) to decide how far text that does not parse may reach into what follows.
Quotes nested inside an f-string's braces (Python 3.12) are read as separate strings, which balances out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\#[^\r\n]*"""
    r"""|\"\"\"|'''"""
    r"""|"(?:\\(?:\r\n|.)|[^"\\\r\n])*"?"""
    r"""|'(?:\\(?:\r\n|.)|[^'\\\r\n])*'?"""
    r"""|[\[({]|[\])}]"""
    r"""|\\(?:\r\n|\r|\n)""",
    re.DOTALL,
)
_LONG_QUOTES = ('"""', "'''")
_CLOSE = {quote: re.compile(rf"(?:\\.|[^\\])*?{quote}", re.DOTALL) for quote in _LONG_QUOTES}
_COMMENT_OR_STRING = re.compile(
    r"""(?P<comment>\#[^\r\n]*)"""
    r"""|\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''"""
    r"""|"(?:\\(?:\r\n|.)|[^"\\\r\n])*"?"""
    r"""|'(?:\\(?:\r\n|.)|[^'\\\r\n])*'?""",
    re.DOTALL,
)


@dataclass(frozen=True)
class LexicalState:
    """What is still open: `depth` brackets, a triple `quote` (or None), a line `continued` by a backslash."""

    depth: int = 0
    quote: str | None = None
    continued: bool = False

    @property
    def is_open(self) -> bool:
        """Whether text that follows belongs to the same statement or string."""
        return self.depth > 0 or self.quote is not None or self.continued


CLEAN = LexicalState()


def comments(text: str) -> Iterator[re.Match[str]]:
    """Yield the comments of a text, its quotes skipped; a triple quote that is never closed is taken for none."""
    return (match for match in _COMMENT_OR_STRING.finditer(text) if match["comment"] is not None)


def without_comment(line: str) -> str:
    """Return a line without the comment at its end."""
    comment = next(comments(line), None)
    return line if comment is None else line[: comment.start()]


def long_strings(text: str) -> Iterator[int]:
    """Yield where strings in triple quotes begin that are closed within the text, its comments skipped."""
    return (match.start() for match in _COMMENT_OR_STRING.finditer(text) if match.group().startswith(_LONG_QUOTES))


def scan(text: str, state: LexicalState = CLEAN) -> LexicalState:
    """Return the state behind `text` when it begins in `state`. Takes time linear in the length of `text`."""
    depth, quote = state.depth, state.quote
    continued = False
    position = 0
    while True:
        if quote is not None:
            closing = _CLOSE[quote].match(text, position)
            if closing is None:
                return LexicalState(depth, quote)
            position, quote = closing.end(), None
        token = _TOKEN.search(text, position)
        if token is None:
            break
        position = token.end()
        mark = token.group()
        if mark in ('"""', "'''"):
            quote = mark
        elif mark in ("(", "[", "{"):
            depth += 1
        elif mark in (")", "]", "}"):
            depth = max(0, depth - 1)
        elif mark[0] in "\\\"'" and mark.endswith(("\\\n", "\\\r", "\\\r\n")):
            # A backslash at the end of a line continues it, inside a string too.
            continued = position == len(text)
    return LexicalState(depth, None, continued)
