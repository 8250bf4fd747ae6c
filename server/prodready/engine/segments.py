"""A file as runs of whole statements, each parsed on its own.

Text that parses on its own as whole statements at column 0 leaves the tokenizer outside every bracket, string and
continuation, so its neighbours mean what they meant: one segment can be replaced without parsing the rest. The members
of a large class are segments too, parsed behind a line `class _:`; the class's own line is the head of the group.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from prodready.engine.conflicts import conflicts, marker
from prodready.engine.finding import Range
from prodready.engine.lexical import CLEAN, scan
from prodready.engine.parsing import SyntaxFault, end_line, parse, start_line
from prodready.engine.source import column_to_byte

LARGE_CLASS: Final = 60
"""Lines from which on a class is cut into its members: below, parsing it whole costs less than the bookkeeping."""
RUN: Final = 16
"""Lines up to which small neighbouring statements share a segment.

An edit parses and checks its segment, and opening a file costs a little for each one: with 30 lines an edit takes a
third longer, and opening 3 % less; with 8, edits are hardly faster.
"""

NO_SUCH_LEVEL: Final = "unindent does not match any outer indentation level"
"""What CPython says of a line that comes back to a level that none of the lines around it began."""
_BLANK = re.compile(r"[ \t\f]*(?:#.*)?[\r\n]*\Z")
_INDENT = re.compile(r"[ \t\f]*")
_CLASS = re.compile(r"class[ \t]+(\w+)")
_BLOCK = re.compile(r"(?:async|case|class|def|elif|else|except|finally|for|if|match|try|while|with)\b|@")
_MEMBER = re.compile(r"(?:async[ \t]+def|def|class)\b|@")
# A line that begins with a backslash takes its indentation from the next: it may belong to anything. So may a line of
# which a merge conflict is left.
_CONTINUATION = re.compile(r"(?:else|elif|except|finally)\b|[)\]}\\]|<{7}|={7}|\|{7}|>{7}")


class LeftClass(SyntaxFault):
    """The fault of lines that parse, but not as members of the class that they stand in."""


@dataclass(frozen=True, eq=False)
class Owner:
    """The large class whose body a segment is a part of; one object for the whole group."""

    name: str
    indent: str


@dataclass(eq=False)
class Segment:
    """Some whole lines of a file, and what they parse to.

    `body` holds the statements; line `n` (1-based) of a node is line `n - 1 - base` (0-based) of the segment.
    `owner` is set for a part of a large class, `is_head` for the part that holds the class's own line. A segment that
    does not parse has a `fault` and no body. `results` is a place for what is derived from the segment alone.
    """

    lines: Sequence[str]
    body: list[ast.stmt]
    base: int = 0
    owner: Owner | None = None
    is_head: bool = False
    fault: SyntaxFault | None = None
    results: dict[type, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The segment's text."""
        return "".join(self.lines)


def is_blank(line: str) -> bool:
    """Tell whether a line holds nothing but white space and a comment."""
    return _BLANK.match(line) is not None


def indent_of(line: str) -> str:
    """Return a line's leading white space."""
    return _INDENT.match(line).group()  # type: ignore[union-attr]  # matches the empty string too


def first_code_line(lines: Sequence[str]) -> str | None:
    """Return the first line that is neither blank nor a comment, or None. A merge conflict has that of its sides."""
    first = next((line for line in lines if not is_blank(line)), None)
    if first is None or marker(first) != "<":
        return first
    return next((line for _, line in _whole_conflicts(lines) if not is_blank(line)), first)


def continues_statement(lines: Sequence[str], indent: str = "") -> bool:
    """Tell whether `lines` begin inside a statement of the lines before them, at a level of `indent`."""
    first = first_code_line(lines)
    if first is None:
        return False
    own = indent_of(first)
    return len(own) > len(indent) or _CONTINUATION.match(first, len(own)) is not None


def leaves(line: str, indent: str) -> bool:
    """Tell whether a line of code stands less deep than `indent`. What git writes into one is none."""
    return len(indent_of(line)) < len(indent) and not is_blank(line) and marker(line) is None


def begins_definition(lines: Sequence[str], indent: str = "") -> bool:
    """Tell whether the first code of `lines` is a function, a class or a decorator of one, at a level of `indent`."""
    first = first_code_line(lines)
    return first is not None and indent_of(first) == indent and _MEMBER.match(first, len(indent)) is not None


def statement_lines(lines: Sequence[str]) -> Iterator[str]:
    """Yield the first line of each statement in some lines, as far as it can be told in code that may be broken."""
    state = CLEAN
    for line in lines:
        if not state.is_open and not is_blank(line):
            yield line
        state = scan(line, state)


