"""Statements put into a `with`: around a resource that nothing closes, and in place of a `finally` that does."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import libcst as cst

from prodready.engine.facts import ImportSymbol
from prodready.engine.syntax import block_of, enclosing_function, parent
from prodready.fixes.closing_calls import RemoveClosing, without_closing
from prodready.fixes.flat import flat
from prodready.fixes.imports import Refusal
from prodready.fixes.with_layout import (
    Lines,
    Statements,
    comment_line,
    comments_of,
    fitted,
    indented,
    lines_of,
    merged,
    only_comments,
    padded,
    realigned,
    unpadded,
    with_of,
)
from prodready.models.manual_close import Item, ManualClose, constant_names, opening_of
from prodready.models.resource_table import Kind, Manager, Resource

if TYPE_CHECKING:
    from prodready.fixes.draft import Draft
    from prodready.models.leaks import Leak
    from prodready.models.transactions import Transaction
    from prodready.models.unbound import Unbound

_WORDS: Final = {Kind.TEMPORARY: "file", Kind.SOCKET: "sock"}
"""The names of resources that had none, where the kind's own name does not do."""


def write_leak(leak: Leak, draft: Draft) -> None:
    """Put what follows the opening of a leaking resource, up to its last use, into a `with`.

    Raises:
        Refusal: when the statements cannot be rewritten.
    """
    last = leak.last
    if last is None:
        raise Refusal("the resource is used outside of the block that opens it")
    header = _Header(draft, leak.statement, leak.resource, leak.name)
    closers = leak.resource.closers | {"close"}

    def transform(statements: Statements) -> Statements:
        _check_shape(statements, leak.statement, last)
        body, footer = without_closing(statements[1:], RemoveClosing(leak.name, closers, leak.resource.kind))
        return [header.around(statements[0], body, only_comments(footer))]

    outer = parent(leak.statement)
    if isinstance(outer, (ast.With, ast.AsyncWith)) and outer.body[0] is leak.statement and outer.body[-1] is last:
        draft.rewrite(outer, outer, _inside(transform, draft, outer))
    else:
        draft.rewrite(leak.statement, last, transform)


def _inside(
    transform: Callable[[Statements], Statements], draft: Draft, outer: ast.With | ast.AsyncWith
) -> Callable[[Statements], Statements]:
    """Return what transforms all that a `with` holds, and joins the result with it where that is possible."""

    def transform_all(statements: Statements) -> Statements:
        only = cst.ensure_type(statements[0], cst.With)
        block = indented(only.body)
        made = only.with_changes(body=block.with_changes(body=transform(block.body)))
        return [merged(made, draft, outer)]

    return transform_all


def write_unbound(unbound: Unbound, draft: Draft) -> None:
    """Open a nameless resource in a `with`, around the statement that uses it.

    Raises:
        Refusal: when no name is free for it.
    """
    names = draft.context.names
    word = _WORDS.get(unbound.resource.kind, unbound.resource.word)
    name = next((n for n in (word, f"opened_{word}") if names.is_free(n, unbound.statement)), None)
    if name is None:
        raise Refusal("no name is free for the resource")
    replace = _Replace(draft.text_of(unbound.call), name)

    def transform(statements: Statements) -> Statements:
        replaced = statements[0].visit(replace)
        if not isinstance(replaced, (cst.SimpleStatementLine, cst.For)) or replace.found is None:
            raise Refusal("the call cannot be found again")
        item = cst.WithItem(_on_one_line(replace.found), cst.AsName(cst.Name(name)))
        made = with_of([item], [padded(replaced, [])], unbound.resource, replaced.leading_lines)
        return [fitted(made, [], draft, unbound.statement)]

    draft.rewrite(unbound.statement, unbound.statement, transform)


