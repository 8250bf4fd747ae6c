"""What the tests of the project share: files written from literals, and a small set of rules to name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from prodready.project import selectors
from prodready.project.selectors import RuleNames

RULES = (
    RuleNames("OBS101", "print-call", "OBS"),
    RuleNames("OBS201", "silent-except", "OBS"),
    RuleNames("RES101", "unclosed-session", "RES"),
)

Write = Callable[[dict[str, str | bytes]], Path]


@pytest.fixture
def three_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let three rules be all there are, so that expectations stay when rules are added."""
    monkeypatch.setattr(selectors, "rule_names", lambda: RULES)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes files below a directory of their own, and returns that directory."""

    def write_files(files: dict[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return write_files
