"""A file's dotted module name, and the directories that such names start from."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

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
    base = _above_packages(path.parent)
    if base == path.parent:
        base = _source_root(base, root)
    parents = _importable(path.parent.parts[len(base.parts) :])
    package = _spelled(".".join(parents))
    if path.stem == "__init__" and parents:
        return package, package
    return _spelled(".".join((*parents, path.stem))), package


def is_source_root(directory: Path) -> bool:
    """Tell whether imports may start from `directory`: it is called `src`, or holds a marker, and is no package."""
    if (directory / "__init__.py").is_file():
        return False
    return directory.name == "src" or any((directory / marker).is_file() for marker in ROOT_MARKERS)


def _above_packages(directory: Path) -> Path:
    """Return the nearest directory, from `directory` up, that is not a package."""
    while (directory / "__init__.py").is_file() and directory.parent != directory:
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
