"""The VS Code extension without VS Code: its types, and its own tests of the parts that do not need the editor."""

from __future__ import annotations

import subprocess

import pytest

from _dev.places import ROOT
from tests.editors import programs

pytestmark = pytest.mark.editors


@pytest.mark.parametrize("script", ["check", "test"])
def test_the_client_is_sound_by_itself(script: str) -> None:
    done = subprocess.run(programs.npm("run", script), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
