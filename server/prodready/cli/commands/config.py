"""`prodready config`: show which settings a file or directory has, and why."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

from prodready.cli import exits, output
from prodready.cli.options import output_format, verbose
from prodready.cli.paths import shown_path, working_directory


@click.command("config", short_help="Show the settings of a file, its role and why.")
@click.argument("file", default=".", metavar="[FILE]")
@output_format
@verbose
def command(file: str, output_format: str) -> int:
    """Show the settings that hold for FILE (or a directory; default: the current one), and where they come from.

    For a file, also its role and the reason for it, and the rules that are on.

    \b
    Examples:
      prodready config
      prodready config app/main.py
      prodready config --format json app/main.py | jq -r .file.role
    """
    if not os.path.lexists(file):
        raise click.UsageError(f"The path {file!r} does not exist.")
    described = _described(Path(file))
    if output_format == "json":
        output.write_lines([json.dumps(described, indent=2, ensure_ascii=False)])
    else:
        from prodready.project.description import as_text

        output.write_lines(as_text(described))
    return exits.NOTHING_FOUND


def _described(path: Path) -> dict[str, Any]:
    from prodready.cli.wrong_config import WrongConfigError
    from prodready.project.config import ConfigError, load
    from prodready.project.description import described
    from prodready.project.paths import is_directory

    try:
        config = load(path, working_directory())
    except ConfigError as error:
        raise WrongConfigError(error) from error
    return described(config, None if is_directory(path) else path, shown_path)
