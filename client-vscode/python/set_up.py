"""Make the environment that the bundled server runs in: `python -I set_up.py WHEELS ENVIRONMENT`.

The VS Code extension runs this with the interpreter that the environment is for. No network is used.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

MADE = "made.json"
"""Tells what an environment was made with. The extension touches it with every start."""
MAKING = ".making-"
KEPT = 30 * 24 * 60 * 60
"""Seconds for which an environment of another version is kept after its last start: a window may still run it."""


def main(wheels: Path, home: Path) -> None:
    """Make the environment, and remove old ones; ends the process with what could not be done."""
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        # Made beside its place, and moved when it is whole: several windows may open at the same moment.
        with tempfile.TemporaryDirectory(prefix=MAKING, dir=home.parent, ignore_cleanup_errors=True) as beside:
            _fill(Path(beside), wheels)
            _move(Path(beside), home)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "output", "") or str(error)
        sys.exit(f"could not set up the server with {sys.executable}: {said.strip()}")
    _remove_old(home)


def _fill(environment: Path, wheels: Path) -> None:
    # Many systems ship a Python without ensurepip; pip runs from its wheel.
    venv.create(environment, symlinks=os.name != "nt")
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = wheels / json.loads((wheels / "bundle.json").read_text(encoding="utf-8"))["pip"] / "pip"
    quiet = ["--no-input", "--no-cache-dir", "--disable-pip-version-check", "--no-compile", "--quiet"]
    offline = ["--no-index", "--find-links", str(wheels), "--only-binary", ":all:"]
    command = [str(python), "-I", str(pip), "--isolated", "install", *quiet, *offline, "prodready"]
    subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    made = {"base": os.path.realpath(python)}
    (environment / MADE).write_text(json.dumps(made), encoding="utf-8")


def _move(beside: Path, home: Path) -> None:
    try:
        beside.rename(home)
    except OSError:
        if (home / MADE).is_file():  # another window was faster: its environment is as good
            return
        shutil.rmtree(home)
        beside.rename(home)


def _remove_old(current: Path) -> None:
    for home in current.parent.iterdir():
        if home != current and time.time() - _last_used(home) > KEPT:
            shutil.rmtree(home, ignore_errors=True)


def _last_used(home: Path) -> float:
    """Return seconds since the epoch, 0 for what is no whole environment, or has been removed meanwhile."""
    try:
        return (home if home.name.startswith(MAKING) else home / MADE).stat().st_mtime
    except OSError:
        return 0


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
