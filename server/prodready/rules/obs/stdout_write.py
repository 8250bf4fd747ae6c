r"""Service code that writes to standard output or error itself: `sys.stdout.write`, `sys.stderr.write`, `pprint`.

## Why it matters in production

As with `print`, the text has no time, no level and no origin, and it is lost when the process is killed. Written from
several threads or workers, the lines run into each other.

## Bad

```python
import logging
import sys

logger = logging.getLogger(__name__)


def refuse(order_id):
    sys.stderr.write(f"order {order_id} refused\n")
```

## Good

```python
import logging

logger = logging.getLogger(__name__)


def refuse(order_id):
    logger.warning("order %s refused", order_id)
```

## Fix

A whole line becomes a log call, as for `print-call`: a warning from standard error, else info, an error by its words,
the exception in a handler. `pprint(x)` logs `pprint.pformat(x)`. An import of `sys` that is left without a use goes.
It is unsafe because the text leaves the stream. Text that is no whole line, such as progress, has no fix, nor have
several lines at once (`writelines`) and the output of something else that is passed on (`if stream == "stdout": …`).

## When it is silent

Where `print-call` is, and for `sys.stdout.buffer`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from prodready.engine.finding import Fix, Severity
from prodready.engine.rule import SERVICE_ROLES, Context, FixAvailability, Hit, Proposal, Rule
from prodready.engine.syntax import is_blank
from prodready.fixes.draft import Draft
from prodready.models.loggers import can_log
from prodready.models.output import is_coloured, is_left_alone, is_output, severity_of
from prodready.models.print_levels import LEVELS, level_of, reason_to_ask
from prodready.models.prints import (
    Output,
    comment_inside,
    output_call,
    tells_secret,
)


class StdoutWrite(Rule):
    code = "OBS102"
    name = "stdout-write"
    severity = Severity.WARNING
    availability = FixAvailability.SOMETIMES
    twins = ("T203",)
    roles = SERVICE_ROLES

    def check_call(self, node: ast.Call, context: Context) -> Iterator[Hit]:
        found = output_call(node, context.names)
        if found is None or is_left_alone(node, found.stream, context):
            return
        fix = next((p.fix for p in self._ways(found, context)), None)
        message = f"{found.name}() in service code: log it"
        yield self.hit(context, node, message, severity=severity_of(node, context), fix=fix)

    def proposals(self, node: ast.AST, context: Context) -> Iterator[Proposal]:
        found = output_call(node, context.names) if isinstance(node, ast.Call) else None
        return self._ways(found, context) if found is not None else iter(())

    def _ways(self, found: Output, context: Context) -> Iterator[Proposal]:
        if not found.is_line or tells_secret(found.node) or comment_inside(found.node, context):
            return
        if all(map(is_blank, found.node.args)) or not can_log(found.node, context.names):
            return
        if is_output(found.node, context) or is_coloured(found.node, context):
            return
        first = level_of(found.node, found.stream, context.names)
        reason = reason_to_ask(found.node, found.stream)
        for level in (first, *(n for n in LEVELS if n not in (first, "exception"))):
            title = "Log the exception" if level == "exception" else f"Log it with level {level}"
            yield Proposal(Fix.unsafe(title, reason), partial(_write, found, level))


def _write(found: Output, level: str, draft: Draft) -> None:
    from prodready.fixes.from_print import log_formatted, log_instead

    if found.is_pprint:
        log_formatted(draft, found.node, level)
        return
    log_instead(draft, found.node, level)
