"""The nodes of one segment by type, and the names that its functions read: one walk, for facts and rules alike."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass

from prodready.engine.segments import Segment
from prodready.engine.syntax import CHILD_FIELDS, SCOPES


@dataclass(frozen=True, eq=False)
class Nodes:
    """Every node of a segment, in no particular order; each has its `parent`, None at the top.

    `reads` are the names that occur inside functions, classes and lambdas.
    """

    by_type: dict[type[ast.AST], list[ast.AST]]
    reads: frozenset[str]

    def __del__(self) -> None:
        """Take the tree apart: with their parents, its nodes would stay until the garbage collector comes by.

        That took a quarter of a second after some files had been opened and closed, while the next one waited. Who asks
        about nodes holds their segment, and so these.
        """
        for nodes in self.by_type.values():
            for node in nodes:
                node.__dict__.clear()


def nodes_of(segment: Segment) -> Nodes:
    """Return the nodes of a segment, walked once."""
    known = segment.results.get(Nodes)
    if known is None:
        known = segment.results[Nodes] = _walked(segment)
    assert isinstance(known, Nodes)
    return known


def _walked(segment: Segment) -> Nodes:
    by_type: defaultdict[type[ast.AST], list[ast.AST]] = defaultdict(list)
    reads: set[str] = set()
    for statement in segment.body:
        statement.parent = None  # type: ignore[attr-defined]
    scopes = _walk_module_level(segment.body, by_type)
    _walk_scopes(scopes, by_type, reads)
    return Nodes(dict(by_type), frozenset(reads))


def _walk_module_level(body: list[ast.stmt], by_type: defaultdict[type[ast.AST], list[ast.AST]]) -> list[ast.AST]:
    """Walk what runs when the module is imported; returns the functions, classes and lambdas in it, not walked."""
    scopes: list[ast.AST] = []
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, SCOPES):
            scopes.append(node)
            continue
        by_type[type(node)].append(node)
        _push_children(node, stack)
    return scopes


def _walk_scopes(stack: list[ast.AST], by_type: defaultdict[type[ast.AST], list[ast.AST]], reads: set[str]) -> None:
    """Walk everything below; this loop sees every node of a file, so it calls no function that it can do without."""
    fields, name_node, any_node, a_list, push = CHILD_FIELDS, ast.Name, ast.AST, list, stack.append
    while stack:
        node = stack.pop()
        kind = node.__class__
        by_type[kind].append(node)
        if kind is name_node:
            reads.add(node.id)  # type: ignore[attr-defined]
            continue
        own = node.__dict__
        for name in fields[kind]:
            value = own[name]
            if value.__class__ is a_list:
                for child in value:
                    if child is not None:
                        child.parent = node
                        push(child)
            elif value is not None and isinstance(value, any_node):
                value.parent = node  # type: ignore[attr-defined]
                push(value)


def _push_children(node: ast.AST, stack: list[ast.AST]) -> None:
    for name in CHILD_FIELDS[type(node)]:
        value = getattr(node, name)
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, ast.AST):
                child.parent = node  # type: ignore[attr-defined]
                stack.append(child)
