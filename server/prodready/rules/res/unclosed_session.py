"""A SQLAlchemy session that a function opens and does not close on every path.

## Why it matters in production

A session holds a connection of the pool, and a transaction on it, until it is closed. A session that nobody closes
keeps both until the garbage collector comes by. Under load, or when an exception keeps the frame alive, that is too
late: the pool runs dry, requests wait for a connection and time out, and the database sees transactions that stay open
for hours.

## Bad

```python
from sqlalchemy import create_engine, select
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker(bind=create_engine("sqlite://"))


def names():
    session = SessionLocal()
    rows = session.execute(select(User.name)).all()
    return [r[0] for r in rows]
```

## Good

```python
from sqlalchemy import create_engine, select
from sqlalchemy.orm import sessionmaker

SessionLocal = sessionmaker(bind=create_engine("sqlite://"))


def names():
    with SessionLocal() as session:
        rows = session.execute(select(User.name)).all()
    return [r[0] for r in rows]
```

## Fix

Opens the session in a `with` (an asynchronous one in an `async with`) that ends behind the last statement that needs
it. Statements that use objects of the ORM stay inside, as lazy attributes need the session. Where such objects leave
the block, in a `return` for instance, the fix is unsafe: they are detached from then on. Leaving the block closes the
session and commits nothing, exactly as `close()` does. Where only the name tells that a session is made (`SessionLocal`
of a module that is not in sight), it is a hint, and the fix unsafe. A session that is used where it is opened, and has
no name (`SessionLocal().get(User, 1)`), gets one, and its `with`.

## When it is silent

Where somebody else got hold of the session: it is returned, yielded, stored in an object or a container, captured by a
closure, or given to a class or a function that may keep it (not to an object that the function only asks for something,
as `Orders(session).total()`). Also in `__enter__`, context managers, fixtures, dependencies (a generator with one
`yield`), for a `scoped_session`, which hands out one session for each thread, for a session on a connection of somebody
else's, and in tests and migrations.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from prodready.engine.finding import Severity
from prodready.engine.rule import PRODUCTION_ROLES, Context, FixAvailability, Hit, Proposal, Rule
from prodready.engine.settings import Role
from prodready.fixes.with_proposals import with_proposals
from prodready.models.leaks import leak_of
from prodready.models.resource_table import Kind, Resource
from prodready.models.unbound import unbound_of

_KINDS: Final = frozenset({Kind.SESSION})


class UnclosedSession(Rule):
    code = "RES101"
    name = "unclosed-session"
    severity = Severity.WARNING
    availability = FixAvailability.SOMETIMES
    roles = PRODUCTION_ROLES

    def check_assign(self, node: ast.Assign, context: Context) -> Iterator[Hit]:
        yield from self._check(node, context)

    def check_annassign(self, node: ast.AnnAssign, context: Context) -> Iterator[Hit]:
        yield from self._check(node, context)

    def check_call(self, node: ast.Call, context: Context) -> Iterator[Hit]:
        unbound = unbound_of(node, context, _KINDS)
        if unbound is not None:
            severity = _severity(unbound.resource, node, context)
            yield self.hit(context, node, unbound.problem, fix=unbound.fix, severity=severity)

    def proposals(self, node: ast.AST, context: Context) -> Iterator[Proposal]:
        return with_proposals(node, context, _KINDS)

    def _check(self, node: ast.Assign | ast.AnnAssign, context: Context) -> Iterator[Hit]:
        leak = leak_of(node, context, _KINDS)
        if leak is not None:
            message = f"{leak.problem}: its database connection stays out of the pool"
            severity = _severity(leak.resource, node, context)
            at = context.range_of(leak.call)
            yield self.hit(context, node, message, at=at, fix=leak.fix, severity=severity)


def _severity(session: Resource, node: ast.AST, context: Context) -> Severity | None:
    """What is only guessed to be a session is worth a look and no more."""
    if not session.is_known:
        return Severity.HINT
    return None if context.role_at(node) in (Role.SERVICE, Role.SETTINGS) else Severity.INFO
