"""Resources that a `finally` closes by hand, and whether a `with` can take over."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, cast

from prodready.engine.facts import CallSymbol
from prodready.engine.finding import Fix
from prodready.engine.rule import Context
from prodready.engine.syntax import ancestors, block_of, placed, walk
from prodready.models.guards import Guard
from prodready.models.ownership import How, Use, uses_of
from prodready.models.resource_table import Manager, Resource
from prodready.models.resources import acquisition, as_used, closable
from prodready.models.scopes import Scope, is_bare_module_level, is_bound_once, scope_of

_OPENNESS: Final = frozenset({"closed", "is_closed", "open", "is_open", "connected"})
"""What a closing call may depend on and still close whatever is open."""


@dataclass(frozen=True, eq=False)
class Item:
    """One resource of a `finally`.

    `acquisition` is the statement that opens it, in front of the `try` or (`is_inside`) in its block; None where that
    stands directly at module level, maybe in another segment. `initial` is a `name = None` in front of the `try`,
    `close` the statement of the `finally` that closes it. An `initial` may stand for others, too: `x = y = None`.
    """

    name: str
    resource: Resource
    acquisition: ast.Assign | ast.AnnAssign | None
    call: ast.Call
    close: ast.stmt
    is_inside: bool = False
    initial: ast.stmt | None = None

    @property
    def caution(self) -> str:
        """What leaving a `with` does besides what the closing call does, empty where that is nothing."""
        closing = _closing_call(self.close)
        is_same = closing is None or closing.method in self.resource.same_as_with
        return "" if is_same else self.resource.caution


@dataclass(frozen=True, eq=False)
class ManualClose:
    """A `try` whose `finally` closes resources that a `with` can close, in the order in which they are opened."""

    statement: ast.Try
    items: tuple[Item, ...]

    @property
    def rest(self) -> list[ast.stmt]:
        """The statements of the `finally` that stay."""
        return [s for s in self.statement.finalbody if all(s is not item.close for item in self.items)]

    @property
    def is_split(self) -> bool:
        """Whether openings have to be looked for among the statements of the module."""
        return any(item.acquisition is None for item in self.items)

    @property
    def place(self) -> ast.AST:
        """The node to show the finding at: where the first resource is opened, or else closed."""
        first = self.items[0]
        return first.close if first.acquisition is None else first.call

    @property
    def first(self) -> ast.stmt:
        """The first statement, in the block of the `try`, that a rewrite touches."""
        block = block_of(self.statement)
        touched = [s for item in self.items for s in (item.initial, item.acquisition) if s is not None]
        return min((s for s in (*touched, self.statement) if any(s is b for b in block)), key=lambda s: s.lineno)

    @property
    def fix(self) -> Fix:
        """What the repair promises."""
        title = f"Close {names_of(self.items)} by a 'with'"
        reason = self._moved() or self._closed_twice() or next((i.caution for i in self.items if i.caution), "")
        return Fix(title) if not reason else Fix.unsafe(title, reason)

    def _closed_twice(self) -> str:
        """Say what is closed by hand elsewhere, too, and is of a class that may not bear being closed again."""
        touched = block_of(self.statement) if not self.is_split else [self.statement]
        begin = self.first.lineno
        calls = [
            n
            for s in touched
            if begin <= s.lineno <= self.statement.lineno
            for n in walk([s])
            if isinstance(n, ast.Call)
        ]
        for item in self.items:
            own = {id(n) for n in walk([item.close])}
            closers = item.resource.closers | {"close"}
            others = (c for c in calls if id(c) not in own and _closes(c, item.name, closers))
            if not item.resource.is_known and any(others):
                return f"'{item.name}' would be closed twice"
        return ""

    def _moved(self) -> str:
        """Say which statement of the `finally` would run at another time than today, relative to the closing."""
        for item in self.items:
            at = next(i for i, s in enumerate(self.statement.finalbody) if s is item.close)
            before = [s for s in self.statement.finalbody[:at] if any(s is r for r in self.rest)]
            after = [s for s in self.statement.finalbody[at:] if any(s is r for r in self.rest)]
            if item.is_inside and before:
                return f"'{_first_line(before[0])}' would run after '{item.name}' is closed"
            if not item.is_inside and after:
                return f"'{_first_line(after[0])}' would run before '{item.name}' is closed"
        return ""


def _closes(call: ast.Call, name: str, closers: frozenset[str]) -> bool:
    func = call.func
    if not isinstance(func, ast.Attribute) or func.attr not in closers:
        return False
    return isinstance(func.value, ast.Name) and func.value.id == name


def names_of(items: Sequence[Item]) -> str:
    """Return the quoted names of resources, for messages: `'a'`, `'a' and 'b'`, `'a', 'b' and 'c'`."""
    quoted = [f"'{item.name}'" for item in items]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def manual_close_of(node: ast.Try, context: Context) -> ManualClose | None:
    """Return what the `finally` of a `try` closes by hand and a `with` could close; None when there is nothing."""
    answers = context.names.answers
    if (manual_close_of, node) not in answers:
        answers[manual_close_of, node] = _manual_close_of(node, context)
    return cast("ManualClose | None", answers[manual_close_of, node])


def _manual_close_of(node: ast.Try, context: Context) -> ManualClose | None:
    closes = [close for s in node.finalbody if (close := _closing_call(s)) is not None]
    if not closes:
        return None
    scope = scope_of(node)
    if scope is None:
        return None
    found = [item for close in closes if (item := _item(node, close, scope, context)) is not None]
    if not found or len({item.name for item in found}) != len(found):
        return None
    found.sort(key=lambda item: 0 if item.acquisition is None else item.acquisition.lineno)
    return ManualClose(node, tuple(found))


@dataclass(frozen=True, eq=False)
class _Close:
    statement: ast.stmt
    name: str
    method: str
    is_awaited: bool


def _closing_call(statement: ast.stmt) -> _Close | None:
    """Return what `x.close()`, or `if x: x.close()`, closes; None for any other statement."""
    call_statement = statement
    if isinstance(statement, ast.If) and len(statement.body) == 1 and not statement.orelse:
        call_statement = statement.body[0]
    if not isinstance(call_statement, ast.Expr):
        return None
    value = call_statement.value
    is_awaited = isinstance(value, ast.Await)
    call = acquisition(value)
    if call is None or not isinstance(call.func, ast.Attribute) or not isinstance(call.func.value, ast.Name):
        return None
    if call.args or any(not _says_default(k) for k in call.keywords):
        return None
    name = call.func.value.id
    if isinstance(statement, ast.If) and not _is_plain_guard(statement.test, name):
        return None
    return _Close(statement, name, call.func.attr, is_awaited)


def _says_default(argument: ast.keyword) -> bool:
    return argument.arg == "wait" and isinstance(argument.value, ast.Constant) and argument.value.value is True


def _is_plain_guard(test: ast.expr, name: str) -> bool:
    mentioned = {n.id for n in ast.walk(test) if isinstance(n, ast.Name)}
    calls = any(isinstance(n, ast.Call) for n in ast.walk(test))
    asked = {n.attr for n in ast.walk(test) if isinstance(n, ast.Attribute)}
    return mentioned == {name} and not calls and asked <= _OPENNESS and Guard(name).meaning(test) is True


def _item(node: ast.Try, close: _Close, scope: Scope, context: Context) -> Item | None:
    block = block_of(node)
    place = opening_of(close.name, node.body) or opening_of(close.name, _before(node, block))
    if not is_bound_once(close.name, scope, context):
        return None
    if place is None:
        return _module_item(node, close, context) if is_bare_module_level(node) else None
    call = acquisition(place.value)
    assert call is not None
    resource = closable(call, context.names)
    if resource is None:
        return None
    uses = uses_of(close.name, scope.body, resource.closers | {close.method}, context.names)
    resource = as_used(resource, {(close.method, close.is_awaited)}, any(use.awaited for use in uses))
    inside = any(place is s for s in node.body)
    initial = _initial(close.name, _before(node, block))
    item = Item(close.name, resource, place, call, close.statement, inside, initial)
    return item if _can_be_with(item, close, scope) and _is_used_within(item, node, block, uses) else None


def _module_item(node: ast.Try, close: _Close, context: Context) -> Item | None:
    """Return what a `try` directly at module level closes, where only the facts say what opens it."""
    symbol = context.facts.symbol(close.name)
    if not isinstance(symbol, CallSymbol):
        return None
    call = ast.parse(f"{symbol.callee}()", mode="eval").body
    resource = closable(call, context.names) if isinstance(call, ast.Call) else None
    if resource is None or not isinstance(call, ast.Call):
        return None
    item = Item(close.name, resource, None, call, close.statement)
    uses = uses_of(close.name, [node], resource.closers | {close.method}, context.names)
    return item if _closes_as_with(item, close) and all(_is_plain_use(use, item) for use in uses) else None


def opening_of(name: str, statements: Sequence[ast.stmt]) -> ast.Assign | ast.AnnAssign | None:
    """Return the last of some statements that is `name = call(...)`."""
    found = [s for s in _bindings(name, statements) if acquisition(s.value) is not None]
    return found[-1] if found else None


def _before(node: ast.Try, block: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
    return block[: placed(node)[1]]


def _initial(name: str, statements: Sequence[ast.stmt]) -> ast.stmt | None:
    return next((s for s in statements if name in constant_names(s)), None)


def constant_names(statement: ast.stmt) -> list[str]:
    """Return the names that a statement binds to constants: of `x = None`, `x = y = None` and `x, y = None, None`."""
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
        return []
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    bound, values = [*targets], [statement.value]
    if len(targets) == 1 and isinstance(targets[0], ast.Tuple) and isinstance(statement.value, ast.Tuple):
        bound, values = targets[0].elts, statement.value.elts
    names = [target.id for target in bound if isinstance(target, ast.Name)]
    is_plain = len(names) == len(bound) and all(isinstance(value, ast.Constant) for value in values)
    return names if is_plain else []


def _bindings(name: str, statements: Sequence[ast.stmt]) -> Iterator[ast.Assign | ast.AnnAssign]:
    for statement in statements:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if len(targets) == 1 and isinstance(targets[0], ast.Name) and targets[0].id == name:
                yield statement


def _can_be_with(item: Item, close: _Close, scope: Scope) -> bool:
    """Tell whether a `with` may be written in this function, and leaving it does what the closing call does.

    What it does besides has to be known, to be told.
    """
    opened_by_await = item.acquisition is not None and isinstance(item.acquisition.value, ast.Await)
    if opened_by_await and (not item.resource.is_async or item.resource.manager is not Manager.OWN):
        return False
    is_coroutine = isinstance(scope.function, ast.AsyncFunctionDef)
    return _closes_as_with(item, close) and (is_coroutine or not item.resource.is_async)


def _closes_as_with(item: Item, close: _Close) -> bool:
    resource = item.resource
    if close.method not in resource.closers or not (close.method in resource.same_as_with or resource.caution):
        return False
    return close.is_awaited == resource.is_async and resource.manager is not Manager.NONE


def _is_used_within(item: Item, node: ast.Try, block: Sequence[ast.stmt], uses: Sequence[Use]) -> bool:
    """Tell whether the resource stays in the hands of the block between its opening and its closing."""
    if any(not _is_plain_use(use, item) for use in uses):
        return False
    mentions = [use.node for use in uses if not _belongs(use.node, (item.close, item.acquisition, item.initial))]
    in_front = [] if item.is_inside else [node]
    allowed = [*_behind(item.acquisition, node.body if item.is_inside else _before(node, block)), *in_front]
    return all(_belongs(mention, allowed) for mention in mentions)


def _is_plain_use(use: Use, item: Item) -> bool:
    if use.how is How.ENTER:
        return item.resource.manager is Manager.CLOSING and item.resource.is_known
    return use.how is not How.ESCAPE


def _behind(statement: ast.stmt | None, statements: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    found = False
    for other in statements:
        if found:
            yield other
        found = found or other is statement


def _belongs(node: ast.AST, statements: Sequence[ast.stmt | None]) -> bool:
    chain = [node, *ancestors(node)]
    return any(up is s for s in statements if s is not None for up in chain)


def _first_line(statement: ast.stmt) -> str:
    return ast.unparse(statement).split("\n")[0]
