"""What people and editors read about the options: the text of `docs/configuration.md`, and a JSON schema."""

from __future__ import annotations

from prodready.project.options import BY_KEY, OPTIONS, Option

_HEAD = """\
# Configuration

prodready reads its settings from the nearest directory, from the file that it looks at upwards, that has a
`pyproject.toml` with a table `[tool.prodready]`, or a `prodready.toml` with the same keys at the top. Without any, all
settings have their defaults. A wrong key or value is an error that names file, line and key.

```toml
[tool.prodready]
select = ["OBS", "RES"]
exclude = ["vendor/"]

[tool.prodready.severity]
silent-except = "error"
```

Globs are written as in `.gitignore`: `tests/` and `*.py` match at any depth, `/run.py` and `app/run.py` from the
directory of the configuration, `**` spans directories, and what lies in a directory that matches is meant too.

`--select` on the command line replaces `select`, `extend-select` and `ignore`; `--ignore` is added to them.
"""


def render_markdown() -> str:
    """Return the page about the configuration."""
    return "\n".join((_HEAD, *map(_section, OPTIONS)))


def json_schema() -> dict[str, object]:
    """Return the JSON schema of the keys of `[tool.prodready]`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "prodready",
        "type": "object",
        "additionalProperties": False,
        "properties": {key: _property(option) for key, option in BY_KEY.items()},
    }


def _section(option: Option) -> str:
    return (
        f"## `{option.key}`\n\n{option.documentation}\n\n"
        f"Takes {option.kind.one}. Default: {_default(option)}.\n\n"
        f"```toml\n[tool.prodready]\n{option.example}\n```\n"
    )


def _default(option: Option) -> str:
    return option.default_note or f"`{_toml(option.default)}`"


def _property(option: Option) -> dict[str, object]:
    schema = {"description": option.documentation, **option.kind.schema()}
    if not option.default_note:
        schema["default"] = list(option.default) if isinstance(option.default, tuple) else option.default
    return schema


def _toml(default: object) -> str:
    if isinstance(default, tuple):
        return "[" + ", ".join(f'"{word}"' for word in default) + "]"
    return "{}" if isinstance(default, dict) else f'"{default}"'
