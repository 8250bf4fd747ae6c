"""Requests of our own: the rules, the page of one, the settings of a document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from prodready.rules import all_rules
from tests.lsp.conftest import Connect
from tests.lsp.editor import Editor

pytestmark = pytest.mark.asyncio


async def ask(editor: Editor, method: str, params: dict[str, Any]) -> Any:
    return await editor.client.protocol.send_request_async(method, params)


async def test_all_rules_are_listed_in_the_order_of_their_codes(connect: Connect) -> None:
    editor = await connect()

    rules = await ask(editor, "prodready/rules", {})

    assert [(rule["code"], rule["name"]) for rule in rules] == [(rule.code, rule.name) for rule in all_rules()]


@pytest.mark.parametrize("word", ["OBS202", "bare-except"])
async def test_a_rule_is_explained_in_markdown_by_its_code_or_name(connect: Connect, word: str) -> None:
    editor = await connect()

    page = await ask(editor, "prodready/ruleDocumentation", {"code": word})

    assert (page.code, page.name) == ("OBS202", "bare-except")
    assert page.markdown.startswith("# OBS202: bare-except\n\nseverity warning · fix ")
    assert "## Why it matters in production" in page.markdown


async def test_an_unknown_rule_is_refused_by_name(connect: Connect) -> None:
    editor = await connect()

    with pytest.raises(JsonRpcException, match="there is no such rule"):
        await ask(editor, "prodready/ruleDocumentation", {"code": "OBS999"})


async def test_the_settings_of_a_document_say_where_they_come_from(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "prodready.toml").write_text('logger-name = "log"\n')
    editor = await connect()
    editor.client.workspace_did_change_configuration(
        types.DidChangeConfigurationParams(settings={"prodready": {"silentLevel": "error"}})
    )
    uri = (tmp_path / "test_a.py").as_uri()
    editor.open(uri, "x = 1\n")

    answer = await ask(editor, "prodready/effectiveConfiguration", {"textDocument": {"uri": uri}})

    lines = [" ".join(line.split()) for line in answer.text.splitlines()]
    assert 'logger-name = "log" # prodready.toml' in lines
    assert 'silent-level = "error" # editor' in lines
    assert any(line.startswith("# Role: test") for line in lines)


async def test_the_settings_of_a_document_that_is_not_open_are_refused(connect: Connect, tmp_path: Path) -> None:
    editor = await connect()
    uri = (tmp_path / "a.py").as_uri()

    with pytest.raises(JsonRpcException, match="not open"):
        await ask(editor, "prodready/effectiveConfiguration", {"textDocument": {"uri": uri}})
