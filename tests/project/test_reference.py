"""The page and the schema about the options come from the one table, and say what validation does."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

from prodready.project.config import load
from prodready.project.options import BY_KEY, OPTIONS, Option, Options, field_of
from prodready.project.reference import json_schema, render_markdown

if TYPE_CHECKING:
    from tests.project.conftest import Write

pytestmark = pytest.mark.usefixtures("three_rules")


def test_every_option_is_complete() -> None:
    """Each option has a sentence, and its key leads to its value."""
    assert [field_of(key) for key in BY_KEY] == [declared.name for declared in fields(Options)]
    for option in OPTIONS:
        assert option.documentation.endswith("."), option.key
        assert option.example.startswith((f"{option.key} = ", f"{option.key}.")), option.key


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.key)
def test_example(write: Write, option: Option) -> None:
    """Each example is valid, and sets something else than the default."""
    config = load(write({"prodready.toml": option.example}))
    assert config.given == {option.key}
    assert getattr(config.options, field_of(option.key)) != option.default


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.key)
def test_default(option: Option) -> None:
    """A default that is one value may also be given."""
    assert getattr(Options(), field_of(option.key)) == option.default
    if not option.default_note:
        default = list(option.default) if isinstance(option.default, tuple) else option.default
        assert list(option.kind.faults(default, ())) == []


def test_page() -> None:
    """The page has a section for each option, with kind, default and example."""
    page = render_markdown()
    assert [line[4:-1] for line in page.splitlines() if line.startswith("## ")] == list(BY_KEY)
    assert (
        "## `silent-level`\n"
        "\n"
        "The level of the log calls that fixes put into silent handlers.\n"
        "\n"
        'Takes "info", "warning", "error" or "critical". Default: `"warning"`.\n'
        "\n"
        "```toml\n"
        "[tool.prodready]\n"
        'silent-level = "error"\n'
        "```\n"
    ) in page


def test_schema() -> None:
    """The schema is JSON, and knows each option's type, values and default."""
    schema = json.loads(json.dumps(json_schema()))
    assert schema["additionalProperties"] is False
    properties = schema["properties"]
    assert list(properties) == list(BY_KEY)
    assert properties["logger"] == {
        "description": BY_KEY["logger"].documentation,
        "type": "string",
        "enum": ["auto", "stdlib", "structlog", "loguru"],
        "default": "auto",
    }
    assert (properties["line-length"]["minimum"], properties["line-length"]["maximum"]) == (20, 500)
    assert "default" not in properties["line-length"]
    assert properties["severity"]["additionalProperties"]["enum"] == ["error", "warning", "info", "hint"]
