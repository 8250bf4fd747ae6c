"""Emacs with eglot, and with lsp-mode, and the snippets of docs/editors.md."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.editors import programs
from tests.editors.desk import DRIVERS, HIDDEN, LOG_IT, LOGGED, ORDERS, PRINT, PRINT_LOGGED, SAFE, TRACED, Desk
from tests.editors.snippets import snippet

pytestmark = pytest.mark.editors

Drive = Callable[..., Any]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Where Emacs runs."""
    return Desk(tmp_path)


@pytest.fixture
def drive(desk: Desk) -> Drive:
    """Open the file in Emacs with the page's `init.el`, and take some steps; returns what was seen."""
    run = emacs(desk, programs.emacs(), snippet("eglot", "eglot-actions"))
    return lambda *steps, **variables: run("open", *steps, **variables)


def emacs(desk: Desk, program: str, configuration: str) -> Drive:
    """Return a call of Emacs with a certain `init.el`."""
    desk.configure(".emacs.d/init.el", configuration)
    load = ["--load", str(desk.home / ".emacs.d" / "init.el"), "--load", str(DRIVERS / "emacs.el")]

    def run(*steps: str, **variables: str) -> Any:
        command = [program, "--batch", "--eval", "(package-initialize)", *load]
        return desk.run(command, STEPS=",".join(steps), **variables)

    return run


def test_findings_appear_with_their_codes_at_the_right_text(drive: Drive) -> None:
    assert drive("diagnostics")["diagnostics"] == [
        [10, 'open(path, "w")', "prodready [RES103]: 'file' is never closed when 'dump' raises"],
        [16, PRINT, "prodready [OBS101]: print() in service code: log it"],
        [
            19,
            "except",
            "prodready [OBS202]: 'except:' also catches KeyboardInterrupt and SystemExit: name the type",
        ],
        [20, 'logger.error("could not cancel")', "prodready [OBS301]: the failure is logged without its traceback"],
    ]


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


def test_saving_works_where_nothing_can_be_fixed(drive: Drive, desk: Desk) -> None:
    """Having no code action to run is an error to eglot."""
    drive("diagnostics", "save", "save")
    assert desk.file.read_text(encoding="utf-8") == SAFE


def test_one_server_is_started_and_nothing_is_left_when_the_editor_ends(drive: Drive, desk: Desk) -> None:
    drive("diagnostics")
    assert len(desk.servers()) == 1
    desk.wait_until_left()
    assert desk.file.read_text(encoding="utf-8") == ORDERS


def test_the_log_holds_what_the_server_says(drive: Drive, desk: Desk) -> None:
    (desk.file.parent / "prodready.toml").write_text('selekt = ["OBS"]\n', encoding="utf-8")
    drive("diagnostics", "log", SAID="the configuration is wrong")


def test_lsp_mode_shows_findings_and_applies_a_quick_fix(desk: Desk) -> None:
    """Not on the line with the smile: lsp-mode 8.0 takes the protocol's columns for characters."""
    run = emacs(desk, programs.emacs_with_lsp_mode(), snippet("lsp-mode"))
    seen = run("lsp", "lsp-action", TITLE="Add exc_info=True")
    assert [code for code, _ in seen["diagnostics"]] == ["RES103", "OBS101", "OBS202", "OBS301"]
    assert seen["titles"][0] == "Add exc_info=True"
    assert seen["text"] == ORDERS.replace(HIDDEN, TRACED)
    desk.wait_until_left()
