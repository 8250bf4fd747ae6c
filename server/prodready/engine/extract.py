"""The facts of one segment, read off its tree."""

from __future__ import annotations

import ast
from typing import Final

from prodready.engine.closing import handed_on
from prodready.engine.facts import (
    OtherSymbol,
    SegmentFacts,
    Symbol,
    bindings,
    class_symbol,
    flat_statements,
)
from prodready.engine.segments import Segment
from prodready.engine.syntax import CHILD_FIELDS, SCOPES, children

_IN_BLOCKS: Final = (ast.stmt, ast.ExceptHandler, ast.match_case)


def extract_facts(segment: Segment, ignores: frozenset[str] = frozenset()) -> SegmentFacts:
    """Return what a segment tells the others; `ignores` are its file-wide suppressions."""
    if segment.owner is not None and not segment.is_head:
        return _member_facts(segment, ignores)
    collected = _Collector()
    for statement in flat_statements(segment.body):
        collected.statement(statement)
    return SegmentFacts(
        {name: tuple(bound) for name, bound in collected.symbols.items()},
        frozenset(collected.reads),
        frozenset(collected.closes),
        tuple(collected.stars),
        frozenset(collected.exports),
        ignores,
        module_hands_on=frozenset(collected.hands_on),
    )


def _member_facts(segment: Segment, ignores: frozenset[str]) -> SegmentFacts:
    """A part of a large class tells about the class, and what its methods read."""
    if not segment.body:
        return SegmentFacts(ignores=ignores)
    wrapper = segment.body[0]
    assert isinstance(wrapper, ast.ClassDef)
    collected = _Collector()
    collected.inside(wrapper)
    symbols = {name: tuple(bound) for name, bound in collected.symbols.items()}
    part = (wrapper.name, class_symbol(wrapper))
    return SegmentFacts(symbols, frozenset(collected.reads), ignores=ignores, part=part)


class _Collector:
    """Gathers facts statement by statement."""

    def __init__(self) -> None:
        self.symbols: dict[str, list[Symbol]] = {}
        self.reads: set[str] = set()
        self.closes: set[str] = set()
        self.hands_on: set[str] = set()
        self.stars: list[str] = []
        self.exports: set[str] = set()

    def statement(self, node: ast.stmt) -> None:
        for name, symbol in bindings(node):
            self.symbols.setdefault(name, []).append(symbol)
        for handler in getattr(node, "handlers", ()):
            if handler.name:
                self.symbols.setdefault(handler.name, []).append(OtherSymbol())
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            origin = "." * node.level + (node.module or "")
            self.stars.append(origin)
        self._exports(node)
        self.inside(node)

    def _exports(self, node: ast.stmt) -> None:
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(t, ast.Name) and t.id == "__all__" for t in targets) and node.value is not None:
                strings = (n.value for n in ast.walk(node.value) if isinstance(n, ast.Constant))
                self.exports.update(s for s in strings if isinstance(s, str))

    def inside(self, node: ast.stmt) -> None:
        """Note the names that functions below `node` read, and what module-level code closes."""
        stack: list[ast.AST] = [node]
        while stack:
            here = stack.pop()
            if isinstance(here, SCOPES):
                self._below(here)
                continue
            if isinstance(here, ast.Global):
                self._globals(here)
            self._closes(here)
            self.hands_on.update(handed_on(here))
            # The statements in the blocks of this one come on their own.
            stack.extend(child for child in children(here) if not isinstance(child, _IN_BLOCKS))

    def _below(self, scope: ast.AST) -> None:
        """Note the names that a function or class reads; this sees every node of a file, so it does nothing else."""
        stack: list[ast.AST | None] = [scope]
        while stack:
            node = stack.pop()
            if isinstance(node, ast.Name):
                self.reads.add(node.id)
            elif isinstance(node, ast.Global):
                self._globals(node)
            elif node is not None:
                for name in CHILD_FIELDS[type(node)]:
                    value = getattr(node, name)
                    if value.__class__ is list:
                        stack.extend(value)
                    elif isinstance(value, ast.AST):
                        stack.append(value)

    def _globals(self, node: ast.Global) -> None:
        for name in node.names:
            self.symbols.setdefault(name, []).append(OtherSymbol())
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
