"""A place to run an editor of the terminal in: a home of its own, a project in it, and the server on the path."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.editors.waiting import until

PATIENCE = 400
"""Seconds after which an editor that has not ended counts as hanging."""
DRIVERS = Path(__file__).with_name("drivers")
"""What the editors are told to do, in their own languages."""

ORDERS = '''\
"""Orders, and what may go wrong with them."""

import json
import logging

logger = logging.getLogger(__name__)


def save(path, orders):
    file = open(path, "w")
    json.dump(orders, file)
    file.close()


def cancel(order):
    smile = "🙂"; print("cancelled", smile, order)
    try:
        order.cancel()
    except:
        logger.error("could not cancel")
'''
HIDDEN, TRACED = 'logger.error("could not cancel")', 'logger.error("could not cancel", exc_info=True)'
PRINT = 'print("cancelled", smile, order)'
PRINT_LOGGED = 'logger.info("cancelled %s %s", smile, order)'
LOGGED = ORDERS.replace(PRINT, PRINT_LOGGED)
"""The text with the print as a quick fix leaves it."""
SAFE = '''\
"""Orders, and what may go wrong with them."""

import json
import logging

logger = logging.getLogger(__name__)


def save(path, orders):
    with open(path, "w") as file:
        json.dump(orders, file)


def cancel(order):
    smile = "🙂"; print("cancelled", smile, order)
    try:
        order.cancel()
    except:
        logger.error("could not cancel", exc_info=True)
'''
"""The text as fixing on save leaves it."""
LOG_IT = "Log it with level info (unsafe: the text goes to the log instead of standard output)"
"""The quick fix of the print."""


class Desk:
    """Directories and an environment for one editor, which says on exit what it has seen."""

    def __init__(self, directory: Path) -> None:
        self.home = directory / "home"
        self.file = directory / "project" / "orders.py"
        self._result = directory / "result.json"
        self._started = directory / "started"
        self._programs = directory / "bin"
        self.home.mkdir(parents=True)
        self._programs.mkdir()
        self.start_server_by('exec "$@"')
        self.file.parent.mkdir()
        self.file.write_text(ORDERS, encoding="utf-8")
        (self.file.parent / "pyproject.toml").write_text('[project]\nname = "orders"\n', encoding="utf-8")
        self.environment = {
            "HOME": str(self.home),
            **{f"XDG_{name}_HOME": str(self.home / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")},
            "PATH": f"{self._programs}{os.pathsep}{os.environ['PATH']}",
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "RESULT": str(self._result),
        }

    def configure(self, path: str, text: str) -> None:
        """Write a configuration file of the editor; `path` is below the home."""
        target = self.home / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def run(self, command: Sequence[str], **variables: str) -> Any:
        """Run the editor until it ends; returns what it has written into `$RESULT`.

        Raises:
            AssertionError: when it hangs, fails, or says nothing; with what it printed.
        """
        environment = {**self.environment, **variables}
        with subprocess.Popen(
            command,
            cwd=self.file.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            try:
                said = process.communicate(timeout=PATIENCE)[0].decode(errors="replace")
            except subprocess.TimeoutExpired:
                process.kill()
                raise AssertionError(f"it hangs, after: {process.communicate()[0].decode(errors='replace')}") from None
        assert process.returncode == 0, said
        assert self._result.exists(), said
        return json.loads(self._result.read_bytes())

    def saved(self) -> str:
        """Return the text of the file on the disk; nothing while an editor puts another in its place."""
        try:
            return self.file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def start_server_by(self, line: str) -> None:
        """Make the `prodready` that the snippets call: it notes its start, and runs a line, where `"$@"` is ours."""
        ours = shutil.which("prodready", path=str(Path(sys.executable).parent))
        assert ours, "prodready is not installed beside this Python: `scripts/dev.py test` does that"
        program = self._programs / "prodready"
        lines = ["#!/bin/sh", f'echo $$ >> "{self._started}"', f'set -- "{ours}" "$@"', line, ""]
        program.write_text("\n".join(lines), encoding="utf-8")
        program.chmod(0o755)

    def servers(self) -> list[int]:
        """Return the process ids of the servers that were started here, in order."""
        return [int(line) for line in self._started.read_text(encoding="utf-8").split()]

    def is_left(self) -> bool:
        """Tell whether a process that was started here still runs: a server, its worker."""
        mine = f"HOME={self.home}".encode()
        return any(mine in _environment(process).split(b"\0") for process in Path("/proc").glob("[0-9]*"))

    def wait_until_left(self) -> None:
        """Wait until nothing that was started here runs any more."""
        until(lambda: not self.is_left())


def _environment(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:  # it has ended since, or is another user's
        return b""
