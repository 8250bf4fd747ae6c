"""Resources that are used where they are opened and never get a name: `open(p).read()`, `Session().query(A).all()`."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Final

from prodready.engine.finding import Fix
from prodready.engine.rule import Context
from prodready.engine.semantic import Names
from prodready.engine.syntax import ancestors, dotted, enclosing_function, enclosing_statement, parent
from prodready.models.dependents import DETACHED, READS, Dependents
from prodready.models.ownership import is_harmless_call
from prodready.models.resource_table import Kind, Manager, Resource
from prodready.models.resources import opened_by
from prodready.models.scopes import scope_of

_TITLE: Final = "Open it in a 'with'"


@dataclass(frozen=True, eq=False)
class Unbound:
    """A resource that is used where it is opened, and has no name by which it could be closed: `open(p).read()`."""

    call: ast.Call
    resource: Resource
    statement: ast.stmt
    fix: Fix | None

    @property
    def problem(self) -> str:
        """What happens to the resource, for messages."""
        func = self.call.func
        opener = dotted(func) or (func.attr if isinstance(func, ast.Attribute) else "it")
        return f"the {self.resource.word} that '{opener}' opens is never closed: it has no name to close it by"


def unbound_of(node: ast.Call, context: Context, kinds: frozenset[Kind]) -> Unbound | None:
    """Return the nameless resource that a call opens, None when it is bound, handed on, or of another kind."""
    method = _method_called_on(node)
    if method is None and not _is_plain_argument(node, context.names):
        return None
    resource = opened_by(node, context.names)
    if resource is None or resource.kind not in kinds:
        return None
    if method in resource.closers or method in ("close", "aclose", "execution_options", "detach", "makefile"):
        return None
    if method is None and resource.kind is not Kind.FILE:
        return None
    statement = enclosing_statement(node)
    if scope_of(statement) is None or enclosing_function(node) is not enclosing_function(statement):
        return None
    if resource.kind is Kind.SESSION and not _answers_at_once(node):
        return None
    return Unbound(node, resource, statement, _fix(node, resource, statement, context.names))


def _method_called_on(node: ast.Call) -> str | None:
    attribute = parent(node)
    call = parent(attribute) if isinstance(attribute, ast.Attribute) else None
    if isinstance(attribute, ast.Attribute) and isinstance(call, ast.Call) and call.func is attribute:
        return attribute.attr
    return None


def _is_plain_argument(node: ast.Call, names: Names) -> bool:
    """Whether the call is the first argument of one that is known to only use it: `json.load(open(p))`."""
    call = parent(node)
    return isinstance(call, ast.Call) and call.args[:1] == [node] and is_harmless_call(call, names)


def _answers_at_once(node: ast.Call) -> bool:
    """Whether the calls on a session end with one that asks the database, and do not hand out a query."""
    here: ast.AST = node
    method = ""
    while True:
        up = parent(here)
        if isinstance(up, ast.Attribute):
            method = up.attr
        elif not isinstance(up, ast.Call) or up.func is not here:
            return method in READS
        here = up


def _fix(node: ast.Call, resource: Resource, statement: ast.stmt, names: Names) -> Fix | None:
    """What a `with` around the statement promises: the resource is opened first in it, and its value is all read."""
    if resource.manager is not Manager.OWN or resource.is_async or (resource.caution and resource.is_known):
        return None
    value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Return, ast.Expr)) else None
    use = next((up for up in ancestors(node) if isinstance(up, ast.Call)), None)
    if value is None or use is None or parent(statement) is None or not _comes_first(node, value):
        return None
    if isinstance(statement, ast.Assign) and not all(isinstance(t, ast.Name) for t in statement.targets):
        return None
    needed = Dependents("", resource, [], names, origin=node).is_needed_by(value)
    if needed and resource.kind is not Kind.SESSION:
        return None
    caution = DETACHED if needed else resource.caution
    return Fix.unsafe(_TITLE, caution) if caution else Fix(_TITLE)


def _comes_first(node: ast.AST, value: ast.expr) -> bool:
    """Whether nothing that matters is evaluated in `value` before `node`: only calls and parts on the way to it."""
    here: ast.AST | None = node
    while here is not None and here is not value:
        up = parent(here)
        if isinstance(up, ast.Call) and up.func is not here and up.args[:1] != [here]:
            return False
        if isinstance(up, ast.Call) and up.func is not here and dotted(up.func) is None:
            return False
        if not isinstance(up, (ast.Call, ast.Attribute, ast.Subscript)):
            return False
        here = up
    return here is value
