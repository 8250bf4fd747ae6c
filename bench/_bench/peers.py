"""The linters that prodready is measured beside: an environment of their own, and how each is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from _bench.servers import RUFF_RULES
from _bench.side import python_with
from _dev.places import ROOT

FIRST, AGAIN = "prodready check", "prodready check, nothing changed"
WALK_AST = "ast.parse, ast.walk, one process"
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
        return Linter(FIRST, (*command, "--no-cache"), codes)
    return Linter(AGAIN, command, codes, {"PRODREADY_CACHE_DIR": str(cache)})


def walk_ast() -> Linter:
    """Return what only parses and walks, in one process: it tells how fast the machine is."""
    return Linter(WALK_AST, (sys.executable, str(Path(__file__).with_name("walk_ast.py"))))


def ruff() -> Linter:
    """Return ruff with its rules for defects of the kind that prodready looks for."""
    command = (sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--output-format", "json")
    return Linter("ruff check", (*command, "--select", ",".join(RUFF_RULES)))


def others() -> list[Linter]:
    """Return the linters that are written in Python; they are installed when they are not there yet.

    Raises:
        Problem: when they cannot be installed.
    """
    python = str(python_with(REQUIREMENTS, "peers"))
    select = "--select=T,B,LOG,F,E9"
    enable = f"--enable={','.join(PYLINT_MESSAGES)}"
    pylint = ("-m", "pylint", f"--rcfile={os.devnull}", "--recursive=y", "--jobs=0", "--disable=all", enable)
    return [
        Linter("flake8 (print, bugbear, logging, pyflakes)", (python, "-m", "flake8", "--isolated", select)),
        Linter("pylint (8 messages)", (python, *pylint), frozenset(range(32))),
        # It has no rules for these defects: this is what walking over libcst's trees costs.
        Linter("fixit (its own rules)", (python, "-m", "fixit", "lint"), frozenset(range(8))),
    ]
