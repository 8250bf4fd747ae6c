"""`prodready config`: show which settings a file or directory has, and why."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from prodready.cli import exits, output
from prodready.cli.options import output_format, verbose
from prodready.cli.paths import shown_path

if TYPE_CHECKING:
    from prodready.project.config import Config


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
        output.write_lines(_as_text(described))
    return exits.NOTHING_FOUND


def _described(path: Path) -> dict[str, Any]:
    from prodready.cli.wrong_config import WrongConfigError
    from prodready.project.config import ConfigError, load

    try:
        config = load(path)
    except ConfigError as error:
        raise WrongConfigError(error) from error
    return {
        "config": None if config.path is None else shown_path(config.path),
        "root": shown_path(config.root),
        "file": None if path.is_dir() else _file(config, path),
        "settings": {key: {"value": value, "from": config.origin(key)} for key, value in config.effective().items()},
    }


def _file(config: Config, path: Path) -> dict[str, Any]:
    from prodready.rules import all_rules

    settings = config.for_file(path)
    role, reason = config.role(path)
    on = [rule.code for rule in all_rules() if settings.select is None or rule.code in settings.select]
    return {
        "path": shown_path(path),
        "role": role.value,
        "reason": reason,
        "module": settings.module,
        "excluded": config.is_excluded(path),
        "rules": on,
    }


def _as_text(described: Mapping[str, Any]) -> Iterator[str]:
    yield f"Configuration: {described['config'] or 'none, all settings are defaults'}"
    yield f"Root:          {described['root']}"
    file = described["file"]
    if file is not None:
        yield f"File:          {file['path']}{' (excluded, unless it is named)' if file['excluded'] else ''}"
        yield f"Role:          {file['role']}. {file['reason']}"
        yield f"Module:        {file['module']}"
        yield f"Rules:         {' '.join(file['rules']) or 'none'}"
    yield ""
    settings = {f"{key} = {_toml(entry['value'])}": entry["from"] for key, entry in described["settings"].items()}
    width = min(60, max(map(len, settings)))
    for setting, origin in settings.items():
        yield f"{setting:<{width}}  # {origin}"


def _toml(value: object) -> str:
    """Write a value as TOML does, so that the line can be copied into a configuration."""
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(key)} = {_toml(item)}" for key, item in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)
