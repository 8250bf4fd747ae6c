"""What somebody does to a text: characters, lines, blocks, half brackets, and what no editor should ever send."""

from __future__ import annotations

import bisect
import itertools
import random
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias

from prodready.engine.finding import Edit, Position, Range

Step: TypeAlias = tuple[Edit, ...]
"""The edits of one change notification; each refers to the text that the one before it left."""

MOST_LINES: Final = 20_000
"""Lines up to which a text may grow by what is pasted."""

_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_WORD: Final = re.compile(r"[A-Za-z_]\w*")
_HALVES: Final = ("(", ")", "[", "]", "{", "}", '"', "'", '"""', "'''", "\\", "#", ":", ",", "f'{", "@", "`", "*")
_ODD: Final = (
    "\f", "\f\n", "\r", "\r\n", "\n\r", "\0", "\ud800", "\udc00", "\ud83d", "\ude00", "😀", "é", "\u2028", "\x85",
    "\ufeff", "\u202e", "\x1c", "\v", "\t", " \t", "\\\n", "\\\r\n", "ﬁ", "\U0010ffff", "\x1b",
)  # fmt: skip
_STATEMENTS: Final = (
    "import logging", "import logging as log", "from logging import getLogger as make", "import structlog as logging",
    "from .log import logger", "from . import *", "from x import *", "log = logging.getLogger(__name__)",
    "logger = logging.getLogger()", "logger = structlog.get_logger()", "logger = None", "logging = None",
    "logger: logging.Logger", "def logging(): pass", "self.log = logging.getLogger()", "session = requests.Session()",
    "session = open('x')", "session.close()", "import requests", "Session = sessionmaker(bind=engine)",
    "s = Session()", "return session", "yield session", "global logger", "nonlocal logger", "print('x')", "print = 1",
    "sys.stdout.write('x')", "traceback.print_exc()", "try:\n    x()\nexcept:\n    pass",
    "try:\n    x()\nexcept Exception as error:\n    print(error)", "except ValueError:\n    pass", "else:\n    pass",
    "finally:\n    session.close()", "with open('x') as session:\n    session.read()",
    "for session in made():\n    pass",
    "class Held:\n    def __enter__(self):\n        return self\n    def __exit__(self, *why):\n        self.close()",
    "def __exit__(self, *why):\n    self.close()", "def __enter__(self):\n    return self",
    "async def close(self): ...", "class Session(Held):\n    pass", "def main():\n    print('x')",
    "if __name__ == '__main__':\n    main()", "__all__ = ['session']", "@cached", "@cached(\n    1,\n)",
    "# prodready: ignore", "# prodready: ignore-file[OBS101]", "# prodready: ignore[OBS202] meant", "# noqa",
    "# ruff: noqa: T201", "x = input()", "atexit.register(main)", "match x:\n    case {'a': session}:\n        pass",
    "if (logger := made()): pass", "del logger", "pass", "x = (", '"""', "SQL = '''\nSELECT (\n'''",
    "lambda: (yield)", "async with a as b, c as d:\n    await b", "type X = int", 'x = f\'{a!r:>{width}} {"b"}\'',
    "<<<<<<< ours\n=======\n>>>>>>> theirs", "if x:", "def f(", "class A:", "x.",
)  # fmt: skip


@lru_cache(maxsize=4)
def line_starts(text: str) -> list[int]:
    """Return the offsets at which the lines of a text begin; the last one may be the text's end."""
    if "\r" in text:
        return [0, *(end.end() for end in _LINE_END.finditer(text))]
    lengths = (len(line) + 1 for line in text.split("\n"))
    return list(itertools.accumulate(lengths, initial=0))[:-1]


def position_at(text: str, starts: list[int], offset: int) -> Position:
    """Return the position of an offset, which is moved out of the middle of a line end."""
    if text[offset - 1 : offset + 1] == "\r\n":
        offset -= 1
    line = bisect.bisect_right(starts, offset) - 1
    return Position(line, offset - starts[line])


def offset_at(text: str, starts: list[int], position: Position) -> int:
    """Return the offset of a position, moved to the nearest that exists."""
    if position.line >= len(starts):
        return len(text)
    end = _LINE_END.search(text, starts[position.line])
    return min(starts[position.line] + position.column, len(text) if end is None else end.start())


def applied(text: str, edit: Edit) -> str:
    """Return a text after an edit: what the engine must agree with, worked out another way."""
    starts = line_starts(text)
    first, last = offset_at(text, starts, edit.range.start), offset_at(text, starts, edit.range.end)
    return text[:first] + edit.text + text[max(first, last) :]


def towards(text: str, wanted: str) -> Edit:
    """Return the one edit that makes `wanted` of `text`, of all between what both begin and end with."""
    front = _common(text, wanted)
    back = min(_common(text[::-1], wanted[::-1]), min(len(text), len(wanted)) - front)
    # An edit can begin or end on either side of a line end, not inside.
    if "\r\n" in (text[front - 1 : front + 1], wanted[front - 1 : front + 1]):
        front -= 1
    first, last = len(text) - back, len(wanted) - back
    if back and "\r\n" in (text[first - 1 : first + 1], wanted[last - 1 : last + 1]):
        back -= 1
    return _between(text, front, len(text) - back, wanted[front : len(wanted) - back])


