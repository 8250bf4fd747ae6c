"""Telling on standard error what kept files from being analysed, and what that means for the exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import click

from prodready.cli import exits
from prodready.report.excerpt import printable
from prodready.report.model import Problem

_REQUEST = "Something of this is a fault of prodready, please report it: the file, the rule and the message above."
_ALIKE = 5
_HINT = " Run again with --verbose for tracebacks."


def report_problems(problems: Sequence[Problem]) -> int:
    """Write one line a problem, and return the exit code that they ask for: 0, 2 or 3.

    A fault of ours that many files meet is told for the first of them only.
    """
    alike = Counter(problem.reason for problem in problems if problem.ours)
    told: Counter[str] = Counter()
    for problem in problems:
        told[problem.reason] += 1
        if not problem.ours or told[problem.reason] <= _ALIKE:
            _tell(problem)
    for reason, number in alike.items():
        if number > _ALIKE:
            click.echo(f"error: {printable(reason)}: the same in {number - _ALIKE} other files", err=True)
    if any(problem.ours for problem in problems):
        click.echo(_REQUEST + _HINT * (not _verbose()), err=True)
        return exits.OUR_FAULT
    return exits.WRONG_CALL if problems else exits.NOTHING_FOUND


def _tell(problem: Problem) -> None:
    click.echo(f"error: {printable(problem.path)}: {printable(problem.reason)}", err=True)
    if problem.details and _verbose():
        click.echo(problem.details, err=True, nl=False)


def _verbose() -> bool:
    return bool(click.get_current_context().find_root().obj.verbose)
