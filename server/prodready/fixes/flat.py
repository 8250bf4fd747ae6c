"""The code of an expression on one line."""

from __future__ import annotations

import re
from typing import Final

import libcst as cst

_NOT_FLAT: Final = ("#", "\\", '"""', "'''")
"""What makes it unsafe to join the lines of an expression."""


def flat(node: cst.CSTNode) -> str:
    """Return an expression's code, on one line where its lines can be joined without a doubt."""
    code = cst.Module([]).code_for_node(node)
    if "\n" not in code or any(mark in code for mark in _NOT_FLAT):
        return code
    joined = re.sub(r"(?<!\s)\s*[\r\n]\s*", "\n", code)
    return re.sub(r"(?<=[(\[{])\n|\n(?=[)\]}])", "", joined).replace("\n", " ")
