"""Environments beside the corpora for what is measured with, one for each set of pins: never the one of the tests."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

from _dev.corpora import home
from _dev.environment import explain_pip_failure, say
from _dev.places import ROOT
from _dev.problem import CANNOT, Problem


def python_with(requirements: Path, name: str) -> Path:
    """Return the interpreter of the environment `name` that holds `requirements`, made when it is not there yet.

    Raises:
        Problem: when they cannot be installed.
    """
    content = requirements.read_bytes() + sys.version.encode()
    directory = home() / f"{name}-{hashlib.sha256(content).hexdigest()[:12]}"
    python = directory / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    finished = directory / "finished"
    if not finished.is_file():
        shown = requirements.relative_to(ROOT)
        say(f"Installing the packages of {shown}")
        venv.create(directory, clear=True, with_pip=True)
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--require-hashes"]
        done = subprocess.run([*pip, "-r", str(requirements)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Problem(f"The packages of {shown} could not be installed. {explain_pip_failure(done)}", CANNOT)
        finished.touch()
    return python
