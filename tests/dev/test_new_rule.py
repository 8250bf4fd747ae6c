"""`new-rule`: what it refuses, and that what it makes works from the start."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from _dev import commands
from _dev.new_rule import make
from _dev.places import ROOT
from _dev.problem import Problem


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what rules and their tests are made of."""
    shutil.copytree(ROOT / "server", tmp_path / "server", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests" / "rules", tmp_path / "tests" / "rules")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize("code", ["OBS999", "MINE101"])
def test_a_new_rule_passes_the_tests_of_all_rules_at_once(checkout: Path, code: str) -> None:
    make(checkout, code, "unexpected-thing")
    variables = {**os.environ, "PYTHONPATH": str(checkout / "server")}
    call = [sys.executable, "-m", "pytest", "tests/rules", "-k", code, "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(call, cwd=checkout, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_a_new_rule_is_formatted_and_clean(checkout: Path) -> None:
    paths = [str(path) for path in make(checkout, "MINE101", "unexpected-thing") if path.suffix == ".py"]
    for command in (["format", "--check"], ["check"]):
        call = [sys.executable, "-m", "ruff", *command, *paths]
        done = subprocess.run(call, cwd=checkout, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_new_family_gets_its_package(tmp_path: Path) -> None:
    written = make(tmp_path, "MINE101", "unexpected-thing")
    assert {path.relative_to(tmp_path).as_posix() for path in written} == {
        "server/prodready/rules/mine/__init__.py",
        "server/prodready/rules/mine/unexpected_thing.py",
        "tests/rules/MINE101.md",
    }
    assert "class UnexpectedThing(Rule):" in written[0].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("code", "name", "message"),
    [
        ("obs1", "silent-thing", "'obs1' is no code: it needs a family and three digits, such as OBS999"),
        ("OBS999", "Silent", "'Silent' is no name: it needs two or more small words with hyphens"),
        ("OBS999", "no-silent-thing", "'no-silent-thing' gives advice; a name says what is wrong"),
        ("OBS202", "silent-thing", "OBS202 is taken, by .*bare_except.py"),
        ("OBS999", "bare-except", "bare-except is taken, by .*bare_except.py"),
    ],
)
def test_a_bad_or_taken_name_writes_nothing(checkout: Path, code: str, name: str, message: str) -> None:
    before = sorted(checkout.rglob("*"))
    with pytest.raises(Problem, match=message):
        make(checkout, code, name)
    assert sorted(checkout.rglob("*")) == before


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    fixture = tmp_path / "tests" / "rules" / "OBS999.md"
    fixture.parent.mkdir(parents=True)
    fixture.write_text("mine", encoding="utf-8")
    with pytest.raises(Problem, match=r"OBS999\.md is there already"):
        make(tmp_path, "OBS999", "unexpected-thing")
    assert fixture.read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "server").exists()


def test_a_code_is_asked_for_only_where_somebody_can_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    assert commands.main(["new-rule", "unexpected-thing"]) == 2
    assert "add --code" in capsys.readouterr().err
