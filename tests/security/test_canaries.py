"""No output repeats what may be a secret, apart from those whose purpose is to show the code."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from prodready.cli.target import Target
from prodready.cli.work import failed
from prodready.engine.faults import named
from prodready.lsp.logs import _Formatter
from prodready.lsp.uris import name_of
from prodready.project.config import load
from prodready.project.problems import ConfigError
from prodready.tracebacks import traced
from tests.lsp.wire import Wire

CANARY = "CANARY7f3"
CODE = f"""import os, logging
API = '{CANARY}'  # {CANARY}
__doc__ = f"{{API}} {CANARY}"


def f(token='{CANARY}'):
    try:
        g('https://user:{CANARY}@host/?key={CANARY}', os.environ['{CANARY}'])
    except:  # {CANARY}
        pass
    print(f'{CANARY} {{token}}', '{CANARY}')
    try:
        g(b'{CANARY}')
    except Exception as e:
        logging.error('{CANARY} %s' % e)
    h = open('{CANARY}')
    return h.read()
"""
BOOK = {
    "cells": [
        {"cell_type": "code", "source": CODE, "metadata": {}, "outputs": [{"text": CANARY}], "execution_count": 1},
        {"cell_type": "markdown", "source": CANARY, "metadata": {"key": CANARY}},
    ],
    "metadata": {"language_info": {"name": "python"}, "secret": CANARY},
    "nbformat": 4,
    "nbformat_minor": 5,
}
FILES: Mapping[str, str | bytes] = {
    "app.py": CODE,
    "broken.py": f"x = '{CANARY}\n",
    "bracket.py": f"{CODE}x = ('{CANARY}'\n",
    "bytes.py": f"x = '{CANARY}".encode() + b"\xff'\n",
    "coding.py": f"# coding: {CANARY}\n",
    "nul.py": f"{CANARY}\0",
    "book.ipynb": json.dumps(BOOK, indent=1),
    "bad.ipynb": f'{{"cells": [{CANARY}',
    ".env": f"TOKEN={CANARY}\n",
    "pyproject.toml": f"[tool.other]\ntoken = '{CANARY}'\n[tool.prodready]\n",
}
SILENT = {
    "concise": ("check", "--concise"),
    "concise, all kinds of files": ("check", "--concise", "--verbose", *(n for n in FILES if n.endswith(("py", "nb")))),
    "notebook": ("check", "--concise", "book.ipynb", "bad.ipynb"),
    "JSON": ("check", "--format", "json"),
    "statistics": ("check", "--concise", "--statistics"),
    "JSON statistics": ("check", "--format", "json", "--statistics", "app.py", "book.ipynb"),
    "standard input": ("check", "--concise", "--stdin-filename", "app.py", "-"),
    "settings": ("config",),
    "settings of a file": ("config", "--format", "json", "app.py"),
    "rules": ("rules",),
    "repair": ("fix", "--unsafe-fixes", "app.py", "bracket.py", "bytes.py", "coding.py"),
}
"""Outputs that show no code: what they say of a finding, a file or a setting has to do without."""
SHOWING = {"excerpts": ("check", "app.py"), "patch": ("fix", "--diff", "--unsafe-fixes", "app.py")}
"""Outputs whose purpose is to show the code. docs/security.md names them."""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "workspace"
    root.mkdir()
    for name, content in FILES.items():
        (root / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command whose environment is full of secrets, and whose cache lies beside the workspace."""
    environment = {**os.environ, "API_KEY": CANARY, "PRODREADY_CACHE_DIR": str(root.parent / "cache")}
    command = [sys.executable, "-m", "prodready", *arguments]
    return subprocess.run(
        command, cwd=root, capture_output=True, text=True, input=CODE, env=environment, timeout=600, check=False
    )


@pytest.mark.parametrize("arguments", SILENT.values(), ids=SILENT)
def test_a_command_repeats_nothing_of_what_files_hold(workspace: Path, arguments: tuple[str, ...]) -> None:
    done = run(workspace, *arguments)

    assert done.returncode in (0, 1, 2), done.stderr
    assert len(done.stdout) > 20
    assert CANARY not in done.stdout + done.stderr
    assert not list(_holding(workspace.parent / "cache"))


