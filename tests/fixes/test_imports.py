"""Adding an import, or using the one that is there."""

from __future__ import annotations

import ast
from functools import partial

import pytest

from prodready.fixes.draft import Draft
from tests.fixes.marks import analysed, plain_marks, planned_text

USE = "\n\ndef f():\n    mark()\n"


def _module(module: str, draft: Draft, node: ast.AST) -> None:
    draft.replace_node(node, f"{draft.import_module(module, node)}.use()")


def _name(module: str, name: str, draft: Draft, node: ast.AST) -> None:
    draft.replace_node(node, f"{draft.import_name(module, name, node)}()")


def _twice(draft: Draft, node: ast.AST) -> None:
    first, second = draft.import_module("os", node), draft.import_module("os", node)
    draft.replace_node(node, f"{first}.{draft.import_name('re', 'sub', node)}, {second}.x")


@pytest.mark.parametrize(
    ("head", "module", "expected", "known_as"),
    [
        ("import os\n", "os", "import os\n", "os"),
        ("import os as system\n", "os", "import os as system\n", "system"),
        ("import os.path\n", "os", "import os.path\n", "os"),
        ("import os\n", "os.path", "import os\nimport os.path\n", "os.path"),
        ("import abc\nimport sys\n", "os", "import abc\nimport os\nimport sys\n", "os"),
        ("import b\n", "a.c", "import a.c\nimport b\n", "a.c"),
        ("import b\n", "zlib", "import zlib\n\nimport b\n", "zlib"),
        ("import abc\n", "requests", "import abc\n\nimport requests\n", "requests"),
        (
            "import abc\n\nfrom . import x\n",
            "requests",
            "import abc\n\nimport requests\n\nfrom . import x\n",
            "requests",
        ),
    ],
)
def test_a_module_is_imported_in_its_section_once(
    monkeypatch: pytest.MonkeyPatch, head: str, module: str, expected: str, known_as: str
) -> None:
    plain_marks(monkeypatch, partial(_module, module))
    assert planned_text(analysed(head + USE)) == expected + USE.replace("mark()", f"{known_as}.use()")


@pytest.mark.parametrize(
    ("head", "expected", "known_as"),
    [
        ("from contextlib import closing\n", "from contextlib import closing\n", "closing"),
        ("from contextlib import closing as c\n", "from contextlib import closing as c\n", "c"),
        ("import os\n", "import os\nfrom contextlib import closing\n", "closing"),
        (
            "from abc import ABC\nfrom os import path\n",
            "from abc import ABC\nfrom contextlib import closing\nfrom os import path\n",
            "closing",
        ),
    ],
)
def test_a_name_is_imported_from_its_module_once(
    monkeypatch: pytest.MonkeyPatch, head: str, expected: str, known_as: str
) -> None:
    plain_marks(monkeypatch, partial(_name, "contextlib", "closing"))
    assert planned_text(analysed(head + USE)) == expected + USE.replace("mark()", f"{known_as}()")


def test_several_imports_of_one_fix_are_each_added_once(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_marks(monkeypatch, _twice)
    expected = "import os\nimport sys\nfrom re import sub\n" + USE.replace("mark()", "os.sub, os.x")
    assert planned_text(analysed(f"import sys\n{USE}")) == expected


def test_an_import_inside_a_function_above_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_marks(monkeypatch, partial(_module, "os"))
    text = "import sys\n\n\ndef g():\n    import os\n"
    assert planned_text(analysed(text + USE)) == f"import os\n{text}{USE.replace('mark()', 'os.use()')}"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("os = 1\n\n\ndef f():\n    mark()\n", id="taken in the module"),
        pytest.param("def f(os):\n    mark()\n", id="taken by a parameter"),
        pytest.param("import x as os\n\n\ndef f():\n    mark()\n", id="taken by another import"),
    ],
)
def test_no_fix_is_offered_where_the_name_means_something_else(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    plain_marks(monkeypatch, partial(_module, "os"))
    assert planned_text(analysed(text)) is None


def test_an_import_further_down_is_not_enough_for_module_level_code(monkeypatch: pytest.MonkeyPatch) -> None:
    plain_marks(monkeypatch, partial(_module, "os"))
    assert planned_text(analysed("mark()\nimport os\n")) == "import os\n\nos.use()\nimport os\n"
