"""Resources that a function opens and does not close on every path, and what stands in the way of a `with`."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from prodready.engine.finding import Fix
from prodready.engine.remembered import remembered
from prodready.engine.rule import Context
from prodready.engine.semantic import Names
from prodready.engine.syntax import (
    FUNCTIONS,
    TRIES,
    FunctionNode,
    ancestors,
    dotted,
    enclosing_function,
    is_constant,
    keyword,
    parent,
    walk_own,
)
from prodready.models.closing_paths import Outcome, Verdict, closing_outcome
from prodready.models.extent import Opened, extent_of, lives_on, opened_name
from prodready.models.guards import Guard
from prodready.models.manual_close import manual_close_of
from prodready.models.naming import callee
from prodready.models.ownership import How, Use, mentions_in, uses_of
from prodready.models.resource_table import Kind, Manager, Resource
from prodready.models.resources import as_used, library_resource, made_by, opened_by
from prodready.models.scopes import Scope, is_bare_module_level, is_bound_once, scope_of

_BORROWED_FREELY: Final = frozenset({Kind.SESSION, Kind.CLIENT})
"""Kinds that are passed around while their owner keeps them: a function that gets one is not expected to close it."""
_STREAMS: Final = frozenset({
    "builtins.open", "io.open", "io.BufferedReader", "io.FileIO", "io.IOBase", "io.RawIOBase", "typing.BinaryIO",
    "typing.IO", "tempfile.NamedTemporaryFile", "tempfile.SpooledTemporaryFile", "tempfile.TemporaryFile",
})  # fmt: skip
"""What makes a stream, or says of a parameter that it is one."""
_FILE_WORK: Final = frozenset({"read", "readline", "readlines", "write", "writelines"})
_STREAM_METHODS: Final = frozenset({"read", "readline", "seek", "tell"})
_OUTCOMES: Final = frozenset({"exception", "result"})
_WAITS: Final = _OUTCOMES | {"as_completed", "map", "wait", "wait_for"}

MOST_FOLLOWED: Final = 50
"""Resources that a function may open for them to be looked at: nobody opens more by hand."""


@dataclass(frozen=True, eq=False)
class Leak:
    """A local resource that is not closed on every path.

    `last` is the last statement, in the block of `statement`, that must stand inside a `with`; None when none can be
    written. `caution` says what may change then, empty when nothing does. `unawaited` is a closing method whose
    coroutine nobody awaits, so that nothing happens.
    """

    name: str
    call: ast.Call
    statement: ast.Assign | ast.AnnAssign
    resource: Resource
    outcome: Outcome
    last: ast.stmt | None = None
    caution: str = ""
    unawaited: str = ""

    @property
    def fix(self) -> Fix | None:
        """What the repair promises, None when there is none."""
        if self.last is None:
            return None
        title = f"Close '{self.name}' by a 'with'"
        return Fix.unsafe(title, self.caution) if self.caution else Fix(title)

    @property
    def problem(self) -> str:
        """What happens to the resource, for messages: `'session' is never closed`."""
        reason = f", as '{self.unawaited}' is not awaited" if self.unawaited else ""
        return f"'{self.name}' {_problem(self.outcome)}{reason}"


def leak_of(node: ast.Assign | ast.AnnAssign, context: Context, kinds: frozenset[Kind]) -> Leak | None:
    """Return the leak that an assignment begins, None when it opens nothing of these kinds, or it is taken care of."""
    opened = opened_name(node)
    if opened is None:
        return None
    name, call = opened
    resource = opened_by(call, context.names)
    if resource is None or resource.kind not in kinds:
        return None
    scope = scope_of(node)
    if scope is None or _is_laid_over(call, context.names):
        return None
    if not is_bound_once(name, scope, context, may_be_deleted=True):
        return None
    if is_bare_module_level(node):
        return _at_module_level(Leak(name, call, node, resource, Outcome(Verdict.NEVER)), context)
    if scope.function is not None and _opens_too_many(scope.function, context.names):
        return None
    uses = uses_of(name, scope.body, resource.closers | {"close", "aclose"}, context.names)
    resource = as_used(resource, _closers(uses), _is_awaited(uses))
    if resource.kind is Kind.EXECUTOR and _will_not_wait(uses, scope):
        resource = replace(resource, manager=Manager.NONE)
    outcome = _outcome(Opened(name, node, resource, scope, uses), context)
    if (
        outcome.verdict is Verdict.ALWAYS
        or not _is_ours(uses, resource, outcome, scope)
        or _is_hand_closed(uses, node, context)
    ):
        return None
    opened_here = Opened(name, node, resource, scope, uses)
    if outcome.verdict is Verdict.NEVER and lives_on(opened_here, context.names):
        return None
    unawaited = next((use.method for use in uses if _is_dropped(use, resource)), "")
    last, caution = extent_of(opened_here, context.names) if not unawaited else (None, "")
    return Leak(name, call, node, resource, outcome, last, caution, unawaited)


@remembered
def _opens_too_many(function: FunctionNode, names: Names) -> bool:
    """Tell whether a function opens more than can be followed through all of it, one by one."""
    assigned = (n for n in walk_own(function.body) if isinstance(n, (ast.Assign, ast.AnnAssign)))
    opened = (found[1] for node in assigned if (found := opened_name(node)) is not None)
    return sum(library_resource(call, names) is not None for call in opened) > MOST_FOLLOWED


def _at_module_level(leak: Leak, context: Context) -> Leak | None:
    """A name at module level that nothing closes; only files, as a client there lives as long as the process."""
    closed = leak.name in context.facts.module_closes
    return leak if leak.resource.kind is Kind.FILE and not closed else None


def _is_laid_over(call: ast.Call, names: Names) -> bool:
    """Whether a file object is laid over memory, or reads from a stream of somebody else's, which it leaves open.

    Nothing of the system's is open then that closing it would give back.
    """
    makers = [made_by(value, names) or "" for value in (*call.args, *(k.value for k in call.keywords))]
    if keyword(call, "fileobj") is not None or any(maker.endswith(("BytesIO", "StringIO")) for maker in makers):
        return True
    mode = keyword(call, "mode") or next(iter(call.args[1:]), None)
    reads = mode is None or (isinstance(mode, ast.Constant) and str(mode.value).startswith("r"))
    return reads and (not _STREAMS.isdisjoint(makers) or any(_is_read_from(value, names) for value in call.args[:1]))


def _is_read_from(node: ast.expr, names: Names) -> bool:
    """Whether a name holds a stream, by what it is asked for in its function."""
    function = enclosing_function(node)
    if not isinstance(node, ast.Name) or not isinstance(function, FUNCTIONS):
        return False
    owners = (parent(mention) for mention in mentions_in(function.body, names).get(node.id, ()))
    return any(isinstance(owner, ast.Attribute) and owner.attr in _STREAM_METHODS for owner in owners)


def _will_not_wait(uses: Sequence[Use], scope: Scope) -> bool:
    """Whether a function does not wait for all the work of its executor, as leaving a `with` would, maybe for ever.

    `executor.shutdown(wait=False)`, `future.result(timeout=5)`
    """
    shutdowns = (parent(parent(use.node) or use.node) for use in uses if use.how is How.CLOSE)
    if any(isinstance(call, ast.Call) and is_constant(keyword(call, "wait"), False) for call in shutdowns):
        return True
    calls = [n for n in walk_own(scope.body) if isinstance(n, ast.Call)]
    if any(call.func.attr == "run_in_executor" for call in calls if isinstance(call.func, ast.Attribute)):
        return not all(_is_awaited_at_once(use.node) for use in uses if use.how is How.READ)
    return any(_is_limited(call) for call in calls if callee(call).rpartition(".")[2] in _WAITS)


def _is_awaited_at_once(node: ast.AST) -> bool:
    """Whether what a node is part of is waited for right there, so that leaving a `with` blocks no event loop."""
    chain = itertools.takewhile(lambda up: not isinstance(up, ast.stmt), ancestors(node))
    return any(isinstance(up, ast.Await) for up in chain)


def _is_limited(call: ast.Call) -> bool:
    """Whether a call waits for some time only."""
    timeout = keyword(call, "timeout")
    if timeout is None and isinstance(call.func, ast.Attribute) and call.func.attr in _OUTCOMES:
        timeout = next(iter(call.args), None)
    return timeout is not None and not is_constant(timeout, None)


def _closers(uses: Iterable[Use]) -> set[tuple[str, bool]]:
    return {(use.method, use.awaited) for use in uses if use.how is How.CLOSE}


def _is_awaited(uses: Iterable[Use]) -> bool:
    return any(use.awaited for use in uses)


def _is_ours(uses: Sequence[Use], resource: Resource, outcome: Outcome, scope: Scope) -> bool:
    """Tell whether closing is up to this function: nobody else got hold of the resource."""
    kept = {How.ESCAPE} if resource.kind is Kind.SESSION else {How.ESCAPE, How.WRAPPED}
    if any(use.how in kept for use in uses):
        return False
    # What has to be awaited to be closed, a function that cannot await leaves to whoever gets it.
    if resource.is_async and not isinstance(scope.function, ast.AsyncFunctionDef):
        return all(use.how is not How.LENT for use in uses)
    # Where it ends well, and stays open, a call that got it may have kept it: a server its listening socket.
    if outcome.verdict is not Verdict.FAILURE and resource.kind not in _BORROWED_FREELY:
        lent = [index for index, use in enumerate(uses) if use.how is How.LENT]
        return not lent or (resource.kind is Kind.FILE and _is_used_on(uses[lent[-1] + 1 :]))
    return True


def _is_used_on(uses: Sequence[Use]) -> bool:
    """Whether a file is read or written after it was passed on: whoever got it has not closed it."""
    return any(use.how is How.METHOD and use.method in _FILE_WORK for use in uses)


def _is_hand_closed(uses: Sequence[Use], node: ast.stmt, context: Context) -> bool:
    """Tell whether a `finally` closes the resource by hand, which is another rule's finding."""
    for use in uses:
        if use.how is How.CLOSE:
            tries = (up for up in ancestors(use.node) if isinstance(up, TRIES))
            if any(_closes(up, node, context) for up in tries):
                return True
    return False


