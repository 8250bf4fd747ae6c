"""The snippets of docs/editors.md: what users paste is what the tests run."""

from __future__ import annotations

import re

from _dev.places import ROOT

PAGE = ROOT / "docs" / "editors.md"

_SNIPPET = re.compile(
    r"^<!-- snippet: (?P<name>[\w-]+) -->\n```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


def snippets() -> dict[str, tuple[str, str]]:
    """Return the language and the text of each snippet, by its name."""
    page = PAGE.read_text(encoding="utf-8")
    return {found["name"]: (found["language"], found["text"]) for found in _SNIPPET.finditer(page)}


def snippet(*names: str) -> str:
    """Return the text of the snippets with these names, one after the other.

    Raises:
        KeyError: when the page has none of that name.
    """
    known = snippets()
    return "\n".join(known[name][1] for name in names)
