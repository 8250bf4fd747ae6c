"""A file's dotted name follows from the packages around it, else from where imports start."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from prodready.project.modules import module_name
from prodready.project.source_roots import source_roots

if TYPE_CHECKING:
    from tests.project.conftest import Write


@pytest.mark.parametrize(
    ("path", "module", "package"),
    [
        ("top.py", "top", ""),
        ("app/__init__.py", "app", "app"),
        ("app/a.py", "app.a", "app"),
        ("app/sub/__init__.py", "app.sub", "app.sub"),
        ("app/sub/b.py", "app.sub.b", "app.sub"),
        ("src/shop/c.py", "shop.c", "shop"),
        ("src/plain/d.py", "plain.d", "plain"),
        ("src/e.py", "e", ""),
        ("plain/f.py", "plain.f", "plain"),
        ("backend/api/g.py", "api.g", "api"),
        ("backend/main.py", "main", ""),
        ("services/one/pkg/h.py", "pkg.h", "pkg"),
        ("my-service/i.py", "i", ""),
        ("my-service/jobs/j.py", "jobs.j", "jobs"),
        ("plain/__init__x.py", "plain.__init__x", "plain"),
    ],
)
def test_names(write: Write, path: str, module: str, package: str) -> None:
    """Packages name themselves; without them, names start at `src`, at a marker file, or at the root."""
    root = write(
        {
            "app/__init__.py": "",
            "app/sub/__init__.py": "",
            "src/shop/__init__.py": "",
            "backend/requirements.txt": "",
            "services/one/pkg/__init__.py": "",
        }
    )
    assert module_name(root / path, root) == (module, package)


def test_outside_of_the_root(write: Write) -> None:
    """A file elsewhere is named from its own directory, or its package."""
    root = write({"project/a.py": "", "other/pkg/__init__.py": ""})
    assert module_name(root / "other" / "x.py", root / "project") == ("x", "")
    assert module_name(root / "other" / "pkg" / "x.py", root / "project") == ("pkg.x", "pkg")


def test_source_roots(write: Write) -> None:
    """Imports may start at the root, `src`, marked directories, and those that hold a package."""
    root = write(
        {
            "src/shop/__init__.py": "",
            "backend/pyproject.toml": "",
            "libs/one/pkg/__init__.py": "",
            "tests/data/pkg/__init__.py": "",
            ".hidden/pkg/__init__.py": "",
            "plain/a.py": "",
            "deep/er/and/deeper/pkg/__init__.py": "",
            "app/__init__.py": "",
            "app/inner/sub/__init__.py": "",
        }
    )
    found = [path.relative_to(root).as_posix() for path in source_roots(root)]
    assert found == [".", "src", "backend", "libs/one"]


def test_letters_that_macos_takes_apart_are_joined_as_python_does(tmp_path: Path) -> None:
    apart = unicodedata.normalize("NFD", "é/ü.py")

    assert module_name(tmp_path / apart, tmp_path) == ("\u00e9.\u00fc", "\u00e9")
