"""The progress bar: for people on a terminal who have waited for a while, for nobody else."""

from __future__ import annotations

import io
import sys

import pytest

from prodready.cli import progress


class Terminal(io.StringIO):
    """A stream that claims to be a terminal."""

    def isatty(self) -> bool:
        return True


def terminal(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Make standard error a terminal. (Not a fixture: pytest puts its own stream there before the test runs.)"""
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    return stream


def test_long_work_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = terminal(monkeypatch)
    monkeypatch.setattr(progress, "_PATIENCE", -1.0)
    items = progress.tracked("abc", 3, "Checking")
    assert next(items) == "a"
    assert list(items) == ["b", "c"]
    assert "Checking" in stream.getvalue()
    assert "3/3" in stream.getvalue()
    assert stream.getvalue().endswith("\x1b[?25h\r\x1b[1A\x1b[2K")


def test_short_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = terminal(monkeypatch)
    assert list(progress.tracked("abc", 3, "Checking")) == ["a", "b", "c"]
    assert stream.getvalue() == ""


def test_without_a_terminal_nothing_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_PATIENCE", -1.0)
    assert list(progress.tracked("abc", 3, "Checking")) == ["a", "b", "c"]
    assert capsys.readouterr().err == ""