def _common(left: str, right: str) -> int:
    """Return how many characters two texts begin with in common."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _between(text: str, first: int, last: int, new: str) -> Edit:
    starts = line_starts(text)
    start, end = position_at(text, starts, first), position_at(text, starts, last)
    return Edit(Range(start, end), new)


class Writer:
    """Thinks of the next thing to do to a text; the same random numbers give the same."""

    def __init__(self, chance: random.Random, other: str) -> None:
        self._chance = chance
        self._other = other
        self._acts: list[tuple[Callable[[str], Edit], int]] = [
            (self._characters, 10), (self._erase, 8), (self._word, 14), (self._statement, 16), (self._drop_lines, 6),
            (self._half, 8), (self._odd, 3), (self._indent, 4), (self._duplicate, 4), (self._comment, 4),
            (self._line_end, 3), (self._rarely, 1),
        ]  # fmt: skip

    def step(self, text: str) -> Step:
        """Return the next step on `text`."""
        draw = self._chance.random()
        if draw < 0.05:
            return self._move(text)
        if draw < 0.10:
            first = self._edit(text)
            return first, self._edit(applied(text, first))
        if draw < 0.45:
            return self._typed(text)
        return (self._edit(text),)

    def _edit(self, text: str) -> Edit:
        acts, weights = zip(*self._acts, strict=True)
        act: Callable[[str], Edit] = self._chance.choices(acts, weights)[0]
        return act(text)

    def _place(self, text: str) -> int:
        return self._chance.randint(0, len(text))

    def _lines(self, text: str, most: int) -> tuple[int, int]:
        """Return the offsets between which some whole lines stand, `most` at most."""
        starts = [*line_starts(text), len(text)]
        first = self._chance.randrange(len(starts))
        return starts[first], starts[min(len(starts) - 1, first + self._chance.randint(1, most))]

    def _indentation(self, text: str, offset: int) -> str:
        return re.compile(r"[ \t]*").match(text, offset).group()  # type: ignore[union-attr]  # matches nothing too

    def _characters(self, text: str) -> Edit:
        at = self._place(text)
        return _between(text, at, at, "".join(self._chance.choices("aex_01 .,=:\n", k=self._chance.randint(1, 3))))

    def _erase(self, text: str) -> Edit:
        at = self._place(text)
        return _between(text, at, min(len(text), at + self._chance.choice((1, 1, 1, 2, 5, 40))), "")

    def _word(self, text: str) -> Edit:
        """Rename one occurrence of a name to another name of the file."""
        found = _WORD.search(text, self._place(text))
        other = _WORD.search(text, self._place(text))
        if found is None or other is None:
            return self._statement(text)
        return _between(text, found.start(), found.end(), other.group())

    def _statement(self, text: str) -> Edit:
        at, _ = self._lines(text, 1)
        indent = self._indentation(text, at)
        lines = self._chance.choice(_STATEMENTS).split("\n")
        return _between(text, at, at, "".join(f"{indent}{line}\n" for line in lines))

    def _drop_lines(self, text: str) -> Edit:
        return _between(text, *self._lines(text, 5), "")

    def _half(self, text: str) -> Edit:
        at = self._place(text)
        return _between(text, at, at, self._chance.choice(_HALVES))

    def _odd(self, text: str) -> Edit:
        at = self._place(text) if self._chance.random() < 0.5 else self._lines(text, 1)[0]
        return _between(text, at, at, self._chance.choice(_ODD))

    def _indent(self, text: str) -> Edit:
        first, last = self._lines(text, 6)
        block = text[first:last]
        by = self._chance.choice(("    ", "\t", "  "))
        deeper = self._chance.random() < 0.5
        new = re.sub(r"(?m)^(?=.)", by, block) if deeper else re.sub(rf"(?m)^{by}", "", block)
        return _between(text, first, last, new)

    def _duplicate(self, text: str) -> Edit:
        first, last = self._lines(text, 12)
        to, _ = self._lines(text, 1)
        return _between(text, to, to, text[first:last])

    def _comment(self, text: str) -> Edit:
        first, last = self._lines(text, 4)
        return _between(text, first, last, re.sub(r"(?m)^(?=.)", "# ", text[first:last]))

    def _line_end(self, text: str) -> Edit:
        """Let a line, or all of some lines, end another way."""
        first, last = self._lines(text, self._chance.choice((1, 20)))
        end = self._chance.choice(("\r\n", "\r", "\n", ""))
        return _between(text, first, last, _LINE_END.sub(end, text[first:last]))

    def _rarely(self, text: str) -> Edit:
        """Paste up to a thousand lines of the file as it was, or take as many away, or replace everything."""
        first, last = self._lines(text, 1000)
        draw = self._chance.random()
        if draw < 0.3 or len(line_starts(text)) > MOST_LINES:
            return _between(text, first, last, "")
        if draw < 0.5:
            pasted, end = self._lines(self._other, 1000)
            return _between(text, first, first, self._other[pasted:end])
        return _between(text, 0, len(text), self._chance.choice(("", self._other, text.replace("\n", "\r\n"))))

    def _typed(self, text: str) -> Step:
        """Type a statement on a line of its own, key by key, while the server is busy: one notification of many."""
        whole = self._statement(text)
        line, column = whole.range.start.line, whole.range.start.column
        step: list[Edit] = []
        for key in whole.text:
            place = Position(line, column)
            step.append(Edit(Range(place, place), key))
            line, column = (line + 1, 0) if key == "\n" else (line, column + 1)
        return tuple(step)

    def _move(self, text: str) -> Step:
        """Cut some lines and put them in elsewhere."""
        first, last = self._lines(text, 20)
        block = text[first:last]
        without = _between(text, first, last, "")
        rest = applied(text, without)
        to, _ = self._lines(rest, 1)
        return without, _between(rest, to, to, block)
