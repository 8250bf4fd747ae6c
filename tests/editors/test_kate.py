"""Kate with the snippet of docs/editors.md, on a screen that nobody sees.

It tells nobody which findings it has; but its *Quick Fix* asks the server for repairs of the one at the cursor.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.editors.desk import LOGGED, ORDERS, Desk
from tests.editors.kate import Kate, kate
from tests.editors.snippets import snippet
from tests.editors.waiting import until
from tests.editors.wire import Wire

pytestmark = pytest.mark.editors


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Where Kate runs."""
    made = Desk(tmp_path)
    made.configure("config/kate/lspclient/settings.json", snippet("kate"))
    return made


@pytest.fixture
def wire(desk: Desk) -> Wire:
    """What Kate and the server say to each other."""
    return Wire(desk)


@pytest.fixture
def window(desk: Desk, wire: Wire) -> Iterator[Kate]:
    """The file in Kate, with the cursor on the print, and all findings there."""
    with kate(desk, line=16, column=25) as opened:
        opened.answer("LSP server start requested")
        until(lambda: wire.said("textDocument/publishDiagnostics"))
        yield opened


def test_findings_come_with_their_codes_and_columns(window: Kate, wire: Wire) -> None:
    """Kate counts columns in UTF-16: the smile is two of them."""

    def asked_for() -> list[Any]:
        window.press("ctrl+period")  # asks only when there is a finding at the cursor
        asked = wire.heard("textDocument/codeAction")
        return asked and asked[0]["context"]["diagnostics"]

    (finding,) = until(asked_for)
    assert (finding["source"], finding["code"]) == ("prodready", "OBS101")
    assert finding["message"] == "print() in service code: log it"
    assert finding["range"] == {"start": {"line": 15, "character": 18}, "end": {"line": 15, "character": 50}}

    (published,) = wire.said("textDocument/publishDiagnostics")[:1]
    lines = [each["range"]["start"]["line"] + 1 for each in published["diagnostics"]]
    assert lines == [10, 16, 19, 20]


def test_the_key_offers_the_quick_fixes_and_applies_one(window: Kate, desk: Desk) -> None:
    window.press("alt+Return")
    until(window.has_choice)
    window.picture("kate")
    window.press("Down", "Return")
    until(window.is_changed)
    window.press("ctrl+s")
    until(lambda: desk.saved() == LOGGED)


def test_one_server_is_started_and_nothing_is_left_when_the_editor_ends(window: Kate, desk: Desk) -> None:
    window.quit()
    assert len(desk.servers()) == 1
    desk.wait_until_left()
    assert desk.file.read_text(encoding="utf-8") == ORDERS
