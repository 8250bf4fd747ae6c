"""How a `with` is laid out: its items on the line where they fit, else broken as Black would, with their comments."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from prodready.fixes.imports import Refusal
from prodready.models.resource_table import Resource

if TYPE_CHECKING:
    from prodready.fixes.draft import Draft

Statements = Sequence[cst.BaseStatement]
Lines = Sequence[cst.EmptyLine]


def with_of(
    items: Sequence[cst.WithItem],
    body: Statements,
    resource: Resource,
    leading: Lines = (),
    footer: Lines = (),
    trailing: cst.TrailingWhitespace | None = None,
) -> cst.With:
    """Return a `with` of these items, asynchronous where `resource` is."""
    first, *others = body
    block = cst.IndentedBlock([unpadded(first), *others], header=trailing or cst.TrailingWhitespace(), footer=footer)
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    separated = [*(item.with_changes(comma=comma) for item in items[:-1]), items[-1]]
    asynchronous = cst.Asynchronous() if resource.is_async else None
    return cst.With(separated, block, asynchronous=asynchronous, leading_lines=leading)


def merged(made: cst.With, draft: Draft, at: ast.stmt) -> cst.With:
    """Return a `with` that holds nothing but another one as one with the items of both, where they fit a line.

    One that enters what a name holds already, such as the transaction of a connection, keeps a line of its own.
    """
    block = made.body
    if not isinstance(block, cst.IndentedBlock) or len(block.body) != 1:
        return made
    inner = block.body[0]
    if not isinstance(inner, cst.With) or not isinstance(inner.body, cst.IndentedBlock):
        return made
    has_comments = only_comments([*lines_of(inner), *block.footer]) or comment_line(block.header)
    is_entered = any(isinstance(item.item, cst.Name) for item in inner.items)
    is_other = (inner.asynchronous is None) is not (made.asynchronous is None)
    if has_comments or is_entered or is_other or any(isinstance(w.lpar, cst.LeftParen) for w in (made, inner)):
        return made
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    items = [*made.items[:-1], made.items[-1].with_changes(comma=comma), *inner.items]
    joined = made.with_changes(items=items, body=inner.body)
    header = _header(joined)
    width = len(draft.indent_of(at).expandtabs(8)) + len(header)
    return joined if "\n" not in header and width <= draft.line_length else made


def _header(made: cst.With) -> str:
    """Return the first line of a `with`, up to its colon; more lines where its items take them."""
    text = cst.Module([]).code_for_node(
        made.with_changes(leading_lines=(), body=cst.SimpleStatementSuite([cst.Pass()]))
    )
    return text[: text.rindex(":") + 1]


def fitted(made: cst.With, lines: Sequence[cst.SimpleStatementLine], draft: Draft, at: ast.stmt) -> cst.With:
    """Return the `with` on one line, or broken where it is too long, holds comments, or several items on more lines."""
    text = _header(made)
    has_comments = any(comments_of(line, leading=index > 0) for index, line in enumerate(lines))
    width = len(draft.indent_of(at).expandtabs(8)) + len(text)
    is_broken = "\n" in text
    if not has_comments and (len(made.items) == 1 if is_broken else width <= draft.line_length):
        return made
    opened = made.items[0].item
    if len(made.items) == 1 and not has_comments and isinstance(opened, cst.Call) and opened.args:
        item = made.items[0].with_changes(item=_spread(opened, draft.source.indent_unit))
        return made.with_changes(items=[item])
    return _parenthesised(made, lines, draft.source.indent_unit)


def _spread(call: cst.Call, unit: str) -> cst.Call:
    """Return a call with its arguments on a line of their own, as Black would have it."""
    nothing = cst.TrailingWhitespace()
    *others, last = call.args
    closed = last.with_changes(comma=cst.MaybeSentinel.DEFAULT, whitespace_after_arg=_break(nothing, [], ""))
    return call.with_changes(whitespace_before_args=_break(nothing, [], unit), args=[*others, closed])


def _parenthesised(made: cst.With, lines: Sequence[cst.SimpleStatementLine], unit: str) -> cst.With:
    items = list(made.items)
    last = len(items) - 1
    spread: list[cst.WithItem] = []
    for index, item in enumerate(items):
        comment = lines[index].trailing_whitespace if index < len(lines) else cst.TrailingWhitespace()
        above = only_comments(lines[index + 1].leading_lines) if index + 1 < len(lines) else []
        space = _break(comment, above, "" if index == last else unit)
        spread.append(item.with_changes(comma=cst.Comma(whitespace_after=space)))
    spread = [item.with_changes(item=_deepened(item.item, unit)) for item in spread]
    opening = cst.LeftParen(whitespace_after=_break(cst.TrailingWhitespace(), [], unit))
    return made.with_changes(items=spread, lpar=opening, rpar=cst.RightParen())


def _break(first: cst.TrailingWhitespace, above: Lines, indent: str) -> cst.ParenthesizedWhitespace:
    lines = [line.with_changes(indent=True, whitespace=cst.SimpleWhitespace(indent)) for line in above]
    return cst.ParenthesizedWhitespace(
        first_line=first, empty_lines=lines, indent=True, last_line=cst.SimpleWhitespace(indent)
    )


def indented(suite: cst.BaseSuite) -> cst.IndentedBlock:
    """Return a block with its statements on lines of their own: `try: return 1` has one on the line of its header.

    Raises:
        Refusal: when several statements share that line.
    """
    if isinstance(suite, cst.IndentedBlock):
        return suite
    simple = cst.ensure_type(suite, cst.SimpleStatementSuite)
    if len(simple.body) != 1:
        raise Refusal("statements share a line")
    only = simple.body[0].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
    return cst.IndentedBlock([cst.SimpleStatementLine([only], trailing_whitespace=simple.trailing_whitespace)])


def padded(statement: cst.BaseStatement, lines: Lines) -> cst.BaseStatement:
    return statement.with_changes(leading_lines=list(lines))


def unpadded(statement: cst.BaseStatement) -> cst.BaseStatement:
    """Return the statement without the blank lines above it, which the start of a block does not have."""
    lines = list(lines_of(statement))
    while lines and lines[0].comment is None:
        lines.pop(0)
    return padded(statement, lines)


def comments_of(statement: cst.CSTNode, *, leading: bool = True) -> list[cst.EmptyLine]:
    """Return the comments above (if `leading`) and behind a statement as lines of their own."""
    found = only_comments(lines_of(statement)) if leading else []
    if isinstance(statement, cst.SimpleStatementLine):
        found.extend(comment_line(statement.trailing_whitespace))
    elif isinstance(statement, cst.If):
        block = statement.body
        if isinstance(block, cst.IndentedBlock):
            found.extend(comment_line(block.header))
            found.extend(line for inner in block.body for line in comments_of(inner))
            found.extend(only_comments(block.footer))
        else:
            found.extend(comment_line(cst.ensure_type(block, cst.SimpleStatementSuite).trailing_whitespace))
    return found


def lines_of(statement: cst.CSTNode) -> Lines:
    """Return the blank lines and comments above a statement."""
    assert isinstance(statement, (cst.SimpleStatementLine, cst.BaseCompoundStatement))
    return statement.leading_lines


def only_comments(lines: Lines) -> list[cst.EmptyLine]:
    return [line for line in lines if line.comment is not None]


def comment_line(space: cst.TrailingWhitespace) -> list[cst.EmptyLine]:
    return [] if space.comment is None else [cst.EmptyLine(comment=space.comment)]


def _deepened(value: cst.BaseExpression, unit: str) -> cst.BaseExpression:
    """Return a call with its lines one level deeper, where its arguments begin on a line of their own."""
    innermost = value
    while isinstance(innermost, cst.Call) and not isinstance(
        innermost.whitespace_before_args, cst.ParenthesizedWhitespace
    ):
        if len(innermost.args) != 1:
            return value
        innermost = innermost.args[0].value  # contextlib.closing(...)
    deeper = value.visit(_Deepen(unit)) if isinstance(innermost, cst.Call) else value
    return deeper if isinstance(deeper, cst.BaseExpression) else value


class _Deepen(cst.CSTTransformer):
    """Puts one more level in front of every line."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self.unit = unit

    def leave_ParenthesizedWhitespace(  # noqa: N802 - LibCST calls it by this name
        self, original_node: cst.ParenthesizedWhitespace, updated_node: cst.ParenthesizedWhitespace
    ) -> cst.ParenthesizedWhitespace:
        comments = [
            line.with_changes(whitespace=cst.SimpleWhitespace(self.unit + line.whitespace.value))
            if line.comment
            else line
            for line in updated_node.empty_lines
        ]
        last = cst.SimpleWhitespace(self.unit + updated_node.last_line.value)
        return updated_node.with_changes(empty_lines=comments, last_line=last)


