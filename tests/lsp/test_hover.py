"""Hovering over a finding shows its rule's page, as the client can read it."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from prodready.lsp.hover import plain
from tests.lsp.conftest import Connect
from tests.lsp.editor import capabilities, span

BARE = "try:\n    work()\nexcept:\n    recover()\n    raise\n"


@pytest.mark.asyncio
async def test_hovering_over_a_finding_shows_the_page_of_its_rule(connect: Connect, tmp_path: Path) -> None:
    editor = await connect()
    uri = (tmp_path / "a.py").as_uri()
    editor.open(uri, BARE)

    hover = await editor.hover(uri, 2, 3)

    assert hover is not None
    assert isinstance(hover.contents, types.MarkupContent)
    assert hover.contents.kind == types.MarkupKind.Markdown
    assert hover.contents.value.startswith("### [OBS202](https://prodready.readthedocs.io/rules/OBS202) bare-except\n")
    assert "## Why it matters in production" in hover.contents.value
    assert hover.range == span(2, 0, 2, 6)


@pytest.mark.asyncio
async def test_hovering_elsewhere_shows_nothing(connect: Connect, tmp_path: Path) -> None:
    editor = await connect()
    uri = (tmp_path / "a.py").as_uri()
    editor.open(uri, BARE)

    assert await editor.hover(uri, 1, 5) is None
    assert await editor.hover((tmp_path / "closed.py").as_uri(), 0, 0) is None


@pytest.mark.asyncio
async def test_a_client_without_markdown_gets_plain_text(connect: Connect, tmp_path: Path) -> None:
    editor = await connect(capabilities(hover=types.HoverClientCapabilities()))
    uri = (tmp_path / "a.py").as_uri()
    editor.open(uri, BARE)

    hover = await editor.hover(uri, 2, 3)

    assert hover is not None
    assert isinstance(hover.contents, types.MarkupContent)
    assert hover.contents.kind == types.MarkupKind.PlainText
    assert "```" not in hover.contents.value
    assert "\nWhy it matters in production\n" in hover.contents.value


def test_plain_text_keeps_comments_and_code_as_they_are() -> None:
    markdown = "# Title\n\nSee `x` and [here](https://a.b).\n\n```python\n# a `comment`\n```\n\n## End\n"

    assert plain(markdown) == "Title\n\nSee x and here (https://a.b).\n\n# a `comment`\n\nEnd\n"
