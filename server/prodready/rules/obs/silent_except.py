"""A broad handler that hides the failure: it passes, goes on, or returns a default, and tells nobody.

## Why it matters in production

Whatever goes wrong inside, a refused connection, a renamed column, a typing slip, looks like the ordinary answer. The
failure shows up days later as missing data, with nothing in the log to begin from.

## Bad

```python
import logging

logger = logging.getLogger(__name__)


def sync_status(sync, chat_id):
    try:
        return sync.last(chat_id).summary()
    except Exception:
        return "check failed"
```

## Good

```python
import logging

logger = logging.getLogger(__name__)


def sync_status(sync, chat_id):
    try:
        return sync.last(chat_id).summary()
    except Exception:
        logger.warning("sync_status failed: chat_id=%s", chat_id, exc_info=True)
        return "check failed"
```

## Fix

Puts a log call with traceback in front, and keeps what the handler does. The message names the function and those
identifiers (`chat_id`) that are bound on every path; names that sound secret are left out. `with
suppress(Exception):` becomes a `try` with such a handler. In loops, where a traceback per turn would flood the log, the
call has none; a second action puts in one that has. The level is the setting `silent-level`.

## When it is silent

A handler observes a failure when on every path it raises, logs, warns, reports to an error tracker, counts or marks it
as failed, or uses the exception at all. Never an alarm: guarded imports, `__del__`, `__exit__`, `__repr__`, exit hooks,
handlers of the logging module, waiting for a task that was cancelled, cleaning up in a handler that raises, or in a
`finally`, a default for one expression that only computes (`(end - start).total_seconds()`), a `try` that only logs,
one that only sets attributes and calls nothing, handlers whose comment says that the failure was logged already or must
not be, and those behind which a missing value is an error (`if found is None: raise …`). What is dropped while the
program is being stopped (`if shutdown.is_set(): break`) is not missed.

It is a hint without a fix where somebody counts on the failure: a comment gives the reason, the `try` only looks up or
converts (name its exception instead), the function is called `safe` or the like, or its documentation says that it does
what it can ("best effort"), a handler of another failure tells the client (`send_text(error)`), a missing value is
looked for in a second way (`if not x: try: x = …`), the handler makes the same call with something else, a function
looks something up (`get_model_info`), the `try` only waits for what was started elsewhere (`await task`), or it raises
a plain `Exception` to get to its own handler.

It is a hint, too, where the `try` only closes things, or tidies up in an error callback, and where the handler observes
on some paths or does other work instead.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from prodready.engine.finding import Fix, Range, Severity
from prodready.engine.rule import PRODUCTION_ROLES, Context, FixAvailability, Hit, Proposal, Rule
from prodready.engine.settings import Role
from prodready.engine.syntax import in_loop
from prodready.fixes.draft import Draft
from prodready.models.excuses import (
    absence_is_minded,
    awaits_task,
    defaults_one_lookup,
    defaults_one_value,
    has_another_form,
    has_second_way,
    infers_missing,
    only_stores,
    raises_on_purpose,
    tells_client_in_handler,
    tidies_after_error,
)
from prodready.models.handlers import (
    Guard,
    Silence,
    gives_reason,
    guarded_by,
    guards_computation,
    is_broad,
    is_broad_suppress,
    is_cleanup,
    is_to_be_safe,
    may_be_silent,
    silence,
)
from prodready.models.loggers import can_log
from prodready.models.reasons import told_already

_NOBODY = "nobody sees this failure: log it"
_SOME = "some paths hide this failure: log it"
_ANY = "any failure passes for the expected one: name its exception"
_TITLE = "Log the failure"


class SilentExcept(Rule):
    code = "OBS201"
    name = "silent-except"
    severity = Severity.WARNING
    availability = FixAvailability.SOMETIMES
    twins = ("S110", "S112", "BLE001", "W0718")
    roles = PRODUCTION_ROLES | {Role.MIGRATION}

    def check_excepthandler(self, node: ast.ExceptHandler, context: Context) -> Iterator[Hit]:
        if not is_broad(node, context.names):
            return
        found = silence(node, context.names, context.settings)
        if found is Silence.NONE or may_be_silent(node, context):
            return
        if defaults_one_value(node, context.names) or only_stores(node) or told_already(node, context):
            return
        if absence_is_minded(node):
            return
        hint = found is not Silence.WHOLLY or _is_excusable(node, context)
        message = _SOME if found is Silence.PARTLY else _message(node, context)
        yield self._found(node, context, message, _head(node, context), hint=hint)

    def check_with(self, node: ast.With, context: Context) -> Iterator[Hit]:
        call = next((i.context_expr for i in node.items if is_broad_suppress(i.context_expr, context.names)), None)
        if call is None or may_be_silent(node, context) or only_stores(node):
            return
        at = context.range_of(call)
        hint = _is_excusable(node, context)
        yield self._found(node, context, _message(node, context), at, hint=hint)

    def _found(self, node: Guard, context: Context, message: str, at: Range, *, hint: bool) -> Hit:
        fix = next((proposal.fix for proposal in self.proposals(node, context)), None)
        return self.hit(context, node, message, at=at, severity=Severity.HINT if hint else None, fix=fix)

    def proposals(self, node: ast.AST, context: Context) -> Iterator[Proposal]:
        assert isinstance(node, (ast.ExceptHandler, ast.With))
        if not can_log(node.body[0], context.names) or _tells_in_part(node, context):
            return
        if _is_expected(node, context):
            return
        full = Proposal(Fix(_TITLE), partial(_write, node, traceback=True))
        short = Proposal(Fix(f"{_TITLE} without traceback"), partial(_write, node, traceback=False))
        yield from (short, full) if in_loop(node) else (full,)


def _tells_in_part(node: Guard, context: Context) -> bool:
    """Whether a log call in front would tell twice, or there is no place for one."""
    if isinstance(node, ast.With):
        return len(node.items) > 1
    return silence(node, context.names, context.settings) is Silence.PARTLY


def _is_excusable(node: Guard, context: Context) -> bool:
    """Whether the failure does little harm, so that it is a hint."""
    return _is_expected(node, context) or is_cleanup(guarded_by(node).body) or tidies_after_error(node)


def _is_expected(node: Guard, context: Context) -> bool:
    """Whether somebody counts on the failure: a traceback for each would be noise, and no fix can know better."""
    return (
        gives_reason(node, context)
        or is_to_be_safe(node)
        or raises_on_purpose(node, context.names)
        or tells_client_in_handler(node)
        or awaits_task(node, context.names)
        or _may_lack(node, context)
    )


def _may_lack(node: Guard, context: Context) -> bool:
    """Whether the `try` is there for a value that may be missing or wrong, as is foreseen."""
    names = context.names
    return (
        guards_computation(node, names)
        or infers_missing(node)
        or has_second_way(node)
        or has_another_form(node)
        or defaults_one_lookup(node, names)
    )


def _message(node: Guard, context: Context) -> str:
    return _ANY if gives_reason(node, context) or _may_lack(node, context) else _NOBODY


def _head(node: ast.ExceptHandler, context: Context) -> Range:
    """Where `except Exception as e` stands, without what follows its colon."""
    whole = context.header_range(node)
    body = context.range_of(node.body[0]).start
    if body.line != whole.start.line:
        return whole
    text = context.line(body.line)[: body.column].rstrip()
    return Range.of(whole.start.line, whole.start.column, body.line, len(text))


def _write(node: Guard, draft: Draft, *, traceback: bool) -> None:
    from prodready.fixes.silent import log_first, suppress_to_try

    if isinstance(node, ast.With):
        suppress_to_try(draft, node, traceback=traceback)
    else:
        log_first(draft, node, traceback=traceback)
