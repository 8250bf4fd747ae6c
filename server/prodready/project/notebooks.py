"""The code cells of a notebook's file (nbformat 4): reading them, and writing the file with nothing else changed."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from prodready.engine.cells import Cells
from prodready.project.files import ReadError
from prodready.project.settings_of import NOTEBOOK

if TYPE_CHECKING:
    from pathlib import Path

_PYTHON = frozenset({"python", "ipython", "python3"})


@dataclass(frozen=True)
class Notebook:
    """The Python cells of a notebook, and the number of each among all cells, from 1."""

    cells: Cells
    numbers: tuple[int, ...]


def is_notebook(path: Path) -> bool:
    """Tell whether a path is that of a notebook."""
    return path.suffix == NOTEBOOK


def notebook_of(text: str, path: Path) -> Notebook:
    """Return the Python cells of a notebook's file with this text.

    Raises:
        ReadError: when the text is no notebook of Python.
    """
    data = _loaded(text, path)
    language = _language(data)
    if language is not None and language.lower() not in _PYTHON:
        raise ReadError(path, f"is a notebook in {language}, not Python")
    found = dict(_code(data["cells"]))
    return Notebook(Cells.of(found.values()), tuple(found))


def rewritten(text: str, book: Notebook, path: Path) -> str:
    """Return the text of a notebook's file with the code cells of `book` instead of its own, and all else as it is.

    Raises:
        ReadError: when the file's JSON is laid out in a way that would not be kept.
    """
    data = json.loads(text)
    write = _writer_of(text, data)
    if write is None:
        raise ReadError(path, "is laid out in a way that would be lost; save it in Jupyter, or repair it in an editor")
    for number, cell in zip(book.numbers, book.cells.cells, strict=True):
        old = data["cells"][number - 1].get("source", "")
        if cell.source.text != _joined(old):
            # As lists, sources are cut where Jupyter does: str.splitlines.
            new = cell.source.text
            data["cells"][number - 1]["source"] = new if isinstance(old, str) else new.splitlines(keepends=True)
    return write(data)


def _writer_of(text: str, data: Any) -> Callable[[Any], str] | None:
    """Return the function that writes JSON as `text` is written, None where none is known."""
    end = text[len(text.rstrip()) :]
    for indent, separators, is_ascii in itertools.product((1, 2, 4, None), (None, (",", ":")), (False, True)):
        write = partial(_written, indent=indent, separators=separators, ensure_ascii=is_ascii, end=end)
        if write(data) == text:
            return write
    return None


def _written(data: Any, *, end: str, **layout: Any) -> str:
    return json.dumps(data, **layout) + end


def _loaded(text: str, path: Path) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReadError(path, f"is no notebook: {error}") from error
    if isinstance(data, dict) and isinstance(data.get("cells"), list):
        return data
    if isinstance(data, dict) and "worksheets" in data:
        raise ReadError(path, "is a notebook of an old format; save it again with a current Jupyter")
    raise ReadError(path, "is no notebook: it has no list of cells")


def _language(data: Mapping[str, Any]) -> str | None:
    """Return the language that a notebook says it is in, None where it says nothing."""
    for table, key in (("language_info", "name"), ("kernelspec", "language")):
        language = _at(data, "metadata", table, key)
        if isinstance(language, str) and language:
            return language
    return None


def _code(cells: list[Any]) -> Iterator[tuple[int, str]]:
    for number, cell in enumerate(cells, 1):
        if _at(cell, "cell_type") == "code" and _at(cell, "metadata", "vscode", "languageId") in (None, "python"):
            yield number, _joined(cell.get("source", ""))


def _joined(source: Any) -> str:
    if isinstance(source, str):
        return source
    return "".join(line for line in source if isinstance(line, str)) if isinstance(source, list) else ""


def _at(value: Any, *keys: str) -> Any:
    """Return what lies below some keys, None as soon as a table is missing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
