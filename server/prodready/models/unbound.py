"""Resources that are used where they are opened and never get a name: `open(p).read()`, `Session().get(A, 1)`."""

from __future__ import annotations

import ast
import itertools
from dataclasses import dataclass
from typing import Final

from prodready.engine.finding import Fix
from prodready.engine.remembered import remembered
from prodready.engine.rule import Context
from prodready.engine.semantic import Names
from prodready.engine.syntax import dotted, enclosing_function, enclosing_statement, parent
from prodready.models.dependents import DETACHED, READS, Dependents
from prodready.models.ownership import COMPREHENSIONS, in_lazy_generator, is_harmless_call, is_upload
from prodready.models.resource_table import Kind, Manager, Resource
from prodready.models.resources import opened_by
from prodready.models.scopes import scope_of

_OF_ITS_OWN: Final = frozenset({"close", "aclose", "execution_options", "detach", "makefile", "begin"})
"""Methods whose results close it, or live on with it."""
_TITLE: Final = "Open it in a 'with'"
_PLAIN: Final = (ast.Name, ast.Constant, ast.Dict, ast.List, ast.Tuple, ast.keyword, ast.expr_context)


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
    opened = _opened(node, context.names)
    if opened is None or opened[0].kind not in kinds:
        return None
    resource, method = opened
    if method in resource.closers or method in _OF_ITS_OWN:
        return None
    if method is None and resource.kind is not Kind.FILE:
        return None
    statement = enclosing_statement(node)
    if scope_of(statement) is None or enclosing_function(node) is not enclosing_function(statement):
        return None
    if resource.kind is Kind.SESSION and not _is_done(node):
        return None
    return Unbound(node, resource, statement, _fix(node, resource, statement, context.names))


@remembered
def _opened(node: ast.Call, names: Names) -> tuple[Resource, str | None] | None:
    """Return what a call opens that gets no name, and the method that is called on it; None for all other calls."""
    method = _method_called_on(node)
    if method is None and not _is_used_up(node, names):
        return None
    resource = opened_by(node, names)
    return None if resource is None else (resource, method)


def _is_done(node: ast.Call) -> bool:
    """Whether the calls on a session end with one that asks the database: a query that gets out has not begun."""
    here: ast.AST = node
    method = ""
    while True:
        up = parent(here)
        if isinstance(up, ast.Attribute):
            method = up.attr
        elif not isinstance(up, ast.Call) or up.func is not here:
            break
        here = up
    if isinstance(up, (ast.For, ast.comprehension)):
        return up.iter is here and not in_lazy_generator(here)
    return method in READS or isinstance(up, ast.Expr)


def _value_of(statement: ast.stmt) -> ast.expr | None:
    return statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Return, ast.Expr)) else None


def _method_called_on(node: ast.Call) -> str | None:
    attribute = parent(node)
    call = parent(attribute) if isinstance(attribute, ast.Attribute) else None
    if isinstance(attribute, ast.Attribute) and isinstance(call, ast.Call) and call.func is attribute:
        return attribute.attr
    return None


def _is_used_up(node: ast.Call, names: Names) -> bool:
    """Whether the call is gone through, uploaded, or given to one that only uses it: `json.load(open(p))`."""
    up = parent(node)
    if isinstance(up, ast.For):
        return up.iter is node
    if isinstance(up, ast.comprehension):
        return up.iter is node and not in_lazy_generator(node)
    here: ast.AST = node
    while isinstance(up, (ast.Dict, ast.List, ast.Tuple)):
        here, up = up, parent(up)
    call = parent(up) if isinstance(up, ast.keyword) else up
    if not isinstance(call, ast.Call):
        return False
    return is_upload(call, here, names) or (here is node and call.func is not node and is_harmless_call(call, names))


def _fix(node: ast.Call, resource: Resource, statement: ast.stmt, names: Names) -> Fix | None:
    """What a `with` around the statement promises: the resource is opened first in it, and its value is all read."""
    if resource.manager is not Manager.OWN or resource.is_async or (resource.caution and resource.is_known):
        return None
    if isinstance(statement, ast.For):
        return Fix(_TITLE) if resource.kind is Kind.FILE and _comes_first(node, statement.iter) else None
    value = _value_of(statement)
    if value is None or not _comes_first(node, value):
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
    here: ast.AST = node
    while here is not value:
        up = parent(here)
        if isinstance(up, ast.comprehension):
            owner = parent(up)
            if (
                not isinstance(owner, (*COMPREHENSIONS, ast.GeneratorExp))
                or owner.generators[0] is not up
                or up.iter is not here
            ):
                return False
            up = owner
        elif isinstance(up, ast.keyword):
            call = parent(up)
            if not isinstance(call, ast.Call) or not _is_first_given(call, up):
                return False
            up = call
        elif isinstance(up, ast.Call) and up.func is not here:
            if not _is_first_given(up, here):
                return False
        elif not isinstance(up, (ast.Call, ast.Attribute, ast.Subscript)):
            return False
        here = up
    return True


def _is_first_given(call: ast.Call, argument: ast.AST) -> bool:
    """Whether nothing that could fail, or see the resource being opened, is evaluated in front of an argument."""
    given = itertools.takewhile(lambda other: other is not argument, [*call.args, *call.keywords])
    return dotted(call.func) is not None and all(map(_is_plain, given))


def _is_plain(given: ast.AST) -> bool:
    """Whether an argument is made of names and literals."""
    return all(isinstance(node, _PLAIN) for node in ast.walk(given))
