"""A client that pulls diagnostics is never pushed any, and is told when nothing is new."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.conftest import Connect
from tests.lsp.editor import capabilities, codes_of, replacing, span

pytestmark = pytest.mark.asyncio

BARE = "try:\n    work()\nexcept:\n    recover()\n    raise\n"
PULLING = capabilities(diagnostic=types.DiagnosticClientCapabilities())


async def test_pulls_are_answered_and_nothing_is_pushed(connect: Connect, tmp_path: Path) -> None:
    editor = await connect(PULLING)
    uri = (tmp_path / "a.py").as_uri()

    editor.open(uri, BARE)
    first = await editor.pull(uri)
    assert isinstance(first, types.RelatedFullDocumentDiagnosticReport)
    again = await editor.pull(uri, first.result_id)
    editor.change(uri, 2, replacing(span(0, 0), "\n"))
    changed = await editor.pull(uri, first.result_id)

    assert codes_of(first.items) == ["OBS202"]
    assert isinstance(again, types.RelatedUnchangedDocumentDiagnosticReport)
    assert again.result_id == first.result_id
    assert isinstance(changed, types.RelatedFullDocumentDiagnosticReport)
    assert [d.range.start.line for d in changed.items] == [3]
    assert editor.published == []


async def test_a_change_of_the_configuration_asks_the_client_to_pull_again(connect: Connect, tmp_path: Path) -> None:
    editor = await connect(PULLING)
    uri = (tmp_path / "a.py").as_uri()
    editor.open(uri, BARE)
    first = await editor.pull(uri)
    assert isinstance(first, types.RelatedFullDocumentDiagnosticReport)

    config = tmp_path / "prodready.toml"
    config.write_text('ignore = ["OBS202"]\n')
    editor.files_changed(config)
    await editor.until(lambda: editor.refreshes)
    second = await editor.pull(uri, first.result_id)

    assert isinstance(second, types.RelatedFullDocumentDiagnosticReport)
    assert list(second.items) == []


async def test_a_result_of_an_earlier_server_is_not_taken_for_a_new_one(connect: Connect, tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    results = []
    for text in (BARE, f"\n{BARE}"):
        editor = await connect(PULLING)
        editor.open(uri, text)
        report = await editor.pull(uri, results[0] if results else None)
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        results.append(report.result_id)

    assert results[0] != results[1]


async def test_a_document_that_is_not_open_has_nothing_to_pull(connect: Connect, tmp_path: Path) -> None:
    editor = await connect(PULLING)

    report = await editor.pull((tmp_path / "a.py").as_uri())

    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    assert list(report.items) == []


@pytest.mark.parametrize(("able", "offered"), [(PULLING, True), (capabilities(), False)])
async def test_pulling_is_offered_only_to_clients_that_can(
    connect: Connect, able: types.ClientCapabilities, offered: bool
) -> None:
    editor = await connect(able)

    assert (editor.server.diagnostic_provider is not None) is offered
