"""Small questions about `ast` nodes: parents, enclosing functions, the statements of a block."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPES: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
TRIES: Final = (ast.Try,) if not hasattr(ast, "TryStar") else (ast.Try, ast.TryStar)

_NOT_NODES: Final = frozenset({
    "ctx", "op", "ops", "id", "attr", "kind", "type_comment", "module", "level", "conversion", "is_async", "simple",
    "asname", "rest", "kwd_attrs", "arg", "names",
})  # fmt: skip


def _child_fields() -> dict[type[ast.AST], tuple[str, ...]]:
    kinds = [k for k in vars(ast).values() if isinstance(k, type) and issubclass(k, ast.AST)]
    fields = {k: tuple(f for f in k._fields if f not in _NOT_NODES) for k in kinds}
    # These hold nodes, or plain values, under names that mean the other thing elsewhere.
    fields[ast.Constant] = fields[ast.Name] = fields[ast.Global] = fields[ast.Nonlocal] = ()
    return fields


_SCOPES_AND_HANDLERS: Final = (*SCOPES, ast.ExceptHandler)
LOOPS: Final = (ast.For, ast.AsyncFor, ast.While)
_SCOPES_AND_LOOPS: Final = (*SCOPES, *LOOPS)
_FAR: Final = 32
"""Steps up to which the way from a node to what is around it is walked again each time."""
_Far: TypeAlias = dict[tuple[type[ast.AST], ...], tuple[ast.AST, ast.AST] | None]

CHILD_FIELDS: Final = _child_fields()
"""The fields of each node type that can hold child nodes, so that a walk looks at nothing else."""


def children(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the direct children of a node, in the order of its fields."""
    for name in CHILD_FIELDS.get(type(node), node._fields):
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            yield value
        elif isinstance(value, list):
            yield from (item for item in value if isinstance(item, ast.AST))


def walk(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield the nodes and all below them, in source order as far as fields have it."""
    stack = list(nodes)[::-1]
    while stack:
        node = stack.pop()
        yield node
        stack += reversed_children(node)


def walk_own(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Like `walk`, but do not enter functions, classes and lambdas (these themselves are yielded)."""
    stack = list(nodes)[::-1]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, SCOPES):
            stack += reversed_children(node)


def reversed_children(node: ast.AST) -> list[ast.AST]:
    """Return the direct children of a node, the last one first: a list, since walks see every node of a file."""
    found: list[ast.AST | None] = []
    for name in CHILD_FIELDS.get(type(node), node._fields):
        value = getattr(node, name, None)
        if value.__class__ is list:
            found += value
        elif isinstance(value, ast.AST):
            found.append(value)
    return [child for child in reversed(found) if child is not None]


def parent(node: ast.AST) -> ast.AST | None:
    """Return the node's parent within its segment, None at the top."""
    return getattr(node, "parent", None)


