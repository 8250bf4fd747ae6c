"""What docs/protocol.md says is announced is what a server announces."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
from lsprotocol import types
from lsprotocol.converters import get_converter

from tests.lsp.conftest import Connect
from tests.lsp.editor import capabilities

PAGE: Final = Path(__file__).parents[2] / "docs" / "protocol.md"
ROW: Final = re.compile(r"^\| `(\w+)` \| (yes|no) \| (yes|no) \| \S.* \|$", re.MULTILINE)
FULL: Final = attrs.evolve(
    capabilities("utf-8", diagnostic=types.DiagnosticClientCapabilities()),
    window=types.WindowClientCapabilities(work_done_progress=True),
)


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def documented(column: int) -> set[str]:
    return {row[0] for row in ROW.findall(PAGE.read_text(encoding="utf-8")) if row[column] == "yes"}


async def announced(connect: Connect, able: types.ClientCapabilities) -> dict[str, Any]:
    editor = await connect(able)
    found: dict[str, Any] = get_converter().unstructure(editor.server)
    return found


def test_every_capability_of_the_protocol_has_a_row() -> None:
    rows = [row[0] for row in ROW.findall(PAGE.read_text(encoding="utf-8"))]

    assert rows == [camel(field.name) for field in attrs.fields(types.ServerCapabilities)]


@pytest.mark.asyncio
async def test_a_full_client_is_announced_what_the_page_says(connect: Connect) -> None:
    found = await announced(connect, FULL)

    assert set(found) == documented(1)
    assert found["positionEncoding"] == "utf-8"
    assert found["textDocumentSync"] == {"openClose": True, "change": 2, "save": True}
    assert found["notebookDocumentSync"] == {
        "notebookSelector": [{"notebook": "*", "cells": [{"language": "python"}]}],
        "save": True,
    }
    assert found["codeActionProvider"] == {
        "codeActionKinds": ["quickfix", "source.fixAll.prodready", "notebook.source.fixAll.prodready"],
        "resolveProvider": True,
    }
    assert found["diagnosticProvider"] == {
        "identifier": "prodready",
        "interFileDependencies": True,
        "workspaceDiagnostics": False,
    }
    assert found["workspace"]["workspaceFolders"] == {"supported": True, "changeNotifications": True}


@pytest.mark.asyncio
async def test_a_bare_client_is_announced_what_it_can_use(connect: Connect) -> None:
    found = await announced(connect, types.ClientCapabilities())

    assert set(found) == documented(2)
    assert found["positionEncoding"] == "utf-16"
    assert found["codeActionProvider"]["resolveProvider"] is False
