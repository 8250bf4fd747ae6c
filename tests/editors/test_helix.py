"""Helix with the snippet of docs/editors.md, in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.editors import programs
from tests.editors.desk import LOG_IT, LOGGED, ORDERS, Desk
from tests.editors.snippets import snippet
from tests.editors.terminal import Terminal, terminal
from tests.editors.waiting import until

pytestmark = pytest.mark.editors


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Where Helix runs."""
    return Desk(tmp_path)


@pytest.fixture
def helix(desk: Desk) -> Iterator[Terminal]:
    """The file in Helix, with the page's `languages.toml`, and all findings there."""
    desk.configure("config/helix/languages.toml", snippet("helix"))
    with terminal(desk) as opened:
        opened.run([*programs.helix(), "orders.py"])
        opened.wait_for("● 3 ")
        yield opened


def test_findings_appear_at_their_lines_and_in_words_with_their_codes(helix: Terminal) -> None:
    marked = [line.split()[1] for line in helix.screen().splitlines() if line.startswith("●")]
    assert marked == ["10", "16", "19", "20"]
    helix.type("16G", "g", "l")
    helix.wait_for("print() in service code: log it")
    helix.wait_for("(OBS101)")


def test_the_keys_offer_the_quick_fixes_and_apply_one(helix: Terminal, desk: Desk) -> None:
    helix.type("16G", "g", "l")
    helix.type("Space", "a")
    helix.wait_for(f" {LOG_IT}")
    assert " Ignore OBS101 on this line" in helix.screen()

    helix.type("Enter")
    helix.wait_for("[+]")
    helix.type(":w", "Enter")
    until(lambda: desk.saved() == LOGGED)


def test_one_server_is_started_and_nothing_is_left_when_the_editor_ends(helix: Terminal, desk: Desk) -> None:
    assert len(desk.servers()) == 1
    helix.type(":q", "Enter")
    until(lambda: not helix.is_open())
    desk.wait_until_left()
    assert desk.file.read_text(encoding="utf-8") == ORDERS


def test_the_log_holds_what_the_server_says(desk: Desk) -> None:
    desk.configure("config/helix/languages.toml", snippet("helix"))
    (desk.file.parent / "prodready.toml").write_text('selekt = ["OBS"]\n', encoding="utf-8")
    with terminal(desk) as opened:
        opened.run([*programs.helix(), "orders.py"])
        opened.wait_for("● 3 ")
        opened.type(":log-open", "Enter")
        opened.wait_for("the configuration is wrong")
