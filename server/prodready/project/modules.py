"""A file's dotted module name, and the directories that such names start from."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from prodready.project.paths import is_file

if TYPE_CHECKING:
    from pathlib import Path

ROOT_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "manage.py")
"""Files that mark the directory that a project's imports start from."""


def module_name(path: Path, root: Path) -> tuple[str, str]:
    """Return the dotted name of the module at `path`, and the package that its relative imports start from.

    Directories with `__init__.py` are packages: their names start at the topmost of them, whatever the root. A file in
    none is named from the nearest directory above it that `is_source_root`, or else from `root`. Directories whose name
    is no identifier cannot be imported, so names start below them. Both paths are absolute.
    """
    package = package_in(path.parent, root)
    return name_in(package, path.stem), package


def package_in(directory: Path, root: Path) -> str:
    """Return the package that the relative imports of the files in `directory` start from; empty for none."""
    base = _above_packages(directory)
    if base == directory:
        base = _source_root(base, root)
    return _spelled(".".join(_importable(directory.parts[len(base.parts) :])))


def name_in(package: str, stem: str) -> str:
    """Return the dotted name of the module in `package` whose file is called `stem`, without its suffix."""
    if stem == "__init__" and package:
        return package
    return _spelled(f"{package}.{stem}" if package else stem)


def is_source_root(directory: Path) -> bool:
    """Tell whether imports may start from `directory`: it is called `src`, or holds a marker, and is no package."""
    if is_file(directory / "__init__.py"):
        return False
    return directory.name == "src" or any(is_file(directory / marker) for marker in ROOT_MARKERS)


def _above_packages(directory: Path) -> Path:
    """Return the nearest directory, from `directory` up, that is not a package."""
    while is_file(directory / "__init__.py") and directory.parent != directory:
        directory = directory.parent
    return directory


def _source_root(top: Path, root: Path) -> Path:
    """Return the directory that the names of the modules in `top` start from."""
    if not top.is_relative_to(root):
        return top
    here = top
    while here != root:
        if is_source_root(here):
            return here
        here = here.parent
    return root


def _spelled(name: str) -> str:
    """Return a dotted name as Python writes it in facts: macOS takes letters in names of files apart."""
    return name if name.isascii() else unicodedata.normalize("NFKC", name)


def _importable(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the parts behind the last one that cannot stand in an import."""
    for index in range(len(parts), 0, -1):
        if not parts[index - 1].isidentifier():
            return parts[index:]
    return parts