def ancestors(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parent, its parent, and so on up to the top of the segment."""
    up = parent(node)
    while up is not None:
        yield up
        up = parent(up)


def nearest(node: ast.AST, kinds: tuple[type[ast.AST], ...]) -> tuple[ast.AST, ast.AST] | None:
    """Return the innermost ancestor of one of `kinds`, and the node just below it on the way; None without one.

    Each `elif` stands inside the one before it, so a node can lie thousands deep: far answers are kept on the way.
    """
    child, up = node, getattr(node, "parent", None)
    for _ in range(_FAR):
        if up is None:
            return None
        if isinstance(up, kinds):
            return up, child
        child, up = up, up.parent
    return _nearest_from_afar(node, kinds)


def _nearest_from_afar(node: ast.AST, kinds: tuple[type[ast.AST], ...]) -> tuple[ast.AST, ast.AST] | None:
    passed: list[ast.AST] = []
    child, up, found = node, parent(node), None
    while up is not None:
        known: _Far = up.__dict__.setdefault("far", {})
        if isinstance(up, kinds):
            found = up, child
            break
        if kinds in known:
            found = known[kinds]
            break
        passed.append(up)
        child, up = up, parent(up)
    for inner in passed:
        inner.__dict__["far"][kinds] = found
    return found


def around(node: ast.AST, kinds: tuple[type[ast.AST], ...]) -> Iterator[ast.AST]:
    """Yield the ancestors of one of `kinds`, innermost first."""
    found = nearest(node, kinds)
    while found is not None:
        yield found[0]
        found = nearest(found[0], kinds)


def enclosing_function(node: ast.AST) -> FunctionNode | ast.Lambda | None:
    """Return the innermost function or lambda in whose body `node` runs; None at module or class level."""
    found = nearest(node, SCOPES)
    while found is not None:
        up, child = found
        if isinstance(up, FUNCTIONS) and isinstance(child, ast.stmt):
            return up
        if isinstance(up, ast.Lambda) and child is up.body:
            return up
        if isinstance(up, ast.ClassDef) and isinstance(child, ast.stmt):
            return None
        found = nearest(up, SCOPES)
    return None


def enclosing_class(node: ast.AST) -> ast.ClassDef | None:
    """Return the class whose method (or body) `node` belongs to, through nested functions; None outside classes."""
    found = nearest(node, (ast.ClassDef,))
    return found[0] if found is not None and isinstance(found[0], ast.ClassDef) else None


def enclosing_statement(node: ast.AST) -> ast.stmt:
    """Return the innermost statement that holds `node`, which may be `node` itself.

    Raises:
        ValueError: when the node stands in no statement (it does not come from an indexed tree).
    """
    here: ast.AST | None = node
    while here is not None and not isinstance(here, ast.stmt):
        here = parent(here)
    if here is None:
        raise ValueError("the node belongs to no statement")
    return here


def block_of(statement: ast.stmt) -> list[ast.stmt]:
    """Return the list of statements that `statement` is a member of; a list of itself alone at the top."""
    return placed(statement)[0]


def placed(statement: ast.stmt) -> tuple[list[ast.stmt], int]:
    """Return the list of statements that `statement` is a member of, and its index there.

    Noted for a whole block at once: in a block of thousands of statements, each may ask.
    """
    known: tuple[list[ast.stmt], int] | None = statement.__dict__.get("placed")
    if known is not None:
        return known
    up = parent(statement)
    for name in ("body", "orelse", "finalbody"):
        block = getattr(up, name, None)
        if isinstance(block, list):
            for index, sibling in enumerate(block):
                sibling.__dict__["placed"] = block, index
    found: tuple[list[ast.stmt], int] = statement.__dict__.get("placed", ([statement], 0))
    return found


def in_loop(node: ast.AST) -> bool:
    """Tell whether `node` stands in a loop of its own function, class body or module."""
    found = nearest(node, _SCOPES_AND_LOOPS)
    return found is not None and isinstance(found[0], LOOPS)


def following(statement: ast.stmt) -> ast.stmt | None:
    """Return the statement behind another in the same block; None for the last one."""
    block, index = placed(statement)
    return block[index + 1] if index + 1 < len(block) else None


def enclosing_handler(node: ast.AST) -> ast.ExceptHandler | None:
    """Return the innermost `except` clause in which `node` runs, not crossing into another function."""
    found = nearest(node, _SCOPES_AND_HANDLERS)
    return found[0] if found is not None and isinstance(found[0], ast.ExceptHandler) else None


def is_main_guard(node: ast.AST) -> bool:
    """Tell whether `node` is `if __name__ == "__main__":`."""
    if not isinstance(node, ast.If) or not isinstance(node.test, ast.Compare):
        return False
    sides = [node.test.left, *node.test.comparators]
    names = {s.id for s in sides if isinstance(s, ast.Name)}
    return "__name__" in names and any(isinstance(s, ast.Constant) and s.value == "__main__" for s in sides)


def in_else(node: ast.If, part: ast.AST) -> bool:
    """Tell whether `part`, which stands just below an `if`, is one of the statements behind its `else`, or its `elif`.

    The lines tell: to look for it among the statements would take as long as there are many.
    """
    return bool(node.orelse) and getattr(part, "lineno", 0) >= node.orelse[0].lineno


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a call's keyword argument, None when it is not given."""
    return next((k.value for k in call.keywords if k.arg == name), None)


def dotted(node: ast.expr | None) -> str | None:
    """Return `a.b.c` for a chain of attributes on a name, None for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return ".".join(reversed(parts))


def is_blank(node: ast.AST) -> bool:
    """Tell whether `node` is a literal string of white space alone."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and not node.value.strip()


def is_constant(node: ast.AST | None, value: object) -> bool:
    """Tell whether `node` is the literal `value` (of the same type: `True` is not `1`)."""
    return isinstance(node, ast.Constant) and node.value is value


_BLOCKS: Final[Mapping[type, tuple[str, ...]]] = {
    kind: blocks
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, (ast.stmt, ast.ExceptHandler, ast.match_case, ast.mod))
    if (blocks := tuple(name for name in kind._fields if name in ("body", "handlers", "orelse", "finalbody", "cases")))
}
"""The fields that hold statements, or clauses with statements, of those kinds of nodes that have any."""

_HOLDING: Final = frozenset(_BLOCKS.keys() - {ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef})


def flat_statements(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Return statements and those nested in their blocks, in order, but not those inside functions and classes."""
    found: list[ast.stmt] = []
    stack = [*reversed(body)]
    while stack:
        statement = stack.pop()
        found.append(statement)
        if statement.__class__ in _HOLDING:
            stack.extend(reversed(list(child_statements(statement))))
    return found


def child_statements(statement: ast.AST) -> Iterator[ast.stmt]:
    """Yield the statements in the blocks of a compound statement, in order."""
    for block in _BLOCKS.get(type(statement), ()):
        for child in getattr(statement, block):
            if isinstance(child, ast.stmt):
                yield child
            else:
                yield from child.body
