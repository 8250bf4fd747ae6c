"""Where a `with` around an open resource would end, and what may change when it is written."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from prodready.engine.semantic import Names
from prodready.engine.syntax import ancestors, block_of, enclosing_statement, walk_own
from prodready.models.dependents import DETACHED, Dependents
from prodready.models.ownership import How, Use, uses_of
from prodready.models.resource_table import Kind, Manager, Resource
from prodready.models.resources import acquisition, library_resource
from prodready.models.scopes import Scope


@dataclass(frozen=True, eq=False)
class Opened:
    """A resource that `statement` binds to `name` in `scope`, with every use of the name there."""

    name: str
    statement: ast.Assign | ast.AnnAssign
    resource: Resource
    scope: Scope
    uses: Sequence[Use]


def opened_name(node: ast.stmt) -> tuple[str, ast.Call] | None:
    """Return the name and the call of `name = call(...)`, None for other statements."""
    if not isinstance(node, (ast.Assign, ast.AnnAssign)):
        return None
    call = acquisition(node.value)
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if call is None or len(targets) != 1 or not isinstance(targets[0], ast.Name):
        return None
    return targets[0].id, call


def extent_of(opened: Opened, names: Names) -> tuple[ast.stmt | None, str]:
    """Return the last statement that a `with` must hold, None when none can be written, and what may change by it."""
    if not _allows_with(opened):
        return None, ""
    block = block_of(opened.statement)
    begin = _index(block, opened.statement)
    places = [_place(use.node, block) for use in opened.uses if use.how is not How.BIND]
    inside = [place for place in places if place is not None and place > begin]
    if not places or len(inside) < len(places) or _is_in_the_way(opened):
        return None, ""
    closed = _closed_at(opened.uses, block, begin)
    if closed is None:
        return _until_last_use(opened, block, begin, max(inside), names)
    if max(inside) > closed:
        return None, ""
    return block[_behind_other_closings(block, begin, closed)], opened.resource.caution


def lives_on(opened: Opened, names: Names) -> bool:
    """Tell whether what was made from a resource gets out, so that the resource has to stay open for it.

    A database session is different: objects of the ORM go around without it. So does work that an executor was given.
    """
    if opened.resource.kind in (Kind.SESSION, Kind.EXECUTOR):
        return False
    dependents = Dependents(opened.name, opened.resource, opened.scope.body, names, trusts_names=True)
    return dependents.leaving(opened.scope.body) is not None


def _allows_with(opened: Opened) -> bool:
    resource = opened.resource
    if resource.manager is Manager.NONE:
        return False
    is_coroutine = isinstance(opened.scope.function, ast.AsyncFunctionDef)
    opened_by_await = isinstance(opened.statement.value, ast.Await)
    return is_coroutine if resource.is_async else not opened_by_await


def _is_in_the_way(opened: Opened) -> bool:
    """Tell whether the name is bound again, or its value entered by a `with` that is the resource's own."""
    if sum(use.how is How.BIND and isinstance(use.node.ctx, ast.Store) for use in opened.uses) > 1:
        return True
    return opened.resource.manager is Manager.OWN and any(use.how is How.ENTER for use in opened.uses)


def _closed_at(uses: Sequence[Use], block: Sequence[ast.stmt], begin: int) -> int | None:
    """Return the index of the statement that is the last closing call, when it stands in the block itself."""
    found = [_index(block, s) for s in map(_close_statement, uses) if s is not None and any(s is b for b in block)]
    return max((index for index in found if index > begin), default=None)


def _behind_other_closings(block: Sequence[ast.stmt], begin: int, closed: int) -> int:
    """Return the index of the last closing call in a row, of resources that were opened later and so live inside."""
    opened = {name for statement in block[begin + 1 : closed] for name in _bound_names(statement)}
    while closed + 1 < len(block) and _closed_name(block[closed + 1]) in opened:
        closed += 1
    return closed


def _bound_names(statement: ast.stmt) -> list[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _closed_name(statement: ast.stmt) -> str | None:
    call = acquisition(statement.value) if isinstance(statement, ast.Expr) else None
    func = call.func if call is not None else None
    if isinstance(func, ast.Attribute) and func.attr in ("close", "aclose") and isinstance(func.value, ast.Name):
        return func.value.id
    return None


def _close_statement(use: Use) -> ast.stmt | None:
    if use.how is not How.CLOSE:
        return None
    statement = enclosing_statement(use.node)
    return statement if isinstance(statement, ast.Expr) else None


def _until_last_use(
    opened: Opened, block: Sequence[ast.stmt], begin: int, end: int, names: Names
) -> tuple[ast.stmt | None, str]:
    """The block must hold all that needs the resource; values that need it and get out make the fix unsafe."""
    dependents = Dependents(opened.name, opened.resource, opened.scope.body, names)
    following = [i for i in range(begin + 1, len(block)) if dependents.mentions(block[i])]
    end = _with_others_inside(opened, block, begin, max([end, *following]), names)
    inside = block[begin + 1 : end + 1]
    outside = [n for n in _names_outside(opened.scope, block[begin : end + 1]) if n in dependents.names]
    caution = opened.resource.caution
    if opened.resource.kind is Kind.EXECUTOR:
        return block[end], caution  # all work is done when the block is left
    if outside or dependents.leaving(inside) is not None:
        caution = _leaving_caution(opened)
    return block[end], caution


def _with_others_inside(opened: Opened, block: Sequence[ast.stmt], begin: int, end: int, names: Names) -> int:
    """Return the index of the last statement that needs what is opened inside, so that it can get a `with`, too."""
    at = begin
    while at < end:
        at += 1
        found = opened_name(block[at])
        resource = library_resource(found[1], names) if found is not None else None
        if found is None or resource is None:
            continue
        uses = uses_of(found[0], opened.scope.body, resource.closers, names)
        places = [_place(use.node, block) for use in uses]
        if not any(use.how is How.ESCAPE for use in uses):
            end = max([end, *(place for place in places if place is not None)])
    return end


def _names_outside(scope: Scope, inside: Sequence[ast.stmt]) -> Iterable[str]:
    within = {id(node) for node in walk_own(inside)}
    return (
        node.id
        for node in walk_own(scope.body)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in within
    )


def _leaving_caution(opened: Opened) -> str:
    if opened.resource.kind is Kind.SESSION:
        return DETACHED
    return f"what leaves the block may still need '{opened.name}'"


def _place(node: ast.AST, block: Sequence[ast.stmt]) -> int | None:
    """Return the index of the statement of `block` that holds a node."""
    chain = [node, *ancestors(node)]
    return next((i for i, s in enumerate(block) if any(s is up for up in chain)), None)


def _index(block: Sequence[ast.stmt], statement: ast.stmt) -> int:
    return next(i for i, s in enumerate(block) if s is statement)
