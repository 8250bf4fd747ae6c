"""A file, socket, connection, client or executor that a function opens and does not close on every path.

## Why it matters in production

What stays open adds up: file descriptors run out ("Too many open files"), the pool of connections runs dry, sockets
stay half open, threads of an executor never end. Mostly it goes well until something raises, because only then the
call that closes is skipped. CPython closes some of it when the last reference dies, but a logged exception keeps its
frames, and with them the reference, alive.

## Bad

```python
import httpx


def load_rates(url):
    client = httpx.Client()
    response = client.get(url)
    response.raise_for_status()
    client.close()
    return response.json()
```

## Good

```python
import httpx


def load_rates(url):
    with httpx.Client() as client:
        response = client.get(url)
        response.raise_for_status()
    return response.json()
```

## Fix

Opens the resource in a `with` that ends where it is closed today, or behind the last statement that needs it where it
is never closed. Library knowledge decides which `with`: `sqlite3.connect()` and most database drivers get
`contextlib.closing`, as their own `with` ends a transaction and does not close; asynchronous clients get `async with`.
A `with` that only ends a transaction, such as that of `sqlite3.connect()`, gets `contextlib.closing` around what it
opens. `data = open(path).read()` becomes a `with` of two lines, and `for line in open(path):` stands in one. The fix is
unsafe where what leaves the block may still need the resource (a lazy reader, a cursor), and for executors, whose
`with` waits for the work; there is none for an executor that the function does not wait for, or only for some time
(`shutdown(wait=False)`, `result(timeout=5)`).

## When it is silent

Where somebody else got hold of the resource: it is returned, yielded, stored in an object or a container, captured by a
closure, given to a class or a function that may keep or close it, or one of its methods is handed on. Also in
`__enter__`, context managers, fixtures, dependencies, for clients at module level, which live as long as the process,
for what reads from a stream that somebody else opened (`ZipFile(upload)`), and in tests. A file, a connection of
`sqlite3`, or an executor, whose threads end with it, whose closing call is only skipped by an exception, and a file
that has no name, is reported at `info`; a cursor, which goes with its connection, at `hint`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from typing import Final

from prodready.engine.finding import Fix, Severity
from prodready.engine.rule import PRODUCTION_ROLES, Context, FixAvailability, Hit, Proposal, Rule
from prodready.engine.settings import Role
from prodready.fixes.draft import Draft
from prodready.fixes.with_proposals import with_proposals
from prodready.models.closing_paths import Verdict
from prodready.models.leaks import Leak, leak_of
from prodready.models.resource_table import Kind, Manager
from prodready.models.transactions import Transaction, transaction_of
from prodready.models.unbound import unbound_of

_KINDS: Final = frozenset(Kind) - {Kind.SESSION, Kind.OBJECT}
_COLLECTED: Final = frozenset({Kind.FILE, Kind.TEMPORARY})
_CLOSE: Final = Fix("Close it behind its transaction")


class UnclosedResource(Rule):
    code = "RES103"
    name = "unclosed-resource"
    severity = Severity.WARNING
    availability = FixAvailability.SOMETIMES
    twins = ("SIM115", "R1732")
    roles = PRODUCTION_ROLES | {Role.MIGRATION}

    def check_assign(self, node: ast.Assign, context: Context) -> Iterator[Hit]:
        yield from self._check_bound(node, context)

    def check_annassign(self, node: ast.AnnAssign, context: Context) -> Iterator[Hit]:
        yield from self._check_bound(node, context)

    def check_call(self, node: ast.Call, context: Context) -> Iterator[Hit]:
        found = transaction_of(node, context)
        if found is not None:
            kind, severity = found.resource.kind, Severity.INFO if found.resource.is_local else Severity.WARNING
            message = f"this 'with' ends a transaction and leaves '{found.name}' open"
            yield self.hit(context, node, message, fix=_CLOSE, severity=_milder(severity, kind, node, context))
            return
        unbound = unbound_of(node, context, _KINDS)
        if unbound is not None:
            kind = unbound.resource.kind
            severity = _milder(Severity.INFO if kind in _COLLECTED else Severity.WARNING, kind, node, context)
            yield self.hit(context, node, unbound.problem, fix=unbound.fix, severity=severity)

    def proposals(self, node: ast.AST, context: Context) -> Iterator[Proposal]:
        found = transaction_of(node, context) if isinstance(node, ast.Call) else None
        if found is None:
            return with_proposals(node, context, _KINDS)
        return iter((Proposal(_CLOSE, partial(_write_transaction, found)),))

    def _check_bound(self, node: ast.Assign | ast.AnnAssign, context: Context) -> Iterator[Hit]:
        leak = leak_of(node, context, _KINDS)
        if leak is not None:
            at = context.range_of(leak.call)
            yield self.hit(context, node, leak.problem, at=at, fix=leak.fix, severity=_severity(leak, context))


def _severity(leak: Leak, context: Context) -> Severity:
    kind, fails = leak.resource.kind, leak.outcome.verdict is Verdict.FAILURE
    if fails and kind is Kind.EXECUTOR and leak.resource.manager is Manager.NONE:
        return Severity.HINT
    once = leak.last is None and context.scope_name(leak.statement) == ""
    # What is open to a file beside the program goes with the exception that skips the closing call.
    collected = kind in (Kind.FILE, Kind.EXECUTOR) or leak.resource.is_local
    is_mild = once or kind is Kind.TEMPORARY or (fails and collected)
    return _milder(Severity.INFO if is_mild else Severity.WARNING, kind, leak.statement, context)


def _milder(severity: Severity, kind: Kind, node: ast.AST, context: Context) -> Severity:
    """Scripts and commands end soon, and the process closes all; a cursor goes with its connection."""
    if kind is Kind.CURSOR:
        return Severity.HINT
    return severity if context.role_at(node) in (Role.SERVICE, Role.SETTINGS) else Severity.INFO


def _write_transaction(found: Transaction, draft: Draft) -> None:
    from prodready.fixes.with_block import write_transaction

    write_transaction(found, draft)
