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
identifiers (`chat_id`) that are bound on every path; names that sound secret are left out. `with suppress(Exception):`
becomes a `try` with such a handler. In loops, where a traceback per turn would flood the log, the call has the
exception instead; a second action puts in one with the traceback. A handler that leaves the loop has one turn, and
where the exception cannot have a name (`except:`), only the traceback says what it was. The level is the setting
`silent-level`. Where the finding is a hint, the fix is unsafe: the failure may be an expected one. There is none where
the module logs with something that nobody knows how to call (`self.env.log`).

## When it is silent

A handler observes a failure when on every path it raises, logs, warns, reports to an error tracker, counts or marks it
as failed, or uses the exception at all. Never an alarm: guarded imports, `__del__`, `__exit__`, `__repr__`, exit hooks,
handlers of the logging module, waiting for a task that was cancelled, closing or rolling back in a handler that raises,
or in a `finally`, a `try` that only logs, one that only sets attributes and calls nothing, handlers whose comment says
that the failure was logged already or must not be, and those behind which a missing value is an error (`if found is
None: raise …`). What is dropped while the program is being stopped (`if shutdown.is_set(): break`) is not missed.

It is a hint without a fix where somebody counts on the failure: a comment gives the reason, a function that asks
(`is_ready`) answers no, in the handler or behind it, a handler of signals must not wait for a log, the `try` only looks
up, computes or converts (name its exception instead), the function is called `safe` or the like, or its documentation
says that it does what it can ("best effort", "if available"), a handler of another failure tells the client
(`send_text(error)`), a missing value is looked for in a second way (`if not x: try: x = …`), the file that is read is
written right behind (the first time, there is none), the handler makes the same call with something else or a loop goes
on to the next candidate, a function looks something up (`get_model_info`), the `try` only waits for what was started
elsewhere (`await task`), or it raises a plain `Exception` to get to its own handler. Where a queue may be empty, and
the `try` works on what it got, too, there is no fix either, but it is a warning.

