"""Telling on standard error what kept files from being analysed, and what that means for the exit code."""

from __future__ import annotations

from collections.abc import Sequence

import click

from prodready.cli import exits
from prodready.report.excerpt import printable
from prodready.report.model import Problem

_REQUEST = "Something of this is a fault of prodready, please report it: the file, the rule and the message above."
_HINT = " Run again with --verbose for tracebacks."


def report_problems(problems: Sequence[Problem]) -> int:
    """Write one line a problem, and return the exit code that they ask for: 0, 2 or 3."""
    for problem in problems:
        click.echo(f"error: {printable(problem.path)}: {printable(problem.reason)}", err=True)
        if problem.details and _verbose():
            click.echo(problem.details, err=True, nl=False)
    if any(problem.ours for problem in problems):
        click.echo(_REQUEST + _HINT * (not _verbose()), err=True)
        return exits.OUR_FAULT
    return exits.WRONG_CALL if problems else exits.NOTHING_FOUND


def _verbose() -> bool:
    return bool(click.get_current_context().find_root().obj.verbose)
