"""Kate for tests: its window on a screen of its own, and what a user does in it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.editors import programs
from tests.editors.desk import PATIENCE, Desk
from tests.editors.pictures import place_of_picture
from tests.editors.waiting import until

WIDTH, HEIGHT = 1180, 720
SEVERAL_LINES = 60
"""Pixels; a menu's line takes about 25."""


class Kate:
    """The window of a Kate that runs; it has no frame, since nothing but Kate is on the screen."""

    def __init__(self, process: subprocess.Popen[bytes], environment: dict[str, str], log: Path) -> None:
        self._process = process
        self._log = log
        self._environment = environment
        self._window = until(lambda: self._shown("orders.py"))

    def answer(self, title: str) -> None:
        """Wait for a question with a title, and take the answer that it proposes."""
        question = until(lambda: self._shown(title))
        self._do("windowfocus", "--sync", question, "key", "Return")
        until(lambda: not self._shown(title))
        # Nothing hands the keyboard on when a window goes. The mouse points to nothing that would be explained.
        self._do("mousemove", "0", "0", "windowsize", self._window, str(WIDTH), str(HEIGHT))
        self._do("windowfocus", "--sync", self._window)

    def press(self, *keys: str) -> None:
        """Press keys, each by a name as `alt+Return`."""
        self._do("key", *keys)

    def has_choice(self) -> bool:
        """Tell whether a menu is open that offers several things; one that is still being filled is of one line."""
        menus = [window for window in self._visible("--class", "kate") if window != self._window]
        return any(self._height(menu) > SEVERAL_LINES for menu in menus)

    def is_changed(self) -> bool:
        """Tell whether the file has changes that are not saved."""
        return bool(self._shown("orders.py \\*"))

    def picture(self, name: str) -> None:
        """Keep a picture of the screen."""
        command = ["scrot", "--overwrite", "--silent", str(place_of_picture(name))]
        subprocess.run(command, env=self._environment, check=True)

    def quit(self) -> None:
        """Leave Kate, and wait until it has ended."""
        self.press("ctrl+q")
        assert self._process.wait(PATIENCE) == 0

    def _shown(self, title: str) -> str:
        """Return the window with a title (a regular expression), if it is seen."""
        return "".join(self._visible("--name", title)[:1])

    def _visible(self, *which: str) -> list[str]:
        assert self._process.poll() is None, self._log.read_text(encoding="utf-8", errors="replace")
        command = ["xdotool", "search", "--onlyvisible", *which]
        return subprocess.run(
            command, env=self._environment, capture_output=True, text=True, check=False
        ).stdout.split()

    def _height(self, window: str) -> int:
        """Return pixels, 0 for a window that has gone meanwhile."""
        command = ["xdotool", "getwindowgeometry", "--shell", window]
        said = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False).stdout
        return sum(int(line.removeprefix("HEIGHT=")) for line in said.splitlines() if line.startswith("HEIGHT="))

    def _do(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self._environment, check=True)


@contextmanager
def kate(desk: Desk, line: int, column: int) -> Iterator[Kate]:
    """Open the file of a desk in Kate, at a place counted from 1; it is closed in the end."""
    program = programs.kate()
    with _screen() as display:
        environment = {
            **desk.environment,
            "DISPLAY": display,
            "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",  # or it starts one that stays
            "XDG_RUNTIME_DIR": str(desk.home),
        }
        place = ["--line", str(line), "--column", str(column)]
        log = desk.home / "kate.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [program, "--new", *place, desk.file.name],
                cwd=desk.file.parent,
                env=environment,
                stdout=output,
                stderr=output,
            )
        try:
            yield Kate(process, environment, log)
        finally:
            process.kill()
            process.wait()


@contextmanager
def _screen() -> Iterator[str]:
    """Yield the name of a screen that nobody sees."""
    reading, writing = os.pipe()
    size = f"{WIDTH}x{HEIGHT}x24"
    # By itself it would start anew, whoever is just connecting, when a look at its windows was the only client.
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp", "-noreset"]
    process = subprocess.Popen(command, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as number:
            said = number.readline().strip()
        assert said, "Xvfb has ended"
        yield f":{said}"
    finally:
        process.terminate()
        process.wait()