It is a hint, too, where the `try` only closes things, or tidies up in an error callback, in a `finally` or in front of
what is raised, where the other side is told of a connection's end, in a method that closes it (`def close(self): …
self.sock.shutdown(…)`) or in front of what is raised anyway, and where the handler observes on some paths or does other
work instead.
"""

from __future__ import annotations

import ast
import enum
import re
from collections.abc import Iterator
from functools import partial

from prodready.engine.finding import Fix, Range, Severity
from prodready.engine.rule import PRODUCTION_ROLES, Context, FixAvailability, Hit, Proposal, Rule
from prodready.engine.settings import Role
from prodready.engine.syntax import LOOPS, in_loop, nearest, walk_own
from prodready.fixes.draft import Draft
from prodready.models.cleanup import is_cleanup
from prodready.models.excuses import (
    absence_is_minded,
    awaits_task,
    defaults_one_lookup,
    defaults_one_value,
    has_another_form,
    has_second_way,
    infers_missing,
    makes_what_is_missing,
    only_stores,
    polls,
    raises_on_purpose,
    says_goodbye,
    tells_client_in_handler,
    tidies_after_error,
    tries_next,
    works_too,
)
from prodready.models.handlers import (
    Guard,
    gives_reason,
    guarded_by,
    guards_computation,
    is_broad,
    is_broad_suppress,
    is_to_be_safe,
    may_be_silent,
    says_no,
    tidies_behind,
)
from prodready.models.harm import handles_signal
from prodready.models.loggers import can_log
from prodready.models.naming import may_name_exception
from prodready.models.reasons import told_already
from prodready.models.silence import Silence, silence

_NOBODY = "nobody sees this failure: log it"
_SOME = "some paths hide this failure: log it"
_ANY = "any failure passes for the expected one: name its exception"
_TITLE = "Log the failure"
_MAY_BE_EXPECTED = "the failure may be an expected one"


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
        if only_stores(node) or told_already(node, context):
            return
        if not absence_is_minded(node):
            yield self._found(node, context, _head(node, context), found)

    def check_with(self, node: ast.With, context: Context) -> Iterator[Hit]:
        call = next((i.context_expr for i in node.items if is_broad_suppress(i.context_expr, context.names)), None)
        if call is not None and not may_be_silent(node, context) and not only_stores(node):
            yield self._found(node, context, context.range_of(call), Silence.WHOLLY)

    def _found(self, node: Guard, context: Context, at: Range, found: Silence) -> Hit:
        reason = _reason(node, context)
        partly = found is Silence.PARTLY
        mild = found is not Silence.WHOLLY or _does_little_harm(node)
        hint = (reason is not None and reason is not _Reason.MORE) or mild
        fix = None if reason is not None or partly else next((p.fix for p in _ways(node, context, mild=mild)), None)
        message = _SOME if partly else _ANY if reason in (_Reason.VALUE, _Reason.MORE) else _NOBODY
        return self.hit(context, node, message, at=at, severity=Severity.HINT if hint else None, fix=fix)

    def proposals(self, node: ast.AST, context: Context) -> Iterator[Proposal]:
        assert isinstance(node, (ast.ExceptHandler, ast.With))
        found = Silence.WHOLLY
        if isinstance(node, ast.ExceptHandler):
            found = silence(node, context.names, context.settings)
        # Where some paths tell of the failure, a log call in front would tell twice.
        if found is not Silence.PARTLY and _reason(node, context) is None:
            mild = found is not Silence.WHOLLY or _does_little_harm(node)
            yield from _ways(node, context, mild=mild)


def _ways(node: Guard, context: Context, *, mild: bool) -> Iterator[Proposal]:
    """Yield the log calls to put in front; where little harm is done (`mild`), none is made without being asked for."""
    if not can_log(node.body[0], context.names) or (isinstance(node, ast.With) and not _may_become_try(node, context)):
        return
    made = (lambda title: Fix.unsafe(title, _MAY_BE_EXPECTED)) if mild else Fix
    full = Proposal(made(_TITLE), partial(_write, node, traceback=True))
    short = Proposal(made(f"{_TITLE} without traceback"), partial(_write, node, traceback=False))
    yield from (short, full) if _may_come_again(node) and may_name_exception(node) else (full,)


def _may_become_try(node: ast.With, context: Context) -> bool:
    """Tell whether nothing but the types would be lost with the head of a `with suppress(...)`: a name, a comment."""
    head = node.items[0]
    call = context.range_of(head.context_expr)
    comment = context.comment_in(context.range_of(node).start.line, call.end.line - 1)
    behind = context.line(call.end.line)[call.end.column :]
    closes = re.match(r"[\s)]*:", behind) is not None
    if len(node.items) > 1 or head.optional_vars is not None or any(isinstance(n, ast.Starred) for n in _given(node)):
        return False
    return closes and not comment


def _given(node: ast.With) -> list[ast.expr]:
    call = node.items[0].context_expr
    return call.args if isinstance(call, ast.Call) else []


def _may_come_again(guard: Guard) -> bool:
    """Tell whether a loop may come to this failure turn by turn, since its handler does not leave all of them."""
    if not in_loop(guard):
        return False
    if isinstance(guard, ast.With) or any(isinstance(n, ast.Continue) for n in walk_own(guard.body)):
        return True
    last = guard.body[-1]
    left = nearest(last, LOOPS) if isinstance(last, ast.Break) else None
    return in_loop(left[0]) if left is not None else not isinstance(last, ast.Return)


def _does_little_harm(node: Guard) -> bool:
    if is_cleanup(guarded_by(node).body) or tidies_behind(node):
        return True
    return tidies_after_error(node) or says_goodbye(node)


class _Reason(enum.Enum):
    """Why somebody counts on the failure: a traceback for each would be noise, and no fix can know better.

    `VALUE`: a value may be missing or wrong, and the exception for that should be named. `MORE`: so it should, and
    there is work beside it whose failure nobody counts on.
    """

    VALUE = "value"
    MORE = "more"
    OTHER = "other"


def _reason(node: Guard, context: Context) -> _Reason | None:
    names = context.names
    if gives_reason(node, context) or says_no(node, names) or infers_missing(node) or has_second_way(node):
        return _Reason.VALUE
    if polls(node, names):
        return _Reason.MORE if works_too(node, names) else _Reason.VALUE
    if has_another_form(node) or tries_next(node) or defaults_one_lookup(node, names):
        return _Reason.VALUE
    if defaults_one_value(node, names) or guards_computation(node, names) or makes_what_is_missing(node, names):
        return _Reason.VALUE
    if is_to_be_safe(node) or tells_client_in_handler(node) or awaits_task(node, names) or handles_signal(node):
        return _Reason.OTHER
    return _Reason.OTHER if raises_on_purpose(node, names) else None


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
