"""The closing calls that a new `with` makes superfluous, taken away with their comments kept."""

from __future__ import annotations

import libcst as cst

from prodready.fixes.with_layout import Lines, Statements, comments_of, indented, lines_of, padded
from prodready.models.resource_table import Kind


class RemoveClosing(cst.CSTTransformer):
    """Removes the closing calls that a way out of the block follows at once: leaving the `with` closes there."""

    def __init__(self, name: str, closers: frozenset[str], kind: Kind) -> None:
        self.name = name
        self.closers = closers
        self.kind = kind

    def closes(self, statement: cst.CSTNode) -> bool:
        """Whether a statement is `name.close()`, awaited or not, alone on its line."""
        return _closed_name(statement, self.closers) == self.name

    def finished(self, node: cst.BaseStatement) -> Statements:
        """Return what becomes of the last statement: a `finally` goes that only closes a socket, come what may."""
        if not isinstance(node, (cst.Try, cst.TryStar)) or not self._closes_quietly(node.finalbody):
            return [self.ended(node)]
        if node.handlers:
            return [self.ended(node.with_changes(finalbody=None))]
        first, *others = indented(node.body).body
        return [padded(first, [*node.leading_lines, *lines_of(first)]), *others]

    def _closes_quietly(self, final: cst.Finally | None) -> bool:
        """Whether a `finally` holds `try: name.close()` with handlers that do nothing, and no comments."""
        block = final.body if final is not None else None
        if self.kind is not Kind.SOCKET or not isinstance(block, cst.IndentedBlock) or len(block.body) != 1:
            return False
        inner = block.body[0]
        if not isinstance(inner, (cst.Try, cst.TryStar)) or inner.orelse is not None or inner.finalbody is not None:
            return False
        only = _only(inner.body)
        is_commented = "#" in cst.Module([]).code_for_node(block)
        passes = all(_passes(handler.body) for handler in inner.handlers)
        return only is not None and self.closes(only) and passes and not is_commented

    def ended(self, node: cst.BaseStatement) -> cst.BaseStatement:
        """Return the statement that the `with` ends with, without the closing calls at the ends of its own blocks.

        In a `try`, only a socket's goes: what closing a file raises, while it is written, is for the handlers.
        """
        if isinstance(node, cst.If):
            return self._ended_if(node)
        if self.kind is not Kind.SOCKET or not isinstance(node, (cst.Try, cst.TryStar)):
            return node
        if node.finalbody is None and _leaves_behind(node.orelse):
            return node.with_changes(body=self._ended_block(node.body))
        return node

    def _ended_if(self, node: cst.If) -> cst.If:
        orelse = node.orelse
        if isinstance(orelse, cst.If):
            orelse = self._ended_if(orelse)
        elif orelse is not None:
            orelse = orelse.with_changes(body=self._ended_block(orelse.body))
        return node.with_changes(body=self._ended_block(node.body), orelse=orelse)

    def _ended_block(self, block: cst.BaseSuite) -> cst.BaseSuite:
        if not isinstance(block, cst.IndentedBlock):
            return block
        *others, last = block.body
        if others and self.closes(last):
            return block.with_changes(body=others, footer=[*comments_of(last), *block.footer])
        return block.with_changes(body=[*others, self.ended(last)])

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802  libcst's name
        return False

    def leave_IndentedBlock(  # noqa: N802  libcst's name
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.BaseSuite:
        kept: list[cst.BaseStatement] = []
        lines: Lines = ()
        for statement, following in zip(updated_node.body, [*updated_node.body[1:], None], strict=True):
            if self.closes(statement) and following is not None and _leaves(following):
                lines = [*lines, *comments_of(statement)]
            else:
                kept.append(padded(statement, [*lines, *lines_of(statement)]) if lines else statement)
                lines = ()
        return updated_node.with_changes(body=kept)


def without_closing(statements: Statements, remover: RemoveClosing) -> tuple[list[cst.BaseStatement], Lines]:
    """Return the statements of a new `with` without the calls that it replaces, and comments to end it with."""
    kept: list[cst.BaseStatement] = []
    lines: Lines = ()
    for index, statement in enumerate(statements):
        if remover.closes(statement) and _ends_block(statements[index + 1 :]):
            lines = [*lines, *comments_of(statement)]
            continue
        visited = statement.visit(remover)
        assert isinstance(visited, (cst.SimpleStatementLine, cst.BaseCompoundStatement))
        kept.append(padded(visited, [*lines, *lines_of(visited)]) if lines else visited)
        lines = ()
    return [*kept[:-1], *remover.finished(kept[-1])] if kept else [cst.parse_statement("pass")], lines


def _ends_block(following: Statements) -> bool:
    """Whether only other closing calls, or a plain way out, stand between a statement and the end of a block."""
    return all(_closed_name(statement) is not None for statement in following) or _leaves(following[0])


def _closed_name(statement: cst.CSTNode, closers: frozenset[str] = frozenset({"close", "aclose"})) -> str | None:
    """Return the name that a statement calls one of `closers` on, None when that is not all that it does."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return None
    expression = statement.body[0]
    value = expression.value if isinstance(expression, cst.Expr) else None
    call = value.expression if isinstance(value, cst.Await) else value
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
        return None
    owner = call.func.value
    return owner.value if isinstance(owner, cst.Name) and call.func.attr.value in closers else None


def _leaves(statement: cst.CSTNode) -> bool:
    """Whether a statement leaves the block without doing anything that could mind an open resource."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return False
    small = statement.body[0]
    if isinstance(small, cst.Return):
        return small.value is None or isinstance(small.value, (cst.Name, cst.BaseNumber, cst.BaseString, cst.Attribute))
    return isinstance(small, (cst.Raise, cst.Break, cst.Continue))


def _leaves_behind(orelse: cst.Else | None) -> bool:
    """Whether nothing that could mind an open resource comes behind the body of a `try`."""
    return orelse is None or (isinstance(orelse.body, cst.IndentedBlock) and _leaves(orelse.body.body[0]))


def _only(suite: cst.BaseSuite) -> cst.BaseStatement | None:
    """Return the only statement of a block on lines of its own."""
    return suite.body[0] if isinstance(suite, cst.IndentedBlock) and len(suite.body) == 1 else None


def _passes(suite: cst.BaseSuite) -> bool:
    only = _only(suite)
    line = only.body if isinstance(only, cst.SimpleStatementLine) else suite.body
    return len(line) == 1 and isinstance(line[0], cst.Pass)
