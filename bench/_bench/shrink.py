"""Makes a failing run of edits small: fewer steps, a shorter text to begin with, less in each edit."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from _bench.strokes import Step
from prodready.engine.finding import Edit, Position, Range
from prodready.engine.source import split_lines

Item = TypeVar("Item")


@dataclass(frozen=True)
class Run:
    """A text and what was done to it."""

    text: str
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        """The run as Python, ready to be pasted into a test."""
        listed = "\n".join(
            "    (" + " ".join(f"edit({_pair(e.range.start)}, {_pair(e.range.end)}, {e.text!r})," for e in step) + "),"
            for step in self.steps
        )
        return f"TEXT = {self.text!r}\nSTEPS = [\n{listed}\n]"


def _pair(position: Position) -> tuple[int, int]:
    return position.line, position.column


def shrunk(run: Run, fails: Callable[[Run], bool], seconds: float) -> Run:
    """Return a smaller run that still fails, the smallest that is found within `seconds`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        smaller = next((each for each in _smaller(run, until) if fails(each)), None)
        if smaller is None:
            return run
        run = smaller
    return run


def _smaller(run: Run, until: float) -> Iterator[Run]:
    """Yield runs with something left out, the largest leaps first."""
    # One at a time: there are as many as the text has lines, and each is a copy of it.
    for candidate in itertools.chain(_fewer_steps(run), _shorter_text(run), _shorter_edits(run)):
        if time.monotonic() > until:
            return
        yield candidate


def _fewer_steps(run: Run) -> Iterator[Run]:
    for steps in _without(run.steps):
        yield replace(run, steps=tuple(steps))


def _shorter_text(run: Run) -> Iterator[Run]:
    lines = split_lines(run.text)
    for first, last in _chunks(len(lines)):
        text = "".join((*lines[:first], *lines[last:]))
        yield Run(text, tuple(tuple(_moved(edit, first, last) for edit in step) for step in run.steps))


def _shorter_edits(run: Run) -> Iterator[Run]:
    for number, step in enumerate(run.steps):
        for fewer in _without(step) if len(step) > 1 else ():
            yield replace(run, steps=(*run.steps[:number], tuple(fewer), *run.steps[number + 1 :]))
        for place, edit in enumerate(step):
            for text in _shorter(edit.text):
                new = (*step[:place], replace(edit, text=text), *step[place + 1 :])
                yield replace(run, steps=(*run.steps[:number], new, *run.steps[number + 1 :]))


def _shorter(text: str) -> Iterator[str]:
    lines = split_lines(text)
    if len(lines) > 1:
        yield from ("".join(fewer) for fewer in _without(lines))
    elif len(text) <= 200:
        yield from ("".join(fewer) for fewer in _without(text))


def _without(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for first, last in _chunks(len(items)):
        yield [*items[:first], *items[last:]]


def _chunks(count: int) -> Iterator[tuple[int, int]]:
    """Yield stretches of `count` things: halves, quarters, and so on down to single ones."""
    size = max(1, count // 2)
    while count:
        yield from ((first, min(count, first + size)) for first in range(0, count, size))
        if size == 1:
            return
        size //= 2


def _moved(edit: Edit, first: int, last: int) -> Edit:
    """Return an edit for a text that lacks lines `first` to `last`."""
    ends = (_up(place, first, last) for place in (edit.range.start, edit.range.end))
    return Edit(Range(*ends), edit.text)


def _up(place: Position, first: int, last: int) -> Position:
    if place.line < first:
        return place
    return Position(first, 0) if place.line < last else Position(place.line - (last - first), place.column)
