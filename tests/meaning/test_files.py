"""Files after the repair of code that left them open."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.meaning.closing import outcome, repaired

CASES = {
    "closed at the end": """
def run(path):
    file = open(path)
    value = int(file.read())
    file.close()
    return value
""",
    "never closed": """
def run(path):
    file = open(path)
    lines = file.readlines()
    return int(lines[0])
""",
    "early return": """
def run(path):
    file = open(path)
    if not path:
        file.close()
        return None
    value = int(file.readline())
    file.close()
    return value
""",
    "without a name": """
def run(path):
    value = int(open(path).read())
    return value
""",
    "two": """
def run(path):
    file = open(path)
    again = open(path)
    value = int(file.read()) + int(again.read())
    file.close()
    again.close()
    return value
""",
    "generator": """
def values(path):
    file = open(path)
    for line in file:
        yield int(line)
    file.close()


def run(path):
    return next(values(path))
""",
}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every file that is opened while the test runs, kept alive so that no garbage collection closes it."""
    files: list[Any] = []
    real: Callable[..., Any] = builtins.open

    def recording(*arguments: Any, **keywords: Any) -> Any:
        files.append(real(*arguments, **keywords))
        return files[-1]

    monkeypatch.setattr(builtins, "open", recording)
    return files


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("text", ["12", "x"], ids=["succeeds", "fails"])
def test_files_are_closed_whatever_happens(name: str, text: str, tmp_path: Path, opened: list[Any]) -> None:
    path = tmp_path / "data"
    path.write_text(text, encoding="utf-8")
    code = repaired(CASES[name])
    opened.clear()
    after = outcome(code, lambda space: space["run"](str(path)))
    assert opened
    assert all(file.closed for file in opened)
    before = outcome(CASES[name], lambda space: space["run"](str(path)))
    assert after == before
    for file in opened:
        file.close()