def write_transaction(found: Transaction, draft: Draft) -> None:
    """Close a connection that a `with` opens behind the transaction that it ends: `closing(connect()) as c, c:`.

    Raises:
        Refusal: when the statement cannot be rewritten.
    """
    manager = _manager(found.resource, draft, found.statement)

    def transform(statements: Statements) -> Statements:
        node = cst.ensure_type(statements[0], cst.With)
        item = node.items[found.index]
        at = len("with ")
        closing = cst.Call(cst.parse_expression(manager), [cst.Arg(realigned(item.item, at, at + len(f"{manager}(")))])
        comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        opened = item.with_changes(item=closing, comma=comma)
        entered = cst.WithItem(cst.Name(found.name), comma=item.comma)
        items = [*node.items[: found.index], opened, entered, *node.items[found.index + 1 :]]
        made = node.with_changes(items=items)
        return [made if isinstance(node.lpar, cst.LeftParen) else fitted(made, [], draft, found.statement)]

    draft.rewrite(found.statement, found.statement, transform)


def write_manual_close(found: ManualClose, draft: Draft) -> None:
    """Put the resources that a `finally` closes into a `with`, in the order in which they are opened.

    Raises:
        Refusal: when the statements cannot be rewritten.
    """
    if found.is_split:
        _write_split(found, draft)
        return
    block = block_of(found.statement)
    at = {id(s): i for i, s in enumerate(block)}
    touched = block[at[id(found.first)] : at[id(found.statement)] + 1]
    draft.rewrite(found.first, found.statement, _conversion(found, touched, draft))


def _write_split(found: ManualClose, draft: Draft) -> None:
    """Do the same where the `try` and what opens the resources stand at module level, maybe in several segments."""
    placed = draft.module_statements
    last = next(i for i, p in enumerate(placed) if p.node is found.statement)
    above = [p.node for p in placed[:last]]
    items = tuple(replace(i, acquisition=i.acquisition or opening_of(i.name, above)) for i in found.items)
    openings = {id(item.acquisition) for item in items}
    if id(None) in openings:
        raise Refusal("what opens the resource does not stand at module level")
    first = min((i for i, p in enumerate(placed[:last]) if id(p.node) in openings), default=last)
    touched = [p.node for p in placed[first : last + 1]]
    write = _conversion(replace(found, items=_in_order(items, touched)), touched, draft)
    draft.rewrite_module_lines(placed[first].first, placed[last].last, write)


def _in_order(items: Sequence[Item], statements: Sequence[ast.stmt]) -> tuple[Item, ...]:
    order = {id(statement): index for index, statement in enumerate(statements)}
    return tuple(sorted(items, key=lambda item: order.get(id(item.acquisition), len(order))))


def _conversion(
    found: ManualClose, touched: Sequence[ast.stmt], draft: Draft
) -> Callable[[Statements], list[cst.BaseStatement]]:
    headers = {id(i.acquisition): _Header(draft, found.statement, i.resource, i.name) for i in found.items}

    def transform(statements: Statements) -> list[cst.BaseStatement]:
        if len(statements) != len(touched):
            raise Refusal("statements share a line")
        return _Conversion(found, headers, touched).converted(statements)

    return transform


@dataclass
class _Header:
    """The item of a `with` that opens one resource."""

    draft: Draft
    at: ast.stmt
    resource: Resource
    name: str
    manager: str = field(init=False)

    def __post_init__(self) -> None:
        self.manager = _manager(self.resource, self.draft, self.at)

    def item(self, statement: cst.BaseStatement, inside: Statements, column: int) -> cst.WithItem:
        """Return `call as name` for the statement `name = call`, without a name where a function never uses it.

        `column` is where the item will begin, from the indentation of the statement.
        """
        value = _assigned(statement)
        before = len(self.name) + len(" = ")
        if isinstance(value, cst.Await):
            value, before = value.expression, before + len("await ")
        value = realigned(value, before, column + (len(f"{self.manager}(") if self.manager else 0))
        if self.manager:
            value = cst.Call(cst.parse_expression(self.manager), [cst.Arg(value)])
        if enclosing_function(self.at) is not None and not _mentions(inside, self.name):
            return cst.WithItem(value)
        return cst.WithItem(value, cst.AsName(cst.Name(self.name)))

    def around(self, statement: cst.BaseStatement, body: Statements, footer: Lines = ()) -> cst.BaseStatement:
        """Return the `with` for one resource, with the comments of the statement that opened it.

        `footer` are the comments behind the last statement of the body.
        """
        line = cst.ensure_type(statement, cst.SimpleStatementLine)
        item = self.item(statement, body, len("async with " if self.resource.is_async else "with "))
        made = with_of([item], body, self.resource, line.leading_lines, footer, line.trailing_whitespace)
        return fitted(merged(made, self.draft, self.at), [], self.draft, self.at)


