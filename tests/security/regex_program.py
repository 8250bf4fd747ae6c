"""A regular expression as a small program, and a backtracking matcher over it that counts its steps.

`re` cannot say how much work a match was, and time depends on the machine. The program has the choices of `re`, in its
order and without its shortcuts, so whatever takes many steps here backtracks there.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

if sys.version_info >= (3, 11):
    import re._constants as sre
    import re._parser as parser
else:
    import sre_constants as sre
    import sre_parse as parser

UNROLLED = 3
"""Repetitions beyond this are written as a loop: `x{2,200}` costs like `x{2,}`."""
LINE_FEED = 10
Holds = Callable[[int], bool]
"""Whether a character, given as its number, is one of a set."""
_POSSESSIVE = getattr(sre, "POSSESSIVE_REPEAT", None)
_ATOMIC = getattr(sre, "ATOMIC_GROUP", None)


@dataclass
class Step:
    """One instruction: `chars` takes a character, `ways` are where to go on, the preferred one first.

    `at` asserts something of the place, `look` (with `negated` and `behind`) of what lies around it, `whole` matches a
    group that is not tried in another way later, `loop` refuses to repeat without progress, which `enters` begins anew;
    the end has no way.
    """

    ways: list[int] = field(default_factory=list)
    chars: Holds | None = None
    at: Any = None
    look: Program | None = None
    negated: bool = False
    behind: bool = False
    whole: Program | None = None
    loop: int | None = None
    enters: int | None = None


class Program:
    """The steps of one expression; `loops` is how many loops have to remember where they began a turn."""

    def __init__(self, tree: Any, flags: int) -> None:
        self.steps: list[Step] = []
        self.loops = 0
        self.flags = flags
        self._sequence(tree, flags)
        self.end = self._add(Step())

    @classmethod
    def of(cls, pattern: re.Pattern[Any]) -> Program:
        """Write a compiled expression as a program."""
        return _program(pattern.pattern, pattern.flags)

    def _add(self, step: Step) -> int:
        self.steps.append(step)
        return len(self.steps) - 1

    def _next(self, **what: Any) -> None:
        """Add a step that goes on to the one behind it."""
        self._add(Step([len(self.steps) + 1], **what))

    def _sequence(self, tree: Any, flags: int) -> None:
        parts = list(tree)
        for (operation, argument), (before, looked) in zip(parts, [(None, None), *parts], strict=False):
            if operation is sre.GROUPREF and before is sre.ASSERT and looked[1][0][1][0] == argument:
                # What was looked at is taken as it is: an atomic group, for Pythons that have none.
                self.steps[-1] = Step([len(self.steps)], whole=self.steps[-1].look)
                continue
            self._one(operation, argument, flags)

    def _one(self, operation: Any, argument: Any, flags: int) -> None:
        if operation in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN):
            self._next(chars=_set_of(operation, argument, flags))
        elif operation is sre.AT:
            self._next(at=(argument, bool(flags & re.MULTILINE)))
        elif operation is sre.SUBPATTERN:
            _, added, removed, tree = argument
            self._sequence(tree, (flags | added) & ~removed)
        elif operation is sre.BRANCH:
            self._branch(argument[1], flags)
        elif operation in (sre.ASSERT, sre.ASSERT_NOT):
            direction, tree = argument
            self._next(look=Program(tree, flags), negated=operation is sre.ASSERT_NOT, behind=direction < 0)
        elif operation in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            self._repeat(*argument, flags, lazy=operation is sre.MIN_REPEAT)
        elif operation is not None and operation is _POSSESSIVE:
            self._next(whole=Program([(sre.MAX_REPEAT, argument)], flags))
        elif operation is not None and operation is _ATOMIC:
            self._next(whole=Program(argument, flags))
        else:
            raise NotImplementedError(f"{operation} in a regular expression: teach the matcher of this test about it")

    def _branch(self, trees: Sequence[Any], flags: int) -> None:
        choice = self._add(Step())
        ends = []
        for tree in trees:
            self.steps[choice].ways.append(len(self.steps))
            self._sequence(tree, flags)
            ends.append(self._add(Step()))
        for end in ends:
            self.steps[end].ways.append(len(self.steps))

    def _repeat(self, low: int, high: int, tree: Any, flags: int, *, lazy: bool) -> None:
        for _ in range(min(low, UNROLLED)):
            self._sequence(tree, flags)
        if high - low <= UNROLLED:
            optional = [self._optional(tree, flags) for _ in range(high - low)]
            self._leave(optional, lazy)
            return
        loop, self.loops = self.loops, self.loops + 1
        self._next(enters=loop)
        choice = self._add(Step([len(self.steps) + 1], loop=loop))
        self._sequence(tree, flags)
        self._add(Step([choice]))
        self._leave([choice], lazy)

    def _optional(self, tree: Any, flags: int) -> int:
        choice = self._add(Step([len(self.steps) + 1]))
        self._sequence(tree, flags)
        return choice

    def _leave(self, choices: Sequence[int], lazy: bool) -> None:
        """Let each choice go on behind all that was written by now."""
        for choice in choices:
            self.steps[choice].ways.insert(0 if lazy else 1, len(self.steps))


@cache
def _program(pattern: str | bytes, flags: int) -> Program:
    return Program(parser.parse(pattern, flags), flags)


def numbers(text: str | bytes) -> list[int]:
    """Return the characters of a text, or the bytes, as numbers."""
    return list(text) if isinstance(text, bytes) else [ord(char) for char in text]


class TooManyStepsError(Exception):
    """A match took more steps than it was allowed."""


class Matcher:
    """Matches a program, counting steps; gives up over `most` of them."""

    def __init__(self, most: int) -> None:
        self.steps = 0
        self._most = most

    def search(self, program: Program, text: Sequence[int]) -> int | None:
        """Return the end of the first match from any place on, None when there is none."""
        for start in range(len(text) + 1):
            end = self.match(program, text, start)
            if end is not None:
                return end
        return None

    def match(self, program: Program, text: Sequence[int], start: int = 0, *, end: int | None = None) -> int | None:
        """Return the end of the match at `start` (that ends at `end`, if given); None when there is none."""
        ways = [(0, start, (-1,) * program.loops)]
        while ways:
            number, place, turns = ways.pop()
            self.steps += 1
            if self.steps > self._most:
                raise TooManyStepsError
            step = program.steps[number]
            if number == program.end:
                if end is None or place == end:
                    return place
                continue
            after = self._taken(step, text, place)
            if after is None:
                continue
            open_ways = step.ways
            if step.enters is not None:
                turns = (*turns[: step.enters], -1, *turns[step.enters + 1 :])
            if step.loop is not None:
                if turns[step.loop] == place:
                    open_ways = [way for way in step.ways if way != number + 1]
                turns = (*turns[: step.loop], place, *turns[step.loop + 1 :])
            ways.extend((way, after, turns) for way in reversed(open_ways))
        return None

    def _taken(self, step: Step, text: Sequence[int], place: int) -> int | None:
        """Return the place after a step, None where it does not hold."""
        if step.chars is not None:
            return place + 1 if place < len(text) and step.chars(text[place]) else None
        if step.at is not None:
            before = text[place - 1] if place else None
            after = text[place] if place < len(text) else None
            last = place == len(text) - 1
            return place if holds_at(step.at, before, after, last=last) else None
        if step.whole is not None:
            return self.match(step.whole, text, place)
        if step.look is not None:
            starts = range(place, -1, -1) if step.behind else (place,)
            until = place if step.behind else None
            found = any(self.match(step.look, text, start, end=until) is not None for start in starts)
            return place if found != step.negated else None
        return place


def holds_at(at: Any, before: int | None, after: int | None, *, last: bool = False) -> bool:
    """Tell whether an anchor holds between two characters; None stands for the text's ends."""
    kind, multiline = at
    if kind in (sre.AT_BOUNDARY, sre.AT_NON_BOUNDARY):
        return (is_word(before) != is_word(after)) == (kind is sre.AT_BOUNDARY)
    if kind in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING):
        return before is None or (multiline and kind is sre.AT_BEGINNING and before == LINE_FEED)
    if kind is sre.AT_END_STRING:
        return after is None
    return after is None or (after == LINE_FEED and (multiline or last))


