"""Telling on standard error what kept files from being analysed, and what that means for the exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import click

from prodready.cli import exits, output
from prodready.report.excerpt import printable
from prodready.report.model import Problem

_REQUEST = "Something of this is a fault of prodready, please report it: the file, the rule and the message above."
_ALIKE = 5
_ALIKE_OF_OTHERS = 20
"""How many files are named that meet the same: faults of ours are alike for us, others their user has to find."""
_HINT = " Run again with --verbose for tracebacks."


def report_problems(problems: Sequence[Problem]) -> int:
    """Write one line a problem, and return the exit code that they ask for: 0, 2 or 3.

    What many files meet is told for the first of them only.
    """
    told: Counter[tuple[str, bool]] = Counter()
    for problem in problems:
        told[problem.reason, problem.ours] += 1
        if told[problem.reason, problem.ours] <= _most(problem.ours):
            _tell(problem)
    for (reason, ours), number in told.items():
        if number > _most(ours):
            output.tell(f"error: {printable(reason)}: the same in {number - _most(ours)} other files")
    if any(problem.ours for problem in problems):
        output.tell(_REQUEST + _HINT * (not _verbose()))
        return exits.OUR_FAULT
    return exits.WRONG_CALL if problems else exits.NOTHING_FOUND


def _most(ours: bool) -> int:
    return _ALIKE if ours else _ALIKE_OF_OTHERS


def _tell(problem: Problem) -> None:
    output.tell(f"error: {printable(problem.path)}: {printable(problem.reason)}")
    if problem.details and _verbose():
        output.tell(problem.details, newline=False)


def _verbose() -> bool:
    return bool(click.get_current_context().find_root().obj.verbose)