@pytest.mark.parametrize("arguments", SHOWING.values(), ids=SHOWING)
def test_what_is_to_show_code_shows_it(workspace: Path, arguments: tuple[str, ...]) -> None:
    assert CANARY in run(workspace, *arguments).stdout


def test_excerpts_of_a_second_run_come_from_the_file_and_not_from_the_cache(workspace: Path) -> None:
    first, second = run(workspace, "check", "app.py"), run(workspace, "check", "app.py")

    assert CANARY in first.stdout
    assert second.stdout.splitlines()[:-1] == first.stdout.splitlines()[:-1]
    assert any((workspace.parent / "cache").rglob("*.json"))
    assert not list(_holding(workspace.parent / "cache"))


def _holding(directory: Path) -> Iterator[Path]:
    for path in directory.rglob("*"):
        if path.is_file() and CANARY.encode() in path.read_bytes():
            yield path


WRONG = {
    "selector": f"select = ['{CANARY}']",
    "no list": f"select = '{CANARY}'",
    "severity": f"severity = {{ OBS = '{CANARY}' }}",
    "choice": f"logger = '{CANARY}'",
    "name": f"logger-name = '{CANARY}-x'",
    "function": f"log-functions = ['{CANARY}-x']",
    "number": f"line-length = '{CANARY}'",
    "glob": f"exclude = ['!{CANARY}']",
    "unknown key": f"other = '{CANARY}'",
    "unknown table": f"[other]\ntoken = '{CANARY}'",
    "syntax": f"other = '{CANARY}",
    "bytes": f"# {CANARY} \xff",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_what_is_said_of_a_wrong_configuration_repeats_no_value(tmp_path: Path, text: str) -> None:
    (tmp_path / "prodready.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigError) as error:
        load(tmp_path)

    assert "prodready.toml" in str(error.value)
    assert CANARY not in str(error.value)


@pytest.mark.parametrize("text", [f"[tool.other]\nx = '{CANARY}\n[tool.prodready]\n", f"# prodready {CANARY} \xff"])
def test_a_configuration_that_is_no_toml_is_not_shown(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_bytes(text.encode("latin-1"))
    done = run(tmp_path, "check")

    assert done.returncode == 2
    assert "pyproject.toml:" in done.stderr
    assert CANARY not in done.stderr


def _fail() -> None:
    try:
        raise KeyError(CANARY)
    except KeyError as error:
        raise ValueError(f"cannot do {CANARY}") from error


def _caught(fail: Callable[[], object]) -> Exception:
    try:
        fail()
    except Exception as error:  # noqa: BLE001  whatever it is
        return error
    raise AssertionError("it did not fail")


def test_reports_of_our_own_faults_tell_where_and_not_over_what() -> None:
    error = _caught(_fail)
    record = logging.LogRecord("prodready", logging.ERROR, "", 0, "failed", (), (type(error), error, None))
    report = failed(Target(Path("app.py"), "app.py", 0), error)
    told = [named(error), traced(error), _Formatter().format(record), repr(report)]

    assert all("ValueError" in text and "test_canaries.py" in text for text in told)
    assert "KeyError" in told[1]
    assert CANARY not in repr(told)


def test_errors_of_the_system_say_what_it_says() -> None:
    missing = _caught(lambda: Path("/nowhere/at/all").read_bytes())

    assert named(missing).startswith("FileNotFoundError: No such file or directory (")


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        (f"ftp://user:{CANARY}@host/a/b.py?key={CANARY}#{CANARY}", "b.py"),
        (f"vscode-remote://{CANARY}", "vscode-remote:"),
        ("untitled:Untitled-1", "Untitled-1"),
        (f"http://[{CANARY}/x.py", "a document"),
    ],
)
def test_a_document_is_called_by_the_last_part_of_its_uri(uri: str, name: str) -> None:
    assert name_of(uri) == name


def test_the_server_repeats_nothing_of_what_it_is_sent(workspace: Path) -> None:
    """All that a client sees, and the log at its most talkative; edits are code, and left out."""
    log = workspace.parent / "log"
    (workspace / "sub").mkdir()
    (workspace / "sub" / "prodready.toml").write_text("\n".join(WRONG[key] for key in ("selector", "name", "number")))
    wire = Wire("--log-file", str(log), "--log-level", "debug", stderr=subprocess.DEVNULL, cwd=workspace)
    wire.initialize(root=workspace.as_uri())
    wire.send("$/setTrace", {"value": "verbose"})
    uris = [(workspace / name).as_uri() for name in ("app.py", "bracket.py", "sub/app.py")]
    uris.append(f"ftp://user:{CANARY}@host/a.py?key={CANARY}")
    for uri in uris:
        wire.open(uri, CODE)
        assert "OBS202" in wire.codes(uri)
        _ask_everything(wire, uri)
    _send_a_notebook(wire)
    wire.send("workspace/didChangeConfiguration", {"settings": {"prodready": {"select": CANARY, "run": CANARY}}})
    wire.ask("prodready/ruleDocumentation", {"code": f"../../{CANARY}"})
    _send_junk(wire, uris[0])
    wire.assert_sane()
    wire.ask("shutdown")
    wire.send("exit")
    assert wire.exit_code() == 0
    said = [_without_edits(message) for message in wire.seen]
    wire.end()

    methods = {message.get("method") for message in wire.seen}
    assert {"textDocument/publishDiagnostics", "window/showMessage"} <= methods
    assert "OBS101" in repr(said)
    assert "Ignore OBS202 on this line" in repr(said)
    assert "refused" in log.read_text()
    assert "the configuration is wrong" in log.read_text()
    assert CANARY not in log.read_text()
    leaks = [message for message in said if CANARY in repr({**message, "uri": None}).replace(uris[-1], "")]
    assert leaks == []


def _ask_everything(wire: Wire, uri: str) -> None:
    document = {"textDocument": {"uri": uri}}
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}
    actions = wire.ask("textDocument/codeAction", {**document, "range": whole, "context": {"diagnostics": []}})
    for action in actions["result"]:
        if "data" in action:
            wire.ask("codeAction/resolve", action)
    for line in range(len(CODE.splitlines())):
        wire.ask("textDocument/hover", {**document, "position": {"line": line, "character": 6}})
    wire.ask("prodready/effectiveConfiguration", document)


