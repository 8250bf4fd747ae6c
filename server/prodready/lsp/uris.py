"""URIs and the paths behind them; a document need not have one (untitled, a notebook's cell)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pygls.uris import from_fs_path, to_fs_path


def path_of(uri: str) -> Path | None:
    """Return the path that a `file:` URI names, percent-encoding undone; None for any other URI."""
    path = to_fs_path(uri)
    return Path(path) if path else None


def uri_of(path: str | Path) -> str:
    """Return the `file:` URI of an absolute path."""
    uri: str | None = from_fs_path(str(path))
    assert uri is not None, "a string always has a URI"
    return uri


def name_of(uri: str) -> str:
    """Return what to call a document: its path, else the last part of its URI."""
    path = path_of(uri)
    return str(path) if path else (urlsplit(uri).path.rpartition("/")[2] or uri)


def is_notebook_cell(uri: str) -> bool:
    """Tell whether a URI names a cell of a notebook, as VS Code and Jupyter clients write them."""
    return "notebook-cell" in urlsplit(uri).scheme


def shown(path: Path) -> str:
    """Return a path as a text in an editor names it: from the home directory, where it lies there."""
    home = Path.home()
    return f"~/{path.relative_to(home).as_posix()}" if path.is_relative_to(home) else str(path)
