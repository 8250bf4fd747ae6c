"""The program of the extension that makes the bundled server's environment, with a pip that only takes notes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from _dev.places import ROOT

PROGRAM = ROOT / "client-vscode" / "python" / "set_up.py"
PIP = """\
import json, pathlib, sys
pathlib.Path(sys.prefix, "installed.json").write_text(json.dumps([sys.flags.isolated, *sys.argv[1:]]))
"""
FASTER = """\
import pathlib, sys
home = pathlib.Path(sys.prefix).parent / "1.0-abc"
home.mkdir()
(home / "made.json").write_text("of another window")
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the environment comes to be."""
    return tmp_path / "environments" / "1.0-abc"


def set_up(home: Path, pip: str = PIP) -> subprocess.CompletedProcess[str]:
    """Run the program with a pip that does as it is told here."""
    wheels = home.parents[1] / "wheels"
    (wheels / "pip-1.whl" / "pip").mkdir(parents=True, exist_ok=True)
    (wheels / "pip-1.whl" / "pip" / "__main__.py").write_text(pip, encoding="utf-8")
    (wheels / "bundle.json").write_text('{"pip": "pip-1.whl"}', encoding="utf-8")
    command = [sys.executable, "-I", str(PROGRAM), str(wheels), str(home)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def used(home: Path, days_ago: float) -> Path:
    """Make an environment that was started last some days ago."""
    home.mkdir(parents=True)
    mark = home / "made.json"
    mark.write_text("{}", encoding="utf-8")
    then = time.time() - days_ago * 24 * 60 * 60
    os.utime(mark, (then, then))
    return home


def test_the_environment_is_made_of_the_wheels_alone(home: Path) -> None:
    done = set_up(home)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert json.loads((home / "made.json").read_bytes()) == {"base": os.path.realpath(sys.executable)}
    isolated, *arguments = json.loads((home / "installed.json").read_bytes())
    assert isolated == 1
    assert arguments[:2] == ["--isolated", "install"]
    assert {"--no-index", "--only-binary"} < set(arguments)
    assert arguments[-1] == "prodready"
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    assert subprocess.run([python, "-I", "-c", ""], check=False).returncode == 0
    assert list(home.parent.iterdir()) == [home]


def test_what_fails_half_way_leaves_nothing_and_says_what_pip_said(home: Path) -> None:
    done = set_up(home, "import sys\nprint('no space left')\nsys.exit(2)")

    assert done.returncode == 1
    assert done.stderr == f"could not set up the server with {sys.executable}: no space left\n"
    assert list(home.parent.iterdir()) == []


def test_what_is_left_of_an_environment_that_does_not_work_goes(home: Path) -> None:
    home.mkdir(parents=True)
    (home / "left-over").touch()

    assert set_up(home).returncode == 0

    assert not (home / "left-over").exists()
    assert (home / "made.json").is_file()


def test_a_place_that_cannot_be_written_is_told(home: Path) -> None:
    home.parent.touch()

    done = set_up(home)

    assert done.returncode == 1
    assert done.stderr.startswith(f"could not set up the server with {sys.executable}: ")
    assert "File exists" in done.stderr


def test_when_another_window_was_faster_its_environment_is_used(home: Path) -> None:
    done = set_up(home, FASTER)

    assert done.returncode == 0
    assert (home / "made.json").read_text(encoding="utf-8") == "of another window"
    assert list(home.parent.iterdir()) == [home]


def test_environments_of_other_versions_stay_for_a_month(home: Path) -> None:
    recent = used(home.parent / "0.9-recent", days_ago=29)
    used(home.parent / "0.8-old", days_ago=31)
    (home.parent / "0.7-broken").mkdir()
    making = home.parent / ".making-elsewhere"
    making.mkdir()

    assert set_up(home).returncode == 0

    assert sorted(home.parent.iterdir()) == sorted([making, recent, home])
