"""Paths as people see them."""

from __future__ import annotations

import os
from pathlib import Path


def working_directory() -> Path:
    """Return the directory that the user stands in.

    Raises:
        click.ClickException: when it was removed: neither paths nor processes can start from it.
    """
    try:
        return Path.cwd()
    except OSError as error:
        import click

        raise click.ClickException("the working directory was removed; change to one that is there") from error


def shown_path(path: Path | str) -> str:
    """Return a path from the current directory, with forward slashes."""
    try:
        return Path(os.path.relpath(path)).as_posix()
    except (ValueError, OSError):
        # On Windows there is no way from one drive to another, and anywhere none from a directory that is gone.
        return Path(path).as_posix()
