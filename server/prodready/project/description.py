"""The settings of a file or directory with their origins, as data and as a text that reads like TOML."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prodready.project.config import Config


def described(
    config: Config, path: Path | None, shown: Callable[[Path], str] = str, text: str | None = None
) -> dict[str, Any]:
    """Return what holds for the file `path` (None: for the directory as a whole), as JSON can hold it.

    Args:
        shown: how to write a path.
        text: what the file holds, where that is not yet on the disk; its role depends on it.
    """
    return {
        "config": None if config.path is None else shown(config.path),
        "root": shown(config.root),
        "file": None if path is None else _file(config, path, shown, text),
        "settings": {key: {"value": value, "from": config.origin(key)} for key, value in config.effective().items()},
    }


def _file(config: Config, path: Path, shown: Callable[[Path], str], text: str | None) -> dict[str, Any]:
    from prodready.rules import all_rules

    settings = config.for_file(path, text)
    role, reason = config.role(path, text)
    on = [rule.code for rule in all_rules() if settings.select is None or rule.code in settings.select]
    return {
        "path": shown(path),
        "role": role.value,
        "reason": reason,
        "module": settings.module,
        "excluded": config.is_excluded(path),
        "rules": on,
    }


def as_text(described: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a description for people."""
    yield f"Configuration: {described['config'] or 'none, all settings are defaults'}"
    yield f"Root:          {described['root']}"
    file = described["file"]
    if file is not None:
        yield f"File:          {file['path']}{' (excluded, unless it is named)' if file['excluded'] else ''}"
        yield f"Role:          {file['role']}. {file['reason']}"
        yield f"Module:        {file['module'] or 'none, nobody can import it'}"
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
