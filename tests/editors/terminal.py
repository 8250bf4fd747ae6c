"""A terminal for editors that need one: what is on its screen, and what a user types."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.editors import programs
from tests.editors.desk import Desk
from tests.editors.waiting import until

COLUMNS, LINES = 240, 40


class Terminal:
    """A program in a terminal that nobody looks at, by tmux."""

    def __init__(self, desk: Desk, socket: Path) -> None:
        self._desk = desk
        self._tmux = [programs.tmux(), "-f", "/dev/null", "-S", str(socket)]

    def run(self, command: Sequence[str]) -> None:
        """Start a program."""
        self._do("new-session", "-d", "-x", str(COLUMNS), "-y", str(LINES), shlex.join(command))

    def type(self, *keys: str) -> None:
        """Press keys: characters, or names as `Enter`."""
        self._do("send-keys", *keys)

    def screen(self) -> str:
        """Return what is seen, line by line without the spaces at their ends; nothing when the program has ended."""
        return self._do("capture-pane", "-p") if self.is_open() else ""

    def wait_for(self, text: str) -> None:
        """Wait until a text is seen; raises AssertionError with the screen when it does not come."""
        try:
            until(lambda: text in self.screen())
        except AssertionError:
            raise AssertionError(f"{text!r} did not come:\n{self.screen()}") from None

    def is_open(self) -> bool:
        """Tell whether the program still runs."""
        return self._call("has-session").returncode == 0

    def close(self) -> None:
        """End the program, if it still runs."""
        self._call("kill-server")

    def _do(self, *arguments: str) -> str:
        done = self._call(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*self._tmux, *arguments]
        where = self._desk.file.parent
        return subprocess.run(
            command, cwd=where, env=self._desk.environment, capture_output=True, text=True, check=False
        )


@contextmanager
def terminal(desk: Desk) -> Iterator[Terminal]:
    """Yield a terminal at a desk, which is closed in the end."""
    with tempfile.TemporaryDirectory() as short:  # a socket's path may have 107 characters at most
        opened = Terminal(desk, Path(short) / "tmux")
        try:
            yield opened
        finally:
            opened.close()
