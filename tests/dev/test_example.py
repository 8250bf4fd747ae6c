"""The example shop: valid Python, in which there is something to find for each of the first rules."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from _dev.places import ROOT

SHOP = ROOT / "examples" / "shop"
# What a reader should meet in the example. Later rules need not show there.
SHOWN = {f"OBS{number}" for number in (101, 102, 103, 201, 202, 301, 302)} | {"RES101", "RES102", "RES103"}


@pytest.fixture(scope="module")
def findings() -> list[dict[str, Any]]:
    call = [sys.executable, "-m", "prodready", "check", "--format", "json", str(SHOP)]
    done = subprocess.run(call, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.returncode == 1, done.stderr
    result: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return result


@pytest.mark.parametrize("path", sorted(SHOP.rglob("*.py")), ids=lambda path: path.name)
def test_every_module_is_valid_python(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 10))
    assert ast.get_docstring(tree)


def test_it_shows_what_the_rules_are_for(findings: list[dict[str, Any]]) -> None:
    assert SHOWN - {finding["code"] for finding in findings} == set()


def test_its_tests_and_chores_are_left_alone(findings: list[dict[str, Any]]) -> None:
    shown = {Path(finding["path"]).name for finding in findings if finding["code"].startswith("OBS")}
    assert "orders.py" in shown
    assert not shown & {"manage.py", "test_stock.py"}
