"""A resource that a `finally` closes by hand, where a `with` would do it.

## Why it matters in production

`x = X()` and the `try` that closes it are two places that have to stay together. A line that slips in between and
raises leaks the resource; with two resources in one `finally` the second stays open when closing the first raises, or
when its own constructor does. `with` closes each of them, in the right order, whatever happens.

## Bad

```python
import sqlite3


def count(path):
    connection = sqlite3.connect(path)
    try:
        return connection.execute("select count(*) from orders").fetchone()[0]
    finally:
        connection.close()
```

## Good

```python
import contextlib
import sqlite3


def count(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute("select count(*) from orders").fetchone()[0]
```

## Fix

Opens the resource in a `with`: its own where leaving that only closes, else `contextlib.closing`, so that nothing but
the closing changes. Resources that one `finally` closes become one `with`, in the order in which they are opened, in
parentheses where it does not fit the line. `except` and `else` clauses, and other statements of the `finally`, stay
inside; where the resource is opened inside the `try`, so that a handler covers the opening, the `with` goes inside
too. It is unsafe only where another statement of the `finally` would change places with the closing, where what is only
guessed to be a class is closed elsewhere, too (it may not bear being closed twice), and for an `ExitStack`, whose
`with` tells what was entered of an exception.

## When it is silent

Where the name is bound more than once, used behind the `finally`, or the resource gets out: it is returned, stored,
captured by a closure, given to a class, or one of its methods is handed on. In `__enter__`, context managers, fixtures
and dependencies. At module level, where functions use it or `__all__` exports it: it lives as long as the process.
In migrations, which have run, and close what they open. Where nobody knows what is closed, except for what looks like a
class: that is a `hint`, as is a `try` of more than forty lines.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from typing import Final

from prodready.engine.finding import Related, Severity
from prodready.engine.rule import PRODUCTION_ROLES, Context, FixAvailability, Hit, Proposal, Rule
from prodready.engine.syntax import TRIES
from prodready.fixes.draft import Draft
from prodready.models.manual_close import ManualClose, manual_close_of, names_of

_LONG: Final = 40  # lines


class ManualCloseRule(Rule):
    code = "RES102"
    name = "manual-close"
    severity = Severity.INFO
    availability = FixAvailability.ALWAYS
    twins = ("SIM115", "R1732")
    roles = PRODUCTION_ROLES

    def check_try(self, node: ast.Try, context: Context) -> Iterator[Hit]:
        found = manual_close_of(node, context) if node.finalbody else None
        if found is not None:
            verb = "is" if len(found.items) == 1 else "are"
            message = f"{names_of(found.items)} {verb} closed by hand in a 'finally'"
            at = context.range_of(found.place)
            severity = _severity(found, node)
            related = [Related(f"'{item.name}' is closed here", context.range_of(item.close)) for item in found.items]
            yield self.hit(context, node, message, at=at, fix=found.fix, severity=severity, related=related)

    check_trystar = check_try

    def proposals(self, node: ast.AST, context: Context) -> Iterator[Proposal]:
        found = manual_close_of(node, context) if isinstance(node, TRIES) else None
        if found is not None:
            yield Proposal(found.fix, partial(_write, found))


def _severity(found: ManualClose, node: ast.Try) -> Severity:
    """What is only guessed to be a class, or too long to be seen at once, is worth a look and no more."""
    known = any(item.resource.is_known for item in found.items)
    return Severity.INFO if known and node.finalbody[-1].lineno - node.lineno <= _LONG else Severity.HINT


def _write(found: ManualClose, draft: Draft) -> None:
    from prodready.fixes.with_block import write_manual_close

    write_manual_close(found, draft)
