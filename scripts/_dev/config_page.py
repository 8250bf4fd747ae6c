"""docs/configuration.md and the JSON schema of the configuration, from the one table of options."""

from __future__ import annotations

import json

from prodready.project.options import OPTIONS, Option

INTRO = """\
<!-- Written by scripts/dev.py generate from server/prodready/project/options.py. -->

# Configuration

prodready reads `[tool.prodready]` in the nearest `pyproject.toml` above a file, or `prodready.toml`, whose keys stand
at the top without a table. All keys may be left out. A wrong key or value is an error that names file, line and key.

The root of a project, which paths and globs count from, is where that file lies; without one, the nearest directory
with a `pyproject.toml`, `setup.cfg` or `.git`, else the folder that the editor has open, or the working directory.

`prodready config FILE` prints the settings that count for a file, its role, and why it has that role. Editors that know
JSON schemas can complete and check the table with [prodready.schema.json](prodready.schema.json).
"""


def configuration_page() -> str:
    """Return the page: what is read, then each option with its kind, default and an example."""
    return "\n".join([INTRO, *(_section(option) for option in OPTIONS)])


def schema() -> dict[str, object]:
    """Return the JSON schema of `[tool.prodready]`."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "prodready",
        "description": "The table [tool.prodready] of pyproject.toml, or the whole of prodready.toml.",
        "type": "object",
        "additionalProperties": False,
        "properties": {option.key: _option_schema(option) for option in OPTIONS},
    }


def _section(option: Option) -> str:
    default = option.default_note or f"`{as_toml(option.default)}`"
    return (
        f"## {option.key}\n\n{option.documentation}\n\n"
        f"Takes {option.kind.one}. Default: {default}.\n\n```toml\n[tool.prodready]\n{option.example}\n```\n"
    )


def _option_schema(option: Option) -> dict[str, object]:
    described: dict[str, object] = {"description": option.documentation, **option.kind.schema()}
    if option.default is not None:
        described["default"] = option.default
    return described


def as_toml(value: object) -> str:
    """Return a default as TOML writes it: texts, numbers, lists of them, and the empty table."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(as_toml(item) for item in value)}]"
    # JSON's texts, numbers and `{}` are TOML, too.
    return json.dumps(value, ensure_ascii=False)
