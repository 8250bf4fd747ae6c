"""A traceback that is printed instead of logged: `traceback.print_exc()`, `print(traceback.format_exc())`.

## Why it matters in production

The one text that explains a failure goes to a stream that nobody collects, cut into lines without time or request, or
side by side with a log record that lacks it. Error trackers that hang on to logging never see it.

## Bad

```python
import logging
import traceback

logger = logging.getLogger(__name__)


def refresh(cache):
    try:
        cache.reload()
    except Exception:
        traceback.print_exc()
        cache.clear()
```

## Good

```python
import logging

logger = logging.getLogger(__name__)


def refresh(cache):
    try:
        cache.reload()
    except Exception:
        logger.exception("refresh failed")
        cache.clear()
```

## Fix

Logs the exception, under what was printed with it or the name of the function. Where the handler logs the failure
already, the print goes and that log gets the traceback, if it has none. An import of `traceback` without another use
goes too. Outside of handlers there is no fix, nor for another exception than the one that is caught.

## When it is silent

Where `print-call` is. It is a hint, with an unsafe fix, where that is one for whoever has started the program: behind a
debug switch, and in functions that are called under `if __name__ == "__main__":`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from prodready.engine.finding import Fix, Severity
from prodready.engine.rule import SERVICE_ROLES, Context, FixAvailability, Hit, Proposal, Rule
from prodready.engine.syntax import enclosing_handler, parent
from prodready.fixes.draft import Draft
from prodready.models.loggers import LoggerKind, can_log
from prodready.models.print_levels import logs_traceback
from prodready.models.prints import (
    comment_inside,
    error_log_of,
    in_service_code,
    is_for_developer,
    is_traceback_print,
    is_wanted,
    shows_caught,
)

_LOGGED_ALREADY = "Remove it: the exception is logged already"
_MAY_BE_READ = "whoever has started the program may read it there"


class TracebackPrint(Rule):
    code = "OBS103"
    name = "traceback-print"
    severity = Severity.WARNING
    availability = FixAvailability.SOMETIMES
    roles = SERVICE_ROLES

    def check_call(self, node: ast.Call, context: Context) -> Iterator[Hit]:
        if not is_traceback_print(node, context.names) or not in_service_code(node, context):
            return
        if is_wanted(node, context.names):
            return
        fix = next((p.fix for p in self.proposals(node, context)), None)
        severity = Severity.HINT if is_for_developer(node, context) else None
        yield self.hit(context, node, "the traceback is printed: log the exception", severity=severity, fix=fix)

    def proposals(self, node: ast.AST, context: Context) -> Iterator[Proposal]:
        assert isinstance(node, ast.Call)
        handler = enclosing_handler(node)
        if handler is None or not isinstance(parent(node), ast.Expr) or comment_inside(node, context):
            return
        if not shows_caught(node, handler, context.names):
            return
        log = error_log_of(node, context.names)
        if logs_traceback(handler, node, context.names):
            yield Proposal(_fix(_LOGGED_ALREADY, node, context), partial(_drop, node))
        elif log is not None and log.asks_for_traceback:
            return  # it says that there be none, or leaves that to what it is given
        elif log is not None and log.kind is not LoggerKind.UNKNOWN:
            yield Proposal(_fix("Log the traceback with the error", node, context), partial(_move, node))
        elif can_log(node, context.names):
            yield Proposal(_fix("Log the exception", node, context), partial(_write, node))


def _fix(title: str, node: ast.Call, context: Context) -> Fix:
    return Fix.unsafe(title, _MAY_BE_READ) if is_for_developer(node, context) else Fix(title)


def _drop(node: ast.Call, draft: Draft) -> None:
    from prodready.fixes.traceback_print import drop

    drop(draft, node)


def _move(node: ast.Call, draft: Draft) -> None:
    from prodready.fixes.log_call import add_traceback
    from prodready.fixes.traceback_print import drop

    log = error_log_of(node, draft.context.names)
    assert log is not None
    style = draft.context.settings.traceback_style if log.level == "error" else "exc_info"
    add_traceback(draft, log, style)
    drop(draft, node)


def _write(node: ast.Call, draft: Draft) -> None:
    from prodready.fixes.traceback_print import log_exception

    log_exception(draft, node)
