"""Calls of dev.py: how they are read, what they start, and what they answer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from _dev import commands, corpora
from _dev.arguments import parse
from _dev.environment import Environment, Level
from _dev.places import ROOT
from _dev.problem import Problem


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Run nothing; collect what would have been run, after the interpreter's name."""
    calls: list[list[str]] = []

    def ensure(self: Environment, level: Level) -> Environment:
        calls.append(["ensure", level.value])
        return self

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        calls.append(command[1:])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(Environment, "ensure", ensure)
    monkeypatch.setattr(subprocess, "run", run)
    return calls


def exits(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, code))


def test_test_hands_every_argument_to_pytest() -> None:
    assert parse(["test", "-k", "with", "--", "-x"]).pytest_arguments == ["-k", "with", "--", "-x"]


def test_test_runs_everything_on_all_cores_unless_told_otherwise(started: list[list[str]]) -> None:
    assert commands.main(["test"]) == 0
    assert started == [["ensure", "dev"], ["-m", "pytest", "--numprocesses", "auto"]]


def test_the_editors_are_tested_alone_after_they_are_installed(started: list[list[str]]) -> None:
    assert commands.main(["test", "--editors", "-x"]) == 0
    assert started[-2:] == [["-m", "tests.editors.programs"], ["-m", "pytest", "-m", "editors", "-x"]]


def test_without_an_editor_no_test_of_editors_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Environment, "ensure", lambda self, level: self)
    exits(monkeypatch, 3)
    assert commands.main(["test", "--editors"]) == 3


def test_tests_named_from_another_directory_are_found(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "tests")
    commands.main(["test", "dev/test_commands.py", "-q"])
    assert started[-1] == ["-m", "pytest", str(Path("tests/dev/test_commands.py")), "-q"]


def test_run_shows_the_example_and_how_to_attach_an_editor(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert commands.main(["run"]) == 0
    assert started == [["ensure", "run"], ["-m", "prodready", "check", "--", str(Path("examples/shop"))]]
    printed = capsys.readouterr().out
    assert "Neovim" in printed
    assert "VS Code" in printed
    assert str(ROOT / ".venv") in printed


@pytest.mark.parametrize(("checked", "expected"), [(0, 0), (1, 0), (2, 2), (3, 3), (-9, 3)])
def test_run_takes_findings_as_success_and_nothing_else(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch, checked: int, expected: int
) -> None:
    exits(monkeypatch, checked)
    assert commands.main(["run"]) == expected


def test_run_names_a_path_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["run", "no/such/place"]) == 2
    assert "dev.py run: there is no no/such/place" in capsys.readouterr().err


def test_check_runs_every_check_though_one_fails(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        seen.append(command[2])
        return subprocess.CompletedProcess(command, 1 if command[2] == "mypy" else 0)

    monkeypatch.setattr(subprocess, "run", run)
    assert commands.main(["check"]) == 1
    assert seen == ["ruff", "ruff", "mypy", "_dev.generate", "prodready"]
    assert capsys.readouterr().out.endswith("failed: types\n")


def test_check_changes_nothing_unless_asked_to(started: list[list[str]]) -> None:
    commands.main(["check"])
    assert ["-m", "ruff", "format", "--check", "."] in started
    assert ["-m", "_dev.generate", "--check"] in started
    assert not any("--fix" in call for call in started)


def test_check_fix_mends(started: list[list[str]]) -> None:
    commands.main(["check", "--fix"])
    assert ["-m", "ruff", "check", "--fix", "."] in started
    assert ["-m", "ruff", "format", "."] in started
    assert ["-m", "_dev.generate"] in started


def test_bench_names_what_there_is_when_asked_for_something_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["bench", "no-such-bench"]) == 2
    assert "bench/ has no no-such-bench.py, but:" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [[], ["unknown"], ["run", "--unknown"], ["check", "extra"], ["new-rule"]])
def test_a_wrong_call_leaves_with_code_2_and_a_usage_line(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        parse(argv)
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith("usage: dev.py")


def test_an_interrupt_ends_quietly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Environment, "ensure", interrupted)
    assert commands.main(["check"]) == 130
    assert capsys.readouterr().err == "\ndev.py check: stopped\n"


def test_the_program_itself_answers_and_needs_no_environment(tmp_path: Path) -> None:
    variables = {**os.environ, "PRODREADY_CORPORA": str(tmp_path)}
    call = [sys.executable, str(ROOT / "scripts" / "dev.py"), "corpora", "--list", "celery"]
    done = subprocess.run(call, capture_output=True, text=True, check=False, env=variables, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("celery ")
    assert str(tmp_path) in done.stdout
    assert done.stdout.endswith("(not downloaded)\n")


def test_corpora_are_pinned_and_chosen_by_name() -> None:
    assert [corpus.name for corpus in corpora.chosen(["DJANGO", "celery"])] == ["Django", "celery"]
    assert corpora.chosen([]) == list(corpora.CORPORA)
    assert all(corpus.version[0].isdigit() for corpus in corpora.CORPORA)


def test_an_unknown_corpus_is_refused_with_the_names_of_the_known_ones() -> None:
    with pytest.raises(Problem, match="no corpus is named flask; there are: litellm"):
        corpora.chosen(["flask"])


def test_corpora_live_in_the_cache_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PRODREADY_CORPORA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert corpora.home() == tmp_path / "prodready-corpora"
    assert ROOT not in corpora.home().parents


def test_a_corpus_that_is_there_is_not_downloaded_again(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PRODREADY_CORPORA", str(tmp_path))
    (celery,) = corpora.chosen(["celery"])
    celery.directory.mkdir()
    assert commands.main(["corpora", "celery"]) == 0
    assert started == [["ensure", "run"]]
