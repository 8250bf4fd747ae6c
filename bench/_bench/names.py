"""What another tool thinks of repaired files: names that nobody defines, imports that nobody uses.

Our own rules do not know such things; a repair that calls a logger which is not there would pass all of them.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

CODES = "E9,F"
_LINE = re.compile(r" from line \d+")


def worse(before: Path, after: Path) -> list[str]:
    """Return what ruff says of the files below `after` that it does not say of the same files below `before`."""
    old, new = Counter(_complaints(before)), Counter(_complaints(after))
    return sorted(f"{path}: {code} {message}" for (path, code, message), _ in (new - old).items())


def _complaints(directory: Path) -> list[tuple[str, str, str]]:
    if not directory.is_dir():
        return []
    return [(_relative(entry, directory), str(entry["code"]), _message(entry)) for entry in _ruff(directory)]


def _message(entry: dict[str, Any]) -> str:
    """Return a complaint without the line numbers in it, which a repair may move."""
    return _LINE.sub("", str(entry["message"]))


def _relative(entry: dict[str, Any], directory: Path) -> str:
    return Path(entry["filename"]).relative_to(directory.resolve()).as_posix()


def _ruff(directory: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--exit-zero", "--ignore-noqa"]
    command += ["--select", CODES, "--output-format", "json", str(directory)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    result: list[dict[str, Any]] = json.loads(done.stdout)
    return result
