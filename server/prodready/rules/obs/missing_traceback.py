"""An unexpected failure that is logged as an error, without its traceback.

## Why it matters in production

"Failed to notify: 'NoneType' object has no attribute 'id'" says what Python thought, not where. Without the traceback
somebody has to guess the line, add it, deploy, and wait until it happens again.

## Bad

```python
import logging

logger = logging.getLogger(__name__)


def notify(lead_id):
    try:
        send(lead_id)
    except Exception as e:
        logger.error(f"Failed to notify artist for lead {lead_id}: {e}")
```

## Good

```python
import logging

logger = logging.getLogger(__name__)


def notify(lead_id):
    try:
        send(lead_id)
    except Exception as e:
        logger.error(f"Failed to notify artist for lead {lead_id}: {e}", exc_info=True)
```

## Fix

Adds `exc_info=True`, or calls `.exception(...)`, as the setting `traceback-style` says; the other one is the second
action. For loguru, which ignores `exc_info`, it is `.opt(exception=True)`. Nothing else of the call changes.

## When it is silent

Where the handler logs the traceback elsewhere on the same path, hands the exception to an error tracker or to a helper
that logs it (`self._log(error)`), or raises again (but not an HTTP error, whose cause nobody logs); where the call says
anything about `exc_info`; where a comment says that the exception must not be logged, or speaks of secrets or
tracebacks; where its text is cut or cleaned (`redact(str(e))`) and so kept out on purpose; and where the handler
catches an expected, narrow type, or one that the `try` raises itself; and where a command tells its user what went
wrong and ends (`return 1`). Narrow types that mean a bug or a failing database (`TypeError`, `SQLAlchemyError`) are
reported as info, and so is a single request (`requests.post(...)`) or text that is parsed (`json.loads(text)`) whose
exception the log tells: there is no doubt where it failed. For loggers of an unknown kind it is a hint, without a fix;
it is a hint, too, where a function that asks (`has_access`) returns False after the log, and, with an unsafe fix, where
the log names no more than the type of the exception.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from typing import Final

from prodready.engine.finding import Fix, Severity
from prodready.engine.rule import PRODUCTION_ROLES, Context, FixAvailability, Hit, Proposal, Rule
from prodready.engine.settings import Role
from prodready.engine.syntax import enclosing_handler
from prodready.fixes.draft import Draft
from prodready.models.error_logs import (
    answers_no,
    cuts_text,
    ends_command,
    is_unexpected,
    lacks_traceback,
    names_type_only,
    one_step_failed,
    raises_what_it_catches,
)
from prodready.models.handlers import is_broad
from prodready.models.loggers import LogCall, LoggerKind, log_call
from prodready.models.reasons import is_kept_short

_MAY_BE_KEPT_OUT: Final = "the text of the exception may be kept out of the log on purpose"
_COMMANDS: Final = frozenset({Role.CLI, Role.SCRIPT})


class MissingTraceback(Rule):
    code = "OBS301"
    name = "missing-traceback"
    severity = Severity.WARNING
    availability = FixAvailability.SOMETIMES
    twins = ("TRY400", "LOG005")
    roles = PRODUCTION_ROLES | {Role.MIGRATION}

    def check_call(self, node: ast.Call, context: Context) -> Iterator[Hit]:
        handler = enclosing_handler(node)
        call = log_call(node, context.names) if handler is not None else None
        if handler is None or call is None or not lacks_traceback(call, handler, context.names):
            return
        if context.role_at(node) in _COMMANDS and ends_command(call, context.names):
            return
        if is_kept_short(call, handler, context) or cuts_text(call, handler):
            return
        broad = is_broad(handler, context.names)
        if not broad and (not is_unexpected(handler, context.names) or raises_what_it_catches(handler, context.names)):
            return
        fix = next((p.fix for p in _ways(call, context)), None)
        hint = call.kind is LoggerKind.UNKNOWN or answers_no(handler) or names_type_only(call, handler)
        mild = not broad or one_step_failed(call, handler, context.names)
        severity = Severity.HINT if hint else Severity.INFO if mild else None
        message = "the failure is logged without its traceback"
        yield self.hit(context, node, message, severity=severity, fix=fix)

    def proposals(self, node: ast.AST, context: Context) -> Iterator[Proposal]:
        call = log_call(node, context.names)
        return _ways(call, context) if call is not None else iter(())


def _ways(call: LogCall, context: Context) -> Iterator[Proposal]:
    if call.kind is LoggerKind.UNKNOWN or not (call.node.args or call.node.keywords):
        return
    if call.kind is LoggerKind.LOGURU and call.receiver is None:
        return
    handler = enclosing_handler(call.node)
    is_short = handler is not None and names_type_only(call, handler)
    made = (lambda title: Fix.unsafe(title, _MAY_BE_KEPT_OUT)) if is_short else Fix
    argument = "opt(exception=True)" if call.kind is LoggerKind.LOGURU else "exc_info=True"
    ways = [Proposal(made(f"Add {argument}"), partial(_write, call, "exc_info"))]
    if call.method in ("error", "aerror") and call.receiver is not None:
        ways.append(Proposal(made(f"Call .{_method(call)}() instead"), partial(_write, call, "exception")))
    yield from reversed(ways) if context.settings.traceback_style == "exception" else ways


def _method(call: LogCall) -> str:
    return "aexception" if call.method == "aerror" else "exception"


def _write(call: LogCall, style: str, draft: Draft) -> None:
    from prodready.fixes.log_call import add_traceback

    add_traceback(draft, call, style)
