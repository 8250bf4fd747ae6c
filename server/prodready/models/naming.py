"""The words that identifiers are made of."""

from __future__ import annotations

import ast
import re
from typing import Final

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def words_of(identifier: str) -> list[str]:
    """Split an identifier, snake or camel case, dotted or not, into words in lower case."""
    return [word.lower() for word in _WORD.findall(identifier)]


def callee(node: ast.Call) -> str:
    """Return the names in what is called, without arguments: `self.errors.append`."""
    parts: list[str] = []
    here: ast.expr = node.func
    while isinstance(here, (ast.Attribute, ast.Call, ast.Subscript)):
        if isinstance(here, ast.Attribute):
            parts.append(here.attr)
        here = here.func if isinstance(here, ast.Call) else here.value
    if isinstance(here, ast.Name):
        parts.append(here.id)
    return ".".join(reversed(parts))
