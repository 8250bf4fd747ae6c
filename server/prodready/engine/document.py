"""A text as a list of segments, and how an edit parses again only what it touched.

Text that does not parse alone can only become part of a valid file together with (a) the lines before it, when it
begins inside their statement; (b) the lines behind it, when it ends inside a bracket, a string or a continued line, or
with a decorator.
"""

from __future__ import annotations

import bisect
import itertools
import operator
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from prodready.engine.conflicts import marker
from prodready.engine.joining import joined, whole_classes
from prodready.engine.lexical import CLEAN, LexicalState, scan
from prodready.engine.parsing import SyntaxFault, parse_quickly
from prodready.engine.segments import (
    NO_SUCH_LEVEL,
    LeftClass,
    Segment,
    begins_definition,
    continues_statement,
    cut,
    cut_class_lines,
    cut_lines,
    cut_members,
    ends_with_decorator,
    first_code_line,
    indent_of,
    is_blank,
    leaves,
    opens_block,
    parse_head,
    parse_members,
    parse_run,
    statement_lines,
)
from prodready.engine.source import LineChange

MOST_FAULTS: Final = 200
"""Broken pieces that are told one by one: where there are more, the text is no code, and neighbours become one."""

_INDENTED_WRONG: Final = ("unexpected indent", NO_SUCH_LEVEL)
_NO_CLAUSE: Final = "expected 'except' or 'finally' block"
_LINES_OF: Final = operator.attrgetter("lines")


class Document:
    """An immutable list of segments whose concatenation is the text; `starts[i]` is the first line of segment `i`.

    `results` is a place for what is derived from all of them.
    """

    __slots__ = ("results", "segments", "starts")

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = segments
        self.results: dict[type, object] = {}
        self.starts = list(itertools.accumulate(map(len, map(_LINES_OF, segments)), initial=0))

    @classmethod
    def whole(cls, lines: Sequence[str]) -> Document:
        """Parse `lines` once, as one segment where they parse: for text that will not be edited."""
        body = parse_quickly("".join(lines))
        return cls(_recover(lines) if isinstance(body, SyntaxFault) else [Segment(lines, body)])

    @classmethod
    def open(cls, lines: Sequence[str]) -> Document:
        """Parse `lines` into small segments, ready for edits."""
        return cls(_parse_cut(lines))

    def index_at(self, line: int) -> int:
        """Return the index of the segment that holds 0-based `line`; the last one behind the end."""
        return max(0, min(bisect.bisect_right(self.starts, line) - 1, len(self.segments) - 1))

    def edited(self, lines: Sequence[str], change: LineChange) -> Document:
        """Return the document of `lines`, which differ from this one's text by `change`.

        Segments outside the change (and outside what it may be joined with) are the same objects as before.
        """
        first = self.index_at(change.first)
        last = self.index_at(max(change.first, change.last - 1))
        first, last = self._with_broken_neighbours(first, last)
        replaced = self._reparse(lines, first, last, change.delta)
        return Document(joined(replaced))

    def _with_broken_neighbours(self, first: int, last: int) -> tuple[int, int]:
        while first > 0 and self.segments[first - 1].fault is not None:
            first -= 1
        while last + 1 < len(self.segments) and self.segments[last + 1].fault is not None:
            last += 1
        return first, last

    def _reparse(self, lines: Sequence[str], first: int, last: int, delta: int) -> list[Segment]:
        """Parse segments `first` to `last` again from the new `lines`, with neighbours where that is needed."""
        members = self._reparse_members(lines, first, last, delta)
        if members is not None:
            return [*self.segments[:first], *members, *self.segments[last + 1 :]]
        first, last = whole_classes(self.segments, first, last)
        while True:
            own = lines[self.starts[first] : self.starts[last + 1] + delta]
            parsed = _parse_cut(own)
            broken = any(segment.fault is not None for segment in parsed)
            if broken and first > 0 and continues_statement(own):
                first, last = whole_classes(self.segments, first - 1, last)
            elif broken and last + 1 < len(self.segments) and ends_with_decorator(parsed[-1].lines):
                first, last = whole_classes(self.segments, first, last + 1)
            else:
                return [*self.segments[:first], *parsed, *self.segments[last + 1 :]]

    def _reparse_members(self, lines: Sequence[str], first: int, last: int, delta: int) -> list[Segment] | None:
        """Parse again inside one large class; None where the change may reach out of it."""
        owner = self.segments[first].owner
        touched = self.segments[first : last + 1]
        if owner is None or any(s.owner is not owner or s.is_head for s in touched):
            return None
        own = lines[self.starts[first] : self.starts[last + 1] + delta]
        if any(map(partial(leaves, indent=owner.indent), own)):
            return None
        if first_code_line(own) is None or continues_statement(own, owner.indent):
            return None
        segment = parse_members(own, owner)
        if segment.fault is None:
            return cut_members(segment)
        return None if isinstance(segment.fault, LeftClass) or ends_with_decorator(own) else [segment]


