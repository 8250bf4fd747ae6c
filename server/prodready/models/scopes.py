"""The statements in which a local name lives: a function's body, or a whole statement at module level."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from prodready.engine.facts import ModuleFacts, OtherSymbol, Symbol
from prodready.engine.rule import Context
from prodready.engine.syntax import (
    FUNCTIONS,
    FunctionNode,
    ancestors,
    enclosing_class,
    enclosing_function,
    parent,
    walk_own,
)
from prodready.models.resources import is_lifecycle_function


@dataclass(frozen=True, eq=False)
class Scope:
    """Where a name lives. `function` is None at module level, where other segments may use the name as well."""

    body: Sequence[ast.stmt]
    function: FunctionNode | None


def scope_of(statement: ast.stmt) -> Scope | None:
    """Return the scope that `statement` binds names in, None where a resource's life cannot be followed.

    That is in class bodies, in lambdas, and in functions that hand over what they open by their nature.
    """
    function = enclosing_function(statement)
    if isinstance(function, FUNCTIONS):
        return None if is_lifecycle_function(function) else Scope(function.body, function)
    if function is not None or enclosing_class(statement) is not None:
        return None
    top = next((up for up in reversed(list(ancestors(statement))) if isinstance(up, ast.stmt)), statement)
    return Scope([top], None)


def is_bare_module_level(statement: ast.stmt) -> bool:
    """Tell whether a statement stands directly at module level: its neighbours may be in other segments."""
    return parent(statement) is None


def is_bound_once(name: str, scope: Scope, context: Context, *, may_be_deleted: bool = False) -> bool:
    """Tell whether `name` is bound by one statement only, a fallback such as `name = None` aside.

    At module level nothing else may reach the name: no function, no export, and no code that hands it on. To delete a
    name binds it, too, unless it `may_be_deleted`.
    """
    if scope.function is not None:
        count = _count(context.names.local_symbols(scope.function).get(name, ()))
        return count == 1 or (may_be_deleted and count > 1 and count - _deletions(name, scope) == 1)
    facts = context.facts
    return _count(facts.symbols.get(name, ())) == 1 and not _is_reachable(name, facts)


def _deletions(name: str, scope: Scope) -> int:
    """Return how often statements delete a name."""
    deleted = (target for node in walk_own(scope.body) if isinstance(node, ast.Delete) for target in node.targets)
    return sum(isinstance(target, ast.Name) and target.id == name for target in deleted)


def _is_reachable(name: str, facts: ModuleFacts) -> bool:
    return name in facts.function_reads or name in facts.exports or name in facts.module_hands_on


def _count(bound: tuple[Symbol, ...]) -> int:
    return sum(not (isinstance(symbol, OtherSymbol) and symbol.literal) for symbol in bound)
