"""A log call that asks for the traceback of the current exception, where no exception is being handled.

## Why it matters in production

The record ends with `NoneType: None` instead of a traceback. Error trackers open an issue without a place, and
whoever reads the log looks for an exception that never was, or that was lost on the way here.

## Bad

```python
import logging

logger = logging.getLogger(__name__)


def on_done(exc: BaseException):
    logger.error("the task died", exc_info=True)
```

## Good

```python
import logging

logger = logging.getLogger(__name__)


def on_done(exc: BaseException):
    logger.error("the task died", exc_info=exc)
```

## Fix

Hands over the exception that the function got as a parameter, or has just found by `isinstance(x, SomeError)`. Where
there is none, `.exception(...)` becomes `.error(...)` and `exc_info=True` goes; that is unsafe, as the function may
be called while an exception is handled.

## When it is silent

In handlers and `finally` blocks, in functions that a handler of the module calls or that are registered as exception
handlers, in `__exit__`, in functions that ask `sys.exc_info()`, in methods that a logger of one's own consists of, and
in lambdas; and where a parameter for the exception may be None. Functions whose name says that they deal with failures
(`on_error`, `log_failure`), those that are handed on as callbacks, methods of classes with bases, and functions that
get the exception as a parameter may be called from a handler elsewhere: there it is a hint, and where the name says so
of what others call (`loop.start(on_error=self.on_timer_error)`), nothing is said.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from prodready.engine.finding import Fix, Severity
from prodready.engine.rule import PRODUCTION_ROLES, Context, FixAvailability, Hit, Proposal, Rule
from prodready.engine.settings import Role
from prodready.fixes.draft import Draft
from prodready.models.loggers import LogCall, LoggerKind, log_call
from prodready.models.no_exception import (
    deals_with_failures,
    exception_parameter,
    found_exception,
    is_called_from_elsewhere,
    may_handle_exception,
    may_lack_exception,
)

_REASON = "the function may be called while an exception is handled"


class TracebackOutsideHandler(Rule):
    code = "OBS302"
    name = "traceback-outside-handler"
    severity = Severity.WARNING
    availability = FixAvailability.SOMETIMES
    twins = ("LOG004", "LOG014")
    roles = PRODUCTION_ROLES | {Role.MIGRATION}

    def check_call(self, node: ast.Call, context: Context) -> Iterator[Hit]:
        call = log_call(node, context.names)
        if call is None or not call.traceback_of_current:
            return
        if may_handle_exception(node, context.names) or may_lack_exception(node):
            return
        after_failure, from_elsewhere = deals_with_failures(node), is_called_from_elsewhere(node, context.names)
        if after_failure and from_elsewhere:
            return
        given = None if found_exception(node) else exception_parameter(node)
        unsure = call.kind is LoggerKind.UNKNOWN or given is not None or after_failure or from_elsewhere
        fix = next((p.fix for p in _ways(call)), None)
        message = "no exception is being handled here: the traceback would be empty"
        if given is not None:
            message = f"the traceback is that of whatever is being handled: pass '{given}'"
        yield self.hit(context, node, message, severity=Severity.HINT if unsure else None, fix=fix)

    def proposals(self, node: ast.AST, context: Context) -> Iterator[Proposal]:
        call = log_call(node, context.names)
        return _ways(call) if call is not None else iter(())


def _ways(call: LogCall) -> Iterator[Proposal]:
    if call.kind is LoggerKind.UNKNOWN:
        return
    if call.receiver is None and (call.kind is LoggerKind.LOGURU or call.method in ("exception", "aexception")):
        return
    name = found_exception(call.node) or exception_parameter(call.node)
    if name is not None:
        yield Proposal(Fix(f"Log the traceback of '{name}'"), partial(_hand_over, call, name))
    yield Proposal(Fix.unsafe("Log without traceback", _REASON), partial(_drop, call))


def _hand_over(call: LogCall, name: str, draft: Draft) -> None:
    from prodready.fixes.log_call import give_exception

    give_exception(draft, call, name)


def _drop(call: LogCall, draft: Draft) -> None:
    from prodready.fixes.log_call import drop_traceback

    drop_traceback(draft, call)