def _parse_cut(lines: Sequence[str]) -> list[Segment]:
    body = parse_quickly("".join(lines))
    return _recover(lines) if isinstance(body, SyntaxFault) else cut(lines, body)


def _recover(lines: Sequence[str]) -> list[Segment]:
    """Find the parts of a text that parse, in a text that does not."""
    segments = [parse_run(piece) for piece in cut_lines(lines)]
    recovered: list[Segment] = []
    for segment in _with_begun(_merged(joined(segments))):
        if segment.fault is not None:
            recovered.extend(_recover_class(segment))
        elif segment.owner is not None:
            recovered.append(segment)
        else:
            recovered.extend(cut(segment.lines, segment.body, segment.base))
    return recovered


def _merged(segments: Sequence[Segment], again: Callable[[Sequence[str]], Segment] = parse_run) -> list[Segment]:
    """Merge broken pieces that begin inside the broken statement before them, so that one error is said once.

    `again` parses what is merged.
    """
    groups: list[list[Segment]] = []
    state = CLEAN
    crowded = sum(segment.fault is not None for segment in segments) > MOST_FAULTS
    for segment in segments:
        broken = bool(groups) and groups[-1][0].fault is not None and segment.fault is not None
        if broken and (crowded or _is_rest(segment, groups[-1][-1], state)):
            groups[-1].append(segment)
            state = scan(segment.text, state)
        else:
            groups.append([segment])
            state = CLEAN if segment.fault is None else scan(segment.text)
    return [group[0] if len(group) == 1 else again([x for s in group for x in s.lines]) for group in groups]


def _is_rest(segment: Segment, before: Segment, state: LexicalState) -> bool:
    """Tell whether a broken piece belongs to the broken one `before` it, up to which the tokenizer comes to `state`."""
    assert segment.fault is not None
    assert before.fault is not None
    indent = "" if segment.owner is None else segment.owner.indent
    if state.quote is not None or continues_statement(segment.lines, indent):
        return True
    if state.depth > 0 and segment.fault.message.startswith("unmatched "):
        return True
    # What stands deeper than a line that opens nothing, or a clause that is missing above, tells that this line is
    # only indented wrong. A definition is not, as a rule: whatever is in it is its own.
    lacks_clause = before.fault.message == _NO_CLAUSE
    if begins_definition(segment.lines, indent):
        return lacks_clause and segment.owner is None and _goes_on(before, segment)
    return lacks_clause or segment.fault.message in _INDENTED_WRONG


def _with_begun(segments: Sequence[Segment]) -> list[Segment]:
    """Join what a broken line at column 0 cut apart: a sound statement before it is not whole."""
    found: list[Segment] = []
    for segment in segments:
        if segment.fault is not None and found and found[-1].fault is None and _goes_on(found[-1], segment):
            first, _ = whole_classes(found, len(found) - 1, len(found) - 1)
            found[first:] = [parse_run([line for part in (*found[first:], segment) for line in part.lines])]
        else:
            found.append(segment)
    return found


def _goes_on(before: Segment, segment: Segment) -> bool:
    """Tell whether a broken piece may hold lines that belong to the block that the one `before` it ends with.

    They stand deeper than its first line. Blank lines tell nothing as long as there is but one, as between the members
    of a class.
    """
    above = itertools.takewhile(is_blank, segment.lines)
    if sum(not line.strip() for line in above) > 1 or not indent_of(_last_code_line(before.lines)):
        return False
    statements = list(statement_lines(segment.lines))
    deeper = [line for line in statements if indent_of(line)]
    if not deeper:  # a bracket that is not closed holds all of the rest
        return any(indent_of(line) and not is_blank(line) for line in segment.lines)
    return opens_block(statements[:1]) or any(
        len(indent_of(line)) > len(indent_of(above)) and not opens_block([above]) and marker(above) is None
        for above, line in itertools.pairwise(statements)
    )


def _last_code_line(lines: Sequence[str]) -> str:
    return next((line for line in reversed(lines) if not is_blank(line)), "")


def _recover_class(segment: Segment) -> list[Segment]:
    found = cut_class_lines(segment.lines)
    if found is None:
        return [segment]
    owner, pieces = found
    head = parse_head(pieces[0], owner)
    if head.fault is not None:
        return [segment]
    again = partial(parse_members, owner=owner)
    members = _merged(list(map(again, pieces[1:])), again)
    if all(member.fault is None for member in members):
        return [segment]
    return [head, *members]
