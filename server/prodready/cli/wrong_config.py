"""A configuration that cannot be used, shown with the settings that are wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import click

from prodready.cli.paths import shown_path
from prodready.engine.source import split_lines
from prodready.project.config import ConfigError, ConfigProblem
from prodready.report.excerpt import excerpt, printable
from prodready.report.paint import Paint, painter
from prodready.report.text import source_lines

_STYLE = "bold red"


class WrongConfigError(click.ClickException):
    """Ends a command because of its configuration, or of rules on the command line that do not exist."""

    def __init__(self, error: ConfigError) -> None:
        super().__init__(str(error))
        self._problems = error.problems

    def show(self, file: IO[Any] | None = None) -> None:
        """Write every problem with its place, and with its line where a setting of ours is wrong."""
        stream = file or sys.stderr
        paint = painter(stream)
        for problem in self._problems:
            for line in _shown(problem, paint):
                click.echo(line, file=stream)


def _shown(problem: ConfigProblem, paint: Paint) -> Iterator[str]:
    key = f"{problem.key}: " * bool(problem.key)
    yield f"{paint('error:', _STYLE)} {_place(problem)}{printable(key + problem.message)}"
    # What is no TOML can be any line of the file, which is not ours alone: only settings of ours are shown.
    if problem.path is not None and problem.range is not None and problem.key:
        yield from source_lines(list(excerpt(_lines(problem.path), problem.range)), _STYLE, paint)


def _place(problem: ConfigProblem) -> str:
    if problem.path is None:
        return ""
    place = printable(shown_path(problem.path))
    if problem.range is None:
        return f"{place}: "
    return f"{place}:{problem.range.start.line + 1}:{problem.range.start.column + 1}: "


def _lines(path: Path) -> Mapping[int, str]:
    """Return the lines of a configuration file, which was read before."""
    try:
        text = path.read_bytes().decode("utf-8-sig", "replace")
    except OSError:
        return {}
    return {number: line.rstrip("\r\n") for number, line in enumerate(split_lines(text))}
