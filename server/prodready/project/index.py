"""What is known of a project's other modules: their files are found by name and read when somebody asks."""

from __future__ import annotations

import os
import sys
from collections import OrderedDict
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from prodready.project.files import ReadError, read
from prodready.project.paths import is_file
from prodready.project.source_roots import source_roots

if TYPE_CHECKING:
    from prodready.engine.facts import ModuleFacts

MAX_BYTES = 1024 * 1024
"""Larger modules hold data: nothing is told of them."""
_MAX_MODULES = 4096
_Stamp = tuple[Path, int, int]


class ProjectIndex:
    """The modules of the project at `root` (an absolute directory), read as the files on disk are when asked.

    Nothing of the project is imported or run. Names of the standard library are never the project's. Only `max_modules`
    modules, those asked for last, are kept. It may be shared between threads; pickled, it is empty.
    """

    def __init__(self, root: Path, max_modules: int = _MAX_MODULES) -> None:
        self.root = root
        self._max_modules = max_modules
        self._lock = RLock()
        self._roots: tuple[Path, ...] | None = None
        self._paths: dict[str, Path | None] = {}
        self._facts: OrderedDict[str, tuple[_Stamp, ModuleFacts | None]] = OrderedDict()

    def __reduce__(self) -> tuple[type[ProjectIndex], tuple[Path, int]]:
        """Pickle what it is about, not what it knows."""
        return ProjectIndex, (self.root, self._max_modules)

    def module(self, name: str) -> ModuleFacts | None:
        """Return the facts of the module with dotted `name`.

        None when it is not the project's, has no file of its own (a namespace package), or cannot be read.
        """
        with self._lock:
            path = self.path_of(name)
            return None if path is None else self._facts_at(name, path)

    def path_of(self, name: str) -> Path | None:
        """Return the file of the module with dotted `name`, None when it is not the project's."""
        with self._lock:
            if name not in self._paths:
                self._paths[name] = self._find(name)
            return self._paths[name]

    def invalidate(self, path: Path) -> None:
        """Learn that `path`, a file or directory, may have been made, changed or removed."""
        with self._lock:
            known = {found for found in self._paths.values() if found is not None}
            if path not in known or not is_file(path):
                self._roots = None
                self._paths.clear()
            # A file with the same time and size may hold another text all the same.
            for name in [name for name, (stamp, _) in self._facts.items() if stamp[0] == path]:
                del self._facts[name]

    def _find(self, name: str) -> Path | None:
        parts = name.split(".")
        if not all(part.isidentifier() for part in parts) or parts[0] in sys.stdlib_module_names:
            return None
        if self._roots is None:
            self._roots = source_roots(self.root)
        for root in self._roots:
            base = root.joinpath(*parts)
            for candidate in (base / "__init__.py", base.with_name(f"{parts[-1]}.py")):
                if is_file(candidate) and self._is_inside(candidate):
                    return candidate
        return None

    def _is_inside(self, path: Path) -> bool:
        """A link that leads out of the project leads to what the project has no business to know."""
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.root))

    def _facts_at(self, name: str, path: Path) -> ModuleFacts | None:
        stamp = _stamp(path)
        known = self._facts.get(name)
        if stamp is None:
            self._facts.pop(name, None)
            return None
        if known is None or known[0] != stamp:
            known = self._facts[name] = (stamp, _read_facts(name, stamp))
            if len(self._facts) > self._max_modules:
                self._facts.popitem(last=False)
        self._facts.move_to_end(name)
        return known[1]


def package_of(name: str, path: Path) -> str:
    """Return what the relative imports of the module with dotted `name`, whose file is `path`, start from."""
    return name if path.name == "__init__.py" else name.rpartition(".")[0]


def _stamp(path: Path) -> _Stamp | None:
    """Return a file with its time and size, None when it is gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    return path, status.st_mtime_ns, status.st_size


def _read_facts(name: str, stamp: _Stamp) -> ModuleFacts | None:
    from prodready.engine.analysis import facts_of
    from prodready.engine.source import SourceFile

    path, _, size = stamp
    if size > MAX_BYTES:
        return None
    try:
        text = read(path).text
    except ReadError:
        return None
    return facts_of(SourceFile.from_text(text, str(path)), name, package_of(name, path))
