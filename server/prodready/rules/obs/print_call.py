"""A `print()` in the code of a service, where nobody reads standard output.

## Why it matters in production

What `print` writes has no time, no level, no module and no request; it is buffered, and lost when the process is
killed. No alert can be hung on it, and it cannot be turned off. A log record goes where the operator has said, with
all of these.

## Bad

```python
import logging

logger = logging.getLogger(__name__)


def upload(path, url):
    print(f"uploaded {path!r} to {url}")
```

## Good

```python
import logging

logger = logging.getLogger(__name__)


def upload(path, url):
    logger.info("uploaded %r to %s", path, url)
```

## Fix

Calls the module's logger instead, and inserts one where there is none. Values become arguments of the call: `{x!r}` is
`%r`, `{x:.2f}` is `%.2f`, and formats that `%` does not know stay formatted; for loguru and structlog the message is
written as they want it. In a handler the level is `exception`, unless the handler logs the traceback already; text for
standard error, and what runs while the module is imported, is a `warning`; words such as "failed" make it an `error`,
but in a condition ("if any failed"), and so does a name such as `err_msg`; the value of another single name is `debug`,
since it was printed to be looked at once; a function that is called like a level (`debug`, `log_error`) has that one;
everything else is `info`. The other levels are offered as well. It is unsafe
because the text leaves standard output.

There is no fix for pieces of a line (`end=""`) and what stands between them, for unpacked values (`*rows`), for a print
whose result is used, where comments stand between the values, and where a value sounds secret (`api_key`), which must
not get into a log either; nor for where to connect to (`database_url`, `dsn`), which may hold a password, nor for text
in colours, nor for what another program reads (`json.dumps(result)`, a whole file), nor where a comment says why it is
not logged, nor where the module logs with something that nobody knows how to call (`self.env.log`).
An empty `print()` is removed, and so is one beside a log call of the same.

## When it is silent

In command lines, scripts, tests and notebooks; behind `if __name__ == "__main__":`, and at the top of a module that
runs by itself (`main()` at its end, `sys.argv[1]`); in modules that talk to somebody at a terminal (`input()`,
`curses`, `webbrowser`); in modules about logging, `__del__` and exit hooks, and where setting up logging has failed; in
functions that are there to print (`print_summary`, and `show_*` or `display_*` where they return nothing and have no
decorator); where `file=` names another stream, and where `redirect_stdout` or `fileinput` does; behind switches such as
`verbose`; for a banner, or where `UnicodeEncodeError` is minded; and on standard error right before the program ends.

It is a hint for whoever has started the program: in the functions of a module that can be started as a script, right
before a printed stack or the end of the program, behind switches such as `DEBUG`, and under conditions on the
environment. It is a hint, too, in functions that print four lines or more and return nothing, in a module that does not
log, in functions and classes whose name says less clearly that they print (`banner`, `echo`, `OutputWriter`, `Console`,
`CLIInterface`), in functions that print by their documentation, and in those that do nothing else, three times or more;
for progress, pieces of a line and what the function writes between them; for what another program reads; for what asks
for a key ("press [Enter]"); where a comment says why it is not logged; in handlers of signals; and in a module that
does not log, for standard error and for a failure that a loop foresees. Nobody sits at a terminal where a framework
calls a function for a request, a message or a task: neither its name nor what it prints makes it a hint there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from prodready.engine.finding import Fix, Severity
from prodready.engine.rule import SERVICE_ROLES, Context, FixAvailability, Hit, Proposal, Rule
from prodready.engine.syntax import enclosing_statement, is_blank
from prodready.fixes.draft import Draft
from prodready.models.loggers import can_log
from prodready.models.output import is_coloured, is_left_alone, is_output, severity_of
from prodready.models.print_levels import LEVELS, is_logged_beside, level_of, reason_to_ask
from prodready.models.prints import (
    Print,
    Reading,
    comment_inside,
    print_call,
    shows_connection,
    tells_secret,
)


class PrintCall(Rule):
    code = "OBS101"
    name = "print-call"
    severity = Severity.WARNING
    availability = FixAvailability.SOMETIMES
    twins = ("T201",)
    roles = SERVICE_ROLES

    def check_call(self, node: ast.Call, context: Context) -> Iterator[Hit]:
        found = print_call(node, context.names)
        if found is None or is_left_alone(node, found.stream, context):
            return
        advice = "log it"
        if _may_be_secret(node):
            advice = "remove it, it may show a secret"
        elif all(map(is_blank, node.args)):
            advice = "remove it, it says nothing"
        elif is_logged_beside(node, context.names):
            advice = "remove it, the same is logged"
        message = f"print() in service code: {advice}"
        fix = next((p.fix for p in self._ways(found, context)), None)
        yield self.hit(context, node, message, severity=severity_of(node, context), fix=fix)

    def proposals(self, node: ast.AST, context: Context) -> Iterator[Proposal]:
        found = print_call(node, context.names) if isinstance(node, ast.Call) else None
        return self._ways(found, context) if found is not None else iter(())

    def _ways(self, found: Print, context: Context) -> Iterator[Proposal]:
        if found.reading is not Reading.RECORD or is_output(found.node, context):
            return
        if all(is_blank(argument) for argument in found.node.args):
            yield Proposal(
                Fix.unsafe("Remove the empty print", "a blank line less is printed"), partial(_remove, found)
            )
            return
        if is_logged_beside(found.node, context.names):
            yield Proposal(
                Fix.unsafe("Remove the print", "the text is logged, and no longer printed"), partial(_remove, found)
            )
            return
        if comment_inside(found.node, context) and not _is_literal(found.node):
            return
        if _may_be_secret(found.node) or is_coloured(found.node, context):
            return
        if not can_log(found.node, context.names):
            return
        first = level_of(found.node, found.stream, context.names)
        reason = reason_to_ask(found.node, found.stream)
        in_handler = first in ("exception", "error")
        for level in (first, *(n for n in LEVELS if n != first and (n != "exception" or in_handler))):
            title = "Log the exception" if level == "exception" else f"Log it with level {level}"
            yield Proposal(Fix.unsafe(title, reason), partial(_write, found, level))


def _may_be_secret(node: ast.Call) -> bool:
    return tells_secret(node) or shows_connection(node)


def _is_literal(node: ast.Call) -> bool:
    """Whether the only value is a literal, which can stay where it is with the comments around it."""
    return len(node.args) == 1 and not node.keywords and isinstance(node.args[0], ast.Constant)


def _remove(found: Print, draft: Draft) -> None:
    from prodready.fixes.from_print import drop_stream

    draft.delete_statement(enclosing_statement(found.node), with_comment=True)
    drop_stream(draft, found.node)


def _write(found: Print, level: str, draft: Draft) -> None:
    from prodready.fixes.from_print import log_instead

    log_instead(draft, found.node, level, separator=found.separator)