def _send_a_notebook(wire: Wire) -> None:
    cell = f"vscode-notebook-cell://{CANARY}/book.ipynb#{CANARY}"
    notebook: dict[str, Any] = {"uri": "file:///book.ipynb", "notebookType": "jupyter-notebook", "version": 1}
    notebook["metadata"] = {"secret": CANARY}
    notebook["cells"] = [{"kind": 2, "document": cell, "metadata": {"outputs": CANARY}}]
    text = {"uri": cell, "languageId": "python", "version": 1, "text": CODE}
    wire.send("notebookDocument/didOpen", {"notebookDocument": notebook, "cellTextDocuments": [text]})
    other = {"uri": f"ftp://me:{CANARY}@host/x.ipynb", "version": 2}
    wire.send("notebookDocument/didChange", {"notebookDocument": other, "change": {}})


def _send_junk(wire: Wire, uri: str) -> None:
    for junk in ({"text": CANARY, "range": CANARY}, {CANARY: CANARY}):
        wire.send("unknown/notification", junk)
        wire.ask("textDocument/hover", {"textDocument": junk})
        wire.send("textDocument/didChange", {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [junk]})
    wire.send_body(CANARY.encode())


def _without_edits(value: Any) -> Any:
    """Return a message without the edits in it, and without what names the client's own documents."""
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if key not in ("edit", "changes", "documentChanges", "uri")}
        return {key: _without_edits(item) for key, item in kept.items()}
    return [_without_edits(item) for item in value] if isinstance(value, list) else value
