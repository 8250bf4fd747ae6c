"""The modules of the package, read and parsed, not imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import prodready

PACKAGE = Path(prodready.__file__).parent
ROOT = PACKAGE.parent.parent


@dataclass(frozen=True)
class Module:
    """One file of the package: its place below `prodready/` and its tree."""

    place: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def imports(self) -> Iterator[str]:
        """Yield the dotted names of all modules that the file imports, anywhere in it."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.module or ""

    def imported_tops(self) -> set[str]:
        return {name.partition(".")[0] for name in self.imports()}


def modules(*directories: str) -> list[Module]:
    """Return the modules of some of the package's directories; of all without any."""
    places = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
    chosen = [p for p in places if not directories or p.partition("/")[0] in directories]
    return [Module(place, (PACKAGE / place).read_text(encoding="utf-8")) for place in chosen]
