"""URIs become paths and back, on Windows and elsewhere, however they are written."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodready.lsp.uris import is_notebook_cell, name_of, path_of, path_text, uri_of

DECOMPOSED = unicodedata.normalize("NFD", "ü.py")


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///c%3A/Users/me/a%20b.py", r"c:\Users\me\a b.py"),
        ("file:///C:/Users/me/a.py", r"c:\Users\me\a.py"),
        ("file:///D%3a/%C3%BC/%F0%9F%8E%89.py", "d:\\ü\\🎉.py"),
        ("file://server/share/a.py", r"\\server\share\a.py"),
        ("file://wsl%24/Ubuntu/home/me/a.py", r"\\wsl$\Ubuntu\home\me\a.py"),
        ("file://localhost/c:/a.py", r"c:\a.py"),
        ("file:///c:/a%23b%3Fc%3Bd;e.py", r"c:\a#b?c;d;e.py"),
        ("untitled:C:/a.py", None),
    ],
)
def test_paths_on_windows(uri: str, path: str | None) -> None:
    assert path_text(uri, windows=True) == path


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        (r"C:\Users\me\a b.py", "file:///c:/Users/me/a%20b.py"),
        (r"\\server\share\ü.py", "file://server/share/%C3%BC.py"),
        ("d:\\a#b%c.py", "file:///d:/a%23b%25c.py"),
    ],
)
def test_uris_of_paths_on_windows(path: str, uri: str) -> None:
    assert uri_of(path, windows=True) == uri
    back = path_text(uri, windows=True)
    assert back is not None
    assert back.lower() == path.lower()


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///w/a%20b.py", "/w/a b.py"),
        ("FILE:///w/%C3%BC.py", "/w/ü.py"),
        ("file:///w/u%CC%88.py", f"/w/{DECOMPOSED}"),
        ("file:///w/%FF.py", "/w/\udcff.py"),
        ("file:///w/a;b%23c%3Fd\\e.py", "/w/a;b#c?d\\e.py"),
        ("file:///C:/a.py", "/C:/a.py"),
        ("file://localhost/w/a.py", "/w/a.py"),
        ("file:///w/a.py#L3", "/w/a.py"),
        ("file:///w/a%00b.py", None),
        ("file:", None),
        ("file://[/a.py", None),
        ("untitled:Untitled-1", None),
        ("vscode-vfs://github/w/a.py", None),
        ("git:/w/a.py?%7B%7D", None),
        ("vscode-notebook-cell:/w/b.ipynb#W0sZmlsZQ%3D%3D", None),
        ("", None),
    ],
)
def test_paths_elsewhere(uri: str, path: str | None) -> None:
    assert path_text(uri, windows=False) == path


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_every_path_comes_back_unchanged(name: str) -> None:
    path = f"/w/{name}"

    assert path_text(uri_of(path, windows=False), windows=False) == path
    assert uri_of(path, windows=False).isascii()


def test_a_path_that_is_no_unicode_comes_back_unchanged() -> None:
    assert uri_of("/w/\udcff.py", windows=False) == "file:///w/%FF.py"


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        (Path("/w/a.py").absolute().as_uri(), str(Path("/w/a.py").absolute())),
        ("untitled:Untitled-1", "Untitled-1"),
        ("vscode-vfs://github/w/a.py", "a.py"),
        ("git:/w/a.py?%7B%7D", "a.py"),
        ("http://[/", "a document"),
    ],
)
def test_every_document_has_a_name(uri: str, name: str) -> None:
    assert name_of(uri) == name


def test_cells_are_known_by_their_scheme() -> None:
    assert is_notebook_cell("vscode-notebook-cell:/w/b.ipynb#W0s")
    assert is_notebook_cell("vscode-notebook-cell-output://w")
    assert not is_notebook_cell("file:///notebook-cell:/a.py")


def test_a_path_of_this_system_comes_back(tmp_path: Path) -> None:
    path = tmp_path / f"é {DECOMPOSED}"

    assert path_of(uri_of(path)) == path
    assert path_of(path.as_uri()) == path