def realigned(value: cst.BaseExpression, before: int, after: int) -> cst.BaseExpression:
    """Return a call with the lines that stand below its first argument still below it.

    `before` and `after` are the columns, from the indentation of the statement, at which the call begins and will.
    """
    if not isinstance(value, cst.Call):
        return value
    opened = cst.Module([]).code_for_node(value.func)
    if "\n" in opened or isinstance(value.whitespace_before_args, cst.ParenthesizedWhitespace):
        return value
    moved = value.visit(_Shift(before + len(opened) + 1, after - before))
    return moved if isinstance(moved, cst.Call) else value


class _Shift(cst.CSTTransformer):
    """Moves the lines that are indented by at least `least` columns by `by`."""

    def __init__(self, least: int, by: int) -> None:
        super().__init__()
        self.least = least
        self.by = by

    def leave_ParenthesizedWhitespace(  # noqa: N802 - LibCST calls it by this name
        self, original_node: cst.ParenthesizedWhitespace, updated_node: cst.ParenthesizedWhitespace
    ) -> cst.ParenthesizedWhitespace:
        blank = original_node.last_line.value
        if not original_node.indent or blank.strip(" ") or len(blank) < self.least:
            return updated_node
        return updated_node.with_changes(last_line=cst.SimpleWhitespace(" " * (len(blank) + self.by)))
