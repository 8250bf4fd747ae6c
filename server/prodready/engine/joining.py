"""Joins a broken segment that ends inside a bracket, a string or a continued line with those up to where it is closed.

A neighbour that parses alone is balanced, so it can never close a bracket that was opened before it; it can close a
string only if it holds that quote.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Sequence
from typing import Final

from prodready.engine.lexical import LexicalState, scan
from prodready.engine.parsing import SyntaxFault, parse_quickly
from prodready.engine.segments import Segment, cut, ends_with_decorator

_FAULT_OF: Final = operator.attrgetter("fault")


def joined(segments: Sequence[Segment]) -> Sequence[Segment]:
    """Return `segments` with what is open joined to what closes it, where the two parse together."""
    if not any(map(_FAULT_OF, segments)):
        return segments
    joiner = _Joiner(segments)
    while joiner.run():
        pass
    return joiner.segments


def whole_classes(segments: Sequence[Segment], first: int, last: int) -> tuple[int, int]:
    """Widen the stretch from index `first` to `last` so that no large class is cut."""
    while first > 0 and _same_owner(segments[first - 1], segments[first]):
        first -= 1
    while last + 1 < len(segments) and _same_owner(segments[last], segments[last + 1]):
        last += 1
    return first, last


def _same_owner(left: Segment, right: Segment) -> bool:
    return left.owner is not None and right.owner is left.owner


class _Joiner:
    """Joins segments in place. Text with thousands of open brackets is not searched from each: it is parsed whole."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = list(segments)
        self._steps = 1000 + 10 * len(segments)

    def run(self) -> bool:
        """Join what can be joined, from the first segment to the last; tell whether anything was."""
        changed = False
        index = self._broken_from(0)
        while index is not None and self._steps > 0:
            found = self._stretch_at(index)
            if found is None:
                index = self._broken_from(index + 1)
                continue
            first, last, pieces = found
            self.segments[first : last + 1] = pieces
            index = self._broken_from(first + len(pieces))
            changed = True
        return self._run_whole() if self._steps <= 0 else changed

    def _broken_from(self, index: int) -> int | None:
        """Return the index of the first broken segment from `index` on."""
        faults = map(_FAULT_OF, itertools.islice(self.segments, index, None))
        return next(itertools.compress(itertools.count(index), faults), None)

    def _run_whole(self) -> bool:
        lines = [line for s in self.segments for line in s.lines]
        body = parse_quickly("".join(lines))
        if not isinstance(body, SyntaxFault):
            self.segments = cut(lines, body)
        return False

    def _stretch_at(self, index: int) -> tuple[int, int, list[Segment]] | None:
        """Return the stretch around broken segment `index` that parses, and its new segments; None without one."""
        closing = self._closing_index(index)
        if closing is None:
            return None
        first, last = whole_classes(self.segments, index, closing)
        while True:
            lines = [line for s in self.segments[first : last + 1] for line in s.lines]
            body = parse_quickly("".join(lines))
            if not isinstance(body, SyntaxFault):
                return first, last, cut(lines, body)
            if last + 1 == len(self.segments) or not ends_with_decorator(lines):
                return None
            first, last = whole_classes(self.segments, first, last + 1)

    def _closing_index(self, index: int) -> int | None:
        """Return the index of the segment that closes what segment `index` leaves open; None if none does."""
        state = scan(self.segments[index].text)
        following = index
        while state.is_open and following + 1 < len(self.segments):
            following += 1
            segment = self.segments[following]
            if _can_close(segment, state):
                self._steps -= 1
                state = scan(segment.text, state)
        return None if state.is_open or following == index else following


def _can_close(segment: Segment, state: LexicalState) -> bool:
    if state.continued:
        return True
    if state.quote is not None:
        return state.quote in segment.text
    return segment.fault is not None