def opens_block(lines: Sequence[str]) -> bool:
    """Tell whether the first code of `lines` begins as what is followed by lines that stand deeper."""
    first = first_code_line(lines)
    return first is not None and _BLOCK.match(first, len(indent_of(first))) is not None


def ends_with_decorator(lines: Sequence[str]) -> bool:
    """Tell whether `lines` end with a decorator, which belongs to what follows them."""
    if not any(line.lstrip(" \t\f").startswith("@") for line in lines):
        return False
    state, decorated = CLEAN, False
    for line in lines:
        if not state.is_open and not is_blank(line):
            decorated = line.lstrip(" \t\f").startswith("@")
        state = scan(line, state)
    return decorated


def parse_run(lines: Sequence[str]) -> Segment:
    """Parse `lines` as whole statements at column 0, in one segment."""
    result = parse("".join(lines))
    if isinstance(result, SyntaxFault):
        return Segment(lines, [], fault=result)
    return Segment(lines, result)


def parse_head(lines: Sequence[str], owner: Owner) -> Segment:
    """Parse the head of a large class: its own line and what stands before its first member."""
    result = parse("".join(lines) + f"{owner.indent}pass\n")
    if isinstance(result, SyntaxFault):
        return Segment(lines, [], owner=owner, is_head=True, fault=result)
    body = result[-1].body if result and isinstance(result[-1], ast.ClassDef) else []
    if len(result) != 1 or not body or not isinstance(body[-1], ast.Pass):
        return Segment(lines, [], owner=owner, is_head=True, fault=_left(0))
    body.pop()
    return Segment(lines, result, owner=owner, is_head=True)


def parse_members(lines: Sequence[str], owner: Owner) -> Segment:
    """Parse some whole members of a large class."""
    result = parse("class _:\n" + "".join(lines))
    if isinstance(result, SyntaxFault):
        return Segment(lines, [], base=1, owner=owner, fault=result.moved_up(1))
    first = first_code_line(lines)
    fault = left_class(result)
    if fault is None and (first is None or indent_of(first) != owner.indent):
        fault = _left(0)
    if fault is not None:
        return Segment(lines, [], base=1, owner=owner, fault=fault)
    wrapper = result[0]
    assert isinstance(wrapper, ast.ClassDef)
    wrapper.name = owner.name
    return Segment(lines, [wrapper], base=1, owner=owner)


def left_class(parsed: Sequence[ast.stmt]) -> LeftClass | None:
    """Return the fault of what was parsed behind a line `class _:` and does not all belong to it; None for the rest."""
    return None if len(parsed) == 1 else _left(start_line(parsed[1]) - 2)


def _left(line: int) -> LeftClass:
    return LeftClass(NO_SUCH_LEVEL, Range.of(line, 0, line, 0))


def cut(lines: Sequence[str], body: list[ast.stmt], base: int = 0) -> list[Segment]:
    """Cut parsed `lines` into segments: runs of small statements, one for each large one, large classes by member.

    `base` is added to the 0-based index of a line to give the 0-based line number that the nodes carry.
    """
    segments: list[Segment] = []
    for first, last, run in _runs(lines, body, base, RUN):
        segments.extend(_cut_class(lines, first, last, run, base))
    if not segments:
        return [Segment(lines, body, base)]
    return segments


def _runs(
    lines: Sequence[str], body: list[ast.stmt], base: int, limit: int, end: int | None = None, begin: int = 0
) -> Iterator[tuple[int, int, list[ast.stmt]]]:
    """Group statements into runs of about `limit` lines that can be cut apart; yield line bounds and statements."""
    end = len(lines) if end is None else end
    first = begin
    run: list[ast.stmt] = []
    for statement, following in itertools.zip_longest(body, body[1:]):
        run.append(statement)
        last = end_line(statement) - base
        if following is None:
            break
        here = start_line(following) - base
        if here <= last or lines[last - 1].rstrip("\r\n").endswith("\\"):
            continue
        large = end_line(following) - base - last
        if last - first + large > limit:
            yield first, last, run
            first, run = last, []
    if run:
        yield first, end, run


def _cut_class(lines: Sequence[str], first: int, last: int, run: list[ast.stmt], base: int) -> list[Segment]:
    whole = [Segment(lines[first:last], run, base + first)]
    node = run[0]
    if len(run) != 1 or not isinstance(node, ast.ClassDef) or last - first < LARGE_CLASS:
        return whole
    index = next((i for i, s in enumerate(node.body) if isinstance(s, _MEMBERS)), None)
    if index is None:
        return whole
    begin = _end_of(node, index, base)
    if begin is None or lines[begin - 1].rstrip("\r\n").endswith("\\"):
        return whole
    owner = Owner(node.name, indent_of(lines[node.body[index].lineno - 1 - base]))
    content = lines[begin - 1].rstrip("\r\n")
    end = {"end_lineno": base + begin, "end_col_offset": column_to_byte(content, len(content))}
    head = ast.ClassDef(**{**vars(node), "body": node.body[:index], **end})
    members = _member_segments(lines, node, node.body[index:], base, owner, last, begin)
    return [Segment(lines[first:begin], [head], base + first, owner, is_head=True), *members]


