"""URIs and the paths behind them; a document need not have one (untitled, a notebook's cell, a virtual file system)."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

_WINDOWS: Final = sys.platform == "win32"
_DRIVE: Final = re.compile(r"/?([A-Za-z]):(?=/|$)")
_HERE: Final = frozenset({"", "localhost"})


def path_of(uri: str) -> Path | None:
    """Return the path that a `file:` URI names, percent-encoding undone; None for any other URI."""
    text = path_text(uri)
    return Path(text) if text else None


def path_text(uri: str, *, windows: bool = _WINDOWS) -> str | None:
    """Return the path that a `file:` URI names on Windows, or elsewhere; None for any other URI.

    Drive letters become lower-case. A name keeps its Unicode form: macOS writes `u` with a combining mark for `ü`.
    """
    parts = _split(uri)
    if parts is None or parts.scheme != "file":
        return None
    path, host = _decoded(parts.path), _decoded(parts.netloc)
    if not path or "\0" in path:
        return None
    if windows:
        path = _DRIVE.sub(lambda drive: f"{drive[1].lower()}:", path, count=1)
    if host.lower() not in _HERE:
        path = f"//{host}{path}"
    return path.replace("/", "\\") if windows else path


def uri_of(path: str | Path, *, windows: bool = _WINDOWS) -> str:
    """Return the `file:` URI of an absolute path of Windows, or of another system."""
    text = str(path)
    if not windows:
        return f"file://{_encoded(text)}"
    text = text.replace("\\", "/")
    if text.startswith("//"):
        return f"file:{_encoded(text)}"
    drive = _DRIVE.match(text)
    return f"file:///{drive[1].lower()}:{_encoded(text[drive.end() :])}" if drive else f"file://{_encoded(text)}"


def name_of(uri: str) -> str:
    """Return what to call a document: its path, else the last part of its URI."""
    path = path_of(uri)
    parts = _split(uri)
    if path is not None or parts is None:
        return str(path) if path else "a document"
    # A host, a user and a query may be secret, and name nothing that a user would look for.
    return parts.path.rpartition("/")[2] or f"{parts.scheme}:"


def is_notebook_cell(uri: str) -> bool:
    """Tell whether a URI names a cell of a notebook, as VS Code and Jupyter clients write them."""
    return "notebook-cell" in uri.partition(":")[0]


def shown(path: Path) -> str:
    """Return a path as a text in an editor names it: from the home directory, where it lies there."""
    home = Path.home()
    return f"~/{path.relative_to(home).as_posix()}" if path.is_relative_to(home) else str(path)


def _split(uri: str) -> SplitResult | None:
    """Return the parts of a URI, None where it is none."""
    try:
        return urlsplit(uri)
    except ValueError:
        return None


def _decoded(part: str) -> str:
    """Undo percent-encoding; bytes that are no UTF-8 are kept as Python keeps them in names of files."""
    return unquote(part, errors="surrogateescape")


def _encoded(path: str) -> str:
    return quote(path.encode("utf-8", "surrogateescape"))
