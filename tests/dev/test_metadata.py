"""What is written in two places is the same in both: versions, dependencies and their pins."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from _dev.places import ROOT
from prodready import __version__

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def logical_lines(path: Path) -> list[str]:
    """Return the entries of a requirement file, each with its hashes on one line."""
    text = re.sub(r"^#.*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return text.replace("\\\n", " ").splitlines()


def pinned(name: str) -> set[str]:
    lines = logical_lines(ROOT / "requirements" / name)
    return {canonicalize_name(line.split("==")[0]) for line in lines}


def names(requirements: list[Any]) -> set[str]:
    return {canonicalize_name(Requirement(each).name) for each in requirements if isinstance(each, str)}


def test_the_vscode_manifest_has_the_version_of_the_package() -> None:
    manifest = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    assert manifest["version"] == __version__
    assert manifest["name"] == "prodready"


def test_every_dependency_is_pinned_where_it_is_installed_from(project: dict[str, Any]) -> None:
    groups = project["dependency-groups"]
    needed = names(project["project"]["dependencies"]) | names(groups["build"])
    assert needed <= pinned("run.txt")
    assert needed | names(groups["dev"]) <= pinned("dev.txt")


def test_what_run_installs_is_a_part_of_what_tests_install() -> None:
    run, dev = (set(logical_lines(ROOT / "requirements" / name)) for name in ("run.txt", "dev.txt"))
    assert run <= dev


@pytest.mark.parametrize("name", ["run.txt", "dev.txt"])
def test_every_pin_is_exact_and_hashed_and_names_no_place(name: str) -> None:
    lines = logical_lines(ROOT / "requirements" / name)
    assert lines
    for line in lines:
        assert re.match(r"[a-z0-9-]+==\S+ ", line), line
        assert "--hash=sha256:" in line, line
    assert "://" not in "".join(lines)
