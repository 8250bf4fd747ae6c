"""The settings of the VS Code manifest that are options of the configuration, from the one table of options."""

from __future__ import annotations

import json
from typing import Any

from prodready.lsp.editor_settings import CLIENTS_OWN, SECTION, setting_of
from prodready.project.kinds import SELECTOR, ListOf
from prodready.project.options import OPTIONS, Option
from prodready.rules import all_rules

NOTE = "What the project's `pyproject.toml` or `prodready.toml` says comes first."
OWN = CLIENTS_OWN | {"run"}


def with_settings(manifest: str) -> str:
    """Return the text of a manifest with the settings of all options, behind those that the extension has besides."""
    content = json.loads(manifest)
    configuration = content["contributes"]["configuration"]
    own = {name: value for name, value in configuration["properties"].items() if name.split(".")[1] in OWN}
    configuration["properties"] = own | {f"{SECTION}.{setting_of(option.key)}": _setting(option) for option in OPTIONS}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _setting(option: Option) -> dict[str, Any]:
    described = f"{option.documentation} {NOTE}"
    if option.default_note:
        described = f"{option.documentation} Default: {option.default_note}. {NOTE}"
    schema = dict(option.kind.schema())
    if isinstance(option.kind, ListOf) and option.kind.item is SELECTOR:
        # What the editor completes; anything else that means rules is right, too.
        schema["items"] = {**option.kind.item.schema(), "examples": [rule.code for rule in all_rules()]}
    if option.default is None:
        schema["type"] = [schema["type"], "null"]
    return {"scope": "resource", **schema, "default": _plain(option.default), "markdownDescription": described}


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
