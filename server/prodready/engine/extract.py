"""The facts of one segment, read off its tree."""

from __future__ import annotations

import ast
from typing import Final

from prodready.engine.closing import handed_on
from prodready.engine.facts import (
    SOMETHING,
    SegmentFacts,
    Symbol,
    bindings,
    class_symbol,
)
from prodready.engine.nodes import Nodes, nodes_of
from prodready.engine.segments import Segment
from prodready.engine.syntax import SCOPES, flat_statements, reversed_children
from prodready.engine.usage import usage_in

_IN_BLOCKS: Final = (ast.stmt, ast.ExceptHandler, ast.match_case)


def extract_facts(segment: Segment, ignores: frozenset[str] = frozenset()) -> SegmentFacts:
    """Return what a segment tells the others; `ignores` are its file-wide suppressions."""
    if segment.owner is not None and not segment.is_head:
        return _member_facts(segment, ignores)
    nodes = nodes_of(segment)
    collected = _Collector(nodes)
    for statement in flat_statements(segment.body):
        collected.statement(statement)
    collected.globals()
    return SegmentFacts(
        {name: tuple(bound) for name, bound in collected.symbols.items()},
        nodes.reads.union(collected.reads),
        frozenset(collected.closes),
        tuple(collected.stars),
        frozenset(collected.exports),
        ignores,
        module_hands_on=frozenset(collected.hands_on),
        usage=usage_in(nodes, segment.body),
        rebound=frozenset(collected.rebound),
    )


def _member_facts(segment: Segment, ignores: frozenset[str]) -> SegmentFacts:
    """A part of a large class tells about the class, and what its methods read."""
    if not segment.body:
        return SegmentFacts(ignores=ignores)
    wrapper = segment.body[0]
    assert isinstance(wrapper, ast.ClassDef)
    nodes = nodes_of(segment)
    collected = _Collector(nodes)
    collected.globals()
    return SegmentFacts(
        function_reads=nodes.reads.union(collected.reads),
        ignores=ignores,
        part=(wrapper.name, class_symbol(wrapper)),
        usage=usage_in(nodes, segment.body),
        rebound=frozenset(collected.rebound),
    )


class _Collector:
    """Gathers facts statement by statement."""

    def __init__(self, nodes: Nodes) -> None:
        self.nodes = nodes
        self.symbols: dict[str, list[Symbol]] = {}
        self.reads: set[str] = set()
        self.rebound: set[str] = set()
        self.closes: set[str] = set()
        self.hands_on: set[str] = set()
        self.stars: list[str] = []
        self.exports: set[str] = set()

    def statement(self, node: ast.stmt) -> None:
        for name, symbol in bindings(node):
            self.symbols.setdefault(name, []).append(symbol)
        for handler in getattr(node, "handlers", ()):
            if handler.name:
                self.symbols.setdefault(handler.name, []).append(SOMETHING)
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            origin = "." * node.level + (node.module or "")
            self.stars.append(origin)
        self._exports(node)
        self._outside_functions(node)

    def _exports(self, node: ast.stmt) -> None:
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(t, ast.Name) and t.id == "__all__" for t in targets) and node.value is not None:
                strings = (n.value for n in ast.walk(node.value) if isinstance(n, ast.Constant))
                self.exports.update(s for s in strings if isinstance(s, str))

    def _outside_functions(self, node: ast.stmt) -> None:
        """Note what code that runs on import closes and hands on."""
        stack: list[ast.AST] = [node]
        while stack:
            here = stack.pop()
            if isinstance(here, SCOPES):
                continue
            if isinstance(here, ast.NamedExpr):
                self.rebound.add(here.target.id)
            self._closes(here)
            self.hands_on.update(handed_on(here))
            # The statements in the blocks of this one come on their own.
            stack += [child for child in reversed_children(here) if not isinstance(child, _IN_BLOCKS)]

    def globals(self) -> None:
        """Note the names that functions bind for the module."""
        for node in self.nodes.by_type.get(ast.Global, ()):
            for name in node.names:  # type: ignore[attr-defined]
                self.rebound.add(name)
                self.reads.add(name)

    def _closes(self, node: ast.AST) -> None:
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
        ):
            if node.func.attr in ("close", "aclose", "shutdown", "dispose", "cleanup"):
                self.closes.add(node.func.value.id)
        elif isinstance(node, ast.withitem):
            self.closes.update(n.id for n in ast.walk(node.context_expr) if isinstance(n, ast.Name))
