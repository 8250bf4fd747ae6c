"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

STDIN = "-"


@dataclass(frozen=True)
class Arguments:
    """Where to look and for what, as the user wrote it; `jobs` is None where the number of processes is left to us.

    `cache` tells whether results may be kept, and taken from earlier runs.
    """

    paths: tuple[str, ...]
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    stdin_filename: str | None = None
    jobs: int | None = None
    cache: bool = True

    @property
    def stdin(self) -> bool:
        """Whether the text comes from standard input."""
        return self.paths == (STDIN,)


def selection(command: Callable[..., int]) -> Callable[..., int]:
    """Add what `check` and `fix` take to say where to look, and for what; the command gets it as `arguments`."""

    @functools.wraps(command)
    def with_arguments(
        *,
        paths: tuple[str, ...],
        select: tuple[str, ...],
        ignore: tuple[str, ...],
        stdin_filename: str | None,
        jobs: int | None,
        no_cache: bool,
        **others: Any,
    ) -> int:
        return command(arguments=Arguments(paths, select, ignore, stdin_filename, jobs, not no_cache), **others)

    return functools.reduce(lambda decorated, option: option(decorated), reversed(_SELECTION), with_arguments)


def _remember_verbose(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    context.find_root().obj.verbose = value


def _words(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Split what was separated by commas; the option may also be repeated."""
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())


verbose = click.option(
    "--verbose",
    is_flag=True,
    callback=_remember_verbose,
    expose_value=False,
    help="Show the traceback when prodready itself fails.",
)

output_format = click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to write it.",
)

_SELECTION: tuple[Callable[[Callable[..., int]], Callable[..., int]], ...] = (
    click.argument("paths", nargs=-1, metavar="[PATHS]..."),
    click.option(
        "--select",
        multiple=True,
        metavar="RULES",
        callback=_words,
        help="Only these rules, instead of the configured ones: codes (OBS101), families (OBS) or names (print-call), "
        "separated by commas.",
    ),
    click.option("--ignore", multiple=True, metavar="RULES", callback=_words, help="Leave these rules out."),
    click.option(
        "--stdin-filename",
        metavar="FILE",
        help="Where the text on standard input (PATHS is `-`) belongs: it decides on configuration, role and imports.",
    ),
    click.option(
        "--jobs",
        type=click.IntRange(min=1),
        metavar="N",
        help="How many processes to use. By default one a processor, and a single one for few files.",
    ),
    click.option("--no-cache", is_flag=True, help="Analyse every file afresh, and keep nothing for the next time."),
)
