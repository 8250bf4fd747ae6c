"""Sizes, first sentences, and the one place for each kind of arithmetic."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, Module, modules

ALL = modules()
FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for directory in ("server", "scripts")
    for path in (ROOT / directory).rglob("*.py")
)
COLUMNS = {"engine/source.py", "lsp/positions.py"}


@pytest.mark.parametrize("module", ALL, ids=lambda module: module.place)
def test_a_module_opens_with_a_sentence(module: Module) -> None:
    docstring = ast.get_docstring(module.tree)
    assert docstring is not None
    first = docstring.split("\n\n", 1)[0]
    assert first.rstrip().endswith((".", ":"))


@pytest.mark.parametrize("file", FILES)
def test_no_file_has_more_than_500_lines(file: str) -> None:
    assert len(Path(ROOT / file).read_text(encoding="utf-8").splitlines()) <= 500


@pytest.mark.parametrize("module", ALL, ids=lambda module: module.place)
def test_columns_are_converted_in_two_modules_only(module: Module) -> None:
    """Measuring a text in encoded units is `len(x.encode(...))`, or a slice of encoded bytes."""
    if module.place in COLUMNS:
        return
    measured = [n.lineno for n in ast.walk(module.tree) if _measures_encoded(n)]
    assert measured == []


def _measures_encoded(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len":
        return any(_is_encoded(argument) for argument in node.args)
    return isinstance(node, ast.Subscript) and _is_encoded(node.value)


def _is_encoded(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "encode"


def test_byte_columns_of_nodes_become_characters_in_one_place() -> None:
    users = [m.place for m in ALL if "byte_to_column(" in m.text]
    # tree-sitter, which reads configuration files, counts in bytes like ast.
    assert users == ["engine/rule.py", "engine/source.py", "project/toml_text.py"]


def test_text_is_split_into_lines_in_one_place_in_the_engine() -> None:
    """`str.splitlines` also splits at form feeds and U+2028, which are no line ends in Python."""
    users = [m.place for m in modules("engine", "fixes", "rules", "models") if ".splitlines(" in m.text]
    assert users == []


def test_paths_are_looked_at_by_functions_that_never_raise() -> None:
    """Before Python 3.14, `Path.is_file` and its like raise where nobody may look."""
    asking = {"is_file", "is_dir", "exists"}
    users = {
        module.place
        for module in ALL
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in asking
        and not (node.args or node.keywords)
    }
    assert users == set()