def is_word(char: int | None) -> bool:
    """Tell whether a character is one of words, as `\\w` does; None is the text's end."""
    return char is not None and (chr(char).isalnum() or char == ord("_"))


_CATEGORIES: dict[Any, Holds] = {
    sre.CATEGORY_DIGIT: lambda char: chr(char).isdigit(),
    sre.CATEGORY_SPACE: lambda char: chr(char).isspace(),
    sre.CATEGORY_WORD: is_word,
    sre.CATEGORY_NOT_DIGIT: lambda char: not chr(char).isdigit(),
    sre.CATEGORY_NOT_SPACE: lambda char: not chr(char).isspace(),
    sre.CATEGORY_NOT_WORD: lambda char: not is_word(char),
}


def _set_of(operation: Any, argument: Any, flags: int) -> Holds:
    if operation is sre.ANY:
        return (lambda _: True) if flags & re.DOTALL else (lambda char: char != LINE_FEED)
    if operation is sre.LITERAL:
        return _folded(lambda char: char == argument, flags)
    if operation is sre.NOT_LITERAL:
        same = _folded(lambda char: char == argument, flags)
        return lambda char: not same(char)
    negated = bool(argument) and argument[0][0] is sre.NEGATE
    parts = [_part(*each) for each in argument[negated:]]
    some = _folded(lambda char: any(part(char) for part in parts), flags)
    return (lambda char: not some(char)) if negated else some


def _part(operation: Any, argument: Any) -> Holds:
    if operation is sre.RANGE:
        low, high = argument
        return lambda char: low <= char <= high
    if operation is sre.CATEGORY:
        return _CATEGORIES[argument]
    return lambda char: bool(char == argument)


def _folded(holds: Holds, flags: int) -> Holds:
    if not flags & re.IGNORECASE:
        return holds
    return lambda char: any(holds(ord(c)) for c in {chr(char), chr(char).lower(), chr(char).upper()} if len(c) == 1)
