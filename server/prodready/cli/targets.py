"""From a command's arguments to the files that it means, each with its configuration."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from prodready.cli import output
from prodready.cli.options import STDIN, Arguments
from prodready.cli.paths import shown_path, working_directory
from prodready.cli.target import Target
from prodready.project.paths import absolute
from prodready.report.model import Problem

if TYPE_CHECKING:
    from prodready.project.config import Config, Loader
    from prodready.project.files import FileText


@dataclass
class Scope:
    """The files that a command means, in the order of their shown paths; their configurations, as they are and as
    `--select` and `--ignore` narrow them; and the directories that could not be read."""

    configs: list[Config] = field(default_factory=list)
    narrowed: list[Config] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def configure(self, config: Config, arguments: Arguments) -> int:
        """Return the index of a configuration, which is noted where it is a new one.

        Raises:
            ConfigError: when `--select` or `--ignore` names no rule.
        """
        if config not in self.configs:
            self.narrowed.append(config.with_overrides(select=arguments.select, ignore=arguments.ignore))
            self.configs.append(config)
        return self.configs.index(config)


def scope_of(arguments: Arguments) -> Scope:
    """Find the files and configurations that `arguments` mean; each file has the configuration nearest to it.

    Raises:
        click.UsageError: when a path does not exist or the options do not fit together.
        click.ClickException: when a configuration is wrong, or standard input cannot be read.
    """
    from prodready.cli.wrong_config import WrongConfigError
    from prodready.project.config import ConfigError, Loader

    _refuse_contradictions(arguments)
    scope = Scope()
    try:
        if arguments.stdin:
            _add_stdin(scope, arguments, Loader(working_directory()))
        else:
            _add_files(scope, arguments, Loader(working_directory()))
    except ConfigError as error:
        raise WrongConfigError(error) from error
    return scope


def warn_of_nothing(scope: Scope) -> None:
    """Tell a user who names directories without Python files, who would take silence for praise."""
    if not scope.targets and not scope.problems:
        output.tell("warning: no Python files were found here")


def _refuse_contradictions(arguments: Arguments) -> None:
    if STDIN in arguments.paths and not arguments.stdin:
        raise click.UsageError("`-` (standard input) cannot be combined with other paths.")
    if arguments.stdin_filename is not None and not arguments.stdin:
        raise click.UsageError("--stdin-filename needs `-` as the only path.")
    for path in arguments.paths:
        if not arguments.stdin and not os.path.lexists(path):
            raise click.UsageError(f"The path {path!r} does not exist.")


def _add_stdin(scope: Scope, arguments: Arguments, loader: Loader) -> None:
    name = arguments.stdin_filename
    path = absolute(Path(name or "stdin.py"))
    index = scope.configure(loader.load(path), arguments)
    given = _read_stdin(name or STDIN)
    scope.targets.append(Target(path, shown_path(path) if name else STDIN, index, given))


def _read_stdin(name: str) -> FileText:
    from prodready.project.files import ReadError, decode

    try:
        return decode(sys.stdin.buffer.read(), name)
    except ReadError as error:
        raise click.ClickException(f"standard input {error.reason}") from error


def _add_files(scope: Scope, arguments: Arguments, loader: Loader) -> None:
    from prodready.project.files import discover

    starts = [absolute(Path(given)) for given in arguments.paths or (".",)]
    for start in starts:
        # Also where there are no files, a configuration or a rule's name that is wrong has to be told.
        scope.configure(loader.load(start), arguments)
    shown_directory = cache(shown_path)
    for path in discover(starts, loader, _noting(scope.problems)):
        directory = shown_directory(path.parent)
        shown = path.name if directory == "." else f"{directory}/{path.name}"
        scope.targets.append(Target(path, shown, scope.configure(loader.of_file(path), arguments)))
    scope.targets.sort(key=lambda target: target.shown.split("/"))


def _noting(problems: list[Problem]) -> Callable[[Path, str], None]:
    return lambda path, reason: problems.append(Problem(shown_path(path), reason))
