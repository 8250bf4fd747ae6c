"""The linters that prodready is measured beside: an environment of their own, and how each is called."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from _bench.servers import RUFF_RULES
from _dev.corpora import home
from _dev.environment import explain_pip_failure, say
from _dev.places import ROOT
from _dev.problem import CANNOT, Problem

REQUIREMENTS = ROOT / "requirements" / "bench.txt"
PYLINT_MESSAGES = (
    "bare-except", "broad-exception-caught", "consider-using-with", "logging-format-interpolation",
    "logging-fstring-interpolation", "logging-not-lazy", "lost-exception", "syntax-error",
)  # fmt: skip


@dataclass(frozen=True)
class Linter:
    """A command line that checks the directory behind it: its name, and the exit codes that are no failure."""

    name: str
    command: tuple[str, ...]
    codes: frozenset[int] = frozenset({0, 1})
    environment: Mapping[str, str] = field(default_factory=dict)


def ours(cache: Path | None = None) -> Linter:
    """Return prodready, with a cache of its own or without one."""
    command = (sys.executable, "-m", "prodready", "check", "--format", "json")
    codes = frozenset({0, 1, 2})
    if cache is None:
        return Linter("prodready check", (*command, "--no-cache"), codes)
    return Linter("prodready check, nothing changed", command, codes, {"PRODREADY_CACHE_DIR": str(cache)})


def ruff() -> Linter:
    """Return ruff with its rules for defects of the kind that prodready looks for."""
    command = (sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--output-format", "json")
    return Linter("ruff check", (*command, "--select", ",".join(RUFF_RULES)))


def others() -> list[Linter]:
    """Return the linters that are written in Python; they are installed when they are not there yet.

    Raises:
        Problem: when they cannot be installed.
    """
    python = str(_python())
    select = "--select=T,B,LOG,F,E9"
    enable = f"--enable={','.join(PYLINT_MESSAGES)}"
    pylint = ("-m", "pylint", f"--rcfile={os.devnull}", "--recursive=y", "--jobs=0", "--disable=all", enable)
    return [
        Linter("flake8 (print, bugbear, logging, pyflakes)", (python, "-m", "flake8", "--isolated", select)),
        Linter("pylint (8 messages)", (python, *pylint), frozenset(range(32))),
        # It has no rules for these defects: this is what walking over libcst's trees costs.
        Linter("fixit (its own rules)", (python, "-m", "fixit", "lint"), frozenset(range(8))),
    ]


def _python() -> Path:
    """Return the interpreter of the linters' environment, which lies beside the corpora, one for each set of pins."""
    content = REQUIREMENTS.read_bytes() + sys.version.encode()
    directory = home() / f"peers-{hashlib.sha256(content).hexdigest()[:12]}"
    python = directory / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    finished = directory / "finished"
    if not finished.is_file():
        say(f"Installing the packages of {REQUIREMENTS.relative_to(ROOT)}")
        venv.create(directory, clear=True, with_pip=True)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--require-hashes"]
        done = subprocess.run([*pip, "-r", str(REQUIREMENTS)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Problem(f"The peers could not be installed. {explain_pip_failure(done)}", CANNOT)
        finished.touch()
    return python
