"""`prodready fix`: repair what can be repaired."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from prodready.cli import exits, output
from prodready.cli.options import Arguments, selection, verbose
from prodready.cli.problems import report_problems
from prodready.report.model import Problem
from prodready.report.repairs import Manner

if TYPE_CHECKING:
    from prodready.cli.target import Target
    from prodready.cli.targets import Scope
    from prodready.cli.work import Repair


@click.command("fix", short_help="Repair what can be repaired.")
@selection
@click.option("--unsafe-fixes", is_flag=True, help="Apply the fixes that may change behaviour too: read the result.")
@click.option("--diff", is_flag=True, help="Change nothing; write what would change as a unified diff.")
@verbose
def command(arguments: Arguments, unsafe_fixes: bool, diff: bool) -> int:
    """Repair what makes Python files unfit for production.

    Without --unsafe-fixes only fixes are applied that change nothing but what the finding is about. Each was tried
    before: the file still parses, the finding is gone, no other one came. Files are replaced at once or not at all, and
    all of them at the end. With `-`, the fixed text goes to standard output. Of a notebook that is named, only the
    source of its cells is written anew.

    \b
    Examples:
      prodready fix --diff
      prodready fix src
      prodready fix --select OBS301 src
      prodready fix --unsafe-fixes --diff src | git apply
      cat app.py | prodready fix --stdin-filename app.py -

    \b
    Exit codes:
      0  nothing is left
      1  findings are left (with --diff: are there, as nothing is changed)
      2  the call or the configuration is wrong, or no findings are left but files
         could not be read or written
      3  a fault of prodready itself; files that it concerns stay as they were
    """
    from prodready.cli.targets import scope_of

    start = time.monotonic()
    scope = scope_of(arguments)
    repairs = _repaired(scope, arguments.jobs, unsafe_fixes)
    unwritten: list[Problem] = []
    if diff:
        _write_diffs(repairs)
    elif arguments.stdin:
        _write_texts(repairs)
    else:
        repairs, unwritten = _write_files(scope.targets, repairs)
    manner = Manner(unsafe_fixes, diff, time.monotonic() - start)
    _tell(repairs, manner, to_stderr=diff or arguments.stdin)
    failure = report_problems([*scope.problems, *(p for r in repairs for p in r.left.problems), *unwritten])
    if failure == exits.OUR_FAULT:
        return failure
    return exits.FINDINGS if any((r.found if diff else r.left).findings for r in repairs) else failure


def _repaired(scope: Scope, jobs: int | None, unsafe: bool) -> list[Repair]:
    from prodready.cli.spreading import work_through
    from prodready.cli.targets import warn_of_nothing
    from prodready.cli.work import Fixer, not_repaired

    warn_of_nothing(scope)
    make_work = partial(Fixer, scope.configs, scope.narrowed, unsafe)
    return work_through(make_work, not_repaired, scope.targets, jobs, "Fixing")


def _write_files(targets: Sequence[Target], repairs: Sequence[Repair]) -> tuple[list[Repair], list[Problem]]:
    """Write the files that change; one that cannot be written counts as not repaired."""
    from prodready.project.files import WriteError, write_atomic

    written: list[Repair] = []
    problems: list[Problem] = []
    for target, repair in zip(targets, repairs, strict=True):
        try:
            if repair.changed and repair.before is not None:
                write_atomic(target.path, repair.after, repair.before)
            written.append(repair)
        except WriteError as error:  # noqa: PERF203  # each file on its own
            written.append(replace(repair, left=repair.found, applied=()))
            problems.append(Problem(target.shown, error.reason))
    return written, problems


def _write_texts(repairs: Sequence[Repair]) -> None:
    for repair in repairs:
        if repair.before is not None:
            text = "\ufeff" * repair.before.bom + repair.after
            output.write_bytes(text.encode(repair.before.encoding))


def _write_diffs(repairs: Sequence[Repair]) -> None:
    from prodready.cli.diff import painted, unified
    from prodready.report.paint import painter

    for repair in repairs:
        if repair.changed and repair.before is not None:
            diff = unified(repair.found.path, repair.before.text, repair.after)
            if sys.stdout.isatty():
                output.write_lines(painted(diff, painter(sys.stdout)))
            else:
                output.write_bytes(diff.encode("utf-8"))


def _tell(repairs: Sequence[Repair], manner: Manner, *, to_stderr: bool) -> None:
    from prodready.report.paint import painter
    from prodready.report.repairs import render

    if to_stderr:
        for line in render(repairs, manner, painter(sys.stderr)):
            output.tell(line)
    else:
        output.write_lines(render(repairs, manner, painter(sys.stdout)))
