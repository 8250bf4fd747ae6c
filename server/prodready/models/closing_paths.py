"""On which ways out of a function a local resource is still open: a small walk over every path."""

from __future__ import annotations

import ast
import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from prodready.engine.remembered import remembered
from prodready.engine.semantic import Names
from prodready.engine.syntax import SCOPES, TRIES, dotted, walk_own
from prodready.models.loggers import log_call


class Verdict(enum.Enum):
    """How reliably a resource is closed."""

    ALWAYS = "closed on every path"
    FAILURE = "left open when something raises"
    SOMETIMES = "left open on some way out"
    NEVER = "never closed"


@dataclass(frozen=True)
class Outcome:
    """The verdict, and for a failure the node that raises with the resource open."""

    verdict: Verdict
    cause: ast.AST | None = None


class _Exit(enum.Enum):
    RETURN = 1
    RAISE = 2
    BREAK = 3
    CONTINUE = 4


_Jumps: TypeAlias = dict[tuple[_Exit, bool], ast.AST]


@dataclass
class _Flow:
    """What comes of a block: `falls` says whether the resource may be open at its end, None where it has no end.

    `jumps` are the other ways out, by exit and whether the resource may be open then, with the node of the first.
    """

    falls: bool | None
    jumps: _Jumps = field(default_factory=dict)

    def add(self, jumps: _Jumps) -> None:
        for key, cause in jumps.items():
            self.jumps.setdefault(key, cause)


_CALM: Final = frozenset({
    "len", "isinstance", "issubclass", "print", "repr", "str", "id", "type", "bool", "dict", "list", "set", "tuple",
    "hasattr", "range", "enumerate", "zip", "callable", "super", "time.time", "time.monotonic", "time.perf_counter",
})  # fmt: skip
"""Calls that are not worth a `try` of their own."""
_SETTERS: Final = frozenset({"set_missing_host_key_policy", "setblocking", "settimeout"})
"""Methods that only set a value of a socket or a client."""
_BROAD: Final = frozenset({"Exception", "BaseException"})


def closing_outcome(
    body: Sequence[ast.stmt],
    opens: ast.stmt,
    closes: Callable[[ast.stmt | ast.withitem], bool],
    tests: Callable[[ast.expr], bool | None],
    names: Names,
) -> Outcome:
    """Follow the resource that the statement `opens` brings into `body`, to every way out of it.

    Args:
        closes: whether a simple statement, or an item of a `with`, closes the resource.
        tests: what a condition says about it: True "only if it is there", False "only if it is not", None nothing.
    """
    paths = _Paths(opens, closes, tests, names)
    flow = paths.block(body, False)
    if _ends_open(flow):
        calm = _Paths(opens, closes, tests, names, trusts_handlers=True).block(body, False)
        return Outcome(Verdict.SOMETIMES) if _ends_open(calm) else Outcome(Verdict.FAILURE, paths.hidden)
    cause = flow.jumps.get((_Exit.RAISE, True))
    if cause is not None:
        return Outcome(Verdict.FAILURE, cause)
    return Outcome(Verdict.ALWAYS)


def _ends_open(flow: _Flow) -> bool:
    return (_Exit.RETURN, True) in flow.jumps or bool(flow.falls)