class _Conversion:
    """Rewrites the statements from the first opening to the `try` that closes by hand."""

    def __init__(self, found: ManualClose, headers: dict[int, _Header], block: Sequence[ast.stmt]) -> None:
        self.found = found
        self.headers = headers
        self.block = block
        self.comments: list[cst.EmptyLine] = []
        self.footer: Lines = ()

    def converted(self, statements: Statements) -> list[cst.BaseStatement]:
        """Return the statements with every resource in a `with`."""
        node = statements[-1]
        if not isinstance(node, (cst.Try, cst.TryStar)):
            raise Refusal("statements share a line")
        tail = self._wrapped(statements[:-1], self.block[:-1], self._try(node))
        return _led(self.comments, tail)

    def _wrapped(
        self, statements: Statements, origins: Sequence[ast.stmt], tail: list[cst.BaseStatement]
    ) -> list[cst.BaseStatement]:
        """Return the statements and `tail`, where each opening becomes a `with` around all that follows it."""
        names = {item.name for item in self.found.items}
        initial = {id(i.initial) for i in self.found.items if i.initial and names.issuperset(constant_names(i.initial))}
        group: list[tuple[_Header, cst.SimpleStatementLine]] = []
        for statement, origin in reversed(list(zip(statements, origins, strict=True))):
            header = self.headers.get(id(origin))
            if group and (header is None or header.resource.is_async != group[0][0].resource.is_async):
                tail, group = [self._grouped(group, tail)], []
            if header is not None:
                group.insert(0, (header, cst.ensure_type(statement, cst.SimpleStatementLine)))
            else:
                tail = _led(lines_of(statement), tail) if id(origin) in initial else [statement, *tail]
        return [self._grouped(group, tail)] if group else tail

    def _grouped(self, group: Sequence[tuple[_Header, cst.SimpleStatementLine]], body: Statements) -> cst.BaseStatement:
        """Return one `with` for resources that are opened one right after the other."""
        first, line = group[0]
        footer, self.footer = self.footer, ()
        if len(group) == 1:
            return first.around(line, body, footer)
        lines = [line for _, line in group]
        column = len(first.draft.source.indent_unit.expandtabs(8))
        items = [h.item(line, [*lines[index + 1 :], *body], column) for index, (h, line) in enumerate(group)]
        made = with_of(items, body, first.resource, line.leading_lines, footer)
        return fitted(made, lines, first.draft, first.at)

    def _try(self, node: cst.Try | cst.TryStar) -> list[cst.BaseStatement]:
        """Return what the `try` becomes: without the closing calls, and without itself where nothing else is left."""
        body = indented(node.body)
        rest = self._rest(node)
        if node.handlers or rest is not None:
            return [node.with_changes(body=self._inner(body), finalbody=rest)]
        self.comments.extend(comment_line(body.header))
        self.footer = body.footer
        first, *others = self._inner(body).body
        return [padded(first, [*node.leading_lines, *lines_of(first)]), *others]

    def _inner(self, body: cst.IndentedBlock) -> cst.IndentedBlock:
        """Return the block of the `try` with the resources that it opens itself in `with` statements."""
        origins = self.found.statement.body
        if len(body.body) != len(origins):
            raise Refusal("statements share a line")
        return body.with_changes(body=self._wrapped(body.body, origins, []))

    def _rest(self, node: cst.Try | cst.TryStar) -> cst.Finally | None:
        """Return the `finally` without the closing calls, None when nothing is left; keep their comments for later."""
        final = cst.ensure_type(node.finalbody, cst.Finally)
        block = indented(final.body)
        origins = self.found.statement.finalbody
        if len(block.body) != len(origins):
            raise Refusal("statements share a line")
        closes = {id(item.close) for item in self.found.items}
        kept = [s for s, origin in zip(block.body, origins, strict=True) if id(origin) not in closes]
        for statement, origin in zip(block.body, origins, strict=True):
            if id(origin) in closes:
                self.comments.extend(comments_of(statement))
        if kept:
            return final.with_changes(body=block.with_changes(body=[unpadded(kept[0]), *kept[1:]]))
        own = [*only_comments(final.leading_lines), *comment_line(block.header)]
        self.comments = [*own, *self.comments, *only_comments(block.footer)]
        return None


