"""Neovim with the snippets of docs/editors.md: today's, and Debian's older one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.editors import programs
from tests.editors.desk import DRIVERS, LOG_IT, LOGGED, ORDERS, PRINT, PRINT_LOGGED, SAFE, Desk
from tests.editors.snippets import snippet

pytestmark = pytest.mark.editors

Drive = Callable[..., Any]
WARNING, INFO = 2, 3


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Where Neovim runs."""
    return Desk(tmp_path)


@pytest.fixture(params=["new", "old"])
def drive(request: pytest.FixtureRequest, desk: Desk) -> Drive:
    """Open the file in one Neovim with the page's `init.lua`, and take some steps; returns what was seen."""
    both = ["neovim-diagnostics", "neovim-actions"]
    if request.param == "new":
        program, snippets = programs.neovim(), ["neovim", *both, "neovim-fix-on-save"]
    else:
        program, snippets = programs.old_neovim(), ["neovim-old", *both]
    desk.configure("config/nvim/init.lua", snippet(*snippets))

    def run(*steps: str, **variables: str) -> Any:
        command = [program, "--headless", "orders.py", "-S", str(DRIVERS / "neovim.lua")]
        return desk.run(command, **{"STEPS": ",".join(steps), "FINDINGS": "4", **variables})

    return run


def test_findings_appear_with_their_codes_and_columns(drive: Drive) -> None:
    """Neovim counts columns in bytes from 0: the smile is four of them."""
    assert drive("diagnostics")["diagnostics"] == [
        ["prodready", "RES103", INFO, 10, 11, 26],
        ["prodready", "OBS101", WARNING, 16, 20, 52],
        ["prodready", "OBS202", WARNING, 19, 4, 10],
        ["prodready", "OBS301", WARNING, 20, 8, 40],
    ]


@pytest.mark.parametrize("drive", ["new"], indirect=True)
def test_settings_of_the_user_are_asked_for(drive: Drive, desk: Desk) -> None:
    init = desk.home / "config" / "nvim" / "init.lua"
    init.write_text(init.read_text(encoding="utf-8") + snippet("neovim-settings"), encoding="utf-8")
    found = drive("diagnostics", FINDINGS="3")["diagnostics"]
    assert [code for _, code, *_ in found] == ["RES103", "OBS202", "OBS301"]


def test_the_key_offers_the_quick_fixes_and_applies_one(drive: Drive) -> None:
    seen = drive("diagnostics", "action", TITLE=LOG_IT)
    assert seen["titles"][0] == LOG_IT
    assert "Ignore OBS101 on this line" in seen["titles"]
    assert seen["text"] == LOGGED


def test_saving_applies_the_safe_fixes(drive: Drive, desk: Desk) -> None:
    drive("diagnostics", "save")
    assert desk.file.read_text(encoding="utf-8") == SAFE


def test_saving_right_after_a_change_fixes_the_text_as_it_is_then(drive: Drive, desk: Desk) -> None:
    drive("diagnostics", "action", "save", TITLE=LOG_IT)
    assert desk.file.read_text(encoding="utf-8") == SAFE.replace(PRINT, PRINT_LOGGED)


def test_one_server_is_started_and_nothing_is_left_when_the_editor_ends(drive: Drive, desk: Desk) -> None:
    drive("diagnostics")
    assert len(desk.servers()) == 1
    desk.wait_until_left()
    assert desk.file.read_text(encoding="utf-8") == ORDERS


def test_the_log_holds_what_the_server_says(drive: Drive, desk: Desk) -> None:
    (desk.file.parent / "prodready.toml").write_text('selekt = ["OBS"]\n', encoding="utf-8")
    drive("log", COMMAND=snippet("neovim-log"), SAID="the configuration is wrong")
