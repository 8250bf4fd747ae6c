"""The environment of dev.py: when it is made again, when it is brought up to date, and what it says when it cannot."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from _dev.environment import Environment, Level, explain_pip_failure, fingerprint, require_venv_module
from _dev.problem import CANNOT, Problem


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A directory with the files that an installation depends on."""
    for name in ("pyproject.toml", "requirements/run.txt", "requirements/dev.txt", "server/prodready/__init__.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {name}\n", encoding="utf-8")
    return tmp_path


@dataclass(frozen=True)
class Recording(Environment):
    """An environment that writes down what it would do, and does nothing; `faults` stop one installation each."""

    calls: list[str] = field(default_factory=list)
    faults: list[Problem] = field(default_factory=list)

    def _is_usable(self) -> bool:
        return self.directory.exists()

    def _make(self) -> None:
        self.calls.append("make")
        self.directory.mkdir()

    def _install(self, level: Level) -> None:
        self.calls.append(f"install {level.value}")
        if self.faults:
            raise self.faults.pop()


@pytest.fixture
def recording(checkout: Path) -> Recording:
    """A recording environment that is there, with nothing installed."""
    environment = Recording(checkout)
    environment.directory.mkdir()
    return environment


def test_a_second_call_neither_makes_nor_installs(checkout: Path) -> None:
    environment = Recording(checkout)
    environment.ensure(Level.DEV)
    assert environment.calls == ["make", "install dev"]
    environment.ensure(Level.DEV)
    assert environment.calls == ["make", "install dev"]


def test_what_tests_need_includes_what_run_needs_but_not_the_reverse(recording: Recording) -> None:
    recording.ensure(Level.RUN)
    recording.ensure(Level.DEV)
    recording.ensure(Level.RUN)
    assert recording.calls == ["install run", "install dev"]


@pytest.mark.parametrize("name", ["pyproject.toml", "requirements/dev.txt", "server/prodready/__init__.py"])
def test_a_changed_input_installs_again(recording: Recording, name: str) -> None:
    recording.ensure(Level.DEV)
    (recording.root / name).write_text("other\n", encoding="utf-8")
    recording.ensure(Level.DEV)
    assert recording.calls == ["install dev", "install dev"]


def test_a_checkout_that_moved_installs_again(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    before = fingerprint(checkout, Level.RUN)
    moved = tmp_path_factory.mktemp("elsewhere") / "moved"
    checkout.rename(moved)
    assert fingerprint(moved, Level.RUN) != before


def test_an_installation_that_failed_does_not_count_as_done(recording: Recording) -> None:
    recording.ensure(Level.DEV)
    pins = recording.root / "requirements" / "dev.txt"
    good = pins.read_bytes()
    pins.write_bytes(b"broken")
    recording.faults.append(Problem("no network"))
    with pytest.raises(Problem, match="no network"):
        recording.ensure(Level.DEV)
    pins.write_bytes(good)
    recording.ensure(Level.DEV)
    assert recording.calls == ["install dev"] * 3


@pytest.mark.parametrize("content", ["", "{", "[]", "null"])
def test_a_damaged_stamp_installs_again(recording: Recording, content: str) -> None:
    recording.stamp.write_text(content, encoding="utf-8")
    recording.ensure(Level.RUN)
    assert recording.calls == ["install run"]
    assert set(json.loads(recording.stamp.read_text(encoding="utf-8"))) == {"run"}


def test_an_environment_without_an_interpreter_is_not_usable(checkout: Path) -> None:
    assert not Environment(checkout)._is_usable()


def test_a_dangling_interpreter_is_not_usable(checkout: Path) -> None:
    environment = Environment(checkout)
    environment.python.parent.mkdir(parents=True)
    environment.python.symlink_to(checkout / "gone")
    assert not environment._is_usable()


def test_an_interpreter_that_belongs_elsewhere_is_not_usable(checkout: Path) -> None:
    environment = Environment(checkout)
    environment.python.parent.mkdir(parents=True)
    environment.python.symlink_to(sys.executable)
    assert not environment._is_usable()


def test_an_environment_of_this_python_is_usable_until_it_is_damaged_and_then_made_again(checkout: Path) -> None:
    environment = Environment(checkout.resolve())
    environment._make()
    assert environment._is_usable()
    shutil.rmtree(next(environment.directory.glob("lib/python*/site-packages/pip")))
    assert not environment._is_usable()
    environment._make()
    assert environment._is_usable()


def test_a_directory_that_is_no_environment_is_never_removed(checkout: Path) -> None:
    environment = Environment(checkout)
    environment.directory.mkdir()
    precious = environment.directory / "precious.txt"
    precious.write_text("mine", encoding="utf-8")
    with pytest.raises(Problem, match="is no virtual environment"):
        environment._clear()
    assert precious.exists()


def test_a_link_in_place_of_the_environment_is_never_followed(checkout: Path) -> None:
    environment = Environment(checkout)
    target = checkout / "somewhere"
    target.mkdir()
    environment.directory.symlink_to(target)
    with pytest.raises(Problem, match="is not a directory"):
        environment._clear()
    assert target.exists()


def test_the_debian_package_is_named_when_python_cannot_make_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else find(name))
    with pytest.raises(Problem, match=r"no module ensurepip(.|\n)*apt-get install python3-venv") as raised:
        require_venv_module()
    assert raised.value.exit_code == CANNOT


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("ERROR: Could not find a version that satisfies click==8 (from versions: none)", "is there a network?"),
        ("NewConnectionError: Failed to establish a new connection: [Errno 111] Connection refused", "PIP_INDEX_URL"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "Do not go around it"),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("ERROR: something else", "pip could not install"),
    ],
)
def test_a_failure_of_pip_says_what_to_do_and_keeps_the_last_words(printed: str, expected: str) -> None:
    done = subprocess.CompletedProcess([], 1, "", printed)
    message = explain_pip_failure(done)
    assert expected in message
    assert printed in message


def test_the_reason_is_not_drowned_by_what_pip_says_on_the_way() -> None:
    reason = "ERROR: No matching distribution found for attrs"
    done = subprocess.CompletedProcess(
        [], 1, "", "\n".join([reason, *["WARNING: Retrying after NewConnectionError"] * 20])
    )
    assert reason in explain_pip_failure(done)


def test_foreign_variables_do_not_reach_the_environment(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("PIP_USER", "1")
    variables = Environment(checkout).variables({"EXTRA": "1"})
    assert "PYTHONPATH" not in variables
    assert variables["PIP_USER"] == "0"
    assert variables["EXTRA"] == "1"
