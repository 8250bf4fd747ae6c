"""Which modules the console scripts of a `pyproject.toml` start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prodready.project.toml_text import dig

_TABLES = (
    ("project", "scripts"),
    ("project", "gui-scripts"),
    ("project", "entry-points", "console_scripts"),
    ("tool", "poetry", "scripts"),
)


def modules(project: Mapping[str, Any]) -> frozenset[str]:
    """Return the dotted names of the modules that the scripts of a parsed `pyproject.toml` start in."""
    targets = (target for keys in _TABLES for target in _targets(project, keys))
    return frozenset(target.partition(":")[0].strip() for target in targets)


def _targets(values: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[str]:
    """Yield the `module:function` texts of one table; whatever else stands there is not ours to judge."""
    table = dig(values, *keys)
    for value in table.values() if isinstance(table, Mapping) else ():
        target = (value.get("callable") or value.get("reference")) if isinstance(value, Mapping) else value
        if isinstance(target, str):
            yield target
