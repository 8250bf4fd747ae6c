"""Connections whose `with` ends a transaction and leaves them open: `with sqlite3.connect(path) as connection:`."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from prodready.engine.rule import Context
from prodready.engine.syntax import ancestors, parent, walk_own
from prodready.models.dependents import Dependents
from prodready.models.ownership import How, uses_of
from prodready.models.resource_table import Resource
from prodready.models.resources import library_resource
from prodready.models.scopes import is_bare_module_level, is_bound_once, scope_of


@dataclass(frozen=True, eq=False)
class Transaction:
    """The item of a `with` that opens a connection and does not close it; `index` is its place among the items."""

    statement: ast.With
    index: int
    name: str
    resource: Resource


def transaction_of(call: ast.Call, context: Context) -> Transaction | None:
    """Return the connection that a `with` opens by `call` and leaves open, None where others may need it to stay so."""
    item = parent(call)
    node = parent(item) if isinstance(item, ast.withitem) else None
    if not isinstance(item, ast.withitem) or not isinstance(node, ast.With):
        return None
    resource, target = library_resource(call, context.names), item.optional_vars
    if resource is None or not resource.is_transaction or not isinstance(target, ast.Name):
        return None
    found = Transaction(node, node.items.index(item), target.id, resource)
    return found if _is_over_behind(found, context) else None


def _is_over_behind(found: Transaction, context: Context) -> bool:
    """Whether nothing needs the connection behind the `with`, and nobody closes it there."""
    node = found.statement
    scope = scope_of(node)
    if scope is None or is_bare_module_level(node) or not is_bound_once(found.name, scope, context):
        return False
    uses = uses_of(found.name, scope.body, found.resource.closers, context.names)
    harmless = {How.BIND, How.METHOD, How.READ, How.LENT}
    if any(use.how not in harmless or node not in ancestors(use.node) for use in uses):
        return False
    dependents = Dependents(found.name, found.resource, node.body, context.names)
    within = {id(inner) for inner in walk_own([node])}
    outside = (n for n in walk_own(scope.body) if isinstance(n, ast.Name) and id(n) not in within)
    return dependents.leaving(node.body) is None and not any(n.id in dependents.names for n in outside)