class _Paths:
    """The walk for one resource. A state is whether the resource may be open.

    `hidden` is the first node that raises with the resource open where a handler catches that. With `trusts_handlers`,
    handlers are taken to begin with the resource closed: what is still open then is open without any failure.
    """

    def __init__(
        self,
        opens: ast.stmt,
        closes: Callable[[ast.stmt | ast.withitem], bool],
        tests: Callable[[ast.expr], bool | None],
        names: Names,
        *,
        trusts_handlers: bool = False,
    ) -> None:
        self.opens = opens
        self.closes = closes
        self.tests = tests
        self.names = names
        self.trusts_handlers = trusts_handlers
        self.hidden: ast.AST | None = None
        self._known: dict[tuple[int, bool], _Flow] = {}

    def block(self, body: Sequence[ast.stmt], state: bool) -> _Flow:
        """Follow a block, once for each state: a loop looks twice at its block, one in a loop four times otherwise."""
        known = self._known.get((id(body), state))
        if known is None:
            known = self._known[id(body), state] = self._followed(body, state)
        return _Flow(known.falls, dict(known.jumps))

    def _followed(self, body: Sequence[ast.stmt], state: bool) -> _Flow:
        flow = _Flow(state)
        for statement in body:
            if flow.falls is None:
                break
            step = self._statement(statement, flow.falls)
            flow.add(step.jumps)
            flow.falls = step.falls
        return flow

    def _statement(self, node: ast.stmt, state: bool) -> _Flow:
        if isinstance(node, ast.If):
            return self._if(node, state)
        if isinstance(node, (ast.While, ast.For, ast.AsyncFor)):
            return self._loop(node, state)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            return self._with(node, state)
        if isinstance(node, TRIES):
            return self._try(node, state)
        if isinstance(node, ast.Match):
            flow = self._join([self.block(case.body, state) for case in node.cases])
            flow.falls = self._either(flow.falls, state)
            return flow
        if isinstance(node, SCOPES):
            return _Flow(state)
        return self._simple(node, state)

    def _simple(self, node: ast.stmt, state: bool) -> _Flow:
        if node is self.opens:
            return _Flow(True, {(_Exit.RAISE, state): node})
        if self.closes(node):
            state = False
        flow = _Flow(state)
        if isinstance(node, ast.Raise):
            return _Flow(None, {(_Exit.RAISE, state): node})
        risky = _risky(node, self.names)
        if risky is not None:
            flow.jumps[_Exit.RAISE, state] = risky
        if isinstance(node, ast.Return):
            flow.jumps[_Exit.RETURN, state] = node
            flow.falls = None
        elif isinstance(node, (ast.Break, ast.Continue)):
            flow.jumps[_Exit.BREAK if isinstance(node, ast.Break) else _Exit.CONTINUE, state] = node
            flow.falls = None
        return flow

    def _if(self, node: ast.If, state: bool) -> _Flow:
        meaning = self.tests(node.test) if state else None
        then = self.block(node.body, state and meaning is not False)
        other = self.block(node.orelse, state and meaning is not True)
        if state and meaning is None and then.falls is False and not node.orelse and self._closes_within(node.body):
            # `if opened_here: x.close()`: the condition is taken to be the one under which it was opened.
            other.falls = False
        flow = self._join([then, other])
        self._add_risk(flow, [node.test], state)
        return flow

    def _loop(self, node: ast.While | ast.For | ast.AsyncFor, state: bool) -> _Flow:
        header = [node.test] if isinstance(node, ast.While) else [node.iter]
        inner = self.block(node.body, state)
        again = self._either(inner.falls, self._jumped(inner, _Exit.CONTINUE))
        if again and not state:
            inner = self._join([inner, self.block(node.body, True)])
        endless = isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and bool(node.test.value)
        ends = None if endless else self._either(state, self._either(inner.falls, self._jumped(inner, _Exit.CONTINUE)))
        rest = _Flow(None) if ends is None else self.block(node.orelse, ends)
        flow = _Flow(self._either(rest.falls, self._jumped(inner, _Exit.BREAK)), dict(rest.jumps))
        flow.add({key: cause for key, cause in inner.jumps.items() if key[0] in (_Exit.RETURN, _Exit.RAISE)})
        self._add_risk(flow, header, state)
        return flow

    def _with(self, node: ast.With | ast.AsyncWith, state: bool) -> _Flow:
        flow = self.block(node.body, state)
        if any(self.closes(item) for item in node.items):
            closed = {(leave, False): cause for (leave, _), cause in flow.jumps.items()}
            return _Flow(None if flow.falls is None else False, closed)
        if any(_suppresses(item) for item in node.items):
            flow.falls = self._either(flow.falls, self._jumped(flow, _Exit.RAISE))
            flow.jumps = {key: cause for key, cause in flow.jumps.items() if key[0] is not _Exit.RAISE}
        self._add_risk(flow, [item.context_expr for item in node.items], state)
        return flow

    def _try(self, node: ast.Try, state: bool) -> _Flow:
        hidden = self.hidden
        body = self.block(node.body, state)
        cause = body.jumps.get((_Exit.RAISE, True))
        rest = self.block(node.orelse, body.falls) if body.falls is not None else _Flow(None)
        caught = [self._handler(handler, cause) for handler in node.handlers]
        flow = self._join([rest, *caught])
        # A handler that closes is taken to name what can happen, as narrow as it may be.
        caught_all = any(_is_broad(handler) or self._closes_within(handler.body) for handler in node.handlers)
        flow.add({key: cause for key, cause in body.jumps.items() if not (caught_all and key[0] is _Exit.RAISE)})
        if not node.finalbody:
            return flow
        if self._closes_within(node.finalbody):
            self.hidden = hidden
        return self._finally(node.finalbody, flow)

    def _handler(self, handler: ast.ExceptHandler, cause: ast.AST | None) -> _Flow:
        """What a handler makes of `cause`, the node that raised with the resource open (None: it was closed)."""
        flow = self._cleanup(handler.body, cause is not None and not self.trusts_handlers)
        if cause is not None:
            self.hidden = self.hidden or cause
            if (_Exit.RAISE, True) in flow.jumps:
                flow.jumps[_Exit.RAISE, True] = cause
        return flow

    def _finally(self, body: Sequence[ast.stmt], flow: _Flow) -> _Flow:
        after = {state: self._cleanup(body, state) for state in (True, False)}
        result = _Flow(None if flow.falls is None else after[flow.falls].falls)
        for (leave, state), cause in flow.jumps.items():
            left = after[state].falls
            if left is not None:
                result.jumps.setdefault((leave, left), cause)
        for state, cleanup in after.items():
            if flow.falls is state or any(open_ is state for _, open_ in flow.jumps):
                result.add(cleanup.jumps)
        return result

    def _cleanup(self, body: Sequence[ast.stmt], state: bool) -> _Flow:
        """A block that cleans up is trusted to get as far as its closing call."""
        flow = self.block(body, state)
        if state and self._closes_within(body):
            cause = flow.jumps.get((_Exit.RAISE, True))
            if cause is not None and not isinstance(cause, ast.Raise):
                del flow.jumps[_Exit.RAISE, True]
        return flow

    def _closes_within(self, body: Sequence[ast.stmt]) -> bool:
        return any(
            (isinstance(node, ast.stmt) and not hasattr(node, "body") and self.closes(node))
            or (isinstance(node, ast.withitem) and self.closes(node))
            for node in walk_own(body)
        )

    def _add_risk(self, flow: _Flow, header: Iterable[ast.AST], state: bool) -> None:
        found = (risky for node in header if (risky := _risky(node, self.names)) is not None)
        risky = next(found, None)
        if risky is not None:
            flow.jumps.setdefault((_Exit.RAISE, state), risky)

    @staticmethod
    def _jumped(flow: _Flow, leave: _Exit) -> bool | None:
        if (leave, True) in flow.jumps:
            return True
        return False if (leave, False) in flow.jumps else None

    @staticmethod
    def _either(left: bool | None, right: bool | None) -> bool | None:
        known = [state for state in (left, right) if state is not None]
        return any(known) if known else None

    def _join(self, flows: Sequence[_Flow]) -> _Flow:
        result = _Flow(None)
        for flow in flows:
            result.falls = self._either(result.falls, flow.falls)
            result.add(flow.jumps)
        return result


@remembered
def _risky(node: ast.AST, names: Names) -> ast.AST | None:
    """Return the first node in a statement or an expression that may raise; None where all of it is calm."""
    return next((inner for inner in walk_own([node]) if _may_raise(inner, names)), None)


def _may_raise(node: ast.AST, names: Names) -> bool:
    if isinstance(node, ast.Call):
        called = dotted(node.func) or ""
        return called not in _CALM and called.rpartition(".")[2] not in _SETTERS and log_call(node, names) is None
    if isinstance(node, ast.Await):
        return not isinstance(node.value, ast.Call)  # the call itself is met next, and has a name
    return isinstance(node, (ast.Yield, ast.YieldFrom, ast.Assert))


def _is_broad(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any((dotted(t) or "").rpartition(".")[2] in _BROAD for t in types)


def _suppresses(item: ast.withitem) -> bool:
    call = item.context_expr
    return isinstance(call, ast.Call) and (dotted(call.func) or "").rpartition(".")[2] in ("suppress", "raises")
