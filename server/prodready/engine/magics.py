"""A notebook's cell as plain Python: what only IPython understands is taken out, and every line keeps its number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from prodready.engine.lexical import CLEAN, scan

PYTHON_MAGICS: Final = frozenset({"capture", "debug", "prun", "time", "timeit"})
"""Cell magics whose cell is Python that runs in the notebook; the cells of all others are left alone."""

CALL: Final = "get_ipython()"
"""What stands in for a magic where Python wants a statement or a value: something unknown is called."""

_CELL_MAGIC: Final = re.compile(r"%%(\w*)")
_ESCAPE: Final = re.compile(r"[ \t]*(?:[%!?]|[,;/](?=[A-Za-z_]))")
_ASSIGNED: Final = re.compile(r"([ \t]*[A-Za-z_](?:[\w.,* \t]|\[[^\]\r\n]*\])*=)[ \t]*[%!]")
_HELP: Final = re.compile(r"[ \t]*[\w*]+(?:\.[\w*]+|\[[^\]#]*\])*[ \t]*\?{1,2}[ \t]*[\r\n]*\Z")


def as_python(lines: Sequence[str]) -> list[str]:
    """Return the lines of a cell with every magic replaced, as many as before; a line without one is the same object.

    A line magic, a shell command or a call for help becomes an empty line, or `get_ipython()` where it is indented or
    gives a value. Only the first line of a cell with a cell magic of `PYTHON_MAGICS` is taken out, of others all.
    """
    if not holds_python(lines):
        return [_end_of(line) for line in lines]
    if not any(_may_be_magic(line) for line in lines):
        return list(lines)
    return _replaced(lines)


def holds_python(lines: Sequence[str]) -> bool:
    """Tell whether the lines of a cell are Python of the notebook, and not something for a cell magic."""
    first = next((line for line in lines if line.strip()), "")
    magic = _CELL_MAGIC.match(first)
    return magic is None or magic[1] in PYTHON_MAGICS


def _replaced(lines: Sequence[str]) -> list[str]:
    """Replace the magics of a cell that holds Python."""
    result: list[str] = []
    state, continued = CLEAN, False
    for line in lines:
        if continued:
            replaced = _end_of(line)
        elif state.is_open:
            replaced = line
        else:
            replaced = _without_magic(line)
        # A backslash continues a magic, too.
        continued = replaced is not line and line.rstrip("\r\n").endswith("\\")
        state = scan(replaced, state)
        result.append(replaced)
    return result


def _may_be_magic(line: str) -> bool:
    return any(sign in line for sign in "%!?") or line.lstrip(" \t").startswith((",", ";", "/"))


def _without_magic(line: str) -> str:
    assigned = _ASSIGNED.match(line)
    if assigned is not None:
        return f"{assigned[1]} {CALL}{_end_of(line)}"
    if _ESCAPE.match(line) or _HELP.match(line):
        indent = line[: len(line) - len(line.lstrip(" \t"))]
        return f"{indent}{CALL}{_end_of(line)}" if indent else _end_of(line)
    return line


def _end_of(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]
