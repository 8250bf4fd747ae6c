"""What all commands share: help, version, faults; and the options of `server`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import prodready.lsp.server
from prodready import __version__
from prodready.cli import main
from tests.cli.conftest import Workplace

COMMANDS = ("check", "config", "fix", "rule", "rules", "server")


def test_the_version(workplace: Workplace) -> None:
    done = workplace.run("--version")
    assert (done.code, done.out) == (0, f"prodready {__version__}\n")


def test_help_lists_the_commands_that_exist(workplace: Workplace) -> None:
    done = workplace.run("--help")
    listed = done.out.partition("Commands:\n")[2].split("\n")
    assert done.code == 0
    assert tuple(line.split()[0] for line in listed if line) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_each_command_has_examples(
    in_process: Callable[..., int], capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert in_process(command, "--help") == 0
    assert f"Examples:\n    prodready {command}" in capsys.readouterr().out


def test_no_command_at_all_shows_the_help(in_process: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert in_process() == 2
    assert "Usage: prodready [OPTIONS] COMMAND" in capsys.readouterr().err


@pytest.mark.parametrize(
    "module", ["libcst", "pygls", "lsprotocol", "rich.console", "prodready.rules", "multiprocessing"]
)
def test_the_start_imports_nothing_heavy(module: str) -> None:
    program = "import sys; from prodready.cli.app import run; run(['--help']); sys.exit(sys.argv[1] in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", program, module], stdout=subprocess.DEVNULL, check=False).returncode == 0
    )


def test_checking_imports_neither_the_server_nor_libcst(workplace: Workplace) -> None:
    workplace.write("app.py", "try:\n    a()\nexcept:\n    raise\n")
    program = (
        "import sys; from prodready.cli.app import run; run(['check', 'app.py']);"
        "sys.exit(','.join({'libcst', 'pygls', 'lsprotocol'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=workplace.root, capture_output=True, text=True, check=False
    )
    assert done.stderr == "\n"


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Collect what the server is started with, instead of starting it."""
    calls: list[dict[str, Any]] = []

    def run(**options: Any) -> int:
        calls.append(options)
        return 7

    monkeypatch.setattr(prodready.lsp.server, "run", run)
    return calls


def test_the_server_gets_its_options(in_process: Callable[..., int], served: list[dict[str, Any]]) -> None:
    assert in_process("server") == 7
    assert in_process("server", "--stdio", "--log-level", "debug", "--log-file", "a.log") == 7
    assert in_process("server", "--tcp", "0") == 7
    assert in_process("server", "--ws", "4601") == 7
    assert served == [
        {"tcp": None, "ws": None, "log_file": None, "log_level": "warning"},
        {"tcp": None, "ws": None, "log_file": Path("a.log"), "log_level": "debug"},
        {"tcp": 0, "ws": None, "log_file": None, "log_level": "warning"},
        {"tcp": None, "ws": 4601, "log_file": None, "log_level": "warning"},
    ]


@pytest.mark.parametrize("options", [("--stdio", "--tcp", "1"), ("--tcp", "0", "--ws", "0")])
def test_the_server_has_one_transport(
    in_process: Callable[..., int],
    served: list[dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
) -> None:
    assert in_process("server", *options) == 2
    assert capsys.readouterr().err.endswith("Error: Choose one of --stdio, --tcp and --ws.\n")
    assert served == []


def test_a_log_that_cannot_be_written_exits_with_2(workplace: Workplace) -> None:
    done = workplace.run("server", "--log-file", "no/where.log")
    assert (done.code, done.err) == (2, "Error: the server cannot start: No such file or directory\n")


def test_an_unexpected_error_exits_with_3_and_says_how_to_see_more(
    in_process: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise ValueError("boom")

    monkeypatch.setattr("prodready.rules.all_rules", fail)
    assert in_process("rules") == 3
    assert re.sub(r"line \d+", "line N", capsys.readouterr().err) == (
        "prodready failed: ValueError (test_app.py, line N)\n"
        "This is a fault of prodready; run it again with --verbose for the details to report.\n"
    )
    assert in_process("rules", "--verbose") == 3
    assert "Traceback (most recent call last):" in capsys.readouterr().err


def test_a_package_that_does_not_fit_is_no_fault_of_ours_and_is_told_with_what_to_do(
    in_process: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "libcst", None)

    def fail() -> None:
        import libcst  # noqa: F401

    monkeypatch.setattr("prodready.rules.all_rules", fail)
    assert in_process("rules") == 2
    assert capsys.readouterr().err == (
        "prodready cannot start with the packages that are installed beside it: "
        "import of libcst halted; None in sys.modules. "
        "`python -m pip check` tells which do not fit; in an environment of its own it has those that do.\n"
    )


@pytest.mark.parametrize("arguments", [["server"], ["server", "--stdio"], ["server", "--log-level", "error"]])
def test_an_editor_is_told_the_same_whichever_way_it_starts_the_server(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def start(**options: object) -> int:
        raise ImportError("no lsprotocol", name="lsprotocol")

    monkeypatch.setattr("prodready.lsp.starting.serve", start)
    monkeypatch.setattr(sys, "argv", ["prodready", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        "prodready cannot start with the packages that are installed beside it: no lsprotocol. "
        "`python -m pip check` tells which do not fit; in an environment of its own it has those that do.\n"
    )


def test_a_module_of_ours_that_is_missing_is_a_fault_of_ours(
    in_process: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ModuleNotFoundError("No module named 'prodready.gone'", name="prodready.gone")

    monkeypatch.setattr("prodready.rules.all_rules", fail)
    assert in_process("rules") == 3


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
def test_somebody_who_starts_the_server_in_a_terminal_is_told_what_it_waits_for() -> None:
    ours, theirs = os.openpty()
    try:
        command = [sys.executable, "-m", "prodready", "server"]
        process = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stderr is not None
        told = process.stderr.readline().decode()
        os.write(ours, b"\x04")  # Ctrl+D: the end of what is typed
        process.communicate()
    finally:
        os.close(ours)
        os.close(theirs)
    assert told == (
        "prodready: waiting for an editor to talk to on standard input; Ctrl+C ends it. An editor starts the server "
        "by itself: `prodready server` is the command that its settings need. To check files here, run "
        "`prodready check`.\n"
    )
