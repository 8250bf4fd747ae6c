"""Vim with ALE and the snippets of docs/editors.md."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.editors import programs
from tests.editors.desk import DRIVERS, HIDDEN, ORDERS, SAFE, TRACED, Desk
from tests.editors.snippets import snippet

pytestmark = pytest.mark.editors

Drive = Callable[..., Any]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Where Vim runs."""
    return Desk(tmp_path)


@pytest.fixture
def drive(desk: Desk) -> Drive:
    """Open the file in Vim with the page's `vimrc`, and take some steps; returns what was seen."""
    program = programs.vim_with_ale()
    start = "set nocompatible encoding=utf-8\nfiletype plugin on\npackadd! ale\n"
    desk.configure(".vimrc", start + snippet("ale", "ale-fix-on-save"))

    def run(*steps: str) -> Any:
        command = [program, "--not-a-term", "-T", "dumb", "orders.py", "-S", str(DRIVERS / "vim.vim")]
        return desk.run(command, STEPS=",".join(steps))

    return run


def test_findings_appear_with_their_codes_and_columns(drive: Drive) -> None:
    """To ALE 3.3 an information is a warning, and columns are bytes: behind the smile it marks a place too far left."""
    assert drive("diagnostics")["diagnostics"] == [
        ["prodready", "RES103", "W", 10, 12, "'file' is never closed when 'dump' raises"],
        ["prodready", "OBS101", "W", 16, 19, "print() in service code: log it"],
        ["prodready", "OBS202", "W", 19, 5, "'except:' also catches KeyboardInterrupt and SystemExit: name the type"],
        ["prodready", "OBS301", "W", 20, 9, "the failure is logged without its traceback"],
    ]


def test_the_key_offers_the_quick_fixes_and_applies_one(drive: Drive) -> None:
    seen = drive("diagnostics", "action")
    assert "1) Add exc_info=True\n" in seen["question"]
    assert "Ignore OBS301 on this line\n" in seen["question"]
    assert seen["text"] == ORDERS.replace(HIDDEN, TRACED)


def test_saving_applies_the_safe_fixes(drive: Drive, desk: Desk) -> None:
    drive("diagnostics", "save")
    assert desk.file.read_text(encoding="utf-8") == SAFE


def test_one_server_is_started_and_nothing_is_left_when_the_editor_ends(drive: Drive, desk: Desk) -> None:
    drive("diagnostics")
    assert len(desk.servers()) == 1
    desk.wait_until_left()
    assert desk.file.read_text(encoding="utf-8") == ORDERS