class _Mention(cst.CSTVisitor):
    """Looks for a name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.is_found = False

    def visit_Name(self, node: cst.Name) -> None:  # noqa: N802  libcst's name
        self.is_found = self.is_found or node.value == self.name


def _mentions(statements: Statements, name: str) -> bool:
    mention = _Mention(name)
    for statement in statements:
        statement.visit(mention)
    return mention.is_found


class _Replace(cst.CSTTransformer):
    """Replaces the first call with a code, however its lines are indented, by a name, and keeps it."""

    def __init__(self, code: str, name: str) -> None:
        self.code = "".join(code.split())
        self.name = name
        self.found: cst.Call | None = None

    def on_leave(
        self, original_node: cst.CSTNodeT, updated_node: cst.CSTNodeT
    ) -> cst.CSTNodeT | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNodeT]:
        if self.found is None and isinstance(original_node, cst.Call) and self._is_meant(original_node):
            self.found = original_node
            return cst.Name(self.name)  # type: ignore[return-value]
        return super().on_leave(original_node, updated_node)

    def _is_meant(self, node: cst.Call) -> bool:
        return "".join(cst.Module([]).code_for_node(node).split()) == self.code


def _on_one_line(call: cst.Call) -> cst.BaseExpression:
    """Return a call on one line, without the comma of one on several lines, or as it is where that cannot be."""
    last = [argument.with_changes(comma=cst.MaybeSentinel.DEFAULT) for argument in call.args[-1:]]
    text = flat(call.with_changes(args=[*call.args[:-1], *last]))
    return call if "\n" in text else cst.parse_expression(text)


def _check_shape(statements: Statements, first: ast.stmt, last: ast.stmt) -> None:
    """Check that libcst sees the statements that `ast` saw, one a line."""
    block = block_of(first)
    begin = next(i for i, s in enumerate(block) if s is first)
    end = next(i for i, s in enumerate(block) if s is last)
    if len(statements) != end - begin + 1:
        raise Refusal("statements share a line")


def _assigned(statement: cst.BaseStatement) -> cst.BaseExpression:
    line = cst.ensure_type(statement, cst.SimpleStatementLine)
    small = line.body[0]
    if len(line.body) != 1 or not isinstance(small, (cst.Assign, cst.AnnAssign)) or small.value is None:
        raise Refusal("statements share a line")
    return small.value


def _manager(resource: Resource, draft: Draft, at: ast.stmt) -> str:
    """Return what to wrap the opening call in, importing it: empty where the resource has a `with` of its own."""
    if resource.manager is Manager.OWN:
        return ""
    name = "closing" if resource.manager is Manager.CLOSING else "aclosing"
    if any(s == ImportSymbol(f"contextlib.{name}") for s in draft.context.facts.symbols.get(name, ())):
        return draft.import_name("contextlib", name, at)
    return f"{draft.import_module('contextlib', at)}.{name}"


def _led(lines: Lines, statements: Sequence[cst.BaseStatement]) -> list[cst.BaseStatement]:
    """Put lines above the first of some statements, behind the blank lines that it has already."""
    first, *others = statements
    own = list(lines_of(first))
    blank = next((i for i, line in enumerate(own) if line.comment is not None), len(own))
    merged = [*own[:blank], *lines, *own[blank:]]
    if lines and lines[0].comment is None and blank:
        merged = [*lines, *own[blank:]]
    return [padded(first, merged), *others]
