"""A directory to work in, and the command run in it as a user does: as a process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

PRODREADY = [sys.executable, "-m", "prodready"]
_SECONDS = re.compile(r"\d+\.\d s$", re.MULTILINE)


@dataclass(frozen=True)
class Done:
    """What a command left behind; the seconds in its last line are written as `0.0 s`."""

    code: int
    out: str
    err: str


class Workplace:
    """An empty directory with a `pyproject.toml`, so that nothing around it counts."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("pyproject.toml", "")

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file exactly as given, and make its directory."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run(self, *arguments: str, stdin: bytes = b"", **environment: str) -> Done:
        """Run prodready here."""
        done = subprocess.run(
            [*PRODREADY, *arguments],
            cwd=self.root,
            input=stdin,
            capture_output=True,
            timeout=60,
            check=False,
            env=os.environ | {"PRODREADY_CACHE_DIR": str(self.root / ".cache")} | environment,
        )
        out, err = done.stdout.decode(), done.stderr.decode()
        return Done(done.returncode, _SECONDS.sub("0.0 s", out), _SECONDS.sub("0.0 s", err))

    def sabotage(self, marker: str, deed: str, entry: str = "once") -> dict[str, str]:
        """Return an environment in which analysing a text with `marker` runs the statement `deed` first."""
        self.write(
            "sabotage/sitecustomize.py",
            "import os\n"
            "from prodready.engine.analysis import Analysis\n"
            f"real = Analysis.{entry}\n"
            "def once(source, *others):\n"
            f"    if {marker!r} in source.text:\n"
            f"        {deed}\n"
            "    return real(source, *others)\n"
            f"Analysis.{entry} = once\n",
        )
        return {"PYTHONPATH": os.pathsep.join((str(self.root / "sabotage"), os.environ.get("PYTHONPATH", "")))}


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path / "place")


@pytest.fixture
def in_process(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run a command in this process, in the workplace."""
    from prodready.cli.app import run

    monkeypatch.chdir(workplace.root)
    return lambda *arguments: run(arguments)
