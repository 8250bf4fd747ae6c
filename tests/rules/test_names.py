"""No repair leaves a name without its definition, or a definition without its use: ruff is asked before and after."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from tests.rules.harness import cases

_ASKED = "F401,F821,F841"  # an import, or a name of a function, that is not used; an undefined name


def test_no_fix_of_a_fixture_leaves_a_name_undefined_or_unused(tmp_path: Path) -> None:
    after: dict[str, tuple[str, str]] = {}
    for number, case in enumerate(cases()):
        (tmp_path / f"before_{number}.py").write_text(case.code, encoding="utf-8")
        for index, outcome in enumerate(case.outcomes):
            name = f"after_{number}_{index}"
            (tmp_path / f"{name}.py").write_text(outcome.code, encoding="utf-8")
            after[name] = (f"before_{number}", f"{case.rule}: {case.title}")
    said = _complaints(tmp_path)
    assert "Undefined name `send`" in {message for found in said.values() for message in found}, (
        "ruff looked at nothing"
    )
    new = {title: said[name] - said[before] for name, (before, title) in after.items() if said[name] - said[before]}
    assert new == {}


def _complaints(directory: Path) -> dict[str, set[str]]:
    """Return what ruff says about each file, by the name of the file without its suffix."""
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", _ASKED, "--quiet"]
    done = subprocess.run(
        [*command, "--output-format", "json", str(directory)], capture_output=True, text=True, check=False
    )
    found: dict[str, set[str]] = defaultdict(set)
    for complaint in json.loads(done.stdout):
        found[Path(complaint["filename"]).stem].add(complaint["message"])
    return found
