"""`prodready check`: show what is wrong in files."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from prodready.cli import exits, output
from prodready.cli.options import Arguments, output_format, selection, verbose
from prodready.cli.problems import report_problems
from prodready.report.model import FileReport, Report

if TYPE_CHECKING:
    from prodready.report.statistics import Statistics


@click.command("check", short_help="Show what is wrong.")
@selection
@output_format
@click.option("--concise", is_flag=True, help="One line a finding: no source lines, no fixes.")
@click.option(
    "--output-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the findings there instead of to standard output.",
)
@click.option(
    "--exit-zero", is_flag=True, help="Exit with 0 although there are findings (not: although something failed)."
)
@click.option(
    "--statistics",
    is_flag=True,
    help="Also show the findings and the time of every rule, and the slowest files; every file is analysed afresh.",
)
@verbose
def command(
    arguments: Arguments,
    output_format: str,
    concise: bool,
    output_file: Path | None,
    exit_zero: bool,
    statistics: bool,
) -> int:
    """Show what makes Python files unfit for production.

    PATHS are files and directories (default: the current one); `-` reads standard input. In directories, Python files
    are looked at that neither git nor the configuration leaves out. Notebooks (.ipynb) are looked at where they are
    named: the Python cells of one are taken for one module.

    \b
    Examples:
      prodready check
      prodready check src tests/helpers.py
      prodready check --select OBS,unclosed-session --ignore OBS101
      prodready check --format json --output-file findings.json
      prodready check --concise | sort -t' ' -k2
      cat app.py | prodready check --stdin-filename app.py -

    \b
    Exit codes:
      0  nothing found (or --exit-zero)
      1  there are findings, also when some files could not be read
      2  the call or the configuration is wrong, or no findings but files that
         could not be read: fix or exclude them, the check is not complete
      3  a fault of prodready itself; whatever else was found is shown
    """
    if output_file is not None:
        _refuse_unwritable(output_file)
    report = _run(arguments, timed=statistics)
    lines = _rendered(report, _summed(report) if statistics else None, output_format, concise, output_file)
    if output_file is None:
        output.write_lines(lines)
    else:
        output.write_file(output_file, lines)
    failure = report_problems(report.problems)
    if failure == exits.OUR_FAULT:
        return failure
    return exits.FINDINGS if report.findings and not exit_zero else failure


def _run(arguments: Arguments, *, timed: bool) -> Report:
    from prodready.cli.checking import check_all
    from prodready.cli.targets import scope_of, warn_of_nothing

    start = time.monotonic()
    scope = scope_of(arguments)
    warn_of_nothing(scope)
    files = check_all(scope, arguments, timed=timed)
    directories = [FileReport(p.path, problems=(p,), analysed=False) for p in scope.problems]
    return Report([*directories, *files], time.monotonic() - start)


def _summed(report: Report) -> Statistics:
    from prodready.project.selectors import rule_names
    from prodready.report.statistics import statistics

    return statistics(report, {rule.code: rule.name for rule in rule_names()})


def _rendered(
    report: Report, sums: Statistics | None, output_format: str, concise: bool, output_file: Path | None
) -> Iterable[str]:
    if output_format == "json":
        from prodready.report import as_json

        return [as_json.render(report, sums)]
    from prodready.report import text
    from prodready.report.paint import painter

    if output_file is not None:
        return text.render(report, concise=concise, sums=sums)
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    return text.render(report, painter(sys.stdout), concise=concise, columns=columns, sums=sums)


def _refuse_unwritable(path: Path) -> None:
    """Say so before the work, not after it, when the report has nowhere to go."""
    from prodready.project.paths import is_directory

    if not is_directory(path.parent):
        raise click.UsageError(f"--output-file: the directory {path.parent.as_posix()!r} does not exist.")
    if is_directory(path):
        raise click.UsageError(f"--output-file: {path.as_posix()!r} is a directory.")
