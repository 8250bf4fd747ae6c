"""Ways in which code is broken while somebody writes it, and which statement of the sound text each one breaks."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from prodready.engine.finding import Edit, Range
from prodready.engine.parsing import end_line, start_line
from prodready.engine.source import SourceFile
from prodready.engine.syntax import children

Way: TypeAlias = Callable[[SourceFile, random.Random], Edit | None]

_UNFINISHED: Final[dict[str, tuple[str, ...]]] = {
    "`def f(`": ("def f(", "async def f(self, ", "def f(self, x: ", "def f(x):", "def"),
    "`class A(`": ("class A(", "class A", "class"),
    "`x.`": ("x.", "self.x = self.", "x.y(self.", "return x.", "await x."),
    "`if x`": ("if x", "if x and ", "elif x:", "else", "for x in ", "for x", "while not ", "with open(x) as ", "with "),
    "`try`, `except`": ("try", "try:", "except", "except ValueError", "finally", "raise X(", "raise X from "),
    "half an import": ("import ", "from x import ", "from x import (a, ", "from . import", "from x"),
    "an unfinished call or value": ("f(x, ", "x = ", "x = [", 'x = {"a": ', "x = (1, ", "x == ", "return f(", "x: "),
    "an unfinished string": ('x = "abc', "log.info('it is", 'x = "a" + "', "x = r'", "f('a', 'b)"),
    "an unfinished long string": ('"""Say', "x = '''SELECT", 'f("""a'),
    "an unclosed f-string": ('x = f"{a', 'x = f"a {b', "log.info(f'{x!", 'x = f"{a:', 'x = f\'{d["k"]'),
    "a decorator": ("@", "@route(", '@route("/x", '),
    "`lambda`, `match`": ("lambda x", "lambda x: ", "match x:", "match x", "case 1:", "x = y if z", "[x for x in "),
}
_NOT_CODE: Final = re.compile(r"""#.*|\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""")


@dataclass(frozen=True)
class Break:
    """One way to break a text: `edit` does it, `lines` (0-based, half-open) are those of the statement it breaks."""

    kind: str
    edit: Edit
    lines: tuple[int, int]


def broken(source: SourceFile, tree: ast.Module, kind: str, chance: random.Random) -> Break | None:
    """Break a sound text in a way of `kind` at a random place; None where that makes nothing that is broken."""
    edit = WAYS[kind](source, chance)
    if edit is None or edit.text == source.slice(edit.range):
        return None
    return Break(kind, edit, _touched(tree.body, edit))


def _inserted(kind: str) -> Way:
    def insert(source: SourceFile, chance: random.Random) -> Edit | None:
        line = chance.randrange(len(source.lines))
        indent = re.match(r"[ \t]*", source.lines[line]).group()  # type: ignore[union-attr]  # matches nothing too
        return Edit(Range.of(line, 0, line, 0), f"{indent}{chance.choice(_UNFINISHED[kind])}\n")

    return insert


def _deleted(pattern: str) -> Way:
    """Return a way that deletes something outside of comments, and where it can be told, of strings."""
    found = re.compile(pattern)

    def delete(source: SourceFile, chance: random.Random) -> Edit | None:
        line = chance.randrange(len(source.lines))
        text = source.lines[line]
        hidden = [match.span() for match in _NOT_CODE.finditer(text)]
        spans = [m.span(m.lastindex or 0) for m in found.finditer(text)]
        spans = [s for s in spans if not any(a < s[0] and s[1] < b for a, b in hidden)]
        if not spans:
            return None
        first, last = chance.choice(spans)
        return Edit(Range.of(line, first, line, last), "")

    return delete


def _half_line(source: SourceFile, chance: random.Random) -> Edit | None:
    line = chance.randrange(len(source.lines))
    content = source.lines[line].rstrip()
    indent = len(content) - len(content.lstrip())
    if len(content) - indent < 2:
        return None
    return Edit(Range.of(line, chance.randrange(indent + 1, len(content)), line, len(content)), "")


def _dedented(source: SourceFile, chance: random.Random) -> Edit | None:
    line = chance.randrange(len(source.lines))
    text = source.lines[line]
    indent = len(text) - len(text.lstrip(" \t"))
    if not indent or not text.strip():
        return None
    return Edit(Range.of(line, 0, line, chance.choice((1, 2, indent))), "")


def _indented(source: SourceFile, chance: random.Random) -> Edit | None:
    line = chance.randrange(len(source.lines))
    return Edit(Range.of(line, 0, line, 0), chance.choice((" ", "    "))) if source.lines[line].strip() else None


def _conflict(source: SourceFile, chance: random.Random) -> Edit | None:
    first = chance.randrange(len(source.lines))
    last = min(len(source.lines), first + chance.randint(1, 5))
    ours = "".join(source.lines[first:last])
    if not ours.endswith("\n"):
        return None
    return Edit(Range.of(first, 0, last, 0), f"<<<<<<< HEAD\n{ours}=======\n{ours}>>>>>>> topic\n")


def _body_deleted(source: SourceFile, chance: random.Random) -> Edit | None:
    """Delete the one line of a block."""
    line = chance.randrange(len(source.lines))
    above = source.line(line - 1).rstrip()
    return Edit(Range.of(line, 0, line + 1, 0), "") if above.endswith(":") else None


WAYS: Final[dict[str, Way]] = {
    "a bracket deleted": _deleted(r"[()\[\]{}]"),
    "a quote deleted": _deleted(r"[\"'](?![\"'])"),
    "a colon deleted": _deleted(r"(:)\s*$"),
    "a comma or operator deleted": _deleted(r"[,=+]"),
    "indented less": _dedented,
    "indented more": _indented,
    "half a line": _half_line,
    "a block's only line deleted": _body_deleted,
    "a merge conflict": _conflict,
    **{kind: _inserted(kind) for kind in _UNFINISHED},
}


def _touched(body: Sequence[ast.stmt], edit: Edit) -> tuple[int, int]:
    """Return the lines of the smallest statement, or neighbouring statements, that an edit breaks."""
    first, last = edit.range.start.line, max(edit.range.start.line + 1, edit.range.end.line)
    if edit.range.start.line == edit.range.end.line:
        last = first + 1
    inserted = edit.range.start == edit.range.end and edit.text.endswith("\n")
    whole = (first, first)
    block: Sequence[ast.stmt] = body
    while True:
        hit = [s for s in block if _overlaps(s, first, last, inserted)]
        if not hit:
            return whole if block is body or not _is_between(block, first, inserted) else (first, first)
        whole = (start_line(hit[0]) - 1, end_line(hit[-1]))
        if len(hit) > 1 or first < whole[0] or last > whole[1]:
            return whole
        block = list(_statements_in(hit[0]))
        if not block:
            return whole


def _overlaps(statement: ast.stmt, first: int, last: int, inserted: bool) -> bool:
    begin, end = start_line(statement) - 1, end_line(statement)
    return begin < first < end if inserted else begin < last and first < end


def _is_between(block: Sequence[ast.stmt], line: int, inserted: bool) -> bool:
    """Tell whether a line was put in between the statements of a block, or behind its clauses, not into its head."""
    return inserted and line >= min(start_line(s) for s in block) - 1


def _statements_in(node: ast.AST) -> Iterator[ast.stmt]:
    """Yield the statements directly in the blocks of a compound one."""
    for child in children(node):
        if isinstance(child, ast.stmt):
            yield child
        elif isinstance(child, (ast.ExceptHandler, ast.match_case)):
            yield from _statements_in(child)
