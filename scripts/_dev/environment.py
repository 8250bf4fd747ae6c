"""The virtual environment in .venv: made when it is missing or broken, brought up to date when its inputs change.

A stamp inside .venv holds a hash of everything that the installation depends on, so that a second call costs one
start of the interpreter and no network.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from _dev.places import shown
from _dev.problem import Problem

STAMP_FORMAT = "1"
# The variables that would make the environment's interpreter read somebody else's modules, or install elsewhere.
FOREIGN_VARIABLES = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV")
# What pip says on the way, which would push the reason out of the few lines that are shown.
CHATTER = ("Ignoring ", "WARNING: Retrying", "WARNING: Location", "Looking in ")
NETWORK_SIGNS = (
    "NewConnectionError",
    "ConnectTimeoutError",
    "ConnectionError",
    "ReadTimeoutError",
    "ProxyError",
    "Max retries exceeded",
    "Name or service not known",
    "Temporary failure in name resolution",
    "Network is unreachable",
    "Connection refused",
    "from versions: none",
)


class Level(Enum):
    """How much is installed: what `run` needs, or what tests and checks need on top of it."""

    RUN = "run"
    DEV = "dev"


@dataclass(frozen=True)
class Environment:
    """The virtual environment of the checkout at `root`: `.venv`, or one beside it for a version that was asked for."""

    root: Path
    version: str | None = None

    @property
    def directory(self) -> Path:
        return self.root / (".venv" if self.version is None else f".venv-{self.version}")

    @property
    def python(self) -> Path:
        return self._scripts / ("python.exe" if os.name == "nt" else "python")

    @property
    def _scripts(self) -> Path:
        return self.directory / ("Scripts" if os.name == "nt" else "bin")

    @property
    def stamp(self) -> Path:
        return self.directory / "prodready-stamp.json"

    def program(self, name: str) -> Path:
        """Return the path of an installed command, such as `prodready`."""
        return self._scripts / (f"{name}.exe" if os.name == "nt" else name)

    def ensure(self, level: Level) -> Environment:
        """Make the environment ready for `level` and return it; raises Problem when something is missing."""
        if not self._is_usable():
            self._make()
        if not self._is_current(level):
            self.stamp.unlink(missing_ok=True)  # an installation that stops half-way must not look finished
            self._install(level)
            self._write_stamp(level)
        return self

    def variables(self, extra: dict[str, str] | None = None) -> dict[str, str]:
        """Return the environment variables for the programs of this environment."""
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN_VARIABLES}
        return {**kept, "VIRTUAL_ENV": str(self.directory), "PIP_USER": "0", **(extra or {})}

    def _is_usable(self) -> bool:
        """Whether .venv runs, is of this Python's version, has pip, and was made in this place."""
        if not self.python.exists():
            return False
        probe = "import pip, sys; print(*sys.version_info[:2], sys.prefix)"
        answer = subprocess.run([self.python, "-I", "-c", probe], capture_output=True, text=True, check=False)
        expected = f"{sys.version_info[0]} {sys.version_info[1]} {self.directory}"
        return answer.returncode == 0 and answer.stdout.strip() == expected

    def _make(self) -> None:
        require_venv_module()
        self._clear()
        say(f"Making {shown(self.directory)} with Python {sys.version_info[0]}.{sys.version_info[1]}")
        command = [base_python(), "-m", "venv", str(self.directory)]
        made = subprocess.run(command, capture_output=True, text=True, env=self.variables(), check=False)
        if made.returncode != 0:
            raise Problem(f"The virtual environment {shown(self.directory)} could not be made.\n{tail(made)}")

    def _clear(self) -> None:
        """Remove a .venv that cannot be used; anything else of that name is left alone, with a message."""
        if self.directory.is_symlink() or self.directory.is_file():
            raise Problem(f"{shown(self.directory)} is not a directory. Move it away, and call again.")
        if not self.directory.exists():
            return
        if any(self.directory.iterdir()) and not (self.directory / "pyvenv.cfg").exists():
            raise Problem(f"{shown(self.directory)} is no virtual environment. Move it away, and call again.")
        say(f"{shown(self.directory)} is broken, or of another Python: making it again")
        shutil.rmtree(self.directory)

    def _install(self, level: Level) -> None:
        requirements = self.root / "requirements" / f"{level.value}.txt"
        say(f"Installing the packages of {shown(requirements)} (the first time takes a minute)")
        start = time.monotonic()
        # The lists are complete and hashed; the project itself has no hash, so it goes in alone, after its build tool.
        self._pip("install", "--require-hashes", "--requirement", str(requirements))
        self._pip("install", "--no-deps", "--no-build-isolation", "--editable", str(self.root))
        say(f"Installed in {time.monotonic() - start:.0f} s")

    def _pip(self, *arguments: str) -> None:
        command = [str(self.python), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=self.variables(), check=False)
        if done.returncode != 0:
            raise Problem(explain_pip_failure(done))

    def _is_current(self, level: Level) -> bool:
        """Whether `level`, or one that includes it, was installed from the inputs as they are now."""
        stamped = self._stamped()
        enough = (Level.DEV,) if level is Level.DEV else (Level.RUN, Level.DEV)
        return any(stamped.get(each.value) == fingerprint(self.root, each) for each in enough)

    def _stamped(self) -> dict[str, str]:
        try:
            content = json.loads(self.stamp.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # never written, or cut short: install again
            return {}
        return content if isinstance(content, dict) else {}

    def _write_stamp(self, level: Level) -> None:
        content = {level.value: fingerprint(self.root, level)}
        self.stamp.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def fingerprint(root: Path, level: Level) -> str:
    """Return a hash of all that an installation depends on: the interpreter, the place, the metadata and the pins."""
    digest = hashlib.sha256()
    for part in (STAMP_FORMAT, sys.version, str(root)):
        digest.update(part.encode() + b"\0")
    for name in ("pyproject.toml", f"requirements/{level.value}.txt", "server/prodready/__init__.py"):
        digest.update((root / name).read_bytes() + b"\0")
    return digest.hexdigest()


def require_venv_module() -> None:
    """Raise Problem when this Python cannot make virtual environments; Debian ships that as a package of its own."""
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise Problem(
            f"This Python ({sys.executable}) has no module {' and no module '.join(missing)}, "
            "so it cannot make a virtual environment.\n"
            f"On Debian and Ubuntu: `apt-get install python3-venv` (or python{version}-venv, for another python3)."
        )


def base_python() -> str:
    """Return the interpreter that this one's virtual environment was made from, or this one itself."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def explain_pip_failure(done: subprocess.CompletedProcess[str]) -> str:
    """Return what went wrong and what to do, from what pip printed; pip's own last lines stay in it."""
    text = done.stdout + done.stderr
    if "DO NOT MATCH THE HASHES" in text:
        advice = (
            "A downloaded file is not the one that requirements/ expects. Do not go around it: look where it came from."
        )
    elif any(sign in text for sign in NETWORK_SIGNS):
        advice = (
            "The packages could not be downloaded: is there a network? Connect, and call again.\n"
            "Behind a mirror, or with a directory of wheels: set PIP_INDEX_URL, or PIP_FIND_LINKS and PIP_NO_INDEX=1."
        )
    elif "No space left on device" in text:
        advice = "The disk is full: the environment needs about 300 MB."
    else:
        advice = "pip could not install the packages."
    return f"{advice}\npip's last words:\n{tail(done)}"


def tail(done: subprocess.CompletedProcess[str], lines: int = 8) -> str:
    """Return the last lines that a program printed, indented, to stand below a message."""
    printed = (done.stdout + done.stderr).splitlines()
    text = [line for line in printed if line.strip() and not line.startswith(CHATTER)]
    return "\n".join(f"    {line}" for line in text[-lines:])


def say(message: str) -> None:
    """Print a line on progress; standard error, so that a command's own output stays clean."""
    print(f"dev.py: {message}", file=sys.stderr, flush=True)
