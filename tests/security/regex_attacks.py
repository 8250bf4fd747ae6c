"""Texts that make a regular expression backtrack: found in its structure, then tried, with their steps counted.

An expression takes more than linear time on some text exactly when there are two places P and Q in it, and a word that
leads from P to P, from P to Q, and from Q to Q: repeating that word, each turn is one more chance to go over. It takes
exponential time when a word leads from P to P in two ways. (Weideman and others, "Analyzing matching time behavior of
backtracking regular expression matchers", 2016.) Words that do are looked for here. Whether `re` then really has to try
all ways depends on what follows, so each word is repeated, with several ends, and the steps of the match are counted.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.security.regex_program import (
    LINE_FEED,
    Holds,
    Matcher,
    Program,
    TooManyStepsError,
    holds_at,
    is_word,
    numbers,
)

SEARCHING = -1
"""The place of an expression that is searched for, before its match begins."""
BEFORE = -2
"""The place before the first character of a match that must begin here."""
TURNS = 60
MOST_STEPS = 400_000
MOST_GROWTH = 2.6
"""How many times as many steps twice the text may take. Linear is 2, quadratic comes close to 4."""
_SAMPLES = "aZ0_ \t\n\r.\x0c\xe9\u2028-=:#\"'\\([{}])"


@dataclass(frozen=True)
class Attack:
    """A text, and how many steps it takes with `TURNS` repetitions and with twice as many."""

    text: str
    once: int
    twice: int


@dataclass
class _Node:
    """A step of a program whose inner programs were written into it."""

    ways: list[int]
    chars: Holds | None = None
    at: Any = None


class Ways:
    """The ways through a program, character by character. A place is a node that has just taken a character."""

    def __init__(self, program: Program, *, anywhere: bool) -> None:
        self.nodes: list[_Node] = []
        self.anywhere = anywhere
        self.first = self._add(program, None)
        self.alphabet = self._alphabet()
        self._known: dict[tuple[int, int | None, int], tuple[int, ...]] = {}

    def _add(self, program: Program, leave: int | None) -> int:
        """Write a program into the nodes; its end leads to the node `leave`, if there is one."""
        base = len(self.nodes)
        self.nodes.extend(_Node([base + way for way in step.ways], step.chars, step.at) for step in program.steps)
        if leave is not None:
            self.nodes[base + program.end].ways.append(leave)
        for number, step in enumerate(program.steps):
            if step.look is not None:
                self.nodes[base + number].ways.append(self._add(step.look, None))
            if step.whole is not None:
                self.nodes[base + number].ways = [self._add(step.whole, base + number + 1)]
        return base

    def _alphabet(self) -> list[int]:
        """Return one character of each kind that the expression tells from others."""
        sets = [node.chars for node in self.nodes if node.chars is not None]
        named = [c for c in range(0x250) if any(holds(c) for holds in sets)]
        kinds: dict[tuple[bool, ...], int] = {}
        for char in [*map(ord, _SAMPLES), *named, 0x3B1, 0xD800]:
            kinds.setdefault((is_word(char), char == LINE_FEED, *(holds(char) for holds in sets)), char)
        return list(kinds.values())

    def after(self, place: int, last: int | None, char: int) -> tuple[int, ...]:
        """Return the places after one more character, each as often as there are ways to it."""
        kind = None if last is None else LINE_FEED if last == LINE_FEED else ord("a" if is_word(last) else " ")
        if (place, kind, char) not in self._known:
            self._known[place, kind, char] = tuple(self._after(place, kind, char))
        return self._known[place, kind, char]

    def _after(self, place: int, last: int | None, char: int) -> Iterator[int]:
        if place == SEARCHING:
            yield SEARCHING
        for start in [self.first] if place in (SEARCHING, BEFORE) else self.nodes[place].ways:
            yield from self._entered(start, last, char, ())

    def _entered(self, number: int, last: int | None, char: int, on_the_way: tuple[int, ...]) -> Iterator[int]:
        node = self.nodes[number]
        if on_the_way.count(number) > 1:  # a loop in a loop is come through twice, and that is the point
            return
        if node.chars is not None:
            if node.chars(char):
                yield number
        elif node.at is None or holds_at(node.at, last, char):
            for way in node.ways:
                yield from self._entered(way, last, char, (*on_the_way, number))

    def start(self) -> int:
        return SEARCHING if self.anywhere else BEFORE

    def takes(self, place: int, char: int) -> bool:
        """Tell whether a character may be the one that led to a place."""
        chars = None if place < 0 else self.nodes[place].chars
        return chars is None or chars(char)

    def reached(self) -> dict[int, str]:
        """Return the places that can be reached, each with a shortest text that leads there."""
        found = {self.start(): ""}
        waiting = deque([(self.start(), "")])
        while waiting:
            place, text = waiting.popleft()
            for char in self.alphabet:
                for next_place in self.after(place, ord(text[-1]) if text else None, char):
                    if next_place not in found:
                        found[next_place] = text + chr(char)
                        waiting.append((next_place, found[next_place]))
        return found


def words(ways: Ways) -> Iterator[tuple[str, str]]:
    """Yield what leads to a place, with a word whose repetition gives more and more ways."""
    reached = ways.reached()
    onward = _onward(ways, reached)
    turning = [place for place in reached if place in onward[place]]
    for p in turning:
        for q in turning:
            if p != q and q in onward[p]:
                inside = [{x for x in onward[a] if b in onward[x]} for a, b in ((p, p), (p, q), (q, q))]
                word = _word(ways, (p, p, q), (p, q, q), inside)
                if word is not None:
                    yield reached[p], word
        word = _two_ways(ways, p, {x for x in onward[p] if p in onward[x]})
        if word is not None:
            yield reached[p], word


def _onward(ways: Ways, reached: Iterable[int]) -> dict[int, set[int]]:
    """Return the places that can be reached from each place, by one character or more."""
    lasts = [LINE_FEED, ord("a"), ord(" ")]
    beside = {p: {n for last in lasts for char in ways.alphabet for n in ways.after(p, last, char)} for p in reached}
    return {place: _closed(beside[place], beside) for place in beside}


def _closed(start: set[int], beside: Mapping[int, set[int]]) -> set[int]:
    found, waiting = set(start), list(start)
    while waiting:
        news = beside[waiting.pop()] - found
        found |= news
        waiting.extend(news)
    return found


def _word(ways: Ways, start: tuple[int, ...], goal: tuple[int, ...], inside: Sequence[set[int]]) -> str | None:
    """Return a shortest word that leads from each place of `start` to that of `goal`."""
    allowed = [places | {end} for places, end in zip(inside, goal, strict=True)]

    def follow(state: tuple[int, ...], last: int, char: int) -> Iterator[tuple[int, ...]]:
        options = [set(ways.after(place, last, char)) & kept for place, kept in zip(state, allowed, strict=True)]
        for a in options[0]:
            for b in options[1]:
                yield from ((a, b, c) for c in options[2])

    return _found(ways, start, goal, follow)


def _two_ways(ways: Ways, place: int, inside: set[int]) -> str | None:
    """Return a word that leads from a place to itself in two ways."""

    def follow(state: tuple[int, ...], last: int, char: int) -> Iterator[tuple[int, ...]]:
        one, other, apart = state
        firsts = [n for n in ways.after(one, last, char) if n in inside]
        seconds = [n for n in ways.after(other, last, char) if n in inside]
        for i, a in enumerate(firsts):
            for j, b in enumerate(seconds):
                differs = a != b or (one == other and i != j)
                yield (a, b, int(apart or differs))

    return _found(ways, (place, place, 0), (place, place, 1), follow)


_Follow = Callable[[tuple[int, ...], int, int], Iterator[tuple[int, ...]]]


def _found(ways: Ways, start: tuple[int, ...], goal: tuple[int, ...], follow: _Follow) -> str | None:
    begins = [char for char in ways.alphabet if all(ways.takes(p, char) for p in start[:2])]
    seen = {(start, char) for char in begins}
    waiting = deque((start, char, "") for char in begins)
    while waiting:
        state, last, word = waiting.popleft()
        for char in ways.alphabet:
            for after in follow(state, last, char):
                if after == goal:
                    return word + chr(char)
                if (after, char) not in seen:
                    seen.add((after, char))
                    waiting.append((after, char, word + chr(char)))
    return None


def attack(pattern: re.Pattern[Any], *, anywhere: bool) -> Attack | None:
    """Return a text on which an expression takes more than linear time, None when there is none.

    `anywhere` says that it is searched for, again and again until the text ends; else it is matched at one place.
    """
    program = Program.of(pattern)
    ways = Ways(program, anywhere=anywhere)
    for lead, word in dict.fromkeys(words(ways)):
        for end in ("", *map(chr, ways.alphabet)):
            once, twice = (_cost(program, lead + word * n + end, anywhere=anywhere) for n in (TURNS, 2 * TURNS))
            if twice > MOST_GROWTH * once or twice > MOST_STEPS:
                return Attack(f"{lead!r} + {word!r} * n + {end!r}", once, twice)
    return None


def _cost(program: Program, text: str, *, anywhere: bool) -> int:
    matcher, chars = Matcher(MOST_STEPS), numbers(text)
    try:
        if not anywhere:
            matcher.match(program, chars)
            return matcher.steps
        place = 0
        while place <= len(chars):
            end = matcher.match(program, chars, place)
            place = place + 1 if end is None or end == place else end
    except TooManyStepsError:
        return MOST_STEPS + 1
    return matcher.steps