def cut_members(segment: Segment) -> list[Segment]:
    """Cut a freshly parsed part of a large class into runs of members."""
    wrapper = segment.body[0]
    assert isinstance(wrapper, ast.ClassDef)
    assert segment.owner is not None
    return list(
        _member_segments(segment.lines, wrapper, wrapper.body, segment.base, segment.owner, len(segment.lines), 0)
    )


def _member_segments(
    lines: Sequence[str], node: ast.ClassDef, body: list[ast.stmt], base: int, owner: Owner, last: int, begin: int
) -> Iterator[Segment]:
    """Yield the members `body` of a class in runs, each in a class of its own without bases and decorators."""
    bare: dict[str, object] = {"bases": [], "keywords": [], "decorator_list": []}
    if hasattr(node, "type_params"):
        bare["type_params"] = []
    for start, end, members in _runs(lines, body, base, RUN, last, begin):
        wrapper = ast.ClassDef(**{**vars(node), **bare, "body": members})
        yield Segment(lines[start:end], [wrapper], base + start, owner)


_MEMBERS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _end_of(node: ast.ClassDef, index: int, base: int) -> int | None:
    """Return the line (0-based, exclusive) where the part of a class before its member `index` ends.

    None where the class cannot be cut there: its body begins on the line of something else.
    """
    # Without statements before its first member, the head ends where the lines of that member begin.
    end = end_line(node.body[index - 1]) if index else start_line(node.body[0]) - 1
    if start_line(node.body[index]) <= end:
        return None
    return end - base


def cut_lines(lines: Sequence[str]) -> list[Sequence[str]]:
    """Cut text that does not parse at its column-0 lines: each piece may be a statement, or part of one."""
    return _cut_at(lines, "", re.compile(r"\S"))


def cut_class_lines(lines: Sequence[str]) -> tuple[Owner, list[Sequence[str]]] | None:
    """Cut the text of a class that does not parse into its head and its members, by their indentation.

    Returns None where it does not look like a class with members.
    """
    header = next((i for i, line in enumerate(lines) if _CLASS.match(line)), None)
    if header is None:
        return None
    match = _CLASS.match(lines[header])
    assert match is not None
    first = first_code_line(lines[header + 1 :])
    if first is None or not (indent := indent_of(first)):
        return None
    pieces = _cut_at(lines, indent, _MEMBER)
    # What is written less deep may be another statement, which must not become a part of this class.
    if len(pieces) < 2 or _is_left(lines[header + 1 :], indent):
        return None
    return Owner(match.group(1), indent), pieces


def _is_left(lines: Sequence[str], indent: str) -> bool:
    """Tell whether a line stands less deep than the members of a class at `indent`, and may hold what looks like them.

    One that holds nothing is a slip, or closes a bracket, or is git's.
    """
    code = [line for line in lines if not is_blank(line)]
    return any(
        leaves(line, indent) and line.rstrip().endswith(":") and indent_of(below) == indent
        for line, below in itertools.pairwise(code)
    )


def _whole_conflicts(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield lines with their numbers, a merge conflict as one: its first line of code, where the conflict begins."""
    at = 0
    for conflict in conflicts(lines):
        yield from zip(range(at, conflict.first), lines[at : conflict.first], strict=True)
        sides = (lines[line] for side in (conflict.ours, conflict.theirs) for line in side)
        yield conflict.first, next((line for line in sides if not is_blank(line)), lines[conflict.first])
        at = conflict.last + 1
    yield from enumerate(lines[at:], at)


def _cut_at(lines: Sequence[str], indent: str, start: re.Pattern[str]) -> list[Sequence[str]]:
    cuts = [0]
    held = False  # the piece holds code, so a new one may begin; a decorator holds its function's place
    decorated = False
    comments = 0  # blank lines and comments just above, which belong to what follows
    for number, line in _whole_conflicts(lines):
        if is_blank(line):
            comments += 1
            continue
        if indent_of(line) == indent and start.match(line, len(indent)) and not _CONTINUATION.match(line, len(indent)):
            if held:
                cuts.append(number - comments)
            decorated = line.startswith("@", len(indent))
        elif decorated and _MEMBER.match(line, len(indent_of(line))):
            decorated = False  # what it stands above is at another level, and will never be its own
        held = not decorated
        comments = 0
    return [lines[a:b] for a, b in itertools.pairwise([*cuts, len(lines)])]