def _closes(node: ast.Try, opens: ast.stmt, context: Context) -> bool:
    found = manual_close_of(node, context)
    return found is not None and any(item.acquisition is opens for item in found.items)


def _outcome(opened: Opened, context: Context) -> Outcome:
    sites = {id(_site(use.node)) for use in opened.uses if _ends_it(use, opened.resource)}
    if not sites:
        return Outcome(Verdict.NEVER)
    meaning = Guard(opened.name).meaning
    return closing_outcome(opened.scope.body, opened.statement, lambda here: id(here) in sites, meaning, context.names)


def _ends_it(use: Use, resource: Resource) -> bool:
    """Whether a use closes the resource: by a call, by its own `with`, or by one that closes whatever it gets."""
    if use.how is How.ENTER:
        return not resource.is_transaction or not isinstance(parent(use.node), ast.withitem)
    return use.how is How.CLOSE and not _is_dropped(use, resource)


def _is_dropped(use: Use, resource: Resource) -> bool:
    """Whether a use makes a coroutine that would close the resource, and nobody awaits that."""
    if not resource.is_async or use.awaited or use.how is not How.CLOSE or use.method not in ("close", "aclose"):
        return False
    call = parent(parent(use.node) or use.node)
    return call is not None and isinstance(parent(call), ast.Expr)


def _site(node: ast.Name) -> ast.AST:
    """Return the simple statement, or the item of a `with`, that a closing mention belongs to."""
    return next((up for up in ancestors(node) if isinstance(up, (ast.withitem, ast.stmt))), node)


def _problem(outcome: Outcome) -> str:
    if outcome.verdict is Verdict.NEVER:
        return "is never closed"
    if outcome.verdict is Verdict.SOMETIMES:
        return "is not closed on every path"
    return f"is never closed when {_cause(outcome.cause)}"


def _cause(node: ast.AST | None) -> str:
    if isinstance(node, ast.Call):
        written = dotted(node.func)
        name = written.rpartition(".")[2] if written else getattr(node.func, "attr", "")
        return f"'{name}' raises" if name else "a call raises"
    if isinstance(node, ast.Assert):
        return "the 'assert' fails"
    return "the caller stops early" if isinstance(node, (ast.Yield, ast.YieldFrom)) else "something raises"
