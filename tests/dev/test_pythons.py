"""The tests on another Python: how it is asked for, and where it is found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from _dev import commands, pythons
from _dev.environment import Environment, Level
from _dev.places import ROOT
from _dev.problem import Problem

RUNNING = f"{sys.version_info[0]}.{sys.version_info[1]}"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any Python: an empty directory on the PATH, and pyenv without versions."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    return tmp_path


def interpreter(path: Path, says: str) -> Path:
    """Make a program that prints a version, whatever it is asked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {says}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("arguments", "version", "rest"),
    [
        ([], None, []),
        (["-q", "--python", "3.13"], None, ["-q", "--python", "3.13"]),
        (["--python", "3.13"], "3.13", []),
        (["--python", "3.10", "tests/lsp", "-q"], "3.10", ["tests/lsp", "-q"]),
        (["--python=3.14", "--editors"], "3.14", ["--editors"]),
        (["--python", "all", "-q"], "all", ["-q"]),
    ],
)
def test_a_version_that_comes_first_is_for_us(arguments: list[str], version: str | None, rest: list[str]) -> None:
    assert pythons.requested(arguments) == (version, rest)


@pytest.mark.parametrize("arguments", [["--python"], ["--python", "-q"], ["--python=2.7"], ["--python", "3.13.1"]])
def test_what_is_no_version_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["test", *arguments]) == 2
    assert "--python wants a version such as 3.13, or all" in capsys.readouterr().err


def test_a_python_that_is_not_there_is_named(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["test", "--python", "3.99"]) == 3
    assert "there is no Python 3.99: looked for python3.99 on the PATH" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="programs of these tests are shell scripts")
def test_each_python_that_is_here_is_asked(machine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for minor, code in ((10, 0), (12, 1), (13, 0)):
        # Asked for its version it answers; called with dev.py it tells how.
        script = f"case $1 in -I) echo 3.{minor};; *) shift; echo 3.{minor}: $*; exit {code};; esac"
        path = machine / f"python3.{minor}"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    assert commands.main(["test", "--python", "all", "-q"]) == 1
    out, err = capfd.readouterr()
    assert out.splitlines() == [f"3.{minor}: test --python 3.{minor} -q" for minor in (10, 12, 13)]
    assert err.splitlines()[-1] == (
        "dev.py: 3.10 passed, 3.12 failed (1), 3.13 passed, 3.11 is not here, 3.14 is not here"
    )


def test_no_python_at_all_is_told(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["test", "--python", "all"]) == 3
    assert "there is no Python 3.10, no 3.11, no 3.12, no 3.13, no 3.14" in capsys.readouterr().err


def test_tests_on_this_python_have_an_environment_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    directories, calls = [], []

    def ensure(self: Environment, level: Level) -> Environment:
        directories.append(self.directory)
        return self

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        calls.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(Environment, "ensure", ensure)
    monkeypatch.setattr(subprocess, "run", run)
    assert commands.main(["test", "--python", RUNNING, "-q"]) == 0
    directory = ROOT / f".venv-{RUNNING}"
    assert directories == [directory]
    assert calls == [[str(Environment(ROOT, RUNNING).python), "-m", "pytest", "-q"]]
    assert Environment(ROOT).directory == ROOT / ".venv"


@pytest.mark.skipif(sys.platform == "win32", reason="programs of these tests are shell scripts")
class TestFinding:
    """The places where another Python is looked for."""

    def test_one_on_the_path_comes_first(self, machine: Path) -> None:
        interpreter(machine / "pyenv" / "versions" / "3.98.1" / "bin" / "python", "3.98")
        named = interpreter(machine / "python3.98", "3.98")
        assert pythons.find("3.98") == str(named)

    def test_a_shim_that_leads_nowhere_is_passed_over(self, machine: Path) -> None:
        interpreter(machine / "python3.98", "3.98; exit 127")
        real = interpreter(machine / "pyenv" / "versions" / "3.98.1" / "bin" / "python", "3.98")
        assert pythons.find("3.98") == str(real)

    def test_the_newest_of_pyenv_is_taken(self, machine: Path) -> None:
        for patch in ("9", "10", "2"):
            interpreter(machine / "pyenv" / "versions" / f"3.98.{patch}" / "bin" / "python", "3.98")
        assert pythons.find("3.98") == str(machine / "pyenv" / "versions" / "3.98.10" / "bin" / "python")

    def test_uv_is_asked(self, machine: Path) -> None:
        managed = interpreter(machine / "managed" / "python", "3.98")
        interpreter(machine / "uv", str(managed))
        assert pythons.find("3.98") == str(managed)

    def test_an_interpreter_of_another_version_is_not_taken(self, machine: Path) -> None:
        interpreter(machine / "python3.98", "3.97")
        with pytest.raises(Problem, match=r"there is no Python 3\.98"):
            pythons.find("3.98")
